//! A key or client: what it may do, what it does, and what can be done to it.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    acts::{Act, act_page},
    panels::{Refusals, Routes, Scopes, Secrets, Sources},
    reads::{FreshSecret, KeyView, read_key},
    tabs::AccessTabs,
};
use crate::{
    components::{Crumb, Facts, Icon, Loaded, PageHead},
    pages::staff::Refusal,
    viewer::may,
};

/// What is done to a key on its own page: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] =
    &["access/rotate", "access/disable", "access/enable", "access/revoke", "access/approve", "access/decline"];

/// One key or client. `act` in the address opens the confirmation of a change.
#[component]
pub fn KeyPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_key(id, act.clone()).await.map(|key| (act, key)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, key): (String, KeyView)) -> AnyView {
    match Act::of(&act).filter(|_| key.acts.contains(&act)) {
        Some(act) => act_page(act, key),
        None => view! { <Key view=key/> }.into_any(),
    }
}

#[component]
fn Key(view: KeyView) -> impl IntoView {
    let usage = format!("/access/usage?credential={}", view.id);
    let about = format!("/security?target=credential:{}", view.id);
    let events = format!("/security?actor={}", view.id);
    let edit = format!("/access/keys/{}/edit", view.id);
    let can = |act: &str| view.acts.iter().any(|possible| possible == act);
    let link = |act: &'static str, class: &'static str, label: &'static str| {
        can(act).then(|| view! { <a class=class href=format!("?act={act}")>{label}</a> })
    };
    let acts = view! {
        {link("revoke", "btn danger-quiet", "Revoke …")}
        {link("disable", "btn", "Disable …")}
        {link("decline", "btn danger-quiet", "Decline …")}
        {can("edit").then(|| view! { <a class="btn" href=edit>"Edit"</a> })}
        {link("rotate", "btn", "Rotate secret …")}
        {link("enable", "btn primary", "Enable …")}
        {link("approve", "btn primary", "Approve …")}
    }
    .into_any();
    view! {
        <PageHead
            title=view.name
            subtitle=view.subtitle
            badge=view.state
            crumbs=vec![Crumb::new("Keys", "/access/keys")]
        >
            {acts}
        </PageHead>
        <AccessTabs here="/access/keys"/>
        <div class="stack">
            <Refusal of=ACTS/>
            {(!view.note.is_empty())
                .then(|| view! {
                    <div class="message notice">
                        <Icon name="info"/>
                        <div class="message-body"><p>{view.note}</p></div>
                    </div>
                })}
            {view.fresh.map(|fresh| view! { <Fresh fresh/> })}
            <div class="cols">
                <div class="stack">
                    <Scopes scopes=view.scopes/>
                    <Secrets secrets=view.secrets/>
                    <Sources sources=view.sources span="last 90 days"/>
                    <Routes routes=view.routes span="last 7 days"/>
                    <Refusals refusals=view.refusals/>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body"><Facts facts=view.facts/></div>
                    </section>
                    <section class="panel" aria-labelledby="further">
                        <header class="panel-head"><h2 id="further">"Look further"</h2></header>
                        <div class="panel-body stack xs">
                            <p><a href=usage>"Its use over time"</a></p>
                            {may(Permission::AuditRead)
                                .then(|| view! {
                                    <p><a href=events>"What it did, in the audit log"</a></p>
                                    <p><a href=about>"What was done to it, in the audit log"</a></p>
                                })}
                        </div>
                    </section>
                </aside>
            </div>
        </div>
    }
}

