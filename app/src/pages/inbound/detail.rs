//! One message: what is known of it, what came of it, and what can be done about it.

use domain::{
    Timestamp,
    ids::InboundId,
    inbound::MessageState,
    permissions::{Permission, marker::IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::{
    access::Actor,
    inbound::{self, Detail, Message},
};

use super::{
    acts::{Act, act_page},
    crumbs,
    reads::{MessageView, read_message},
    words as said,
};
use crate::{
    components::{Facts, Icon, Loaded, PageHead},
    context::{answer as answered, asked, parse_id, session},
    error::AppError,
    once,
    pages::{integrations::tabs::IntegrationTabs, staff::Refusal},
    viewer::may,
    views::Fact,
    words,
};

/// What is done on a message's own page: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] = &["inbound/retry", "inbound/skip", "inbound/reveal"];

/// One message. `act` in the address opens the confirmation of a change.
#[component]
pub fn MessagePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || {
            let act = query.get().get("act").unwrap_or_default();
            (params.get().get("id").unwrap_or_default(), act)
        },
        |(id, act)| async move { read_message(id, act.clone()).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, message): (String, MessageView)) -> AnyView {
    match Act::of(&act).filter(|_| message.acts.contains(&act)) {
        Some(act) => act_page(act, message),
        None => view! { <Told message/> }.into_any(),
    }
}

#[component]
fn Told(message: MessageView) -> impl IntoView {
    let MessageView { id, kind, subtitle, state, outcome, last_error, note, waits_for, acts, facts, body } = message;
    let audit = format!("/security?target=inbound_message:{id}");
    let link = |act: &'static str, class: &'static str, label: &'static str| {
        acts.iter()
            .any(|possible| possible == act)
            .then(|| view! { <a class=class href=format!("?act={act}")>{label}</a> })
    };
    let acts = view! {
        {link("skip", "btn danger-quiet", "Skip …")}
        {link("reveal", "btn", "Show what it says …")}
        {link("retry", "btn primary", "Try again …")}
    }
    .into_any();
    view! {
        <PageHead title=kind subtitle badge=state crumbs=crumbs()>{acts}</PageHead>
        <IntegrationTabs here="/integrations/messages"/>
        <div class="stack">
            <Refusal of=ACTS/>
            {(!note.is_empty())
                .then(|| view! {
                    <div class="message warn">
                        <Icon name="alert"/>
                        <div class="message-body">
                            <p>{note}</p>
                            {waits_for.map(|href| view! { <p><a href=href>"The message that it waits for"</a></p> })}
                        </div>
                    </div>
                })}
            <div class="cols">
                <div class="stack">
                    <section class="panel" aria-labelledby="outcome">
                        <header class="panel-head"><h2 id="outcome">"What came of it"</h2></header>
                        <div class="panel-body stack s">
                            <p>{outcome}</p>
                            {(!last_error.is_empty())
                                .then(|| view! { <p class="muted">{format!("The last attempt failed: {last_error}")}</p> })}
                        </div>
                    </section>
                    <section class="panel" aria-labelledby="body">
                        <header class="panel-head"><h2 id="body">"What it says"</h2></header>
                        <div class="panel-body">
                            {match body {
                                Some(body) => view! { <pre class="code" tabindex="0">{body}</pre> }.into_any(),
                                None => view! {
                                    <p class="muted">
                                        "It is kept encrypted, for 90 days. Showing it takes a reason, which stands in the audit log."
                                    </p>
                                }.into_any(),
                            }}
                        </div>
                    </section>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body stack s">
                            <Facts facts/>
                            {may(Permission::AuditRead)
                                .then(|| view! { <p><a href=audit>"What was done to it, in the audit log"</a></p> })}
                        </div>
                    </section>
                </aside>
            </div>
        </div>
    }
}

pub(super) async fn answer(id: String, act: String) -> Result<MessageView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let id: InboundId = parse_id(&id)?;
        let detail = inbound::find(&cx, &access, id).await?;
        let now = cx.clock.now();
        let body = if act.is_empty() && actor.holds(Permission::IntegrationsOperate) {
            once::take(&cx, &session()?, id.uuid()).await?
        } else {
            None
        };
        let message = &detail.message;
        Ok(MessageView {
            id: id.to_string(),
            kind: said::kind(message),
            subtitle: format!("By {}", message.integration_name),
            state: said::state(message, now),
            outcome: match (message.outcome.as_str(), message.state()) {
                ("", MessageState::Running) => "A worker is at it.".to_owned(),
                ("", _) => "Nothing yet.".to_owned(),
                (words, _) => words.to_owned(),
            },
            last_error: message.last_error.clone(),
            note: note(&detail),
            waits_for: detail.waits_for.map(|other| format!("/integrations/messages/{other}")),
            acts: possible(&actor, message),
            facts: facts(message, now),
            body,
        })
    })
    .await
}

/// What should be known of it now.
fn note(detail: &Detail) -> String {
    let message = &detail.message;
    match message.state() {
        MessageState::Parked if detail.keeps_back == 1 => {
            "One later message about the same record waits until you decide about this one.".to_owned()
        }
        MessageState::Parked if detail.keeps_back > 0 => format!(
            "{} later messages about the same record wait until you decide about this one.",
            words::grouped(detail.keeps_back)
        ),
        MessageState::Parked => "It waits until somebody decides: try again, or skip it.".to_owned(),
        MessageState::Ready if message.is_suspended => {
            "Its partner is suspended. It waits until that is lifted.".to_owned()
        }
        MessageState::Ready if message.is_held() => {
            "Its integration may not be used at the moment. It waits until the integration is live.".to_owned()
        }
        MessageState::Ready if detail.waits_for.is_some() => {
            "It waits for an earlier message about the same record.".to_owned()
        }
        _ => String::new(),
    }
}

/// What somebody may do to a message as it is now, in the words of the address.
fn possible(actor: &Actor, message: &Message) -> Vec<String> {
    if !actor.holds(Permission::IntegrationsOperate) {
        return Vec::new();
    }
    let is_open = matches!(message.state(), MessageState::Parked | MessageState::Ready);
    let mut acts = Vec::new();
    if is_open && message.has_body {
        acts.push("retry".to_owned());
    }
    if is_open {
        acts.push("skip".to_owned());
    }
    if message.has_body {
        acts.push("reveal".to_owned());
    }
    acts
}

fn facts(message: &Message, now: Timestamp) -> Vec<Fact> {
    let exact = |at: i64| words::when(Timestamp(at), now).exact;
    let messages = format!("/integrations/messages?integration={}", message.integration_id);
    let about = match said::record(message) {
        Some((label, href)) => Fact::link("About", label, href),
        None => Fact::new("About", ""),
    };
    let next = message.next_at().map(|next| format!("{}, {}", said::ahead(next, now), exact(next.millis())));
    vec![
        Fact::link("Integration", message.integration_name.clone(), messages),
        about,
        Fact::code("Partner’s id", message.external_id.clone()),
        Fact::new("Received", exact(message.received_at)),
        Fact::new("Last changed", exact(message.updated_at)),
        Fact::new("Attempts", words::grouped(message.attempts)),
        Fact::new("Next try", next.unwrap_or_default()),
        Fact::new("Length", format!("{} bytes", words::grouped(message.body_length))),
        Fact::code("Id", message.id.to_string()),
    ]
}
