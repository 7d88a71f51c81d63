//! An endpoint: how it does, what was sent to it, and what can be done to it.

use domain::{
    Timestamp,
    ids::EndpointId,
    permissions::{Permission, marker::AccessRead},
    webhooks::DeliveryState,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use services::{
    access::Actor,
    clock::{ZONE, zoned},
    webhooks::{self, Delivery, DeliveryFilter, Listed, standard_secret},
};

use super::{
    acts::{Act, act_page},
    crumbs,
    reads::{WebhookView, read_webhook},
    words as said,
};
use crate::{
    components::{Facts, Icon, ListPanel, Loaded, PageHead},
    context::{answer as answered, asked, parse_id, session},
    error::AppError,
    listing::{Address, Known, column},
    once,
    pages::{access::tabs::AccessTabs, staff::Refusal},
    viewer::may,
    views::{Badge, Cell, Fact, Row},
    words,
};

/// What is done on an endpoint's own page: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] =
    &["webhooks/rotate", "webhooks/enable", "webhooks/disable", "webhooks/delete", "webhooks/test", "webhooks/recover"];

/// One endpoint. `act` in the address opens the confirmation of a change; the rest of it narrows the log.
#[component]
pub fn WebhookPage() -> impl IntoView {
    let (params, query, search) = (use_params_map(), use_query_map(), use_location().search);
    let page = Resource::new(
        move || {
            let act = query.get().get("act").unwrap_or_default();
            (params.get().get("id").unwrap_or_default(), act, search.get())
        },
        |(id, act, search)| async move { read_webhook(id, act.clone(), search).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, webhook): (String, WebhookView)) -> AnyView {
    match Act::of(&act).filter(|_| webhook.acts.contains(&act)) {
        Some(act) => act_page(act, webhook),
        None => view! { <Webhook webhook/> }.into_any(),
    }
}

#[component]
fn Webhook(webhook: WebhookView) -> impl IntoView {
    let WebhookView { id, url, subtitle, state, note, acts, fresh, public_keys, numbers, facts, types, log, .. } =
        webhook;
    let edit = format!("/access/webhooks/{id}/edit");
    let audit = format!("/security?target=webhook_endpoint:{id}");
    let can = |act: &str| acts.iter().any(|possible| possible == act);
    let link = |act: &'static str, class: &'static str, label: &'static str| {
        can(act).then(|| view! { <a class=class href=format!("?act={act}")>{label}</a> })
    };
    let numbers: Vec<_> =
        numbers.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
    let types: Vec<_> = types.into_iter().map(|name| view! { <li><code>{name}</code></li> }).collect();
    let acts = view! {
        {link("delete", "btn danger-quiet", "Delete …")}
        {link("disable", "btn", "Disable …")}
        {can("edit").then(|| view! { <a class="btn" href=edit>"Edit"</a> })}
        {link("rotate", "btn", "Rotate secret …")}
        {link("recover", "btn", "Send again …")}
        {link("enable", "btn primary", "Enable …")}
        {link("test", "btn", "Send a test …")}
    }
    .into_any();
    view! {
        <PageHead title=url subtitle badge=state crumbs=crumbs()>{acts}</PageHead>
        <AccessTabs here="/access/webhooks"/>
        <div class="stack">
            <Refusal of=ACTS/>
            {(!note.is_empty())
                .then(|| view! {
                    <div class="message warn">
                        <Icon name="alert"/>
                        <div class="message-body"><p>{note}</p></div>
                    </div>
                })}
            {fresh.map(|(secret, standard)| view! { <Fresh secret standard/> })}
            <dl class="strip">{numbers}</dl>
            <ListPanel list=log empty="Nothing was sent to it yet. Send a test, or wait until something happens."/>
            {(!public_keys.is_empty()).then(|| view! { <PublicKeys keys=public_keys/> })}
            <div class="grid2">
                <section class="panel" aria-labelledby="record">
                    <header class="panel-head"><h2 id="record">"Record"</h2></header>
                    <div class="panel-body"><Facts facts/></div>
                </section>
                <section class="panel" aria-labelledby="told">
                    <header class="panel-head"><h2 id="told">"What it is told of"</h2></header>
                    <div class="panel-body stack s">
                        {if types.is_empty() {
                            view! { <p>"Everything in the catalogue, also what is added to it later."</p> }.into_any()
                        } else {
                            view! { <ul class="plain-list">{types}</ul> }.into_any()
                        }}
                        <p><a href="/access/webhooks/events">"The event catalogue"</a></p>
                        {may(Permission::AuditRead)
                            .then(|| view! { <p><a href=audit>"What was done to it, in the audit log"</a></p> })}
                    </div>
                </section>
            </div>
        </div>
    }
}

/// A secret that was made a moment ago.
#[component]
fn Fresh(secret: String, standard: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="fresh">
            <header class="panel-head"><h2 id="fresh">"Its secret"</h2></header>
            <div class="panel-body stack s">
                <div class="message warn inline">
                    <Icon name="alert"/>
                    <div class="message-body">
                        <p>
                            <b>"Copy it now; it is shown this once. "</b>
                            "By it the receiver checks that a message is from us."
                        </p>
                    </div>
                </div>
                <p class="secret"><code>{secret}</code></p>
                <p>"The same in the form that libraries of Standard Webhooks take:"</p>
                <p class="secret"><code>{standard}</code></p>
            </div>
        </section>
    }
}

