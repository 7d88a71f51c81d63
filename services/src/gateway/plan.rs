//! Contingency: what is done when an operation can't be had.

use domain::{
    Timestamp,
    integrations::{CallFailure, Plan},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    attempt::Failed,
    call::{Answer, Ask, send},
    line::Line,
    queue::{NewCall, enqueue},
};
use crate::{Error, Services, access::Actor, db::on, keys::Purpose};

/// Answers are not kept longer than this, whatever a plan says; milliseconds.
pub(super) const KEPT: i64 = 365 * Timestamp::DAY;

fn refused(failed: &Failed) -> Answer {
    Answer::Refused(failed.failure, failed.detail.clone())
}

/// Carries out the plan of an operation that failed.
pub(super) async fn fall_back(
    cx: &Services,
    actor: &Actor,
    line: &Line,
    ask: &Ask,
    failed: &Failed,
) -> Result<Answer, Error> {
    if !failed.failure.may_pass_later() {
        return Ok(refused(failed));
    }
    match line.operation.plan {
        Plan::Refuse => Ok(refused(failed)),
        Plan::Second => Ok(second(cx, line, ask).await?.unwrap_or_else(|| refused(failed))),
        Plan::LastKnown => Ok(last_known(cx, line, &ask.payload).await?.unwrap_or_else(|| refused(failed))),
        Plan::Queue => {
            let key = ask.key.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
            let (subject_type, subject_id) = ask.subject.unwrap_or(("", Uuid::nil()));
            let mut uow = cx.db.begin().await?;
            let new = NewCall {
                integration: ask.integration,
                operation: &ask.operation,
                key: &key,
                subject: (subject_type, subject_id),
                title: &ask.operation,
                payload: &ask.payload,
            };
            let id = enqueue(cx, uow.connection(), &actor.name(), &new).await?;
            uow.commit_bookkeeping().await?;
            Ok(Answer::Queued(id))
        }
    }
}

/// What the second provider answers; nothing when it can't either. It has no second of its own to be asked.
pub(super) async fn second(cx: &Services, line: &Line, ask: &Ask) -> Result<Option<Answer>, Error> {
    let Some(id) = line.operation.second.filter(|id| *id != line.integration) else { return Ok(None) };
    let other = match Line::read(cx, id, &ask.operation).await {
        Ok(other) => other,
        Err(error) if error.status == 404 => return Ok(None),
        Err(error) => return Err(error),
    };
    let at = cx.clock.now();
    let tried = send(cx, &other, ask).await?;
    let outcome = match &tried.result {
        Ok(_) => domain::integrations::CallOutcome::Answered,
        Err(_) => domain::integrations::CallOutcome::Refused,
    };
    super::call::observe(cx, &other, at, outcome, &tried);
    Ok(tried.result.ok().map(|value| Answer::Second(value, id)))
}

/// A question, so that the answer to it is found without keeping its words.
fn question(cx: &Services, line: &Line, payload: &Value) -> Result<Vec<u8>, Error> {
    let words = serde_json_canonicalizer::to_string(payload).map_err(Error::internal)?;
    let text = format!("{}/{}/{words}", line.integration, line.operation.name);
    Ok(cx.keys.keyed_hash(Purpose::PartnerQuestion, text.as_bytes()).to_vec())
}

fn place(line: &Line) -> String {
    format!("last_answer/sealed/{}/{}", line.integration, line.operation.name)
}

/// Keeps an answer, where the plan will want it.
pub(super) async fn remember(cx: &Services, line: &Line, payload: &Value, answer: &Value) -> Result<(), Error> {
    if line.operation.plan != Plan::LastKnown {
        return Ok(());
    }
    let sealed = serde_json::to_vec(answer).map_err(Error::internal)?;
    let sealed = cx.keys.seal(Purpose::SealPartnerData, &place(line), &sealed)?;
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO last_answer (integration_id, operation, question, at, sealed) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (integration_id, operation, question) DO UPDATE SET at = excluded.at, sealed = excluded.sealed")
        .bind(line.integration.uuid()).bind(&line.operation.name).bind(question(cx, line, payload)?)
        .bind(cx.clock.now().millis()).bind(sealed).execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}

async fn last_known(cx: &Services, line: &Line, payload: &Value) -> Result<Option<Answer>, Error> {
    let oldest = cx.clock.now().plus(-line.operation.last_known_ms.min(KEPT)).millis();
    let mut reading = cx.db.read().await?;
    let row: Option<(i64, Vec<u8>)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT at, sealed FROM last_answer WHERE integration_id = $1 AND operation = $2 AND question = $3 AND at >= $4")
        .bind(line.integration.uuid()).bind(&line.operation.name).bind(question(cx, line, payload)?).bind(oldest)
        .fetch_optional(c).await)?;
    let Some((at, sealed)) = row else { return Ok(None) };
    let answer = cx.keys.unseal(Purpose::SealPartnerData, &place(line), &sealed)?;
    Ok(Some(Answer::LastKnown(serde_json::from_slice(&answer).map_err(Error::internal)?, Timestamp(at))))
}

/// Whether work that failed of this is put back without counting as tried: nothing was sent.
pub(super) const fn is_held(failure: CallFailure) -> bool {
    failure.was_not_sent() && !matches!(failure, CallFailure::Contract)
}
