//! What the operator has set, as far as use cases need to know.

use domain::Timestamp;

use crate::outbound::AllowedHosts;

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
    /// The version of the pepper under which the credentials of machines are hashed. Raising it takes up the next one;
    /// what was hashed before is hashed anew when it is next used.
    pub pepper_version: i64,
    /// Whether cookies may carry the `__Host-` prefix: only over https, or on the browser's own machine.
    pub secure_cookies: bool,
    /// Hosts inside our own network that may be called all the same, and without encryption.
    pub allowed_hosts: AllowedHosts,
    /// Where the partner simulator plays the demo's partners, without a slash at the end.
    pub simulator: String,
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
            pepper_version: 1,
            secure_cookies: true,
            allowed_hosts: AllowedHosts::new(),
            simulator: "http://127.0.0.1:3901".to_owned(),
        }
    }
}