/// The keys by which a receiver checks what it gets.
#[component]
fn PublicKeys(keys: Vec<String>) -> impl IntoView {
    let note = if keys.len() > 1 { "Both sign until the old one’s day is over; the newest first." } else { "" };
    let keys: Vec<_> = keys.into_iter().map(|key| view! { <p class="secret"><code>{key}</code></p> }).collect();
    view! {
        <section class="panel" aria-labelledby="public">
            <header class="panel-head"><h2 id="public">"Public key"</h2><p>{note}</p></header>
            <div class="panel-body stack s">
                <p>"By it the receiver checks that a message is from us. It is no secret."</p>
                {keys}
            </div>
        </section>
    }
}

const COLUMNS: &[Known] = &[
    column("event", "Event"),
    column("state", "State"),
    column("answer", "Last answer"),
    column("attempts", "Attempts").number(),
    column("queued", "Queued"),
    column("id", "Event id").hidden(),
];

fn row(delivery: &Delivery, is_held: bool, shown: &[&Known], now: Timestamp) -> Row {
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "event" => Cell::Who(
                delivery.event_type.clone(),
                format!("{} {}", delivery.object_type.replace('_', " "), delivery.object_id),
            ),
            "state" => Cell::Badge(said::delivery(delivery, is_held, now)),
            "answer" => Cell::Text(said::outcome(delivery.last_status, &delivery.last_error)),
            "attempts" => Cell::Number(words::grouped(delivery.attempts)),
            "id" => Cell::Code(delivery.event_id.to_string()),
            _ => Cell::When(words::when(Timestamp(delivery.created_at), now)),
        })
        .collect();
    let mark = match delivery.state() {
        DeliveryState::Dead => "bad",
        DeliveryState::Ready if delivery.attempts > 0 => "attn",
        _ => "",
    };
    Row { href: format!("/access/webhooks/deliveries/{}", delivery.id), mark: mark.to_owned(), cells }
}

