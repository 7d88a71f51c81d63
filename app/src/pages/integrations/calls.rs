//! Calls that wait for their time, that were given up, and sending them again.

use domain::{
    Timestamp,
    ids::{IntegrationId, PartnerCallId},
    integrations::CallState,
    permissions::{
        Permission,
        marker::{IntegrationsOperate, IntegrationsRead},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use services::{
    Error, Services,
    access::Access,
    clock::{ZONE, zoned},
    gateway::{self, QueueFilter, Queued},
    integrations::{self, Filter},
};

use super::{
    crumbs,
    reads::{CallView, CallsView, ReplayView, read_call, read_calls, read_replay},
    tabs::IntegrationTabs,
    words as said,
};
use crate::{
    components::{ChoiceField, Crumb, Facts, Field, Hidden, Icon, ListPanel, Loaded, PageHead, PostForm, TextField},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    listing::{Address, Known, column},
    pages::staff::Refusal,
    viewer::may,
    views::{Cell, Chip, Fact, Row},
    words,
};

/// The calls that wait, were given up, are done, or were cancelled.
#[component]
pub fn CallsPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), read_calls);
    view! { <Loaded resource=list view=show_list/> }
}

fn show_list(view: CallsView) -> AnyView {
    let numbers: Vec<_> =
        view.numbers.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
    view! {
        <PageHead
            title="Waiting calls".to_owned()
            subtitle="What changes need of partners, and what could not be had at once."
        >
            <a class="btn quiet" href="/integrations/log">"All calls, as they ended"</a>
            {may(Permission::IntegrationsOperate)
                .then(|| view! { <a class="btn" href="/integrations/calls/replay">"Send again …"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/calls"/>
        <div class="stack">
            <dl class="strip">{numbers}</dl>
            <ListPanel list=view.list empty="No call was queued yet. They appear when a change needs a partner."/>
        </div>
    }
    .into_any()
}

/// One call. `act` in the address opens the confirmation of a change.
#[component]
pub fn CallPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_call(id).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show_one/> }
}

fn call_crumbs() -> Vec<Crumb> {
    let mut way = crumbs();
    way.push(Crumb::new("Waiting calls", "/integrations/calls"));
    way
}

fn show_one((act, view): (String, CallView)) -> AnyView {
    if view.acts.contains(&act) {
        return show_act(&act, view);
    }
    let can = |act: &str| view.acts.iter().any(|possible| possible == act);
    let (send, cancel) = (can("send"), can("cancel"));
    let has_failed = !view.error.is_empty();
    view! {
        <PageHead title=view.title subtitle=view.subtitle badge=view.state crumbs=call_crumbs()>
            {cancel.then(|| view! { <a class="btn danger-quiet" href="?act=cancel">"Cancel …"</a> })}
            {send.then(|| view! { <a class="btn primary" href="?act=send">"Send again …"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/calls"/>
        <div class="stack">
            <Refusal of={&["integrations/replay", "integrations/cancel"]}/>
            {has_failed
                .then(|| view! {
                    <div class="message warn">
                        <Icon name="alert"/>
                        <div class="message-body"><p>"The last attempt failed: " {view.error}</p></div>
                    </div>
                })}
            <section class="panel" aria-labelledby="record">
                <header class="panel-head">
                    <h2 id="record">"Record"</h2>
                    <p>"What is sent is encrypted, and read by nobody but the gateway."</p>
                </header>
                <div class="panel-body"><Facts facts=view.facts/></div>
            </section>
        </div>
    }
    .into_any()
}

fn show_act(act: &str, view: CallView) -> AnyView {
    let (title, function, form, button, label, follows): (_, _, _, _, _, &[&'static str]) = if act == "send" {
        (
            "Send the call again",
            "integrations/replay",
            "confirm",
            "btn primary",
            "Send again",
            &[
                "It is tried at once, and then as often as any other call.",
                "It carries the key that it had, so a partner that took it before does nothing twice.",
            ],
        )
    } else {
        (
            "Cancel the call",
            "integrations/cancel",
            "confirm danger",
            "btn danger",
            "Cancel call",
            &[
                "The partner is not asked any more. What needed it goes on without it, so look at that record.",
                "It can be sent again later, from here.",
            ],
        )
    };
    let mut way = call_crumbs();
    let back = format!("/integrations/calls/{}", view.id);
    way.push(Crumb::new(&view.title, back.clone()));
    let lines: Vec<_> = follows.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    view! {
        <PageHead title=title.to_owned() subtitle=view.title badge=view.state crumbs=way/>
        <IntegrationTabs here="/integrations/calls"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            <PostForm function class=form>
                <Hidden name="id" value=view.id/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class=button type="submit">{label}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

/// Sending many again.
#[component]
pub fn ReplayPage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(move || query.get().get("integration").unwrap_or_default(), read_replay);
    view! { <Loaded resource=page view=show_replay/> }
}

fn show_replay(view: ReplayView) -> AnyView {
    let (from, until) = view.range;
    view! {
        <PageHead title="Send a range again".to_owned() subtitle=view.dead crumbs=call_crumbs()/>
        <IntegrationTabs here="/integrations/calls"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                <li><Icon name="right"/><div>"What was queued in the range and given up is sent again, the oldest first, no faster than you say."</div></li>
                <li><Icon name="right"/><div>"Each carries the key that it had, so a partner that took it before does nothing twice."</div></li>
                <li><Icon name="right"/><div>"What is cancelled or done stays so. An open breaker holds them; nothing is given up for it."</div></li>
            </ul>
            <PostForm function="integrations/replay_many" class="confirm">
                <ChoiceField
                    name="integration"
                    label="Integration"
                    value=view.chosen
                    choices=view.integrations
                    hint="All of them, or one."
                />
                <Field name="from" label="Queued from" value=from kind="datetime-local" width="w-m" hint="In Berlin’s time."/>
                <Field name="until" label="Until" value=until kind="datetime-local" width="w-m" hint="In Berlin’s time."/>
                <Field
                    name="per_minute"
                    label="Calls in a minute"
                    value="60"
                    width="w-s"
                    inputmode="numeric"
                    hint="A partner that has just come back wants it slow. 1 to 6000."
                />
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Send again"</button>
                    <a class="btn quiet" href="/integrations/calls">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("what", "What for"),
    column("integration", "Integration"),
    column("state", "State"),
    column("error", "What went wrong"),
    column("attempts", "Attempts").number(),
    column("next", "Next try"),
    column("queued", "Queued"),
    column("key", "Key").hidden(),
];

fn row(queued: &Queued, shown: &[&Known], now: Timestamp) -> Row {
    let state = queued.state();
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "what" => Cell::Who(queued.title.clone(), queued.operation.clone()),
            "integration" => Cell::Text(queued.integration_name.clone()),
            "state" => Cell::Badge(said::call(state, queued.attempts)),
            "error" => Cell::Text(queued.last_error.clone()),
            "attempts" => Cell::Number(words::grouped(queued.attempts)),
            "next" if state == CallState::Ready => Cell::When(words::when(Timestamp(queued.next_at), now)),
            "next" => Cell::Text(String::new()),
            "key" => Cell::Code(queued.idempotency_key.clone()),
            _ => Cell::When(words::when(Timestamp(queued.created_at), now)),
        })
        .collect();
    let mark = match state {
        CallState::Dead => "bad",
        CallState::Ready if queued.attempts > 0 => "attn",
        CallState::Cancelled => "off",
        _ => "",
    };
    Row { href: format!("/integrations/calls/{}", queued.id), mark: mark.to_owned(), cells }
}

/// The integration that an address narrows a list to, by its id or by the beginning of its name.
pub(super) async fn narrowed(
    cx: &Services,
    access: &Access<IntegrationsRead>,
    address: &Address,
) -> Result<(Option<IntegrationId>, Option<Chip>), Error> {
    if let Some(id) = address.parsed::<IntegrationId>("integration")? {
        let name = integrations::find(cx, access, id).await?.name;
        let chip =
            Chip { label: format!("Integration: {name}"), href: address.href(&[("integration", None)]), is_on: true };
        return Ok((Some(id), Some(chip)));
    }
    let Some(query) = address.get("q") else { return Ok((None, None)) };
    let filter = Filter { query: Some(query.to_owned()), ..Filter::default() };
    let first = integrations::list(cx, access, &filter).await?.rows.into_iter().next();
    // No integration has the id of all zeros: nothing matches.
    Ok((Some(first.map_or_else(|| uuid::Uuid::nil().into(), |found| found.id.into())), None))
}

pub(super) async fn answer_list(search: String) -> Result<CallsView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let address = Address::parse("/integrations/calls", &search, &["state", "integration"])?;
        let (integration, chip) = narrowed(&cx, &access, &address).await?;
        let filter = QueueFilter {
            state: address.parsed("state")?,
            integration,
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = gateway::queue(&cx, &access, &filter).await?;
        let mut list = address.view(
            "Calls",
            "Beginning of an integration’s name",
            COLUMNS,
            ("queued", true),
            page,
            |one, shown| row(&one, shown, now),
        );
        list.chips.push(address.chip("All", "state", None));
        for state in [CallState::Ready, CallState::Dead, CallState::Done, CallState::Cancelled] {
            list.chips.push(address.chip(state.label(), "state", Some(state.as_str())));
        }
        list.filters.extend(chip);
        let counts = gateway::counts(&cx, &access).await?;
        let oldest = counts.oldest_ready.map_or_else(|| "none".to_owned(), |at| words::when(at, now).shown);
        Ok(CallsView {
            numbers: vec![
                ("Waiting".to_owned(), words::grouped(counts.ready)),
                ("Given up".to_owned(), words::grouped(counts.dead)),
                ("Oldest that waits".to_owned(), oldest),
            ],
            list,
        })
    })
    .await
}

pub(super) async fn answer_one(id: String) -> Result<CallView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let id: PartnerCallId = parse_id(&id)?;
        let queued = gateway::queued(&cx, &access, id).await?;
        let state = queued.state();
        let exact = |at: i64| words::when(Timestamp(at), now).exact;
        let subject = queued.subject_id.to_string();
        let record = match said::subject(&queued.subject_type, &subject) {
            Some(href) => Fact::link("Needed by", queued.subject_type.replace('_', " "), href),
            None => Fact::new("Needed by", queued.subject_type.replace('_', " ")),
        };
        let next = if state == CallState::Ready { exact(queued.next_at) } else { String::new() };
        let mut acts = Vec::new();
        if actor.holds(Permission::IntegrationsOperate) {
            if matches!(state, CallState::Dead | CallState::Ready | CallState::Cancelled) {
                acts.push("send".to_owned());
            }
            if matches!(state, CallState::Dead | CallState::Ready) {
                acts.push("cancel".to_owned());
            }
        }
        Ok(CallView {
            id: id.to_string(),
            title: if queued.title.is_empty() { queued.operation.clone() } else { queued.title.clone() },
            subtitle: format!("{} of {}", queued.operation, queued.integration_name),
            state: said::call(state, queued.attempts),
            acts,
            facts: vec![
                Fact::link(
                    "Integration",
                    queued.integration_name.clone(),
                    format!("/integrations/{}", queued.integration_id),
                ),
                record,
                Fact::code("Key", queued.idempotency_key.clone()),
                Fact::new("Attempts", words::grouped(queued.attempts)),
                Fact::new("Next try", next),
                Fact::new("Queued", format!("{}, by {}", exact(queued.created_at), queued.created_by)),
                Fact::new("Last changed", exact(queued.updated_at)),
                Fact::code("Id", id.to_string()),
            ],
            error: if state == CallState::Done { String::new() } else { queued.last_error },
        })
    })
    .await
}

pub(super) async fn answer_replay(integration: String) -> Result<ReplayView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let counts = gateway::counts(&cx, &actor.authorize::<IntegrationsRead>()?).await?;
        let all = (String::new(), "All of them".to_owned());
        let choices = integrations::choices(&cx, &access).await?;
        let now = cx.clock.now();
        let local = |at: Timestamp| zoned(at, ZONE).strftime("%Y-%m-%dT%H:%M").to_string();
        Ok(ReplayView {
            integrations: std::iter::once(all)
                .chain(choices.into_iter().map(|(id, name)| (id.to_string(), name)))
                .collect(),
            chosen: integration,
            range: (local(now.plus(-Timestamp::DAY)), local(now.plus(Timestamp::MINUTE))),
            dead: match counts.dead {
                0 => "Nothing was given up at the moment.".to_owned(),
                1 => "One call was given up, over all integrations.".to_owned(),
                many => format!("{} calls were given up, over all integrations.", words::grouped(many)),
            },
        })
    })
    .await
}
