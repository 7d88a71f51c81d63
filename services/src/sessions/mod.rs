//! Sessions: who is signed in, where, and until when.
//!
//! tower-sessions carries the cookie and axum-login the user; what both leave open is closed here. Whoever builds on this
//! never calls `login`, `logout`, `cycle_id` or `flush` themselves, but [`begin`], [`finish`], [`renew`] and [`sign_out`].

mod backend;
mod device;
pub(crate) mod end;
mod list;
mod sign_in;
mod store;
mod sweep;
mod user;

pub use backend::{AuthSession, Backend, Proven};
pub use device::device;
pub use list::{Listed, end_all_of, end_all_others, end_one, mine, of_staff};
pub use sign_in::{begin, finish, id, is_half_signed_in, renew, sign_out};
pub use store::Store;
pub use sweep::sweep;
pub use user::User;
