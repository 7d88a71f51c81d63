//! Customers: the list, a record, its form.

mod actions;
mod detail;
mod form;
mod list;
mod reads;

pub use detail::CustomerPage;
pub use form::{EditCustomerPage, NewCustomerPage};
pub use list::CustomersPage;
