//! Demo data.

/// A demo account.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The address it signs in with.
    pub email: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The role's key.
    pub role_key: &'static str,
    /// The role's name.
    pub role_name: &'static str,
}

/// The demo accounts.
pub const ACCOUNTS: &[Account] = &[];
/// The password of each.
pub const PASSWORD: &str = "demo-keys-on-the-hook";
