//! The form by which a key or client is asked for and changed.

use domain::credentials::CredentialKind;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    boxes::{LimitBoxes, ScopeBoxes},
    reads::{KeyFormView, new_key_form, read_key_form},
    tabs::AccessTabs,
};
use crate::{
    components::{CheckField, ChoiceField, Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm, TextField},
    failure::as_sent,
};

/// A new key or client; the address says which, and may say whose.
#[component]
pub fn NewKeyPage() -> impl IntoView {
    let query = use_query_map();
    let of = move |name: &str| query.get().get(name).unwrap_or_default();
    let form = Resource::new(move || (of("kind"), of("partner")), |(kind, partner)| new_key_form(kind, partner));
    view! { <Loaded resource=form view=show_new/> }
}

/// A key or client to change.
#[component]
pub fn EditKeyPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), read_key_form);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: KeyFormView) -> AnyView {
    let is_client = view.kind == CredentialKind::OauthClient.as_str();
    let (title, press) =
        if is_client { ("New OAuth client", "Issue OAuth client") } else { ("New API key", "Issue API key") };
    let (kind, token) = (view.kind.clone(), view.token.clone());
    view! {
        <PageHead
            title=title.to_owned()
            subtitle="Its secret is shown once, on the page that follows."
            crumbs=vec![Crumb::new("Keys", "/access/keys")]
        />
        <AccessTabs here="/access/keys"/>
        <PostForm function="access/issue" warns_unsaved=true class="form two">
            <Hidden name="kind" value=kind/>
            <Hidden name="token" value=token/>
            {view.needs_approval
                .then(|| view! {
                    <div class="message notice inline span">
                        <Icon name="info"/>
                        <div class="message-body">
                            <p>"A live key that can change anything works only once somebody else has approved it."</p>
                        </div>
                    </div>
                })}
            <Field
                name="form[name]"
                label="Name"
                value=view.form.name.clone()
                hint="What it is used for, and where."
                is_first=true
            />
            <ChoiceField
                name="form[partner]"
                label="Partner"
                value=view.form.partner.clone()
                choices=view.partners.clone()
                hint="Whose machines use it. It can’t be changed later."
            />
            <ChoiceField
                name="form[environment]"
                label="Environment"
                value=view.form.environment.clone()
                choices=view.environments.clone()
                hint="Test keys work on a sandbox with its own data. It can’t be changed later."
            />
            <Rest view function="access/issue"/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">{press}</button>
                <a class="btn quiet" href="/access/keys">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: KeyFormView) -> AnyView {
    let (id, name) = (view.id.clone(), view.form.name.clone());
    let back = format!("/access/keys/{id}");
    let version = as_sent("access/edit", "version", view.version.to_string());
    let fixed = view.environments.iter().find(|(key, _)| *key == view.form.environment);
    let fixed = fixed.map(|(_, label)| label.clone()).unwrap_or_default();
    view! {
        <PageHead
            title=format!("Edit {name}")
            subtitle=format!("{} · {fixed}. Both stay what they are.", view.partner)
            crumbs=vec![Crumb::new("Keys", "/access/keys"), Crumb::new(&name, back.clone())]
        />
        <AccessTabs here="/access/keys"/>
        <PostForm function="access/edit" warns_unsaved=true class="form two">
            <Hidden name="id" value=id/>
            <Hidden name="version" value=version/>
            <Hidden name="form[partner]" value=view.form.partner.clone()/>
            <Hidden name="form[environment]" value=view.form.environment.clone()/>
            <Field
                name="form[name]"
                label="Name"
                value=view.form.name.clone()
                hint="What it is used for, and where."
                is_first=true
            />
            <Rest view function="access/edit"/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

/// What a new one and one to change have in common.
#[component]
fn Rest(view: KeyFormView, function: &'static str) -> impl IntoView {
    let KeyFormView { form, kind, versions, authentications, areas, limits, needs_confirmation, .. } = view;
    let is_client = kind == CredentialKind::OauthClient.as_str();
    view! {
        <ChoiceField
            name="form[api_version]"
            label="API version"
            value=form.api_version
            choices=versions
            hint="Answers come in it, unless a call asks for another."
        />
        <Field
            name="form[not_before]"
            label="Works from"
            value=form.not_before
            kind="date"
            is_optional=true
            width="w-s"
            hint="At once when empty."
        />
        <Field
            name="form[expires_on]"
            label="Works until"
            value=form.expires_on
            kind="date"
            is_optional=true
            width="w-s"
            hint="Its last day. No end when empty."
        />
        <TextField
            name="form[networks]"
            label="Allowed networks"
            value=form.networks
            is_optional=true
            rows=3
            hint="One a line, like 192.0.2.0/24 or 2001:db8::/48. Anywhere when empty."
        />
        {is_client
            .then(|| view! {
                <h2 class="form-head span">"How the client proves itself"</h2>
                <ChoiceField
                    name="form[authentication]"
                    label="Proves itself by"
                    value=form.authentication
                    choices=authentications
                />
                <TextField
                    name="form[jwks]"
                    label="Public keys"
                    value=form.jwks
                    is_optional=true
                    rows=5
                    hint="A JWK set (RFC 7517), public keys only. Needed when it signs with its own key."
                />
                <CheckField
                    name="form[requires_dpop]"
                    label="Bound tokens"
                    is_checked=form.requires_dpop == "yes"
                    hint="Tokens work only together with a proof by the client’s own key (DPoP, RFC 9449)."
                />
            })}
        <ScopeBoxes function areas/>
        <LimitBoxes function limits/>
        {needs_confirmation.then(|| view! { <Confirmation/> })}
    }
}

/// Asks to show again that it is oneself.
#[component]
pub(super) fn Confirmation() -> impl IntoView {
    view! {
        <Field
            name="confirmation"
            label="Your password or six digits"
            kind="password"
            autocomplete="current-password"
            hint="Live keys take this: you signed in a while ago."
        />
    }
}

#[cfg(feature = "ssr")]
pub(super) use answers::{answer_existing, answer_new};

/// What the form is filled with.
#[cfg(feature = "ssr")]
mod answers {
    use std::collections::BTreeSet;

    use domain::{
        api_version::ApiVersion,
        credentials::{ClientAuthentication, CredentialKind, Environment},
        ids::PolicyId,
        limits::write_windows,
        permissions::{
            Grant, Permission,
            marker::{AccessManage, AccessRead},
        },
    };
    use services::{
        Error, Services,
        access::Access,
        credentials::{self, CredentialForm},
        limits, partners, staff,
        switches::{self, Switch},
    };

    use super::super::reads::{BoxLine, KeyFormView, ScopeArea};
    use crate::{
        context::{answer, asked, new_token, parse_id},
        error::AppError,
        views::Choice,
    };

    pub(in super::super) async fn answer_new(kind: String, partner: String) -> Result<KeyFormView, AppError> {
        answer(async {
            let (cx, actor) = asked()?;
            let access = actor.authorize::<AccessManage>()?;
            let kind = if kind.is_empty() { CredentialKind::ApiKey } else { super::super::actions::kind(&kind)? };
            let grantable = credentials::grantable_scopes(&cx, &actor).await?;
            let form = CredentialForm {
                partner,
                environment: Environment::Test.to_string(),
                api_version: ApiVersion::NEWEST.to_string(),
                authentication: ClientAuthentication::Secret.to_string(),
                ..CredentialForm::default()
            };
            let mut reading = cx.db.read().await?;
            let needs_approval = switches::is_on(reading.connection(), Switch::ApproveLiveWriteKeys).await?;
            drop(reading);
            Ok(KeyFormView {
                needs_confirmation: staff::needs_step_up(&cx, &actor).await?,
                needs_approval,
                areas: areas(&BTreeSet::new(), &grantable),
                partners: choices(partners::choices(&cx, &access).await?),
                ..view(&cx, &access, kind, form, &BTreeSet::new()).await?
            })
        })
        .await
    }

    pub(in super::super) async fn answer_existing(id: String) -> Result<KeyFormView, AppError> {
        answer(async {
            let (cx, actor) = asked()?;
            let access = actor.authorize::<AccessManage>()?;
            let found = credentials::find(&cx, &actor.authorize::<AccessRead>()?, parse_id(&id)?).await?;
            let grantable = credentials::grantable_scopes(&cx, &actor).await?;
            let held: BTreeSet<Permission> = found.scopes.iter().map(|used| used.scope).collect();
            let form = credentials::form_of(&found);
            let is_live = found.credential.environment() == Environment::Live;
            Ok(KeyFormView {
                id: found.credential.id.to_string(),
                version: found.credential.version,
                partner: found.credential.partner_name.clone(),
                needs_confirmation: is_live && staff::needs_step_up(&cx, &actor).await?,
                areas: areas(&held, &grantable),
                ..view(&cx, &access, found.credential.kind(), form, &found.policies).await?
            })
        })
        .await
    }

    async fn view<P: Grant>(
        cx: &Services,
        access: &Access<P>,
        kind: CredentialKind,
        form: CredentialForm,
        given: &BTreeSet<PolicyId>,
    ) -> Result<KeyFormView, Error> {
        let version = |version: &ApiVersion| {
            let note = if *version == ApiVersion::NEWEST { " (newest)" } else { "" };
            (version.to_string(), format!("{version}{note}"))
        };
        let limits = limits::list(cx, access).await?;
        let limit = |policy: limits::Policy| BoxLine {
            key: policy.id.to_string(),
            hint: format!("{} · {}", policy.subject.label(), write_windows(&policy.windows)),
            is_on: given.contains(&policy.id),
            is_open: true,
            label: policy.name,
        };
        Ok(KeyFormView {
            form,
            kind: kind.to_string(),
            id: String::new(),
            version: 0,
            token: new_token(),
            partner: String::new(),
            partners: Vec::new(),
            environments: crate::choices!(Environment),
            versions: ApiVersion::ALL.iter().rev().map(version).collect(),
            authentications: crate::choices!(ClientAuthentication),
            areas: Vec::new(),
            limits: limits.into_iter().filter(|policy| !policy.is_default).map(limit).collect(),
            needs_confirmation: false,
            needs_approval: false,
        })
    }

    fn choices<I: ToString>(of: Vec<(I, String)>) -> Vec<Choice> {
        let none = (String::new(), "Choose a partner".to_owned());
        std::iter::once(none).chain(of.into_iter().map(|(id, name)| (id.to_string(), name))).collect()
    }

    /// Every scope by area. One that the reader can't give is closed, unless the key has it already.
    fn areas(held: &BTreeSet<Permission>, grantable: &BTreeSet<Permission>) -> Vec<ScopeArea> {
        let mut areas: Vec<ScopeArea> = Vec::new();
        for scope in Permission::scopes() {
            let is_open = grantable.contains(&scope) || held.contains(&scope);
            let closed = if is_open { "" } else { " · you don’t hold it, so you can’t give it" };
            let line = BoxLine {
                key: scope.as_str().to_owned(),
                label: scope.description().to_owned(),
                hint: format!("{scope} · {} risk{closed}", scope.risk().label()),
                is_on: held.contains(&scope),
                is_open,
            };
            match areas.iter_mut().find(|area| area.name == scope.area()) {
                Some(area) => area.scopes.push(line),
                None => areas.push(ScopeArea { name: scope.area().to_owned(), scopes: vec![line] }),
            }
        }
        areas
    }
}
