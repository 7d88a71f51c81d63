//! Every type of event, with a message of it and its schema, and how a receiver checks what it gets.

use domain::{permissions::marker::AccessRead, webhooks::CATALOGUE};
use leptos::prelude::*;
use services::webhooks::{example, schema};

use super::{
    crumbs,
    reads::{EventTypeView, event_catalogue},
};
use crate::{
    components::{Icon, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    pages::access::tabs::AccessTabs,
};

/// The catalogue.
#[component]
pub fn CataloguePage() -> impl IntoView {
    let catalogue = Resource::new(|| (), |()| event_catalogue());
    view! { <Loaded resource=catalogue view=show/> }
}

fn show(catalogue: Vec<EventTypeView>) -> AnyView {
    let rules: Vec<_> = [
        "A message is a POST of JSON. Answer with any status from 200 to 299 within 15 seconds; do the work afterwards.",
        "Check the signature before anything else: it is in webhook-signature, over webhook-id, webhook-timestamp and \
         the body, as Standard Webhooks says. Take any of its libraries and give it the secret that begins with whsec_, \
         or the public key that begins with whpk_.",
        "Refuse a message whose timestamp is more than five minutes away.",
        "A message may come twice and out of order: keep the ids that you have seen, and read the record for what is \
         so now.",
        "What is not taken is tried again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours. Retry-After is \
         heeded. 410 Gone ends it.",
    ]
    .into_iter()
    .map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> })
    .collect();
    let count = catalogue.len();
    let types: Vec<_> = catalogue.into_iter().map(one).collect();
    view! {
        <PageHead
            title="Event catalogue".to_owned()
            subtitle="What endpoints can be told of. A message says what happened and to which record; read the record by the API."
            crumbs=crumbs()
        />
        <AccessTabs here="/access/webhooks"/>
        <div class="stack">
            <section class="panel" aria-labelledby="receiving">
                <header class="panel-head"><h2 id="receiving">"Receiving them"</h2></header>
                <ul class="consequences">{rules}</ul>
            </section>
            <section class="panel" aria-labelledby="types">
                <header class="panel-head"><h2 id="types">"Types"</h2><p>{count}" types"</p></header>
                <div class="panel-body stack xs">{types}</div>
            </section>
        </div>
    }
    .into_any()
}

fn one(kind: EventTypeView) -> AnyView {
    view! {
        <details class="fold">
            <summary><code>{kind.name}</code>" "<span class="muted">{kind.about}</span></summary>
            <div class="stack s">
                <h3 class="small">"A message"</h3>
                <pre class="code" tabindex="0">{kind.example}</pre>
                <h3 class="small">"JSON Schema"</h3>
                <pre class="code" tabindex="0">{kind.schema}</pre>
            </div>
        </details>
    }
    .into_any()
}

/// JSON as people read it.
pub(super) fn indented(text: &str) -> String {
    serde_json::from_str(text)
        .and_then(|value: serde_json::Value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| text.to_owned())
}

pub(super) async fn answer() -> Result<Vec<EventTypeView>, AppError> {
    answered(async {
        let (_, actor) = asked()?;
        actor.authorize::<AccessRead>()?;
        Ok(CATALOGUE
            .iter()
            .map(|kind| EventTypeView {
                name: kind.name.to_owned(),
                about: kind.about.to_owned(),
                example: example(*kind),
                schema: indented(&schema(*kind).to_string()),
            })
            .collect())
    })
    .await
}