/// A secret that was made a moment ago.
#[component]
fn Fresh(fresh: FreshSecret) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="fresh">
            <header class="panel-head"><h2 id="fresh">"Its secret"</h2></header>
            <div class="panel-body stack s">
                <div class="message warn inline">
                    <Icon name="alert"/>
                    <div class="message-body">
                        <p>
                            <b>"Copy it now; it is shown this once. "</b>
                            "Hand it over by a way that keeps it secret. Lost, it can only be replaced by another one."
                        </p>
                    </div>
                </div>
                <p class="secret"><code>{fresh.secret}</code></p>
                <p>{fresh.example}</p>
                <pre class="code" tabindex="0">{fresh.command}</pre>
            </div>
        </section>
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String, act: String) -> Result<KeyView, crate::error::AppError> {
    use domain::{
        credentials::{CredentialKind, Environment},
        ids::CredentialId,
        permissions::marker::AccessRead,
    };
    use services::{
        credentials, staff,
        usage::{self, Of, Range},
    };

    use super::{lines, words};
    use crate::{
        context::{answer, asked, parse_id, session},
        once,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        let id: CredentialId = parse_id(&id)?;
        let detail = credentials::find(&cx, &access, id).await?;
        let credential = &detail.credential;
        let blast = if act == "revoke" { Some(credentials::blast(&cx, &access, id).await?) } else { None };
        let waiting = if act.is_empty() { once::take(&cx, &session()?, id.uuid()).await? } else { None };
        let is_client = credential.kind() == CredentialKind::OauthClient;
        let is_live = credential.environment() == Environment::Live;
        let needs_confirmation = act == "rotate" && is_live && staff::needs_step_up(&cx, &actor).await?;
        let routes = usage::routes(&cx, &access, Of::Credential(id), Range::Week).await?;
        let sources = usage::sources(&cx, &access, id, 90).await?;
        let refusals = usage::decisions_of(&cx, &access, Some(&credential.public_id), 10).await?;
        Ok(KeyView {
            id: id.to_string(),
            name: credential.name.clone(),
            subtitle: format!(
                "{} · {} · {}",
                credential.kind().label(),
                credential.environment().label(),
                credential.partner_name
            ),
            state: words::state(credential, now),
            environment: words::environment(credential.environment()),
            version: credential.version,
            note: note(&actor, &detail),
            acts: possible(&actor, &detail, now),
            fresh: waiting.map(|secret| fresh(&cx.settings.public_url, is_client, &credential.public_id, secret)),
            scopes: lines::scopes(&detail.scopes, now),
            secrets: lines::secrets(&detail.secrets, now),
            sources: lines::sources(&sources, now),
            routes: lines::routes(&routes, now),
            refusals: lines::refusals(&refusals, now),
            networks: detail.networks.iter().map(ToString::to_string).collect(),
            asked: format!("{}, {}", credential.created_by, words::exact(Some(credential.created_at), now)),
            facts: lines::facts(&cx, &access, &actor, &detail).await?,
            blast: blast.map(|blast| lines::blast(&blast, now)),
            needs_confirmation,
        })
    })
    .await
}

/// The secret with an example that works as it stands.
#[cfg(feature = "ssr")]
fn fresh(url: &str, is_client: bool, public_id: &str, secret: String) -> FreshSecret {
    let url = url.trim_end_matches('/');
    let (example, command) = if is_client {
        (
            "This gets an access token:",
            format!("curl -u '{public_id}:{secret}' -d grant_type=client_credentials {url}/oauth/token"),
        )
    } else {
        ("This asks who the key is:", format!("curl -H 'Authorization: Bearer {secret}' {url}/api/v1/me"))
    };
    FreshSecret { secret, example: example.to_owned(), command }
}

/// Whether somebody asked for a key themselves.
#[cfg(feature = "ssr")]
fn is_own(actor: &services::access::Actor, detail: &services::credentials::Detail) -> bool {
    use domain::ids::StaffId;

    detail.creator.is_some() && detail.creator == actor.staff_id().map(StaffId::uuid)
}

/// Who has to do something before it works.
#[cfg(feature = "ssr")]
fn note(actor: &services::access::Actor, detail: &services::credentials::Detail) -> String {
    use domain::credentials::State;

    let note = match detail.credential.state() {
        State::PendingApproval if is_own(actor, detail) => {
            "You asked for it yourself, so somebody else has to approve it. It works from then on."
        }
        State::PendingApproval => "It works once somebody who may approve keys has approved it.",
        _ => "",
    };
    note.to_owned()
}

/// What somebody may do to a key as it is now, in the words of the address.
#[cfg(feature = "ssr")]
fn possible(
    actor: &services::access::Actor,
    detail: &services::credentials::Detail,
    now: domain::Timestamp,
) -> Vec<String> {
    use domain::credentials::{SecretState, State};

    let state = detail.credential.state();
    let has_secret = detail.secrets.iter().any(|secret| secret.state(now) != SecretState::Retired);
    let (is_open, is_pending) = (state != State::Revoked, state == State::PendingApproval);
    let manages = actor.holds(Permission::AccessManage);
    let decides = actor.holds(Permission::AccessApprove) && is_pending;
    [
        ("edit", manages && is_open),
        ("rotate", manages && is_open && !is_pending && has_secret),
        ("disable", manages && state == State::Active),
        ("enable", manages && state == State::Disabled),
        ("revoke", manages && is_open),
        ("approve", decides && !is_own(actor, detail)),
        ("decline", decides),
    ]
    .into_iter()
    .filter(|(_, is_possible)| *is_possible)
    .map(|(act, _)| act.to_owned())
    .collect()
}
