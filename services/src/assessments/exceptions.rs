//! Breaking the glass: for a time, a named condition is not asked for. It takes two people and ends by itself.

use std::collections::BTreeSet;

use domain::{
    Timestamp,
    assessments::{LONGEST_EXCEPTION, Missing},
    ids::{ExceptionId, IntegrationId, StaffId},
    permissions::marker::{AssessmentsDecide, IntegrationsManage},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{gate, person, watch, why};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, dialect, on},
    form_token::{self, Spent},
};

domain::text_enum! {
    /// Where an exception stands.
    pub enum ExceptionState {
        /// It waits for a second person.
        Asked = "asked", "Waits for a second person";
        /// It is in force until its end.
        Granted = "granted", "In force";
        /// A second person said no.
        Declined = "declined", "Declined";
        /// It is over.
        Ended = "ended", "Ended";
    }
}

/// An exception from the gate.
#[derive(Clone, Debug, FromRow)]
pub struct Exception {
    /// Its id.
    pub id: Uuid,
    /// For which integration.
    pub integration_id: Uuid,
    /// Why it was asked for.
    pub reason: String,
    missing: String,
    state: String,
    /// When it was asked for, in milliseconds.
    pub asked_at: i64,
    /// By whom.
    pub asked_by: String,
    /// The same person, by id.
    pub asker_id: Uuid,
    ends_at: i64,
    /// When it was granted, declined or ended.
    pub decided_at: Option<i64>,
    /// By whom.
    pub decided_by: String,
    /// Why.
    pub decided_why: String,
}

impl Exception {
    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> ExceptionState {
        self.state.parse().unwrap_or(ExceptionState::Ended)
    }

    /// The conditions that it stands in for.
    pub fn missing(&self) -> Vec<Missing> {
        Missing::parse_list(&self.missing)
    }

    /// When it ends by itself.
    pub fn ends_at(&self) -> Timestamp {
        Timestamp(self.ends_at)
    }

    /// Whether the gate honours it at an instant.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.state() == ExceptionState::Granted && self.ends_at() > now
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, integration_id, reason, missing, state, asked_at, asked_by, asker_id, ends_at, decided_at,
                    decided_by, decided_why
             FROM gate_exception ",
            $rest
        )
    };
}

/// The exception of an integration that waits or is in force. There is one at a time.
pub(super) async fn open(connection: Connection<'_>, id: IntegrationId) -> Result<Option<Exception>, Error> {
    Ok(on!(connection, c => sqlx::query_as(select!("WHERE integration_id = $1 AND state IN ('asked', 'granted')"))
        .bind(id.uuid()).fetch_optional(c).await)?)
}

/// All exceptions of an integration, newest first; at most 20.
pub(super) async fn of(connection: Connection<'_>, id: IntegrationId) -> Result<Vec<Exception>, Error> {
    Ok(on!(connection, c => sqlx::query_as(select!(
        "WHERE integration_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 20"))
        .bind(id.uuid()).fetch_all(c).await)?)
}

/// Exceptions whose end has come; at most 200.
pub(super) async fn overdue(connection: Connection<'_>, now: Timestamp) -> Result<Vec<Exception>, Error> {
    Ok(on!(connection, c => sqlx::query_as(select!(
        "WHERE state IN ('asked', 'granted') AND ends_at <= $1 ORDER BY ends_at LIMIT 200"))
        .bind(now.millis()).fetch_all(c).await)?)
}

pub(super) async fn load(connection: Connection<'_>, id: ExceptionId) -> Result<Exception, Error> {
    let row: Option<Exception> = on!(connection, c => sqlx::query_as(select!("WHERE id = $1"))
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("gate.exception_not_found", "There is no such exception. Load the page again."))
}

