//! Before sign-in: the password, the second factor, and one-time links.

mod join;
mod sign_in;

pub use join::JoinPage;
pub use sign_in::{SecondFactorPage, SignInPage};
