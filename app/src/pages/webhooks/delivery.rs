//! One delivery: what is sent, and how each attempt went.

use domain::{
    Timestamp,
    permissions::{Permission, marker::AccessRead},
    webhooks::DeliveryState,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::webhooks::{self, Attempt};

use super::{
    crumbs,
    reads::{DeliveryView, read_delivery},
    words as said,
};
use crate::{
    components::{Crumb, Facts, Loaded, PageHead, PlainTable, PostButton},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    pages::{access::tabs::AccessTabs, staff::Refusal},
    views::{Cell, Fact, Row},
    words,
};

/// One delivery.
#[component]
pub fn DeliveryPage() -> impl IntoView {
    let params = use_params_map();
    let page = Resource::new(move || params.get().get("id").unwrap_or_default(), read_delivery);
    view! { <Loaded resource=page view=show/> }
}

fn show(delivery: DeliveryView) -> AnyView {
    let DeliveryView { id, kind, state, endpoint: (url, href), facts, attempts, excerpt, body, can_resend } = delivery;
    let mut way = crumbs();
    way.push(Crumb::new(&url, href));
    let is_answered = !excerpt.is_empty();
    view! {
        <PageHead title=kind subtitle=format!("To {url}") badge=state crumbs=way>
            {can_resend
                .then(|| view! {
                    <PostButton function="webhooks/resend" label="Send again" class="btn primary" fields=vec![("id", id)]/>
                })}
        </PageHead>
        <AccessTabs here="/access/webhooks"/>
        <div class="stack">
            <Refusal of={&["webhooks/resend"]}/>
            <div class="cols">
                <div class="stack">
                    <PlainTable
                        id="attempts"
                        heading="Attempts"
                        note="The latest first; at most a hundred."
                        columns=vec!["When", "Answer", "Took"]
                        rows=attempts
                        empty="It was not tried yet."
                    />
                    {is_answered
                        .then(|| view! {
                            <section class="panel" aria-labelledby="answer">
                                <header class="panel-head"><h2 id="answer">"How the last answer began"</h2></header>
                                <div class="panel-body"><pre class="code" tabindex="0">{excerpt}</pre></div>
                            </section>
                        })}
                    <section class="panel" aria-labelledby="message">
                        <header class="panel-head"><h2 id="message">"What is sent"</h2></header>
                        <div class="panel-body"><pre class="code" tabindex="0">{body}</pre></div>
                    </section>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body"><Facts facts/></div>
                    </section>
                </aside>
            </div>
        </div>
    }
    .into_any()
}

fn row(attempt: &Attempt, now: Timestamp) -> Row {
    let cells = vec![
        Cell::When(words::when(Timestamp(attempt.at), now)),
        Cell::Text(said::outcome(attempt.status, &attempt.error)),
        Cell::Number(format!("{} ms", words::grouped(attempt.took_ms))),
    ];
    let mark = if attempt.error.is_empty() { "" } else { "bad" };
    Row { href: String::new(), mark: mark.to_owned(), cells }
}

pub(super) async fn answer(id: String) -> Result<DeliveryView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let (delivery, attempts) = webhooks::delivery(&cx, &access, parse_id(&id)?).await?;
        let endpoint = webhooks::one(&cx, &access, delivery.endpoint_id.into()).await?;
        let now = cx.clock.now();
        let exact = |at: i64| words::when(Timestamp(at), now).exact;
        let object = delivery.object_id.to_string();
        let record = match said::record(&delivery.object_type, &object) {
            Some(href) => Fact::link("About", delivery.object_type.replace('_', " "), href),
            None => Fact::new("About", delivery.object_type.clone()),
        };
        let body = webhooks::body(
            delivery.event_id,
            &delivery.event_type,
            Timestamp(delivery.event_at),
            &delivery.object_type,
            delivery.object_id,
        );
        let next = delivery.next_at().map(|next| {
            if said::is_held(&endpoint) {
                "when the endpoint is sent to again".to_owned()
            } else {
                format!("{}, {}", said::ahead(next, now), exact(next.millis()))
            }
        });
        Ok(DeliveryView {
            id: delivery.id.to_string(),
            kind: delivery.event_type.clone(),
            endpoint: (endpoint.url.clone(), format!("/access/webhooks/{}", endpoint.id)),
            state: said::delivery(&delivery, said::is_held(&endpoint), now),
            facts: vec![
                record,
                Fact::code("Its id", object),
                Fact::code("Event", delivery.event_id.to_string()),
                Fact::new("Happened", exact(delivery.event_at)),
                Fact::new("Queued", exact(delivery.created_at)),
                Fact::new("Next try", next.unwrap_or_default()),
            ],
            attempts: attempts.iter().map(|attempt| row(attempt, now)).collect(),
            excerpt: attempts.into_iter().next().map(|attempt| attempt.excerpt).unwrap_or_default(),
            body: super::catalogue::indented(&body),
            can_resend: actor.holds(Permission::WebhooksManage) && delivery.state() != DeliveryState::Running,
        })
    })
    .await
}
