//! What closes the gate by itself: evidence and assessments that run out, and exceptions that end.

use domain::{
    assessments::{Missing, WARNING_DAYS, Watched, in_force, warning, watch as decide},
    ids::IntegrationId,
    integrations::IntegrationState,
};
use jiff::{Span, civil::Date};
use uuid::Uuid;

use super::{
    evidence,
    exceptions::{self, Exception, ExceptionState},
    gate::{self, Looked},
};
use crate::{
    Error, Services,
    access::Actor,
    audit,
    clock::ZONE,
    db::{UnitOfWork, on},
};

/// Ends exceptions, warns of evidence that runs out, and closes or opens what the gate looks after. The worker calls it
/// each round; twice at once does nothing twice.
pub async fn watch(cx: &Services) -> Result<(), Error> {
    end_overdue(cx).await?;
    warn(cx).await?;
    let mut reading = cx.db.read().await?;
    let ids: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id FROM integration WHERE state = 'live' OR id IN (SELECT integration_id FROM gate_lapse) LIMIT 1000")
        .fetch_all(c).await)?;
    for (id,) in ids {
        let id = id.into();
        if step(&gate::look(cx, reading.connection(), id).await?).is_some() {
            turn(cx, id).await?;
        }
    }
    Ok(())
}

/// What closes it: what runs out, and what it was closed for before, unless an exception stands in for it.
fn closing(looked: &Looked) -> Vec<Missing> {
    let before = looked.gated.lapsed_for();
    looked.unexcused().into_iter().filter(|missing| missing.runs_out() || before.contains(missing)).collect()
}

fn step(looked: &Looked) -> Option<Watched> {
    let since = looked.gated.lapsed_at.map(domain::Timestamp);
    decide(looked.gated.state(), since, closing(looked).is_empty(), looked.facts.now)
}

/// Looks again inside a unit of work, and does what is to be done.
async fn turn(cx: &Services, id: IntegrationId) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let looked = gate::look(cx, uow.connection(), id).await?;
    let Some(step) = step(&looked) else { return Ok(()) };
    let list = closing(&looked);
    let words = Missing::words(&list);
    let (to, why, action) = match step {
        Watched::Restrict => (
            IntegrationState::Restricted,
            format!("It ran out: {words}. Nothing new is begun; in 14 days it is held."),
            "integration.restricted",
        ),
        Watched::Hold => (
            IntegrationState::Held,
            format!("Not made good in 14 days: {words}. What is queued waits."),
            "integration.held",
        ),
        Watched::Restore => {
            (IntegrationState::Live, "What had run out was made good.".to_owned(), "integration.restored")
        }
    };
    if !set_state(&mut uow, cx, id, (looked.gated.state(), to), &why).await? {
        return Ok(());
    }
    match step {
        Watched::Restrict => lapse(&mut uow, cx, id, &list).await?,
        Watched::Hold => {}
        Watched::Restore => on!(uow.connection(), c => sqlx::query("DELETE FROM gate_lapse WHERE integration_id = $1")
            .bind(id.uuid()).execute(c).await.map(|_| ()))?,
    }
    let entry = audit::Entry::new(action)
        .target("integration", id)
        .reason(why)
        .change("state", looked.gated.state().as_str(), to.as_str())
        .detail("missing", Missing::store_list(&list));
    uow.commit(cx, &Actor::job("gate"), entry).await
}

/// Turns an integration from one state into another; `false` when it was in neither any more.
async fn set_state(
    uow: &mut UnitOfWork,
    cx: &Services,
    id: IntegrationId,
    (from, to): (IntegrationState, IntegrationState),
    why: &str,
) -> Result<bool, Error> {
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE integration SET state = $3, state_why = $4, updated_at = $5, updated_by = 'Job: gate', version = version + 1
         WHERE id = $1 AND state = $2")
        .bind(id.uuid()).bind(from.as_str()).bind(to.as_str()).bind(why).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(turned == 1)
}

