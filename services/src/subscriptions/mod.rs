//! Subscriptions: found, drafted, changed. Every change goes through one door ([`commit`]), which asks the domain and
//! does exactly what the review page showed.

mod change;
mod create;
mod due;
mod find;
mod list;
mod money;
mod persist;
mod record;

pub use change::{Permitted, Reviewed, commit, open_hold, review, review_permitted};
pub use create::{Draft, cars_on_offer, create, startable};
pub use due::run_due;
pub use find::{Detail, HoldRow, find};
pub use list::{Filter, Row, Sort, list, of_customer, row, written};
pub use money::{MoneyNews, set_money_state};
pub(crate) use money::{hear_of_money, standing};
pub(crate) use persist::count_blocks;
