//! How long people stay signed in.

use serde::{Deserialize, Serialize};

use super::Fault;

/// The table `[session]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// Without use, a session ends after so many minutes.
    pub idle_minutes: u32,
    /// Used or not, a session ends so many hours after sign-in.
    pub absolute_hours: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_minutes: 30, absolute_hours: 12 }
    }
}

impl Sessions {
    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        if !(1..=1440).contains(&self.idle_minutes) {
            let what = format!("is {}", self.idle_minutes);
            faults.push(Fault::new("session.idle_minutes", what, "use 1 to 1440; 30 is usual"));
        }
        if !(1..=168).contains(&self.absolute_hours) {
            let what = format!("is {}", self.absolute_hours);
            faults.push(Fault::new("session.absolute_hours", what, "use 1 to 168; 12 is usual"));
        }
        if self.idle_minutes > self.absolute_hours.saturating_mul(60) {
            let remedy = "make it shorter, or session.absolute_hours longer";
            faults.push(Fault::new("session.idle_minutes", "is longer than session.absolute_hours", remedy));
        }
    }
}
