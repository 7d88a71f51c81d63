//! What people do when an integration fails: its breaker, drills, what waits, and switching off.

use domain::{
    Timestamp,
    forms::FormErrors,
    ids::{IntegrationId, PartnerCallId},
    integrations::KillLevel,
    permissions::marker::IntegrationsOperate,
};
use leptos::prelude::*;
use services::{Error, clock::ZONE, gateway};

use super::why;
use crate::{
    context::{answer, asked, parse_id},
    error::AppError,
    viewer::Done,
};

fn page(id: IntegrationId) -> String {
    format!("/integrations/{id}")
}

/// How long, in minutes, with the reason; both are said at once when they are wrong.
fn minutes_and_why(minutes: &str, reason: &str, most: i64) -> Result<(i64, String), Error> {
    let mut errors = FormErrors::default();
    let minutes = errors.number("minutes", minutes, 1, most);
    let reason = reason.trim();
    if reason.is_empty() {
        errors.push("reason", "Say why. It is kept in the audit log.");
    }
    match minutes {
        Some(minutes) if errors.is_empty() => Ok((minutes, reason.to_owned())),
        _ => Err(Error::invalid(errors.into_fields())),
    }
}

/// Holds a breaker open or closed.
#[server(prefix = "/_fn", endpoint = "integrations/hold")]
pub async fn hold_breaker(id: String, is_open: String, minutes: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let id: IntegrationId = parse_id(&id)?;
        let (minutes, reason) = minutes_and_why(&minutes, &reason, 24 * 60)?;
        let is_open = is_open == "yes";
        gateway::hold(&cx, &access, id, is_open, minutes, &reason).await?;
        let notice = if is_open {
            "The breaker is held open. Nothing is sent until the time is over or somebody lets go."
        } else {
            "The breaker is held closed. Every call is sent until the time is over or somebody lets go."
        };
        Ok(Done::at(page(id), notice))
    })
    .await
}

/// Lets a breaker go.
#[server(prefix = "/_fn", endpoint = "integrations/let_go")]
pub async fn let_breaker_go(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: IntegrationId = parse_id(&id)?;
        gateway::let_go(&cx, &actor.authorize::<IntegrationsOperate>()?, id, &why(&reason)?).await?;
        Ok(Done::at(page(id), "The breaker opens and closes by itself again."))
    })
    .await
}

/// Begins a failure drill.
#[server(prefix = "/_fn", endpoint = "integrations/drill")]
pub async fn start_drill(id: String, minutes: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let id: IntegrationId = parse_id(&id)?;
        let (minutes, reason) = minutes_and_why(&minutes, &reason, 120)?;
        gateway::start_drill(&cx, &access, id, minutes, &reason).await?;
        Ok(Done::at(page(id), format!("The drill is on. It ends by itself in {minutes} minutes.")))
    })
    .await
}

/// Ends a failure drill.
#[server(prefix = "/_fn", endpoint = "integrations/stop_drill")]
pub async fn stop_drill(id: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: IntegrationId = parse_id(&id)?;
        gateway::stop_drill(&cx, &actor.authorize::<IntegrationsOperate>()?, id).await?;
        Ok(Done::at(page(id), "The drill is over. Calls go to the partner again."))
    })
    .await
}

/// Sends one call again.
#[server(prefix = "/_fn", endpoint = "integrations/replay")]
pub async fn replay_call(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PartnerCallId = parse_id(&id)?;
        gateway::replay(&cx, &actor.authorize::<IntegrationsOperate>()?, id, &why(&reason)?).await?;
        Ok(Done::at(call_page(id), "It is on its way again. Reload to see how it went."))
    })
    .await
}

/// Takes one call out of the queue.
#[server(prefix = "/_fn", endpoint = "integrations/cancel")]
pub async fn cancel_call(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PartnerCallId = parse_id(&id)?;
        gateway::cancel(&cx, &actor.authorize::<IntegrationsOperate>()?, id, &why(&reason)?).await?;
        Ok(Done::at(call_page(id), "It was cancelled. The partner is not asked."))
    })
    .await
}

