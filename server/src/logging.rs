//! The log: to standard error, as lines for people or JSON for machines. Each line of a request carries its span with
//! the request's id.

use std::{
    io::{self, IsTerminal},
    panic,
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Format, Log};

/// Starts the log of this process; once. The level has been checked with the configuration.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let is_started = match log.format {
        Format::Text => {
            let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
            registry.with(lines).try_init()
        }
        Format::Json => {
            let objects = fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(io::stderr);
            registry.with(objects).try_init()
        }
    };
    // A second start, in tests, leaves the first log in place.
    if is_started.is_ok() {
        log_panics();
    }
}

/// Panics go the way of all log lines, so that they stand in the request's span and arrive where logs are collected.
fn log_panics() {
    panic::set_hook(Box::new(|cause| {
        let place = cause.location().map(ToString::to_string);
        tracing::error!(place, message = cause.payload_as_str(), "panic");
    }));
}
