//! A call: all its protections, in order, and its attempts.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    Timestamp,
    ids::{IntegrationId, PartnerCallId},
    integrations::{Admission, CallFailure, CallOutcome, Outcome, backoff},
    limits::{Subject, WhenAway, Window},
    partners::Via,
};
use rand::Rng;
use serde_json::Value;
use uuid::Uuid;

use super::{
    attempt::{Failed, attempt},
    breaker,
    line::Line,
    log, plan,
};
use crate::{
    Error, Services,
    access::Actor,
    contracts::shape,
    disclosures::Disclosed,
    health::Observation,
    limits::{Ask as LimitAsk, Policy, Verdict},
};

/// A question to a partner.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which integration.
    pub integration: IntegrationId,
    /// Which of its operations.
    pub operation: String,
    /// Records by kind, each with its fields. What the contract doesn't name is left out.
    pub payload: Value,
    /// The record that it is about.
    pub subject: Option<(&'static str, Uuid)>,
    /// The same for the same work, so that the partner does it once.
    pub key: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The partner answered.
    Answered(Value),
    /// The second provider answered.
    Second(Value, IntegrationId),
    /// This is what it last answered to the same question, and when.
    LastKnown(Value, Timestamp),
    /// It will be asked later.
    Queued(PartnerCallId),
    /// It can't be had.
    Refused(CallFailure, String),
}

/// What was tried on one integration.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) result: Result<Value, Failed>,
    pub(super) status: Option<u16>,
    pub(super) attempts: u32,
    pub(super) took_ms: Option<i64>,
}

impl Tried {
    fn stopped(failure: CallFailure, detail: impl Into<String>) -> Self {
        Self { result: Err(Failed::new(failure, detail)), status: None, attempts: 0, took_ms: None }
    }
}

/// Asks a partner, and falls back on the operation's plan. Only faults of ours are errors.
pub async fn call(cx: &Services, actor: &Actor, ask: Ask) -> Result<Answer, Error> {
    let (at, begun) = (cx.clock.now(), Instant::now());
    let line = Line::read(cx, ask.integration, &ask.operation).await?;
    let tried = send(cx, &line, &ask).await?;
    let (answer, failed) = match &tried.result {
        Ok(value) => {
            plan::remember(cx, &line, &ask.payload, value).await?;
            (Answer::Answered(value.clone()), None)
        }
        Err(failed) => (plan::fall_back(cx, actor, &line, &ask, failed).await?, Some(failed)),
    };
    let outcome = outcome_of(&answer);
    log::write(
        cx,
        actor,
        &log::Line {
            at,
            integration: ask.integration,
            operation: &ask.operation,
            subject: ask.subject,
            outcome,
            failed,
            status: tried.status,
            attempts: tried.attempts,
            took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            is_drill: line.is_drilled(at),
        },
    )
    .await?;
    observe(cx, &line, at, outcome, &tried);
    Ok(answer)
}

pub(super) fn outcome_of(answer: &Answer) -> CallOutcome {
    match answer {
        Answer::Answered(_) => CallOutcome::Answered,
        Answer::Second(..) => CallOutcome::Second,
        Answer::LastKnown(..) => CallOutcome::LastKnown,
        Answer::Queued(_) => CallOutcome::Queued,
        Answer::Refused(..) => CallOutcome::Refused,
    }
}

pub(super) fn observe(cx: &Services, line: &Line, at: Timestamp, outcome: CallOutcome, tried: &Tried) {
    cx.health.record(Observation {
        at,
        integration: line.integration,
        operation: line.operation.name.clone(),
        outcome,
        failure: tried.result.as_ref().err().map(|failed| failed.failure),
        took_ms: tried.took_ms,
        attempts: tried.attempts,
        is_drill: line.is_drilled(at),
    });
}

/// Sends a payload through all protections of one integration. What left, and what was held back, goes into the ledger.
pub(super) async fn send(cx: &Services, line: &Line, ask: &Ask) -> Result<Tried, Error> {
    if let Some((failure, why)) = line.stopped() {
        return Ok(Tried::stopped(failure, why));
    }
    let shaped = shape(&line.terms, &ask.payload);
    if shaped.is_refused {
        disclose(cx, line, ask, Vec::new(), shaped.withheld.clone());
        let why = format!("the contract doesn’t let these fields leave: {}", shaped.withheld.join(", "));
        return Ok(Tried::stopped(CallFailure::Contract, why));
    }
    if line.is_drilled(cx.clock.now()) {
        return Ok(Tried::stopped(CallFailure::Drill, "a failure drill is on"));
    }
    if let Some(why) = too_fast(cx, line).await {
        return Ok(Tried::stopped(CallFailure::Rate, why));
    }
    let Some(_place) = cx.gateway.place(line.integration, line.max_concurrent) else {
        let why = format!("{} calls to it are under way, which is as many as it may get", line.max_concurrent);
        return Ok(Tried::stopped(CallFailure::Bulkhead, why));
    };
    let tried = attempts(cx, line, &shaped.payload, ask.key.as_deref()).await?;
    if tried.attempts > 0 {
        disclose(cx, line, ask, shaped.passed, shaped.withheld);
    }
    Ok(tried)
}