fn call_page(id: PartnerCallId) -> String {
    format!("/integrations/calls/{id}")
}

/// Sends everything that was given up in a range of time again.
#[server(prefix = "/_fn", endpoint = "integrations/replay_many")]
pub async fn replay_many(
    #[server(default)] integration: String,
    from: String,
    until: String,
    per_minute: String,
    reason: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let mut errors = FormErrors::default();
        let (from, until) = (instant(&mut errors, "from", &from), instant(&mut errors, "until", &until));
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            errors.push("until", "The end must be after the beginning.");
        }
        let rate = errors.number("per_minute", &per_minute, 1, 6_000);
        if reason.trim().is_empty() {
            errors.push("reason", "Say why. It is kept in the audit log.");
        }
        let (Some(from), Some(until), Some(rate), true) = (from, until, rate, errors.is_empty()) else {
            return Err(Error::invalid(errors.into_fields()));
        };
        let only: Option<IntegrationId> = if integration.is_empty() { None } else { Some(parse_id(&integration)?) };
        let count = gateway::replay_many(&cx, &access, only, from, until, rate, reason.trim()).await?;
        let notice = match count {
            0 => "Nothing was given up in that range.".to_owned(),
            1 => "One call is on its way again.".to_owned(),
            many => format!("{many} calls are on their way again, {rate} in a minute."),
        };
        Ok(Done::at("/integrations/calls", notice))
    })
    .await
}

/// An instant as a browser's field sends it, in the business's zone.
fn instant(errors: &mut FormErrors, field: &str, text: &str) -> Option<Timestamp> {
    let Ok(at) = text.trim().parse::<jiff::civil::DateTime>().and_then(|at| at.in_tz(ZONE)) else {
        errors.push(field, "Give a day and a time, like 2026-11-24T18:30.");
        return None;
    };
    Some(Timestamp(at.timestamp().as_millisecond()))
}

/// What a switch stands over, as the address names it: `partner:…`.
pub(super) fn level_and_key(what: &str) -> Result<(KillLevel, &str), Error> {
    let wrong = || Error::invalid_field("what", "Choose what to switch off.");
    let (level, key) = what.split_once(':').ok_or_else(wrong)?;
    let level: KillLevel = level.parse().map_err(|_| wrong())?;
    let is_key = if level == KillLevel::Everything { key == "everything" } else { key.parse::<uuid::Uuid>().is_ok() };
    if is_key { Ok((level, key)) } else { Err(wrong()) }
}

/// What has to be typed before everything is switched off.
pub(super) const EVERYTHING: &str = "EVERYTHING";

/// Switches something off.
#[server(prefix = "/_fn", endpoint = "integrations/throw")]
pub async fn throw_switch(what: String, #[server(default)] typed: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let (level, key) = level_and_key(&what)?;
        if level == KillLevel::Everything && typed.trim() != EVERYTHING {
            return Err(Error::invalid_field(
                "typed",
                "Type EVERYTHING, in capitals: it stops every call to every partner.",
            ));
        }
        gateway::throw(&cx, &access, level, key, &why(&reason)?).await?;
        Ok(Done::at("/integrations/switches", "It is switched off. Within a second, no node sends anything more."))
    })
    .await
}

/// Lifts a switch, or asks for it: it takes two people.
#[server(prefix = "/_fn", endpoint = "integrations/lift")]
pub async fn lift_switch(what: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let (level, key) = level_and_key(&what)?;
        let notice = if gateway::lift(&cx, &access, level, key, &why(&reason)?).await? {
            "The switch is lifted. Calls go out again."
        } else {
            "You asked for lifting it. It stays off until somebody else lifts it too."
        };
        Ok(Done::at("/integrations/switches", notice))
    })
    .await
}
