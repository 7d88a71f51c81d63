//! The log of calls to partners: what was asked, how it ended, and nothing of what was said.

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{CallFailure, CallOutcome},
    permissions::marker::IntegrationsRead,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::attempt::Failed;
use crate::{
    Error, Services,
    access::{Access, Actor},
    db::{Bind, Direction, Keyed, KeysetList, Page, on},
};

/// A line, while it is written.
pub(super) struct Line<'a> {
    pub(super) at: Timestamp,
    pub(super) integration: IntegrationId,
    pub(super) operation: &'a str,
    pub(super) subject: Option<(&'static str, Uuid)>,
    pub(super) outcome: CallOutcome,
    pub(super) failed: Option<&'a Failed>,
    pub(super) status: Option<u16>,
    pub(super) attempts: u32,
    pub(super) took_ms: i64,
    pub(super) is_drill: bool,
}

pub(super) async fn write(cx: &Services, actor: &Actor, line: &Line<'_>) -> Result<(), Error> {
    let (subject_type, subject_id) = line.subject.map_or(("", None), |(kind, id)| (kind, Some(id)));
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO gateway_call (id, at, integration_id, operation, subject_type, subject_id, outcome, failure, detail,
                                   status, attempts, took_ms, is_drill, actor, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        .bind(Uuid::now_v7()).bind(line.at.millis()).bind(line.integration.uuid()).bind(line.operation)
        .bind(subject_type).bind(subject_id).bind(line.outcome.as_str())
        .bind(line.failed.map_or("", |failed| failed.failure.as_str()))
        .bind(line.failed.map_or("", |failed| failed.detail.as_str()))
        .bind(line.status.map(i64::from)).bind(i64::from(line.attempts)).bind(line.took_ms).bind(line.is_drill)
        .bind(actor.name()).bind(&actor.trace().request_id)
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

/// A line as read.
#[derive(Clone, Debug, FromRow)]
pub struct Logged {
    /// Its id.
    pub id: Uuid,
    /// When it began, in milliseconds.
    pub at: i64,
    /// Which integration.
    pub integration_id: Uuid,
    /// Its name.
    pub integration_name: String,
    /// Which operation.
    pub operation: String,
    /// What kind of record it was about; may be empty.
    pub subject_type: String,
    /// Which record.
    pub subject_id: Option<Uuid>,
    outcome: String,
    failure: String,
    /// What went wrong, in words; empty when nothing did.
    pub detail: String,
    /// The status that the partner answered.
    pub status: Option<i64>,
    /// How many attempts were made.
    pub attempts: i64,
    /// How long it took for whoever asked, in milliseconds.
    pub took_ms: i64,
    /// Whether a drill was on.
    pub is_drill: bool,
    /// For whom.
    pub actor: String,
    /// The request that it was part of; may be empty.
    pub request_id: String,
}

impl Logged {
    /// How it ended; what the database's own check admits always parses.
    pub fn outcome(&self) -> CallOutcome {
        self.outcome.parse().unwrap_or(CallOutcome::Refused)
    }

    /// What it failed of; nothing when the partner answered.
    pub fn failure(&self) -> Option<CallFailure> {
        self.failure.parse().ok()
    }
}

impl Keyed for Logged {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.at), self.id)
    }
}

/// Which lines, from where.
#[derive(Clone, Debug, Default)]
pub struct LoggedFilter {
    /// Only those of this integration.
    pub integration: Option<IntegrationId>,
    /// Only those that ended so.
    pub outcome: Option<CallOutcome>,
    /// Only those about this record.
    pub subject: Option<(String, Uuid)>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of the log, the newest first.
pub async fn list(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    filter: &LoggedFilter,
) -> Result<Page<Logged>, Error> {
    let mut list = KeysetList::new(
        "SELECT g.id, g.at, g.integration_id, i.name AS integration_name, g.operation, g.subject_type, g.subject_id,
                g.outcome, g.failure, g.detail, g.status, g.attempts, g.took_ms, g.is_drill, g.actor, g.request_id
         FROM gateway_call g JOIN integration i ON i.id = g.integration_id",
        "g.at",
        "g.id",
        Direction::Descending,
    );
    if let Some(id) = filter.integration {
        list = list.filter("g.integration_id = ?", [Bind::Id(id.uuid())]);
    }
    if let Some(outcome) = filter.outcome {
        list = list.filter("g.outcome = ?", [Bind::Text(outcome.as_str().to_owned())]);
    }
    if let Some((kind, id)) = &filter.subject {
        list = list.filter("g.subject_type = ? AND g.subject_id = ?", [Bind::Text(kind.clone()), Bind::Id(*id)]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
