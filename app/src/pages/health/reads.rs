//! What the health pages show, and the functions that read it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::{ChartView, Spark},
    error::AppError,
    views::{Badge, Chip, Fact, ListView, Row, When},
};

/// An integration in the overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingView {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What it does for us.
    pub kind: String,
    /// How it does.
    pub health: Badge,
    /// Calls of the last 24 hours.
    pub sparks: Vec<Spark>,
    /// The same in words.
    pub words: String,
    /// Successes, in per cent; empty without a call.
    pub success: String,
    /// Half of the calls took no longer.
    pub p50: String,
    /// 99 of 100 calls took no longer.
    pub p99: String,
    /// What is left of the error budget, in hundredths, and its hue; nothing without a call.
    pub budget: Option<(u32, Badge)>,
    /// What is in force.
    pub in_force: String,
}

/// Something to know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    /// Its state.
    pub badge: Badge,
    /// What it is.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// When.
    pub when: When,
}

/// All integrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationsView {
    /// Name, value and a note.
    pub figures: Vec<(String, String, String)>,
    /// By state and kind.
    pub chips: Vec<Chip>,
    /// The worst first.
    pub rows: Vec<StandingView>,
    /// Whether a chip narrows the list.
    pub is_filtered: bool,
    /// Open incidents.
    pub incidents: Vec<NoticeView>,
    /// What comes up.
    pub coming: Vec<NoticeView>,
    /// When this was read.
    pub read_at: When,
}

/// One integration over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it does.
    pub health: Badge,
    /// How far back.
    pub ranges: Vec<Chip>,
    /// Name, value and a note.
    pub figures: Vec<(String, String, String)>,
    /// Calls over time.
    pub calls: ChartView,
    /// How long they took, stretch by stretch.
    pub latency: Vec<Row>,
    /// Each operation.
    pub operations: Vec<Row>,
    /// How the breaker turned.
    pub turns: Vec<Row>,
    /// Its incidents.
    pub incidents: Vec<Row>,
    /// Announced work: what, and by which it is called off.
    pub windows: Vec<(String, String)>,
    /// What is expected of it.
    pub expected: Vec<Fact>,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentView {
    /// Its id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Whether it is open.
    pub state: Badge,
    /// Which integration, since when, until when.
    pub facts: Vec<Fact>,
    /// What was said: when, by whom, what.
    pub entries: Vec<(When, String, String)>,
}

/// All integrations, as far as the address narrows them.
#[server(prefix = "/_fn", endpoint = "health/integrations")]
pub async fn read_integrations(search: String) -> Result<IntegrationsView, AppError> {
    super::overview::answer(search).await
}

/// One integration over time.
#[server(prefix = "/_fn", endpoint = "health/integration")]
pub async fn read_health(id: String, search: String) -> Result<HealthView, AppError> {
    super::detail::answer(id, search).await
}

/// The incidents.
#[server(prefix = "/_fn", endpoint = "health/incidents")]
pub async fn read_incidents(search: String) -> Result<ListView, AppError> {
    super::incidents::answer_list(search).await
}

/// One incident.
#[server(prefix = "/_fn", endpoint = "health/incident")]
pub async fn read_incident(id: String) -> Result<IncidentView, AppError> {
    super::incidents::answer_one(id).await
}