/// Asks for an exception: which conditions, why, and until when. Nothing changes until somebody else grants it.
pub async fn ask_exception(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    integration: IntegrationId,
    conditions: &BTreeSet<Missing>,
    ends_at: Timestamp,
    reason: &str,
    token: Uuid,
) -> Result<ExceptionId, Error> {
    let who = person(access)?;
    let why = why(reason)?;
    let (id, now, actor) = (ExceptionId::new(), cx.clock.now(), access.actor());
    let list: Vec<Missing> = conditions.iter().copied().collect();
    if list.is_empty() {
        return Err(Error::invalid_field("conditions", "Choose at least one condition that is not met."));
    }
    if ends_at <= now || ends_at > now.plus(LONGEST_EXCEPTION) {
        return Err(Error::invalid_field("until", "Choose an end to come, at most 14 days from now."));
    }
    watch::end_overdue(cx).await?;
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    gate::load(uow.connection(), integration).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO gate_exception (id, integration_id, reason, missing, state, asked_at, asked_by, asker_id, ends_at)
         VALUES ($1, $2, $3, $4, 'asked', $5, $6, $7, $8)")
        .bind(id.uuid()).bind(integration.uuid()).bind(&why).bind(Missing::store_list(&list)).bind(now.millis())
        .bind(actor.name()).bind(who.uuid()).bind(ends_at.millis())
        .execute(c).await.map(|_| ()))
    .map_err(|error| {
        if dialect::is_violation(&error, "gate_exception_open", "gate_exception.integration_id") {
            Error::refused(
                "gate.exception_open",
                "There is an exception for this integration already. End it before you ask for another.",
            )
        } else {
            error.into()
        }
    })?;
    let entry = audit::Entry::new("integration.exception_asked")
        .target("integration", integration)
        .reason(why)
        .detail("exception", id.to_string())
        .detail("missing", Missing::store_list(&list))
        .detail("ends_at", ends_at.millis());
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

/// Grants an exception that somebody else has asked for.
pub async fn grant_exception(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: ExceptionId,
    reason: &str,
) -> Result<IntegrationId, Error> {
    let who = person(access)?;
    let mut reading = cx.db.read().await?;
    let stored = load(reading.connection(), id).await?;
    drop(reading);
    if stored.asker_id == who.uuid() {
        return Err(Error::denied(
            "gate.own_exception",
            "You have asked for this exception yourself. Somebody else has to grant it.",
        ));
    }
    if stored.ends_at() <= cx.clock.now() {
        return Err(Error::refused("gate.exception_over", "Its end has passed. Ask for a new one."));
    }
    turn(cx, access, id, ExceptionState::Asked, ExceptionState::Granted, "integration.exception_granted", reason).await
}

/// Says no to an exception.
pub async fn decline_exception(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: ExceptionId,
    reason: &str,
) -> Result<IntegrationId, Error> {
    turn(cx, access, id, ExceptionState::Asked, ExceptionState::Declined, "integration.exception_declined", reason)
        .await
}

/// Ends an exception before its time. The gate closes again with the next look, as if its end had come.
pub async fn end_exception(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: ExceptionId,
    reason: &str,
) -> Result<IntegrationId, Error> {
    person(access)?;
    let why = why(reason)?;
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let row: Option<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE gate_exception SET ends_at = CASE WHEN asked_at >= $2 THEN asked_at + 1 ELSE $2 END
         WHERE id = $1 AND state = 'granted' AND ends_at > $2 RETURNING integration_id")
        .bind(id.uuid()).bind(now.millis()).fetch_optional(c).await)?;
    let (integration,) = row.ok_or_else(other_state)?;
    let entry = audit::Entry::new("integration.exception_called_off")
        .target("integration", integration)
        .reason(why)
        .detail("exception", id.to_string());
    uow.commit(cx, access.actor(), entry).await?;
    watch::end_overdue(cx).await?;
    Ok(integration.into())
}

fn other_state() -> Error {
    Error::refused(
        "gate.exception_state",
        "Somebody has decided about it meanwhile, or it is over. Load the page again.",
    )
}

async fn turn(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: ExceptionId,
    from: ExceptionState,
    to: ExceptionState,
    action: &'static str,
    reason: &str,
) -> Result<IntegrationId, Error> {
    let who: StaffId = person(access)?;
    let why = why(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let row: Option<(Uuid, String)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE gate_exception SET state = $3, decided_at = $4, decided_by = $5, decider_id = $6, decided_why = $7
         WHERE id = $1 AND state = $2 RETURNING integration_id, missing")
        .bind(id.uuid()).bind(from.as_str()).bind(to.as_str()).bind(cx.clock.now().millis()).bind(actor.name())
        .bind(who.uuid()).bind(&why).fetch_optional(c).await)?;
    let (integration, missing) = row.ok_or_else(other_state)?;
    let entry = audit::Entry::new(action)
        .target("integration", integration)
        .reason(why)
        .change("exception", from.as_str(), to.as_str())
        .detail("missing", missing);
    uow.commit(cx, actor, entry).await?;
    Ok(integration.into())
}
