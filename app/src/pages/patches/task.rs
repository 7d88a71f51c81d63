//! One update: what was published, which of our versions it is about, and what to do.

use domain::{
    Timestamp,
    patches::{PatchAct, first_fix, in_words},
    permissions::{Permission, marker::IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::{
    access::Actor,
    clock::ZONE,
    patches::{self, Detail, Task},
};

use super::{
    PATH,
    acts::{act_of, act_page, word},
    crumbs,
    reads::{Request, TaskView, read_update},
    words as said,
};
use crate::{
    components::{Facts, Icon, Loaded, PageHead, StatusBadge, TimeText},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    pages::{integrations::tabs::IntegrationTabs, staff::Refusal},
    viewer::may,
    views::Fact,
    words,
};

/// What is done on the page itself: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] = &[
    "updates/take",
    "updates/fixed",
    "updates/not_affected",
    "updates/except",
    "updates/approve",
    "updates/decline",
    "updates/reopen",
];

/// One update. `act` in the address opens the confirmation of a change.
#[component]
pub fn UpdatePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_update(id).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, task): (String, TaskView)) -> AnyView {
    match act_of(&act).filter(|_| task.acts.contains(&act)) {
        Some(act) => act_page(act, task),
        None => view! { <Update task/> }.into_any(),
    }
}

#[component]
fn Update(task: TaskView) -> impl IntoView {
    let TaskView { id, advisory, summary, state, severity, due, component, note, reason, request, acts, .. } = task;
    let (steps, affected, details, facts) = (task.steps, task.affected, task.details, task.facts);
    let audit = format!("/security?target=patch:{id}");
    let link = |act: PatchAct, class: &'static str, label: &'static str| {
        acts.iter().any(|possible| possible == word(act)).then(|| {
            view! { <a class=class href=format!("?act={}", word(act))>{label}</a> }
        })
    };
    let links = view! {
        {link(PatchAct::Reopen, "btn", "Reopen …")}
        {link(PatchAct::Except, "btn", "Ask for an exception …")}
        {link(PatchAct::NotAffected, "btn", "Not affected …")}
        {link(PatchAct::Take, "btn", "Take it on …")}
        {link(PatchAct::Fixed, "btn primary", "Mark as fixed …")}
    }
    .into_any();
    let words = request.map(|request| {
        let decide = view! {
            {link(PatchAct::Decline, "btn small", "Decline …")}
            {link(PatchAct::Approve, "btn small primary", "Approve …")}
        }
        .into_any();
        view! { <Asked request decide/> }
    });
    let list = |lines: Vec<String>| lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    let (steps, affected) = (list(steps), list(affected));
    view! {
        <PageHead title=advisory subtitle=component badge=state crumbs=crumbs()>{links}</PageHead>
        <IntegrationTabs here="/integrations/updates"/>
        <div class="stack">
            <Refusal of=ACTS/>
            {(!note.is_empty())
                .then(|| view! {
                    <div class="message warn">
                        <Icon name="alert"/>
                        <div class="message-body"><p>{note}</p></div>
                    </div>
                })}
            {words}
            <div class="cols">
                <div class="stack">
                    <section class="panel" aria-labelledby="advisory">
                        <header class="panel-head"><h2 id="advisory">{summary}</h2><StatusBadge badge=severity/></header>
                        <div class="panel-body"><p class="note-text measure">{details}</p></div>
                    </section>
                    <section class="panel" aria-labelledby="todo">
                        <header class="panel-head"><h2 id="todo">"What to do"</h2></header>
                        <div class="panel-body"><ol>{steps}</ol></div>
                    </section>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body stack s">
                            <p>"Due " <TimeText when=due/></p>
                            {(!reason.is_empty()).then(|| view! { <p class="note-text">{reason}</p> })}
                            <Facts facts/>
                            {may(Permission::AuditRead)
                                .then(|| view! { <p><a href=audit>"What was done to it, in the audit log"</a></p> })}
                        </div>
                    </section>
                    <section class="panel" aria-labelledby="affected">
                        <header class="panel-head"><h2 id="affected">"Affected versions"</h2></header>
                        <div class="panel-body"><ul class="plain-list">{affected}</ul></div>
                    </section>
                </aside>
            </div>
        </div>
    }
}

/// That it may wait, as somebody asks.
#[component]
fn Asked(request: Request, decide: AnyView) -> impl IntoView {
    let Request { by, until, why, is_own } = request;
    view! {
        <section class="panel" aria-labelledby="asked">
            <header class="panel-head"><h2 id="asked">"An exception is asked for"</h2></header>
            <div class="panel-body stack s">
                <p>{format!("{by} asks that it may wait until {until}.")}</p>
                <p class="note-text">{why}</p>
                {is_own.then(|| view! { <p class="hint">"Somebody else has to approve what you asked for."</p> })}
                <div class="form-acts">{decide}</div>
            </div>
        </section>
    }
}

