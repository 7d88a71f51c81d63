//! The gate of one integration: what it asks for, what is missing, going live, and exceptions.

use domain::{
    Timestamp,
    assessments::Missing,
    ids::IntegrationId,
    integrations::IntegrationState,
    permissions::{Permission, marker::IntegrationsRead},
    subscription::Tone,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::{
    access::Actor,
    assessments::{self, Condition, Exception, ExceptionState},
    clock::{ZONE, zoned},
};

use super::{
    TAB, crumbs, file_of, gate_acts,
    reads::{ExceptionView, GateView, read_gate},
    words as said,
};
use crate::{
    components::{Icon, Loaded, PageHead, PlainTable},
    context::{answer as answered, asked, new_token, parse_id},
    error::AppError,
    pages::{integrations::tabs::IntegrationTabs, staff::Refusal},
    viewer::may,
    views::{Badge, Cell, Row},
    words,
};

/// What is done on a gate's own page: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] = &[
    "assessments/go_live",
    "assessments/ask_exception",
    "assessments/grant_exception",
    "assessments/decline_exception",
    "assessments/end_exception",
];

/// The gate of an integration. `act` in the address opens the confirmation of a change.
#[component]
pub fn GatePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_gate(id).await.map(|gate| (act, gate)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, gate): (String, GateView)) -> AnyView {
    match gate_acts::act_page(&act, &gate) {
        Some(page) => page,
        None => view! { <Gate gate/> }.into_any(),
    }
}

#[component]
fn Gate(gate: GateView) -> impl IntoView {
    let GateView {
        id,
        name,
        partner,
        state,
        state_why,
        is_settled,
        conditions,
        missing,
        unmet,
        exception,
        exceptions,
        ..
    } = gate;
    let may_manage = may(Permission::IntegrationsManage);
    let can_ask = may_manage && !is_settled && exception.is_none() && !missing.is_empty();
    let audit = format!("/security?target=integration:{id}");
    view! {
        <PageHead title=format!("Gate of {name}") subtitle=partner.0.clone() badge=state crumbs=crumbs()>
            {can_ask.then(|| view! { <a class="btn danger-quiet" href="?act=exception">"Ask for an exception …"</a> })}
            {(may_manage && !is_settled)
                .then(|| view! { <a class="btn primary" href="?act=go_live">"Go live …"</a> })}
        </PageHead>
        <IntegrationTabs here=TAB/>
        <div class="stack">
            <Refusal of=ACTS/>
            {(!state_why.is_empty()).then(|| note("notice", state_why))}
            {exception.map(alert)}
            {(!is_settled && !unmet.is_empty()).then(|| note("warn", format!("It can’t go live yet. Missing: {unmet}.")))}
            <PlainTable
                id="conditions"
                heading="What the gate asks for"
                columns=vec!["Condition", "Now", "What is known", "What to do"]
                rows=conditions
                empty="Nothing."
            />
            <PlainTable
                id="exceptions"
                heading="Exceptions"
                note="At most 14 days, by two people."
                columns=vec!["Stands in for", "State", "Reason", "Asked for", "Decided by", "Ends"]
                rows=exceptions
                empty="There never was one."
            />
            <section class="panel" aria-labelledby="else">
                <header class="panel-head"><h2 id="else">"Elsewhere"</h2></header>
                <div class="panel-body stack xs">
                    <p><a href=partner.1>{format!("Assessment file of {}", partner.0)}</a></p>
                    {may(Permission::AuditRead)
                        .then(|| view! { <p><a href=audit>"What was done to it, in the audit log"</a></p> })}
                </div>
            </section>
        </div>
    }
}

fn note(tone: &'static str, words: String) -> AnyView {
    view! {
        <div class=format!("message {tone}")>
            <Icon name="alert"/>
            <div class="message-body"><p>{words}</p></div>
        </div>
    }
    .into_any()
}

/// The exception that waits or is in force, with what can be done about it.
fn alert(exception: ExceptionView) -> AnyView {
    let may_decide = may(Permission::AssessmentsDecide);
    let ExceptionView { missing, reason, asked, ends, is_asked, is_in_force, is_own, .. } = exception;
    let words = if is_in_force {
        format!("An exception is in force until {ends}. It stands in for: {missing}. Then the gate closes again.")
    } else if is_asked {
        format!("An exception waits for a second person. It would stand in for: {missing}, until {ends}.")
    } else {
        format!("An exception for {missing} is over since {ends}. The gate closes with its next look.")
    };
    view! {
        <div class="message danger" role="alert">
            <Icon name="alert"/>
            <div class="message-body">
                <p><b>{words}</b></p>
                <p>{reason}</p>
                <p class="message-meta">{asked}</p>
                {(may_decide && is_asked && !is_own)
                    .then(|| view! { <p><a href="?act=grant">"Grant …"</a> " · " <a href="?act=decline">"Decline …"</a></p> })}
                {(is_asked && is_own).then(|| view! { <p>"You have asked for it. Somebody else has to decide."</p> })}
                {(may_decide && is_in_force).then(|| view! { <p><a href="?act=end">"End it now …"</a></p> })}
            </div>
        </div>
    }
    .into_any()
}

