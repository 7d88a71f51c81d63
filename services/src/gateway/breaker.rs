//! Keeping the breakers, so that all nodes share them and people can hold them.

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{Admission, Breaker, BreakerState, Forced, Outcome, Turn},
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
};
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{
        Connection, UnitOfWork,
        dialect::{LockedTable, lock_row},
        on,
    },
    staff,
};

/// The longest time that somebody can hold a breaker; minutes.
const LONGEST_HOLD: i64 = 24 * 60;

/// A breaker as a page shows it.
#[derive(Clone, Debug)]
pub struct BreakerView {
    /// Where it stands by itself.
    pub state: BreakerState,
    /// Since when.
    pub since: Timestamp,
    /// Until when nothing but probes goes out.
    pub held_until: Option<Timestamp>,
    /// Who holds it.
    pub forced: Option<Forced>,
}

async fn read(connection: Connection<'_>, id: IntegrationId, now: Timestamp) -> Result<Breaker, Error> {
    let row: Option<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT record FROM integration_breaker WHERE integration_id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.map_or_else(|| Ok(Breaker::new(now)), |(record,)| serde_json::from_str(&record).map_err(Error::internal))
}

/// Takes the breaker for a change: nobody else turns it until the end of the unit of work.
async fn take(mut connection: Connection<'_>, id: IntegrationId, now: Timestamp) -> Result<Breaker, Error> {
    let fresh = serde_json::to_string(&Breaker::new(now)).map_err(Error::internal)?;
    on!(connection.again(), c => sqlx::query(
        "INSERT INTO integration_breaker (integration_id, record, state, changed_at) VALUES ($1, $2, 'closed', $3)
         ON CONFLICT (integration_id) DO NOTHING")
        .bind(id.uuid()).bind(fresh).bind(now.millis()).execute(c).await.map(|_| ()))?;
    lock_row(connection.again(), LockedTable::Breaker, id.uuid()).await?;
    read(connection, id, now).await
}

async fn save(
    mut connection: Connection<'_>,
    id: IntegrationId,
    now: Timestamp,
    breaker: &Breaker,
    turn: Option<&Turn>,
) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query(
        "UPDATE integration_breaker SET record = $2, state = $3, held_until = $4, changed_at = $5
         WHERE integration_id = $1")
        .bind(id.uuid()).bind(serde_json::to_string(breaker).map_err(Error::internal)?)
        .bind(breaker.state().as_str()).bind(breaker.held_until(now).millis()).bind(now.millis())
        .execute(c).await.map(|_| ()))?;
    let Some(turn) = turn else { return Ok(()) };
    tracing::warn!(integration = %id, state = %turn.state, why = turn.why, "a circuit breaker turned");
    on!(connection, c => sqlx::query(
        "INSERT INTO integration_turn (id, integration_id, at, state, why) VALUES ($1, $2, $3, $4, $5)")
        .bind(Uuid::now_v7()).bind(id.uuid()).bind(now.millis()).bind(turn.state.as_str()).bind(&turn.why)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Asks for one attempt. Only an answer that turns the breaker is written.
pub(super) async fn ask(cx: &Services, id: IntegrationId) -> Result<Admission, Error> {
    let now = cx.clock.now();
    let mut reading = cx.db.read().await?;
    let mut breaker = read(reading.connection(), id, now).await?;
    drop(reading);
    let (admission, turn) = breaker.ask(now);
    if turn.is_none() && admission != Admission::Probe {
        return Ok(admission);
    }
    // Of several that ask at once, one gets the probe.
    let mut uow = cx.db.begin().await?;
    let mut breaker = take(uow.connection(), id, now).await?;
    let (admission, turn) = breaker.ask(now);
    save(uow.connection(), id, now, &breaker, turn.as_ref()).await?;
    uow.commit_bookkeeping().await?;
    Ok(admission)
}

/// Tells how an attempt went. Nothing is learnt from one that says nothing about the partner.
pub(super) async fn note(
    cx: &Services,
    id: IntegrationId,
    admission: Admission,
    outcome: Option<Outcome>,
) -> Result<(), Error> {
    if outcome.is_none() && admission != Admission::Probe {
        return Ok(());
    }
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let mut breaker = take(uow.connection(), id, now).await?;
    let turn = outcome.and_then(|outcome| breaker.note(now, outcome));
    if outcome.is_none() {
        breaker.give_back();
    }
    save(uow.connection(), id, now, &breaker, turn.as_ref()).await?;
    if matches!(outcome, Some(Outcome::Good | Outcome::Slow)) {
        on!(uow.connection(), c => sqlx::query("UPDATE integration SET last_good_at = $2 WHERE id = $1")
            .bind(id.uuid()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    }
    uow.commit_bookkeeping().await
}

/// Where an integration's breaker stands.
pub async fn standing(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
) -> Result<BreakerView, Error> {
    let now = cx.clock.now();
    let mut reading = cx.db.read().await?;
    let breaker = read(reading.connection(), id, now).await?;
    let held_until = breaker.held_until(now);
    Ok(BreakerView {
        state: breaker.state(),
        since: breaker.since,
        held_until: (held_until > now).then_some(held_until),
        forced: breaker.held(now).cloned(),
    })
}

/// How a breaker turned, the newest first.
pub async fn turns(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
) -> Result<Vec<(Timestamp, BreakerState, String)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(i64, String, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT at, state, why FROM integration_turn WHERE integration_id = $1 ORDER BY at DESC, id DESC LIMIT 50")
        .bind(id.uuid()).fetch_all(c).await)?;
    rows.into_iter().map(|(at, state, why)| Ok((Timestamp(at), state.parse().map_err(Error::internal)?, why))).collect()
}

/// Holds a breaker open or closed for some minutes, whatever it sees.
pub async fn hold(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: IntegrationId,
    is_open: bool,
    minutes: i64,
    reason: &str,
) -> Result<(), Error> {
    let reason = staff::reason(reason)?;
    if !(1..=LONGEST_HOLD).contains(&minutes) {
        return Err(Error::invalid_field("minutes", "Hold it for 1 minute to 24 hours."));
    }
    let now = cx.clock.now();
    let by = access.actor().name();
    let forced = Forced { is_open, until: now.plus(minutes * Timestamp::MINUTE), by, reason: reason.clone() };
    let entry = audit::Entry::new("integration.breaker_held")
        .target("integration", id)
        .reason(reason)
        .detail("is_open", is_open)
        .detail("minutes", minutes);
    force(cx, access, id, Some(forced), entry).await
}

/// Lets a breaker decide by itself again.
pub async fn let_go(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: IntegrationId,
    reason: &str,
) -> Result<(), Error> {
    let entry =
        audit::Entry::new("integration.breaker_let_go").target("integration", id).reason(staff::reason(reason)?);
    force(cx, access, id, None, entry).await
}

async fn force(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    id: IntegrationId,
    forced: Option<Forced>,
    entry: audit::Entry,
) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut uow: UnitOfWork = cx.db.begin().await?;
    must_exist(uow.connection(), id).await?;
    let mut breaker = take(uow.connection(), id, now).await?;
    let why = match &forced {
        Some(forced) => {
            let word = if forced.is_open { "open" } else { "closed" };
            format!("{} holds it {word}: {}", forced.by, forced.reason)
        }
        None => "let go".to_owned(),
    };
    breaker.forced = forced;
    let turn = Turn { state: breaker.state(), why };
    save(uow.connection(), id, now, &breaker, Some(&turn)).await?;
    uow.commit(cx, access.actor(), entry).await
}

/// 404 for an integration that isn't there.
pub(super) async fn must_exist(connection: Connection<'_>, id: IntegrationId) -> Result<(), Error> {
    let found: Option<(Uuid,)> = on!(connection, c => sqlx::query_as("SELECT id FROM integration WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    found.map(|_| ()).ok_or_else(|| {
        Error::not_found("integration.not_found", "There is no such integration. The address may be wrong.")
    })
}
