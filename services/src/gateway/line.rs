//! Everything a call needs to know of its integration and operation, read at the moment of the call: what somebody
//! switched off is off for the next call on every node.

use domain::{
    Timestamp,
    ids::{IntegrationId, PartnerId},
    integrations::{Auth, CallFailure, IntegrationState, Plan},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    contracts::{self, Terms},
    db::{Connection, on},
};

/// An operation, as it is called.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) method: http::Method,
    pub(super) path: String,
    pub(super) is_idempotent: bool,
    pub(super) timeout_ms: i64,
    pub(super) deadline_ms: i64,
    pub(super) max_attempts: u32,
    pub(super) plan: Plan,
    pub(super) second: Option<IntegrationId>,
    pub(super) last_known_ms: i64,
    pub(super) error_pointer: String,
    pub(super) error_value: String,
}

/// An integration with one of its operations.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) integration: IntegrationId,
    pub(super) partner: PartnerId,
    pub(super) state: IntegrationState,
    pub(super) base_url: String,
    pub(super) auth: Auth,
    pub(super) auth_name: String,
    pub(super) token_url: String,
    pub(super) max_concurrent: usize,
    pub(super) per_minute: u32,
    pub(super) slow_ms: i64,
    pub(super) drill_until: Option<Timestamp>,
    pub(super) operation: Operation,
    pub(super) terms: Terms,
    /// Why nothing may go out, if somebody switched it off.
    pub(super) switched_off: Option<String>,
    is_suspended: bool,
}

#[derive(FromRow)]
struct Row {
    partner_id: Uuid,
    state: String,
    base_url: String,
    auth: String,
    auth_name: String,
    token_url: String,
    max_concurrent: i64,
    per_minute: i64,
    latency_ms: i64,
    drill_until: Option<i64>,
    partner_status: String,
    operation_id: Uuid,
    operation: String,
    method: String,
    path: String,
    is_idempotent: bool,
    timeout_ms: i64,
    deadline_ms: i64,
    max_attempts: i64,
    plan: String,
    second_id: Option<Uuid>,
    last_known_seconds: Option<i64>,
    error_pointer: String,
    error_value: String,
}

impl Line {
    /// Reads an integration's operation; 404 when there is none of that name.
    pub(super) async fn read(cx: &Services, id: IntegrationId, operation: &str) -> Result<Self, Error> {
        let mut reading = cx.db.read().await?;
        let row: Option<Row> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT i.partner_id, i.state, i.base_url, i.auth, i.auth_name, i.token_url,
                    i.max_concurrent, i.per_minute, i.latency_ms, i.drill_until, p.status AS partner_status,
                    o.id AS operation_id, o.name AS operation, o.method, o.path, o.is_idempotent, o.timeout_ms,
                    o.deadline_ms, o.max_attempts, o.plan, o.second_id, o.last_known_seconds, o.error_pointer,
                    o.error_value
             FROM integration i
             JOIN partner p ON p.id = i.partner_id
             JOIN integration_operation o ON o.integration_id = i.id AND o.name = $2
             WHERE i.id = $1")
            .bind(id.uuid()).bind(operation).fetch_optional(c).await)?;
        let row = row.ok_or_else(|| {
            Error::not_found("integration.no_operation", format!("This integration has no operation {operation}."))
        })?;
        let switched_off = switch_over(reading.connection(), row.partner_id, id.uuid(), row.operation_id).await?;
        let terms = contracts::terms_now(cx, reading.connection(), row.partner_id.into()).await?;
        Self::of(id, row, terms, switched_off)
    }

    fn of(id: IntegrationId, row: Row, terms: Terms, switched_off: Option<String>) -> Result<Self, Error> {
        Ok(Self {
            integration: id,
            partner: row.partner_id.into(),
            state: row.state.parse().map_err(Error::internal)?,
            base_url: row.base_url,
            auth: row.auth.parse().map_err(Error::internal)?,
            auth_name: row.auth_name,
            token_url: row.token_url,
            max_concurrent: usize::try_from(row.max_concurrent).unwrap_or(1),
            per_minute: u32::try_from(row.per_minute).unwrap_or(1),
            slow_ms: row.latency_ms,
            drill_until: row.drill_until.map(Timestamp),
            operation: Operation {
                name: row.operation,
                method: row.method.parse().map_err(|_| Error::internal("an operation has no such method"))?,
                path: row.path,
                is_idempotent: row.is_idempotent,
                timeout_ms: row.timeout_ms,
                deadline_ms: row.deadline_ms,
                max_attempts: u32::try_from(row.max_attempts).unwrap_or(1),
                plan: row.plan.parse().map_err(Error::internal)?,
                second: row.second_id.map(Into::into),
                last_known_ms: row.last_known_seconds.unwrap_or(0) * Timestamp::SECOND,
                error_pointer: row.error_pointer,
                error_value: row.error_value,
            },
            terms,
            switched_off,
            is_suspended: row.partner_status != "active",
        })
    }

    /// Why nothing may go out at all; nothing when it may.
    pub(super) fn stopped(&self) -> Option<(CallFailure, String)> {
        if let Some(why) = &self.switched_off {
            return Some((CallFailure::Switched, why.clone()));
        }
        if self.is_suspended {
            return Some((CallFailure::Gate, "the partner is suspended".to_owned()));
        }
        (!self.state.may_call())
            .then(|| (CallFailure::Gate, format!("the integration is {}", self.state.label().to_lowercase())))
    }

    /// Whether the partner is to be treated as if it were down.
    pub(super) fn is_drilled(&self, now: Timestamp) -> bool {
        self.drill_until.is_some_and(|until| until > now)
    }
}

/// The switch that stands over an operation, the widest first, in words.
async fn switch_over(
    connection: Connection<'_>,
    partner: Uuid,
    integration: Uuid,
    operation: Uuid,
) -> Result<Option<String>, Error> {
    let rows: Vec<(String, String, String)> = on!(connection, c => sqlx::query_as(
        "SELECT level, thrown_by, reason FROM kill_switch
         WHERE (level = 'everything' AND key = 'everything') OR (level = 'partner' AND key = $1)
            OR (level = 'integration' AND key = $2) OR (level = 'operation' AND key = $3)
         ORDER BY thrown_at LIMIT 1")
        .bind(partner.to_string()).bind(integration.to_string()).bind(operation.to_string())
        .fetch_all(c).await)?;
    Ok(rows.into_iter().next().map(|(level, by, reason)| {
        let what = if level == "everything" { "every integration is".to_owned() } else { format!("the {level} is") };
        format!("{what} switched off by {by}: {reason}")
    }))
}
