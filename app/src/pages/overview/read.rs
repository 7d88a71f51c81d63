//! The overview, put into words.

use domain::{
    Timestamp,
    permissions::{Permission, marker::OverviewRead},
    subscription::{State, Tone},
};
use services::{
    Error, Services,
    access::Actor,
    health,
    overview::{self, Due, MOST_COUNTED, StateCount},
    patches::{self, Task},
    webhooks::{self, EndpointFilter, Listed},
};

use super::{Figure, Item, OverviewView};
use crate::{
    context::{answer, asked},
    error::AppError,
    pages::{
        health::words::badge,
        patches::words::severity,
        webhooks::words::{counted, state},
    },
    views::Badge,
    words,
};

/// The overview, as far as one may see.
pub(super) async fn page() -> Result<OverviewView, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<OverviewRead>()?;
        let today = cx.clock.today(services::clock::ZONE);
        let now = cx.clock.now();
        let found = overview::read(&cx, &access, today).await?;
        let of = |counts: &[StateCount], state: &str| {
            counts.iter().find(|count| count.state == state).map_or_else(String::new, |count| shown(count.count))
        };
        let figure = |label: &str, value: String, note: &str, href: &str| Figure {
            label: label.to_owned(),
            value,
            note: note.to_owned(),
            href: href.to_owned(),
        };
        let mut attention = trouble_of_integrations(&cx, &actor, now).await?;
        attention.extend(trouble_of_webhooks(&cx, &actor, now).await?);
        attention.extend(overdue_updates(&cx, &actor).await?);
        attention.extend(found.attention.iter().map(|due| item(due, &due.attention_why, now)));
        Ok(OverviewView {
            today: today.strftime("%A, %-d %B %Y").to_string(),
            figures: vec![
                figure(
                    "Need attention",
                    shown(found.attention_count),
                    "longest waiting first",
                    "/subscriptions?attention=yes",
                ),
                figure("Active", of(&found.subscriptions, "active"), "subscriptions", "/subscriptions?state=active"),
                figure(
                    "Requested",
                    of(&found.subscriptions, "requested"),
                    "to be approved",
                    "/subscriptions?state=requested",
                ),
                figure("Cars on offer", of(&found.vehicles, "available"), "available today", "/fleet?state=available"),
            ],
            attention,
            coming: found.coming.iter().map(|due| item(due, coming(due), now)).collect(),
            recent: found
                .recent
                .into_iter()
                .map(|recent| {
                    let (area, label) = match recent.object_type.as_str() {
                        "customer" => ("customers", "Customer"),
                        "vehicle" => ("fleet", "Vehicle"),
                        "plan" => ("plans", "Plan"),
                        _ => ("subscriptions", "Subscription"),
                    };
                    Item {
                        badge: Badge::new(Tone::Neutral, label),
                        text: format!("{} by {}", recent.summary, recent.actor),
                        href: format!("/{area}/{}", recent.object_id),
                        when: words::when(Timestamp(recent.at), now),
                    }
                })
                .collect(),
        })
    })
    .await
}

/// How many integrations need attention, and the worst of them, for those who may see them.
async fn trouble_of_integrations(cx: &Services, actor: &Actor, now: Timestamp) -> Result<Vec<Item>, Error> {
    if !actor.holds(Permission::IntegrationsRead) {
        return Ok(Vec::new());
    }
    let standings = health::overview(cx, &actor.authorize()?).await?;
    let mut troubled = standings.iter().filter(|standing| standing.health.needs_attention());
    let Some(worst) = troubled.next() else { return Ok(Vec::new()) };
    let others = troubled.count();
    let text = match others {
        0 => format!("1 integration needs attention: {}", worst.name),
        _ => format!("{} integrations need attention, the worst: {}", others + 1, worst.name),
    };
    let href = format!("/integrations/{}/health", worst.id);
    Ok(vec![Item { badge: badge(worst.health), text, href, when: words::when(now, now) }])
}

/// Endpoints that take nothing, for those who look after them.
async fn trouble_of_webhooks(cx: &Services, actor: &Actor, now: Timestamp) -> Result<Vec<Item>, Error> {
    if !actor.holds(Permission::AccessRead) {
        return Ok(Vec::new());
    }
    let filter = EndpointFilter { has_trouble: true, ..EndpointFilter::default() };
    let page = webhooks::all(cx, &actor.authorize()?, &filter).await?;
    let item = |endpoint: Listed| Item {
        badge: Badge { note: String::new(), ..state(&endpoint, now) },
        text: format!("Webhooks of {} · {} waiting", endpoint.partner_name, counted(endpoint.waiting)),
        href: format!("/access/webhooks/{}", endpoint.id),
        when: words::when(endpoint.failing_since().unwrap_or(Timestamp(endpoint.updated_at)), now),
    };
    Ok(page.rows.into_iter().take(5).map(item).collect())
}

/// Updates that are late, for those who may see them.
async fn overdue_updates(cx: &Services, actor: &Actor) -> Result<Vec<Item>, Error> {
    if !actor.holds(Permission::IntegrationsRead) {
        return Ok(Vec::new());
    }
    let tasks = patches::overdue(cx, &actor.authorize()?).await?;
    let item = |task: Task| Item {
        badge: Badge { note: String::new(), ..severity(task.severity(), task.is_exploited) },
        text: format!("Update of {} {} is overdue", task.component_name, task.component_version),
        href: format!("/integrations/updates/{}", task.id),
        when: words::when_date(Some(&task.due_on)),
    };
    Ok(tasks.into_iter().take(5).map(item).collect())
}

fn shown(count: i64) -> String {
    if count >= MOST_COUNTED {
        format!("more than {}", words::grouped(MOST_COUNTED - 1))
    } else {
        words::grouped(count)
    }
}

fn coming(due: &Due) -> &'static str {
    match due.state.parse() {
        Ok(State::Active) => "Pause begins",
        Ok(State::Paused) => "Resumes",
        Ok(State::Ending) => "Last day",
        _ => "Due",
    }
}

fn item(due: &Due, what: &str, now: Timestamp) -> Item {
    let state: Option<State> = due.state.parse().ok();
    let badge = state
        .map_or_else(|| Badge::new(Tone::Neutral, due.state.clone()), |state| Badge::new(state.tone(), state.label()));
    let text = format!("{} · {} · {what}", due.customer_name, due.number);
    let when = match &due.next_due_on {
        Some(on) => words::when_date(Some(on)),
        None => words::when(Timestamp(due.updated_at), now),
    };
    Item { badge, text, href: format!("/subscriptions/{}", due.id), when }
}