fn disclose(cx: &Services, line: &Line, ask: &Ask, fields: Vec<String>, withheld: Vec<String>) {
    let Some(subject) = ask.subject else { return };
    cx.disclosures.record(Disclosed {
        at: cx.clock.now(),
        partner: line.partner,
        via: Via::Gateway,
        subject,
        fields,
        withheld,
    });
}

/// Why the partner's own limit refuses this call; nothing when it doesn't.
async fn too_fast(cx: &Services, line: &Line) -> Option<String> {
    let window = Window::new(line.per_minute, 60).ok()?;
    let policy = Policy {
        id: line.integration.uuid().into(),
        name: "to-partner".to_owned(),
        description: String::new(),
        subject: Subject::Partner,
        route_class: None,
        windows: vec![window],
        when_away: WhenAway::Open,
        is_default: false,
        given_to: 0,
        version: 0,
    };
    let ask = LimitAsk { policy: Arc::new(policy), subject: "gateway".to_owned() };
    match cx.limiter.ask(&cx.clock, &[ask]).await {
        Verdict::Refused { retry_after, .. } => {
            Some(format!("{} calls a minute are all that it wants; again in {retry_after} s", line.per_minute))
        }
        Verdict::Passes(_) | Verdict::Uncounted | Verdict::Away { .. } => None,
    }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// The attempts of a call, all within its deadline. A second one is made only where that can do no harm.
async fn attempts(cx: &Services, line: &Line, payload: &Value, key: Option<&str>) -> Result<Tried, Error> {
    let operation = &line.operation;
    let end = Instant::now() + millis(operation.deadline_ms);
    let may_repeat = operation.is_idempotent || key.is_some();
    let most = if may_repeat { operation.max_attempts } else { 1 };
    let mut tried = Tried::stopped(CallFailure::Timeout, "the deadline was over before the first attempt");
    for number in 1..=most {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let admission = breaker::ask(cx, line.integration).await?;
        if let Admission::Refuse(until) = admission {
            if number == 1 {
                let seconds = until.since(cx.clock.now()).max(0) / Timestamp::SECOND;
                return Ok(Tried::stopped(CallFailure::Open, format!("the circuit is open for another {seconds} s")));
            }
            break;
        }
        let attempted = attempt(cx, line, payload, key, left.min(millis(operation.timeout_ms))).await;
        let attempted = match attempted {
            Ok(attempted) => attempted,
            Err(error) => {
                breaker::note(cx, line.integration, admission, None).await?;
                return Err(error);
            }
        };
        breaker::note(cx, line.integration, admission, judged(line, &attempted)).await?;
        let status = match &attempted.result {
            Ok((_, status)) => Some(status.as_u16()),
            Err(failed) => failed.status.map(|status| status.as_u16()),
        };
        let result = attempted.result.map(|(value, _)| value);
        tried = Tried { result, status, attempts: number, took_ms: Some(attempted.took_ms) };
        let Err(failed) = &tried.result else { break };
        let is_worth_it = failed.failure.counts_against_partner()
            || failed.failure == CallFailure::Throttled
            // A token that was just forgotten is asked for anew, once.
            || failed.failure == CallFailure::Credential && line.auth == domain::integrations::Auth::OAuth2 && number == 1;
        if !is_worth_it || admission == Admission::Probe || number == most {
            break;
        }
        let jitter = backoff(number + 1, rand::rng().random_range(0..=1_000));
        let wait = millis(jitter.max(failed.retry_after.unwrap_or(0)));
        if wait >= end.saturating_duration_since(Instant::now()) {
            break;
        }
        tokio::time::sleep(wait).await;
    }
    Ok(tried)
}

/// What an attempt says about the partner; nothing when it says nothing.
fn judged(line: &Line, attempted: &super::attempt::Attempted) -> Option<Outcome> {
    match &attempted.result {
        Ok(_) if attempted.took_ms > line.slow_ms => Some(Outcome::Slow),
        Ok(_) => Some(Outcome::Good),
        Err(failed) if failed.failure.counts_against_partner() => Some(Outcome::Failed),
        // It answered, and what it said is our fault.
        Err(failed) if failed.failure == CallFailure::Client => Some(Outcome::Good),
        Err(_) => None,
    }
}
