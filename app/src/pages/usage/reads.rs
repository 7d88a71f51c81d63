//! What the pages about calls read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::ChartView,
    error::AppError,
    views::{Badge, Chip, Fact, Row},
};

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageFigure {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: String,
    /// A few words beside it.
    pub note: String,
}

/// What was called, how often, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageView {
    /// Whose calls and over how long, in words.
    pub subtitle: String,
    /// The ranges.
    pub ranges: Vec<Chip>,
    /// Whose calls, if not everybody's: each with the address without it.
    pub filters: Vec<Chip>,
    /// The record of whose calls these are.
    pub owner: Option<(String, String)>,
    /// The figures.
    pub figures: Vec<UsageFigure>,
    /// Calls over time.
    pub chart: ChartView,
    /// Calls by route.
    pub routes: Vec<Row>,
    /// Calls by key and client, when nobody is chosen.
    pub totals: Option<Vec<Row>>,
}

/// One check of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// What was checked.
    pub check: String,
    /// What it came to.
    pub outcome: Badge,
    /// What was seen.
    pub detail: String,
}

/// Why one call was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionView {
    /// The answer, as a state.
    pub answer: Badge,
    /// What is known of the call.
    pub facts: Vec<Fact>,
    /// Every check, in order.
    pub steps: Vec<StepView>,
}

/// Why calls were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalsView {
    /// The request that was asked for; may be empty.
    pub request: String,
    /// The decision about it.
    pub decision: Option<DecisionView>,
    /// The latest refusals of everybody.
    pub latest: Vec<Row>,
}

/// A version of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionLine {
    /// The date it is named by.
    pub version: String,
    /// Where it stands, and when it goes.
    pub badges: Vec<Badge>,
    /// What is different from the version before.
    pub changes: String,
}

/// The versions of the API, and who still uses what is going away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionsView {
    /// The newest first.
    pub versions: Vec<VersionLine>,
    /// Addresses that are going away.
    pub routes: Vec<String>,
    /// Who still uses what is going away, the most frequent first.
    pub laggards: Vec<Row>,
}

/// What was called, as the address says.
#[server(prefix = "/_fn", endpoint = "usage/page")]
pub async fn usage_page(search: String) -> Result<UsageView, AppError> {
    super::page::answer(search).await
}

/// Why a request was refused, and the latest refusals.
#[server(prefix = "/_fn", endpoint = "usage/refusals")]
pub async fn refusals_page(request: String) -> Result<RefusalsView, AppError> {
    super::refusals::answer(request).await
}

/// The versions of the API.
#[server(prefix = "/_fn", endpoint = "usage/versions")]
pub async fn versions_page() -> Result<VersionsView, AppError> {
    super::versions::answer().await
}
