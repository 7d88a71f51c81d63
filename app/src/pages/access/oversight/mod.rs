//! Looking after many keys at once: approvals, hygiene, leaks, and revoking many.

mod actions;
mod approvals;
mod bulk;
mod hygiene;
mod leaks;
mod reads;

pub use approvals::ApprovalsPage;
pub use bulk::RevokeManyPage;
pub use hygiene::HygienePage;
pub use leaks::LeaksPage;