fn condition_row(condition: &Condition, id: IntegrationId, partner: &str) -> Row {
    let badge = match condition {
        Condition { is_met: true, .. } => Badge::new(Tone::Ok, "Met"),
        Condition { is_excused: true, .. } => Badge::new(Tone::Warn, "Excused"),
        _ => Badge::new(Tone::Danger, "Missing"),
    };
    let href = match condition.what {
        Missing::Assessment | Missing::Evidence => partner.to_owned(),
        Missing::Contract => "/integrations/contracts".to_owned(),
        Missing::Plan | Missing::Owner | Missing::Drill | Missing::Probe => format!("/integrations/{id}"),
    };
    let to_do = if condition.is_met {
        Cell::Text(String::new())
    } else {
        Cell::Link(condition.what.what_to_do().to_owned(), href)
    };
    Row {
        href: String::new(),
        mark: if condition.is_met { "" } else { "attn" }.to_owned(),
        cells: vec![
            Cell::Text(condition.what.label().to_owned()),
            Cell::Badge(badge),
            Cell::Text(condition.known.clone()),
            to_do,
        ],
    }
}

/// Where an exception stands: one whose end has passed is over, whether somebody has written that down or not.
fn exception_badge(exception: &Exception, now: Timestamp) -> Badge {
    let is_over = exception.ends_at() <= now;
    match exception.state() {
        ExceptionState::Granted if !is_over => Badge::new(Tone::Danger, "In force"),
        ExceptionState::Asked if !is_over => Badge::new(Tone::Warn, ExceptionState::Asked.label()),
        ExceptionState::Declined => Badge::new(Tone::Neutral, ExceptionState::Declined.label()),
        ExceptionState::Granted | ExceptionState::Asked | ExceptionState::Ended => Badge::new(Tone::Neutral, "Ended"),
    }
}

fn exception_row(exception: &Exception, now: Timestamp) -> Row {
    let asked = words::when(Timestamp(exception.asked_at), now);
    Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![
            Cell::Text(Missing::words(&exception.missing())),
            Cell::Badge(exception_badge(exception, now)),
            Cell::Text(exception.reason.clone()),
            Cell::Who(exception.asked_by.clone(), asked.exact),
            Cell::Text(exception.decided_by.clone()),
            Cell::When(words::when(exception.ends_at(), now)),
        ],
    }
}

fn exception_view(exception: &Exception, actor: &Actor, now: Timestamp) -> ExceptionView {
    ExceptionView {
        id: exception.id.to_string(),
        state: exception_badge(exception, now),
        missing: Missing::words(&exception.missing()),
        reason: exception.reason.clone(),
        asked: match exception.state() {
            ExceptionState::Granted => {
                format!("Asked for by {}, granted by {}", exception.asked_by, exception.decided_by)
            }
            _ => format!("Asked for by {}", exception.asked_by),
        },
        ends: words::when(exception.ends_at(), now).exact,
        is_asked: exception.state() == ExceptionState::Asked && exception.ends_at() > now,
        is_in_force: exception.is_in_force(now),
        is_own: actor.staff_id().map(domain::ids::StaffId::uuid) == Some(exception.asker_id),
    }
}

pub(super) async fn answer(id: String) -> Result<GateView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let id: IntegrationId = parse_id(&id)?;
        let standing = assessments::standing(&cx, &access, id).await?;
        let now = cx.clock.now();
        let gated = &standing.integration;
        let partner = file_of(gated.partner_id);
        let state = gated.state();
        let missing = standing.missing();
        let until = zoned(now.plus(7 * Timestamp::DAY), ZONE).strftime("%Y-%m-%dT%H:%M").to_string();
        Ok(GateView {
            id: id.to_string(),
            name: gated.name.clone(),
            state: said::integration(state),
            state_why: gated.state_why.clone(),
            is_settled: matches!(state, IntegrationState::Live | IntegrationState::Retired),
            conditions: standing.conditions.iter().map(|one| condition_row(one, id, &partner)).collect(),
            missing: missing.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect(),
            unmet: Missing::words(&standing.unmet()),
            exception: standing.exception.as_ref().map(|one| exception_view(one, &actor, now)),
            exceptions: standing.exceptions.iter().map(|one| exception_row(one, now)).collect(),
            partner: (gated.partner_name.clone(), partner),
            until,
            token: new_token(),
        })
    })
    .await
}