/// Remembers that the gate closed an integration, when, and for want of what.
async fn lapse(uow: &mut UnitOfWork, cx: &Services, id: IntegrationId, list: &[Missing]) -> Result<(), Error> {
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO gate_lapse (integration_id, since, missing) VALUES ($1, $2, $3)
         ON CONFLICT (integration_id) DO UPDATE SET since = excluded.since, missing = excluded.missing")
        .bind(id.uuid()).bind(cx.clock.now().millis()).bind(Missing::store_list(list))
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Ends exceptions whose time is over. What they stood in for and is still missing holds the integration at once.
pub(super) async fn end_overdue(cx: &Services) -> Result<(), Error> {
    let mut reading = cx.db.read().await?;
    let over = exceptions::overdue(reading.connection(), cx.clock.now()).await?;
    drop(reading);
    for exception in over {
        end(cx, &exception).await?;
    }
    Ok(())
}

async fn end(cx: &Services, exception: &Exception) -> Result<(), Error> {
    let id: IntegrationId = exception.integration_id.into();
    let mut uow = cx.db.begin().await?;
    let ended = on!(uow.connection(), c => sqlx::query(
        "UPDATE gate_exception SET state = 'ended' WHERE id = $1 AND state = $2 AND ends_at <= $3")
        .bind(exception.id).bind(exception.state().as_str()).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if ended == 0 {
        return Ok(());
    }
    let stood_in = exception.missing();
    let mut entries = vec![
        audit::Entry::new("integration.exception_ended")
            .target("integration", id)
            .change("exception", exception.state().as_str(), ExceptionState::Ended.as_str())
            .detail("missing", Missing::store_list(&stood_in)),
    ];
    let looked = gate::look(cx, uow.connection(), id).await?;
    let before = looked.gated.state();
    let left: Vec<Missing> = looked.missing.iter().copied().filter(|missing| stood_in.contains(missing)).collect();
    if exception.state() == ExceptionState::Granted && !left.is_empty() && before.may_call() {
        let why = format!(
            "The exception has ended, and this is still missing: {}. What is queued waits.",
            Missing::words(&left)
        );
        if set_state(&mut uow, cx, id, (before, IntegrationState::Held), &why).await? {
            let mut list = looked.gated.lapsed_for();
            list.extend(left.iter().filter(|missing| !looked.gated.lapsed_for().contains(missing)));
            lapse(&mut uow, cx, id, &list).await?;
            entries.push(
                audit::Entry::new("integration.held")
                    .target("integration", id)
                    .reason(why)
                    .change("state", before.as_str(), IntegrationState::Held.as_str())
                    .detail("missing", Missing::store_list(&list)),
            );
        }
    }
    uow.commit_all(cx, &Actor::job("gate"), entries).await
}

/// Warns once at each of [`WARNING_DAYS`] before evidence ends.
async fn warn(cx: &Services) -> Result<(), Error> {
    let today = cx.clock.today(ZONE);
    let last = today.saturating_add(Span::new().days(WARNING_DAYS[0]));
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid, Uuid, String, Option<i64>)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT e.id, e.partner_id, e.valid_until, (SELECT MIN(w.days) FROM evidence_warning w WHERE w.evidence_id = e.id)
         FROM partner_evidence e
         WHERE e.removed_at IS NULL AND e.valid_until >= $1 AND e.valid_until <= $2
         ORDER BY e.valid_until LIMIT 500")
        .bind(today.to_string()).bind(last.to_string()).fetch_all(c).await)?;
    for (id, partner, until, warned) in rows {
        let Some(days) = until.parse::<Date>().ok().and_then(|until| warning(until, today)) else { continue };
        if warned.is_some_and(|warned| warned <= days) {
            continue;
        }
        let pieces = evidence::of(reading.connection(), partner.into()).await?;
        let dated: Vec<_> = pieces.iter().map(evidence::Evidence::dated).collect();
        let Some(own) = pieces.iter().find(|piece| piece.id == id).map(evidence::Evidence::dated) else { continue };
        // One that a newer one stands in for ends unnoticed.
        if in_force(&dated).contains(&&own) {
            remember(cx, id, partner, days, &until).await?;
        }
    }
    Ok(())
}

async fn remember(cx: &Services, id: Uuid, partner: Uuid, days: i64, until: &str) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let is_new = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO evidence_warning (evidence_id, days, at) VALUES ($1, $2, $3) ON CONFLICT (evidence_id, days) DO NOTHING")
        .bind(id).bind(days).bind(cx.clock.now().millis()).execute(c).await.map(|done| done.rows_affected()))?;
    if is_new == 0 {
        return Ok(());
    }
    let entry = audit::Entry::new("assessment.evidence_ending")
        .target("partner", partner)
        .detail("evidence", id.to_string())
        .detail("days", days)
        .detail("valid_until", until);
    uow.commit(cx, &Actor::job("gate"), entry).await
}
