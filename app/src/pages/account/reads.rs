//! What the pages of one's own account read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, When},
};

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Name, address and roles.
    pub facts: Vec<Fact>,
    /// The address, for password managers to tell which account a new password is for.
    pub email: String,
    /// Whether a second factor is on.
    pub second_factor: Badge,
    /// What to know or to do about it.
    pub second_factor_note: String,
    /// How many sessions are open, in words.
    pub sessions: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// All themes.
    pub themes: Vec<Choice>,
    /// `comfortable` or `compact`.
    pub density: String,
    /// All densities.
    pub densities: Vec<Choice>,
    /// Whether single keys are shortcuts.
    pub has_single_keys: bool,
}

/// One of one's own sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    /// Its public id; not the secret in the cookie.
    pub id: String,
    /// Browser and system.
    pub device: String,
    /// The address it was begun from.
    pub address: String,
    /// When it was last used, to the minute.
    pub last_used: When,
    /// When it was begun.
    pub signed_in: When,
    /// Whether it is the one this page was asked for with.
    pub is_this_one: bool,
}

/// One's own open sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsView {
    /// The most recently used first.
    pub sessions: Vec<SessionLine>,
    /// When a session ends by itself, in words.
    pub rule: String,
}

/// A QR code as one path, a module being one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qr {
    /// How many units wide and high, with the quiet border.
    pub size: usize,
    /// The dark modules.
    pub path: String,
}

/// What is to be put into an authenticator, until it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentView {
    /// For a camera.
    pub qr: Qr,
    /// For typing, in groups of four.
    pub secret: String,
}

/// One's own second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorView {
    /// Since when it is on; nothing when it is off.
    pub since: Option<When>,
    /// Begun and not yet confirmed.
    pub enrolment: Option<EnrolmentView>,
    /// How many recovery codes are left.
    pub codes_left: u32,
    /// Codes made a moment ago: told by this one answer and by no later one.
    pub new_codes: Vec<String>,
    /// Whether beginning takes the password, because the sign-in was a while ago.
    pub needs_password: bool,
    /// Whether one's roles demand it.
    pub is_required: bool,
    /// Whether nothing else is open before it is on.
    pub must_enrol: bool,
}

/// One's own account.
#[server(prefix = "/_fn", endpoint = "account/page")]
pub async fn account_page() -> Result<AccountView, AppError> {
    super::overview::answer().await
}

/// One's own open sessions.
#[server(prefix = "/_fn", endpoint = "account/sessions")]
pub async fn own_sessions() -> Result<SessionsView, AppError> {
    super::sessions::answer().await
}

/// One's own second factor. Recovery codes made a moment ago are told once, by the first call.
#[server(prefix = "/_fn", endpoint = "account/second_factor")]
pub async fn own_second_factor() -> Result<SecondFactorView, AppError> {
    super::second_factor::answer().await
}
