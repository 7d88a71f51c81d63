//! Numbers of integrations for the people on call.

use domain::{
    ids::IntegrationId,
    integrations::{BreakerState, CallOutcome},
    permissions::marker::IntegrationsRead,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Services, access::Access, db::on};

/// Integrations are dozens; each makes series of its own.
const MOST: i64 = 500;

/// What is counted of an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Its short name, by which it is told from others.
    pub slug: String,
    /// Where its breaker stands.
    pub breaker: BreakerState,
    /// Calls that wait to be made.
    pub waiting: i64,
    /// Calls that were given up.
    pub dead: i64,
    /// How many calls ended how, since this process began.
    pub calls: Vec<(CallOutcome, u64)>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    breaker: Option<String>,
    waiting: i64,
    dead: i64,
}

/// The numbers of every integration that isn't retired, as this process knows them.
pub async fn numbers(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Vec<Numbers>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT i.id, i.slug, b.state AS breaker,
                (SELECT COUNT(*) FROM partner_call q
                 WHERE q.integration_id = i.id AND q.state IN ('ready', 'running')) AS waiting,
                (SELECT COUNT(*) FROM partner_call q WHERE q.integration_id = i.id AND q.state = 'dead') AS dead
         FROM integration i LEFT JOIN integration_breaker b ON b.integration_id = i.id
         WHERE i.state <> 'retired'
         ORDER BY i.sort_name LIMIT $1")
        .bind(MOST).fetch_all(c).await)?;
    drop(reading);
    rows.into_iter().map(|row| shown(cx, row)).collect()
}

fn shown(cx: &Services, row: Row) -> Result<Numbers, Error> {
    let id: IntegrationId = row.id.into();
    Ok(Numbers {
        slug: row.slug,
        breaker: row.breaker.as_deref().unwrap_or("closed").parse().map_err(Error::internal)?,
        waiting: row.waiting,
        dead: row.dead,
        calls: CallOutcome::ALL.iter().map(|outcome| (*outcome, cx.health.total(id, *outcome))).collect(),
    })
}
