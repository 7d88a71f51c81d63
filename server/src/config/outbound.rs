//! Calls that we make to addresses which partners name.

use serde::{Deserialize, Serialize};

use super::lists::Hosts;

/// The table `[outbound]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outbound {
    /// Hosts that may be called though they are inside our own network, and without encryption: a partner's gateway in
    /// the same building, a receiver under test. All others must be public and speak https.
    pub allowed_hosts: Hosts,
}
