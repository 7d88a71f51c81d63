//! One event: what is known of it, what changed, and how it can be proven.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::reads::{EventView, audit_event};
use crate::{
    components::{Crumb, Facts, Loaded, PageHead},
    views::ChangeView,
};

/// One event.
#[component]
pub fn EventPage() -> impl IntoView {
    let params = use_params_map();
    let event = Resource::new(move || params.get().get("id").unwrap_or_default(), audit_event);
    view! { <Loaded resource=event view=show/> }
}

fn show(event: EventView) -> AnyView {
    let related: Vec<_> =
        event.related.into_iter().map(|(label, href)| view! { <li><a href=href>{label}</a></li> }).collect();
    let has_details = !event.details.is_empty();
    view! {
        <PageHead
            title=event.title
            subtitle=event.when.exact
            badge=event.outcome
            crumbs=vec![Crumb::new("Security", "/security")]
        />
        <div class="cols">
            <div class="stack">
                <section class="panel" aria-labelledby="facts">
                    <header class="panel-head"><h2 id="facts">"What happened"</h2><code>{event.action}</code></header>
                    <div class="panel-body stack s">
                        {(!event.reason.is_empty()).then(|| view! { <p>"“" {event.reason} "”"</p> })}
                        <Facts facts=event.facts/>
                    </div>
                </section>
                <Changes changes=event.changes/>
                {has_details
                    .then(|| view! {
                        <section class="panel" aria-labelledby="details">
                            <header class="panel-head"><h2 id="details">"Also noted"</h2></header>
                            <div class="panel-body"><Facts facts=event.details/></div>
                        </section>
                    })}
                <section class="panel" aria-labelledby="payload">
                    <header class="panel-head"><h2 id="payload">"Canonical bytes"</h2></header>
                    <pre class="code" tabindex="0">{event.payload}</pre>
                </section>
                <section class="panel" aria-labelledby="proof">
                    <header class="panel-head"><h2 id="proof">"Proof that it is in the log"</h2></header>
                    <pre class="code" tabindex="0">{event.proof}</pre>
                </section>
            </div>
            <aside class="stack">
                <section class="panel" aria-labelledby="place">
                    <header class="panel-head"><h2 id="place">"Its place in the log"</h2></header>
                    <div class="panel-body"><Facts facts=event.place/></div>
                </section>
                <section class="panel" aria-labelledby="related">
                    <header class="panel-head"><h2 id="related">"Look further"</h2></header>
                    <div class="panel-body"><ul class="stack xs">{related}</ul></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Changes(changes: Vec<ChangeView>) -> impl IntoView {
    let dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    let rows: Vec<_> = changes
        .into_iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{change.field}</th>
                    <td class="before"><del>{dash(change.before)}</del></td>
                    <td class="after"><ins>{dash(change.after)}</ins></td>
                </tr>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="changes">
                <header class="panel-head"><h2 id="changes">"What changed"</h2></header>
                <div class="table-scroll" role="group" aria-labelledby="changes-caption" tabindex="0">
                    <table class="diff">
                        <caption id="changes-caption" class="vh">"Fields before and after"</caption>
                        <thead>
                            <tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String) -> Result<EventView, crate::error::AppError> {
    use domain::{Timestamp, permissions::marker::AuditRead};
    use services::audit;

    use super::words::{self, People};
    use crate::{
        context::{answer, asked, parse_id},
        words::when,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AuditRead>()?;
        let detail = audit::find(&cx, &access, parse_id(&id)?).await?;
        let people = People::read(&cx, &actor).await?;
        let event = &detail.event;
        Ok(EventView {
            title: words::action(&event.action),
            action: event.action.clone(),
            outcome: words::outcome(&event.outcome),
            when: when(Timestamp(event.occurred_at), cx.clock.now()),
            reason: parts::text(&detail.said["reason"]),
            facts: parts::facts(&detail, &people, &actor),
            changes: parts::changes(&detail.said),
            details: parts::details(&detail.said),
            related: parts::related(event),
            place: parts::place(&detail),
            proof: parts::proof(&detail),
            payload: detail.canonical,
        })
    })
    .await
}

/// What an event's page is put together from.
#[cfg(feature = "ssr")]
mod parts {
    use std::fmt::Write;

    use serde_json::Value;
    use services::{
        access::Actor,
        audit::{Detail, Listed},
        sessions,
    };

    use super::super::words::{self, People};
    use crate::views::{ChangeView, Fact};

    /// A value of the log as text.
    pub(super) fn text(value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
            other => other.to_string(),
        }
    }

    fn linked(label: &str, value: String, href: Option<String>) -> Fact {
        Fact { href, ..Fact::new(label, value) }
    }

    pub(super) fn facts(detail: &Detail, people: &People, actor: &Actor) -> Vec<Fact> {
        let (event, said) = (&detail.event, &detail.said);
        let user_agent = text(&said["request"]["user_agent"]);
        let device = if user_agent.is_empty() { String::new() } else { sessions::device(&user_agent) };
        vec![
            linked("Who", people.actor(event), people.actor_href(event)),
            Fact::code("Session", text(&said["actor"]["session"])),
            linked("Address", event.ip.clone(), (!event.ip.is_empty()).then(|| words::href(&[("ip", &event.ip)]))),
            Fact::new("Device", device),
            Fact::code("User agent", user_agent),
            Fact::code("Request", event.request_id.clone()),
            linked("To what", people.target(event), words::target_href(event, actor)),
            Fact::code("Its id", event.target_id.clone()),
            Fact::code("At", text(&said["at"])),
        ]
    }

    /// Fields before and after. Of personal data the log keeps only that it changed.
    pub(super) fn changes(said: &Value) -> Vec<ChangeView> {
        let change = |change: &Value| {
            let is_personal = change["personal"] == Value::Bool(true);
            let shown = |value: &Value| if is_personal { "personal, not kept".to_owned() } else { text(value) };
            ChangeView {
                field: text(&change["field"]),
                before: shown(&change["before"]),
                after: shown(&change["after"]),
            }
        };
        said["changes"].as_array().map(|changes| changes.iter().map(change).collect()).unwrap_or_default()
    }

    pub(super) fn details(said: &Value) -> Vec<Fact> {
        let fact = |(key, value): (&String, &Value)| Fact::new(&words::action(key), text(value));
        said["details"].as_object().map(|details| details.iter().map(fact).collect()).unwrap_or_default()
    }

    pub(super) fn related(event: &Listed) -> Vec<(String, String)> {
        let target = format!("{}:{}", event.target_type, event.target_id);
        let links = [
            ("Everything by this actor", "actor", event.actor_id.as_str()),
            ("Everything about this", "target", if event.target_id.is_empty() { "" } else { target.as_str() }),
            ("Everything of this request", "request", event.request_id.as_str()),
            ("Everything from this address", "ip", event.ip.as_str()),
            ("Everything of this kind", "q", event.action.as_str()),
        ];
        links
            .into_iter()
            .filter(|(_, _, value)| !value.is_empty())
            .map(|(label, key, value)| (label.to_owned(), words::href(&[(key, value)])))
            .collect()
    }

    /// How many events the covering checkpoint speaks of: the second line of its note.
    fn covered(detail: &Detail) -> Option<&str> {
        detail.checkpoint.as_deref().and_then(|note| note.lines().nth(1))
    }

    pub(super) fn place(detail: &Detail) -> Vec<Fact> {
        let checkpoint =
            covered(detail).map_or_else(|| "None yet".to_owned(), |size| format!("The one of {size} events"));
        vec![
            Fact::new("Stream", words::action(&detail.event.stream)),
            Fact::new("Position", format!("#{}", detail.event.seq)),
            Fact::code("Leaf hash", detail.leaf_hash.clone()),
            Fact::code("Chain hash", detail.chain_hash.clone()),
            Fact::new("Covering checkpoint", checkpoint),
            Fact::code("Event id", detail.event.id.to_string()),
        ]
    }

    /// Everything somebody needs to check the event without this page.
    pub(super) fn proof(detail: &Detail) -> String {
        let (seq, stream) = (detail.event.seq, &detail.event.stream);
        let before = if seq == 0 { "32 zero bytes".to_owned() } else { format!("chain hash of #{}", seq - 1) };
        let mut proof = format!(
            "stream {stream}, event #{seq} (the first is #0)\n\
             leaf  = SHA-256(0x00 || canonical bytes)\n      = {leaf}\n\
             chain = SHA-256(0x02 || {before} || {seq} as 8 bytes, big end first || leaf)\n      = {chain}\n",
            leaf = detail.leaf_hash,
            chain = detail.chain_hash,
        );
        // Writing to a string can't fail.
        let _ = match &detail.checkpoint {
            Some(note) => write!(proof, "\nThe first signed checkpoint that covers it:\n\n{note}"),
            None => write!(proof, "\nNo signed checkpoint covers it yet. One is signed within a minute or so."),
        };
        proof
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn personal_fields_say_that_they_changed_and_not_what() {
            let said = json!({ "changes": [
                { "field": "email", "personal": true },
                { "field": "roles", "before": [], "after": ["owner", "finance"] },
            ] });
            let changes = changes(&said);
            assert_eq!(changes[0].before, "personal, not kept");
            assert_eq!((changes[1].before.as_str(), changes[1].after.as_str()), ("", "owner, finance"));
        }
    }
}
