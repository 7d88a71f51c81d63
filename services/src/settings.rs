//! What the operator has set, as far as use cases need to know.

use domain::Timestamp;

/// Settings that use cases read. The server's configuration fills them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the portal, without a slash at the end: for links in invitations and for the audit's origin.
    pub public_url: String,
    /// A session ends after this long without use; milliseconds.
    pub session_idle: i64,
    /// A session ends this long after sign-in, used or not; milliseconds.
    pub session_absolute: i64,
    /// Whether staff whose role can write must enrol a second factor before they can work.
    pub second_factor_required: bool,
    /// Whether the data is made up: the sign-in page then names the demo accounts.
    pub is_demo: bool,
    /// The word in the top bar ("Demo data", "Staging"); empty in production.
    pub environment_label: String,
    /// Whether cookies may carry the `__Host-` prefix: only over https, or on the browser's own machine.
    pub secure_cookies: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            session_idle: 30 * Timestamp::MINUTE,
            session_absolute: 12 * Timestamp::HOUR,
            second_factor_required: true,
            is_demo: false,
            environment_label: String::new(),
            secure_cookies: true,
        }
    }
}
