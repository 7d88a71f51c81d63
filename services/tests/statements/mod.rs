//! Catches the SQL statements that a test runs, so that an engine can be asked how it would carry them out.

use std::sync::Mutex;

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps every statement that is run, once it is the subscriber of the process.
pub struct Catch;

impl Subscriber for Catch {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Keep);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Keep;

impl Visit for Keep {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" && !value.is_empty() {
            STATEMENTS.lock().expect("not poisoned").push(value.trim().to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The queries of a table caught since the last call, in the order in which they ran.
pub fn caught(table: &str) -> Vec<String> {
    let statements = std::mem::take(&mut *STATEMENTS.lock().expect("not poisoned"));
    let from = format!("FROM {table}");
    statements.into_iter().filter(|sql| sql.starts_with("SELECT") && sql.contains(&from)).collect()
}