pub(super) async fn answer(id: String) -> Result<TaskView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let detail = patches::find(&cx, &access, parse_id(&id)?).await?;
        let (now, today) = (cx.clock.now(), cx.clock.today(ZONE));
        let task = &detail.task;
        let is_own = actor.staff_id().is_some_and(|id| task.asked_by_id == Some(id.uuid()));
        let request = task.is_asked().then(|| Request {
            by: task.asked_by.clone(),
            until: words::stored_date(task.asked_until.as_deref()),
            why: task.asked_why.clone(),
            is_own,
        });
        Ok(TaskView {
            id: task.id.to_string(),
            advisory: task.osv_id.clone(),
            summary: task.summary.clone(),
            state: said::state(task, today),
            severity: said::severity(task.severity(), task.is_exploited),
            due: words::when_date(Some(&task.due_on)),
            component: format!("{} {}", task.component_name, task.component_version),
            note: note(task).to_owned(),
            reason: task.reason.clone(),
            request,
            acts: possible(&actor, task, is_own),
            steps: steps(&detail),
            affected: in_words(&detail.affected, &detail.ecosystem, &task.component_name),
            details: detail.details.clone(),
            facts: facts(&detail, now),
        })
    })
    .await
}

/// What should be known of it now.
fn note(task: &Task) -> &'static str {
    if !task.state().is_to_do() {
        ""
    } else if task.is_unclear {
        "The version can’t be compared with what was published. Look at the affected versions yourself, and say whether it \
         concerns us."
    } else if task.is_exploited {
        "It is known to be exploited: whoever can reach it may already be using it."
    } else {
        ""
    }
}

/// What somebody may do to a task as it is now, in the words of the address.
fn possible(actor: &Actor, task: &Task, is_own: bool) -> Vec<String> {
    if !actor.holds(Permission::PatchesManage) {
        return Vec::new();
    }
    PatchAct::ALL
        .iter()
        .filter(|act| act.fits(task.state(), task.is_asked()) && !(is_own && **act == PatchAct::Approve))
        .map(|act| word(*act).to_owned())
        .collect()
}

fn steps(detail: &Detail) -> Vec<String> {
    let task = &detail.task;
    if detail.withdrawn_at.is_some() {
        return vec!["Nothing: the advisory was withdrawn.".to_owned()];
    }
    let (name, version) = (&task.component_name, &task.component_version);
    let first = match first_fix(&detail.affected, &detail.ecosystem, name, version) {
        Some(fix) => format!("Update {name} from {version} to {fix} or later."),
        None => format!(
            "No later version of {name} is named in which it is fixed. Look for a way around it, or ask for an exception."
        ),
    };
    let second = if detail.ecosystem == patches::OWN_ECOSYSTEM {
        "It is part of this server if the inventory says so: then install a newer Keyfob, and the task closes by itself."
    } else {
        "Enter the new version in the inventory: the task closes by itself when that version isn’t affected."
    };
    vec![first, second.to_owned()]
}

fn facts(detail: &Detail, now: Timestamp) -> Vec<Fact> {
    let task = &detail.task;
    let exact = |at: i64| words::when(Timestamp(at), now).exact;
    let score = detail.score.map(|score| format!("{} ({})", said::score(score), detail.vector));
    let component = format!("{PATH}?show=all&component={}", task.component_id);
    let mut facts = vec![
        Fact::link("Component", format!("{} {}", task.component_name, task.component_version), component),
        Fact::new("Ecosystem", detail.ecosystem.clone()),
        Fact::new("Owner", task.owner.clone()),
        Fact::new("CVSS", score.unwrap_or_default()),
        Fact::new("Also known as", detail.aliases.join(", ")),
        Fact::new("Published", detail.published_at.map(exact).unwrap_or_default()),
        Fact::new("Advisory changed", exact(detail.modified_at)),
        Fact::new("Opened", exact(task.opened_at)),
        Fact::new("Changed", format!("{} by {}", exact(task.updated_at), task.updated_by)),
    ];
    if let Some(withdrawn) = detail.withdrawn_at {
        facts.push(Fact::new("Withdrawn", exact(withdrawn)));
    }
    if let Some(until) = &task.excepted_until {
        let by = format!("{}, approved by {}", words::stored_date(Some(until)), task.excepted_by);
        facts.push(Fact::new("May wait until", by));
        facts.push(Fact::new("Asked for by", task.asked_by.clone()));
    }
    facts
}