pub(super) async fn answer(id: String, act: String, search: String) -> Result<WebhookView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        let id: EndpointId = parse_id(&id)?;
        let endpoint = webhooks::one(&cx, &access, id).await?;
        let search = if act.is_empty() { search } else { String::new() };
        let address = Address::parse(format!("/access/webhooks/{id}"), &search, &["state", "act"])?;
        let filter = DeliveryFilter {
            state: address.parsed("state")?,
            query: address.get("q").map(str::to_owned),
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = webhooks::deliveries(&cx, &access, id, &filter).await?;
        let sorted = ("queued", true);
        let mut log =
            address.view("What was sent", "Event type, event id or record id", COLUMNS, sorted, page, |one, shown| {
                row(&one, said::is_held(&endpoint), shown, now)
            });
        log.chips.push(address.chip("All", "state", None));
        log.chips
            .extend(DeliveryState::ALL.iter().map(|state| address.chip(state.label(), "state", Some(state.as_str()))));
        let waiting = if act.is_empty() { once::take(&cx, &session()?, id.uuid()).await? } else { None };
        let local = |at: Timestamp| zoned(at, ZONE).strftime("%Y-%m-%dT%H:%M").to_string();
        let last = endpoint.last_success_at().map_or_else(|| "never".to_owned(), |at| words::when(at, now).shown);
        Ok(WebhookView {
            id: id.to_string(),
            url: endpoint.url.clone(),
            subtitle: format!("{} · {}", endpoint.environment().label(), endpoint.partner_name),
            // Why it is so stands in the note below.
            state: Badge { note: String::new(), ..said::state(&endpoint, now) },
            note: note(&endpoint),
            acts: possible(&actor, &endpoint),
            fresh: waiting.map(|secret| {
                let standard = standard_secret(&secret);
                (secret, standard)
            }),
            public_keys: webhooks::public_keys(&cx, &access, &endpoint).await?,
            numbers: vec![
                ("Waiting".to_owned(), said::counted(endpoint.waiting)),
                ("Given up".to_owned(), said::counted(endpoint.dead)),
                ("Last delivered".to_owned(), last),
            ],
            facts: facts(&endpoint, now),
            types: endpoint.event_types(),
            log,
            version: endpoint.version,
            range: (local(now.plus(-Timestamp::DAY)), local(now.plus(Timestamp::MINUTE))),
        })
    })
    .await
}

fn facts(endpoint: &Listed, now: Timestamp) -> Vec<Fact> {
    let exact = |at: i64| words::when(Timestamp(at), now).exact;
    let mut facts = vec![
        Fact::link("Partner", endpoint.partner_name.clone(), format!("/partners/{}", endpoint.partner_id)),
        Fact::new("What it is for", endpoint.description.clone()),
        Fact::new("Signed by", endpoint.scheme().label()),
        Fact::new(
            "Messages in a second",
            endpoint.max_per_second.map(|most| format!("at most {most}")).unwrap_or_default(),
        ),
        Fact::new("Registered", exact(endpoint.created_at)),
        Fact::new("Changed", exact(endpoint.updated_at)),
        Fact::code("Id", endpoint.id.to_string()),
    ];
    if let Some(until) = endpoint.previous_until(now) {
        facts.insert(2, Fact::new("Old secret signs until", exact(until.millis())));
    }
    facts
}

/// What should be known of it now.
fn note(endpoint: &Listed) -> String {
    let note = match (endpoint.is_enabled, endpoint.stopped_why.as_str()) {
        _ if endpoint.is_suspended => {
            "Its partner is suspended. What happens is queued and waits until that is lifted."
        }
        (false, "gone") => {
            "It answered 410 Gone, so nothing is sent to it. What happens is queued; enable it to send again, or delete it."
        }
        (false, "failing") => {
            "It took nothing for five days, so nothing is sent to it. What happens is queued; enable it once it is up again."
        }
        (false, _) => "It is disabled: what happens meanwhile is not queued for it.",
        (true, _) if endpoint.failing_since().is_some() => {
            "It takes nothing at the moment. Each message is tried again at growing intervals, for three days."
        }
        (true, _) => "",
    };
    note.to_owned()
}

/// What somebody may do to an endpoint as it is now, in the words of the address.
fn possible(actor: &Actor, endpoint: &Listed) -> Vec<String> {
    if !actor.holds(Permission::WebhooksManage) {
        return Vec::new();
    }
    let turn = if endpoint.is_enabled { "disable" } else { "enable" };
    ["edit", "rotate", "recover", "test", "delete", turn].map(str::to_owned).to_vec()
}
