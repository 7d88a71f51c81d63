//! `keyfob config check`: the settings that count, without secrets. That they are right was found out while reading.

use super::{Exit, say};
use crate::config::Config;

pub(super) fn run(config: &Config) -> Exit {
    say(config.show().trim_end());
    for warning in config.warnings() {
        say(format_args!("# Warning: {warning}"));
    }
    Exit::Done
}
