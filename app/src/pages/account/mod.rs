//! One's own account: what is known of it, how the portal looks, the password, the second factor, and open sessions.

mod actions;
#[cfg(feature = "ssr")]
mod codes;
mod overview;
mod qr;
mod reads;
mod second_factor;
mod sessions;

pub use overview::AccountPage;
pub use second_factor::SecondFactorPage;
pub use sessions::SessionsPage;
