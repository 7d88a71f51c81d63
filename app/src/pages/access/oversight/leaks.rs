//! A credential that was found where it doesn't belong: whose it is, and everything that was done with it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::reads::{LeakView, read_leak};
use crate::{
    components::{Facts, Field, Loaded, PageHead, PostForm, StatusBadge, TimeText},
    pages::access::{
        panels::{Refusals, Routes, Sources, TablePanel},
        tabs::AccessTabs,
    },
    views::When,
};

/// Asks for a found credential; `id` in the address shows what one did.
#[component]
pub fn LeaksPage() -> impl IntoView {
    let query = use_query_map();
    let leak = Resource::new(move || query.get().get("id").unwrap_or_default(), read_leak);
    view! { <Loaded resource=leak view=show/> }
}

fn show(leak: Option<LeakView>) -> AnyView {
    let is_asked = leak.is_some();
    view! {
        <PageHead
            title="Leaks".to_owned()
            subtitle="Found a credential in a log, a mail or somebody’s code? See what it did."
        />
        <AccessTabs here="/access/leaks"/>
        <div class="stack">
            <section class="panel" aria-labelledby="found">
                <header class="panel-head"><h2 id="found">"Found a credential?"</h2></header>
                <div class="panel-body">
                    <PostForm function="access/trace">
                        <Field
                            name="found"
                            label="What was found"
                            width="w-full"
                            hint="The whole credential, a line with it, or its id of 12 characters. It is not stored."
                            is_first=!is_asked
                        />
                        <div class="form-acts"><button class="btn primary" type="submit">"Look it up"</button></div>
                    </PostForm>
                </div>
            </section>
            {leak.map(|leak| view! { <Leak leak/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Leak(leak: LeakView) -> impl IntoView {
    let href = format!("/access/keys/{}", leak.id);
    let revoke = format!("{href}?act=revoke");
    let days = leak.days.into_iter().map(day).collect();
    view! {
        <section class="panel" aria-labelledby="leak">
            <header class="panel-head">
                <h2 id="leak"><a href=href>{leak.name}</a></h2>
                <StatusBadge badge=leak.state/>
                <code>{leak.stem}</code>
                {leak.can_revoke.then(|| view! { <a class="btn danger-quiet" href=revoke>"Revoke …"</a> })}
            </header>
            <div class="panel-body"><Facts facts=leak.facts/></div>
        </section>
        <TablePanel
            id="days"
            heading="Its calls by day, last 30 days"
            caption="Calls by day, newest first"
            note="Days without a call are left out. Days are counted in UTC."
            headings=&[("Day", false), ("Calls", true), ("Errors", true), ("Refused", true)]
            rows=days
            empty="There was no call in this time."
        />
        <Sources sources=leak.sources span="last 90 days"/>
        <Routes routes=leak.routes span="last 12 months"/>
        <Refusals refusals=leak.refusals/>
    }
}

fn day((when, calls, errors, refused): (When, String, String, String)) -> AnyView {
    view! {
        <tr>
            <td class="nowrap"><TimeText when/></td>
            <td class="num">{calls}</td>
            <td class="num">{errors}</td>
            <td class="num">{refused}</td>
        </tr>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String) -> Result<Option<LeakView>, crate::error::AppError> {
    use domain::{
        credentials::{PublicId, State},
        permissions::{Permission, marker::AccessRead},
    };
    use services::{clock::date_in, credentials};

    use crate::{
        context::{answer, asked, parse_id},
        pages::access::{
            lines,
            words::{state, stem},
        },
        words::{grouped, when_date},
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        if id.is_empty() {
            return Ok(None);
        }
        // An address holds an id and nothing else: a whole credential in it is not looked up.
        let id: PublicId = parse_id(&id)?;
        let now = cx.clock.now();
        let leak = credentials::trace(&cx, &access, id.as_str()).await?;
        let credential = &leak.detail.credential;
        let is_open = credential.state() != State::Revoked;
        let days = leak.days.iter().rev().filter(|point| point.calls > 0);
        Ok(Some(LeakView {
            id: credential.id.to_string(),
            name: credential.name.clone(),
            stem: stem(credential),
            state: state(credential, now),
            can_revoke: is_open && actor.holds(Permission::AccessManage),
            facts: lines::facts(&cx, &access, &actor, &leak.detail).await?,
            days: days
                .map(|point| {
                    let day = date_in(point.starts_at, "UTC").to_string();
                    (when_date(Some(&day)), grouped(point.calls), grouped(point.errors), grouped(point.refusals))
                })
                .collect(),
            routes: lines::routes(&leak.routes, now),
            sources: lines::sources(&leak.sources, now),
            refusals: lines::refusals(&leak.refusals, now),
        }))
    })
    .await
}
