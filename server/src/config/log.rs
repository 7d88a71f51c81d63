//! What is written about our doings.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::Fault;

/// The table `[log]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: Format,
    /// `error`, `warn`, `info`, `debug`, `trace`, or finer: `info,keyfob_server=debug`.
    pub level: String,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Lines to read.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Format::default(), level: "info".to_owned() }
    }
}

impl Log {
    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        if let Err(error) = EnvFilter::try_new(&self.level) {
            let remedy = "use error, warn, info, debug or trace, or module=level with commas";
            faults.push(Fault::new("log.level", format!("can't be understood ({error})"), remedy));
        }
    }
}
