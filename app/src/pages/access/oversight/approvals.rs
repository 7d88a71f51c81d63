//! Approval by a second person: whether it is asked for, and what waits for it.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::reads::{ApprovalsView, KeyLine, read_approvals};
use crate::{
    components::{Crumb, Hidden, Icon, Loaded, PageHead, PostForm, StatusBadge, TextField, TimeText},
    pages::access::{panels::TablePanel, tabs::AccessTabs},
    viewer::may,
    views::Badge,
};

/// Keys that wait for approval. `act=switch` in the address opens the confirmation of the switch.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(
        move || query.get().get("act").unwrap_or_default(),
        |act| async move { read_approvals().await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, view): (String, ApprovalsView)) -> AnyView {
    use domain::subscription::Tone;

    let may_decide = may(Permission::AccessApprove);
    if may_decide && act == "switch" {
        return view! { <Switching is_on=view.is_on/> }.into_any();
    }
    let (badge, text, press) = if view.is_on {
        (
            Badge::new(Tone::Ok, "On"),
            "A live key that can change anything works only once somebody else has approved it.",
            "Switch off …",
        )
    } else {
        (
            Badge::new(Tone::Neutral, "Off"),
            "Live keys work as soon as they are issued, whatever they may do.",
            "Switch on …",
        )
    };
    let note = if view.has_more { "These are the first of them; the list of keys shows all." } else { "" };
    let rows = view.waiting.into_iter().map(row).collect();
    view! {
        <PageHead title="Approvals".to_owned() subtitle="Keys and clients that somebody else has to approve."/>
        <AccessTabs here="/access/approvals"/>
        <div class="stack">
            <TablePanel
                id="waiting"
                heading="Waiting for approval"
                caption="Keys and clients that wait for approval"
                note=note
                headings=&[
                    ("Name", false),
                    ("Partner", false),
                    ("Environment", false),
                    ("Asked for", false),
                    ("Decide", false),
                ]
                rows=rows
                empty="Nothing waits for approval."
            />
            <section class="panel" aria-labelledby="switch">
                <header class="panel-head">
                    <h2 id="switch">"Approval of live keys that can write"</h2>
                    <StatusBadge badge/>
                </header>
                <div class="panel-body stack s">
                    <p class="measure">{text}</p>
                    {(!view.moved.is_empty())
                        .then(|| view! { <p class="small muted">"Last changed " {view.moved}</p> })}
                    {may_decide.then(|| view! { <p class="row"><a class="btn" href="?act=switch">{press}</a></p> })}
                </div>
            </section>
        </div>
    }
    .into_any()
}

fn row(key: KeyLine) -> AnyView {
    let decide = if may(Permission::AccessApprove) {
        let about = format!("Decide about {}", key.name);
        view! { <a href=format!("{}?act=approve", key.href) aria-label=about>"Look and decide …"</a> }.into_any()
    } else {
        view! { <span class="faint">"—"</span> }.into_any()
    };
    view! {
        <tr>
            <td class="who"><a href=key.href><b>{key.name}</b></a><span>{key.stem}</span></td>
            <td>{key.partner}</td>
            <td><StatusBadge badge=key.environment/></td>
            <td class="who"><TimeText when=key.created/><span>{key.created_by}</span></td>
            <td class="nowrap">{decide}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Switching(is_on: bool) -> impl IntoView {
    let (title, press, class, value, lines) = if is_on {
        (
            "Switch approval off",
            "Switch off",
            "confirm danger",
            "no",
            [
                "Live keys that can write work as soon as one person has issued them.",
                "What waits now goes on waiting: it still has to be approved or declined.",
            ],
        )
    } else {
        (
            "Switch approval on",
            "Switch on",
            "confirm",
            "yes",
            [
                "New live keys that can write wait until somebody other than who asked has approved them.",
                "Keys that work already go on working. Adding such a scope to one of them is refused.",
            ],
        )
    };
    let button = if is_on { "btn danger" } else { "btn primary" };
    let follows: Vec<_> =
        lines.into_iter().map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> }).collect();
    view! {
        <PageHead title=title.to_owned() crumbs=vec![Crumb::new("Approvals", "/access/approvals")]/>
        <AccessTabs here="/access/approvals"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{follows}</ul>
            <PostForm function="access/switch" class>
                <Hidden name="on" value=value.to_owned()/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class=button type="submit">{press}</button>
                    <a class="btn quiet" href="/access/approvals">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<ApprovalsView, crate::error::AppError> {
    use domain::{credentials::State, permissions::marker::AccessRead};
    use services::{
        credentials::{self, Filter, Sort},
        switches::{self, Switch},
    };

    use super::reads::key_line;
    use crate::{
        context::{answer, asked},
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        let filter = Filter { state: Some(State::PendingApproval), sort: Sort::Created, ..Filter::default() };
        let page = credentials::list(&cx, &access, &filter).await?;
        let mut reading = cx.db.read().await?;
        let position = switches::position(reading.connection(), Switch::ApproveLiveWriteKeys).await?;
        Ok(ApprovalsView {
            is_on: position.is_on,
            moved: position
                .moved
                .map(|(at, by)| format!("{}, by {by}", words::when(at, now).exact))
                .unwrap_or_default(),
            waiting: page.rows.iter().map(|credential| key_line(credential, now)).collect(),
            has_more: page.next.is_some(),
        })
    })
    .await
}
