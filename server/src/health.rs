//! Probes for whatever watches over the process.
//!
//! `/healthz` says that the process lives and its event loop turns: if it fails, restart. `/readyz` says that requests
//! are welcome here: if it fails, send them elsewhere. It fails while the database doesn't answer and while shutting
//! down. Neither says more than that word, because anybody may call them.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use serde::Serialize;

/// How long a check may take.
const PATIENCE: Duration = Duration::from_secs(1);

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;
type Check = dyn Fn() -> Answer + Send + Sync;

/// Whether this process wants requests. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    is_draining: AtomicBool,
    checks: Vec<NamedCheck>,
}

#[derive(Serialize)]
struct Word {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// One thing that must answer for us to be ready; made by [`check`].
pub struct NamedCheck(&'static str, Box<Check>);

/// A check that must answer `true` within a second. The word names what is missing when it doesn't.
pub fn check<C, F>(word: &'static str, ask: C) -> NamedCheck
where
    C: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = bool> + Send + 'static,
{
    NamedCheck(word, Box::new(move || Box::pin(ask())))
}

impl Health {
    /// Ready while all checks pass.
    pub fn new(checks: Vec<NamedCheck>) -> Self {
        Self(Arc::new(Inner { is_draining: AtomicBool::new(false), checks }))
    }

    /// From now on requests are not wanted; those that came are finished.
    pub fn drain(&self) {
        self.0.is_draining.store(true, Ordering::Relaxed);
    }

    /// What is missing, if anything.
    async fn missing(&self) -> Option<String> {
        if self.0.is_draining.load(Ordering::Relaxed) {
            return Some("shutting down".to_owned());
        }
        for NamedCheck(word, check) in &self.0.checks {
            match tokio::time::timeout(PATIENCE, check()).await {
                Ok(true) => {}
                Ok(false) => return Some(format!("{word} is away")),
                Err(_) => return Some(format!("{word} did not answer within a second")),
            }
        }
        None
    }

    /// `/healthz` and `/readyz`.
    pub fn routes(&self) -> Router {
        Router::new().route("/healthz", get(live)).route("/readyz", get(ready)).with_state(self.clone())
    }
}

async fn live() -> impl IntoResponse {
    Json(Word { status: "ok", reason: None })
}

async fn ready(State(health): State<Health>) -> impl IntoResponse {
    match health.missing().await {
        None => (StatusCode::OK, Json(Word { status: "ok", reason: None })),
        reason => (StatusCode::SERVICE_UNAVAILABLE, Json(Word { status: "unavailable", reason })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ready_while_every_check_answers() {
        assert_eq!(Health::new(vec![check("database", || async { true })]).missing().await, None);
        let away = Health::new(vec![check("database", || async { false })]);
        assert_eq!(away.missing().await.unwrap(), "database is away");
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_counts_as_away() {
        let health = Health::new(vec![check("database", std::future::pending::<bool>)]);
        assert_eq!(health.missing().await.unwrap(), "database did not answer within a second");
    }

    #[tokio::test]
    async fn draining_is_not_ready() {
        let health = Health::new(Vec::new());
        let clone = health.clone();
        clone.drain();
        assert_eq!(health.missing().await.unwrap(), "shutting down");
    }
}
