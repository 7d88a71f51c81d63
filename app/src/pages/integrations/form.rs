//! The form by which an integration is registered and changed.

use domain::{
    integrations::{Auth, Criticality, InboundScheme, IntegrationKind},
    permissions::marker::{IntegrationsManage, IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::{
    integrations::{self, IntegrationForm},
    partners,
};

use super::{
    crumbs,
    reads::{IntegrationFormView, new_integration_form, read_integration_form},
    tabs::IntegrationTabs,
};
use crate::{
    components::{ChoiceField, Crumb, Field, Hidden, Loaded, PageHead, PostForm, TextField},
    context::{answer as answered, asked, base_of, new_token, parse_id},
    error::AppError,
    failure::as_sent,
    pages::records::ConflictPanel,
    views::Choice,
};

/// A new integration. `partner` in the address chooses whose.
#[component]
pub fn NewIntegrationPage() -> impl IntoView {
    let query = use_query_map();
    let form = Resource::new(move || query.get().get("partner").unwrap_or_default(), new_integration_form);
    view! { <Loaded resource=form view=show_new/> }
}

/// An integration to change.
#[component]
pub fn EditIntegrationPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), read_integration_form);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: IntegrationFormView) -> AnyView {
    let (token, partners, partner) = (view.token.clone(), view.partners.clone(), view.form.partner.clone());
    view! {
        <PageHead
            title="New integration".to_owned()
            subtitle="Nothing is sent until it goes live. Its operations and its credential are set on its page."
            crumbs=crumbs()
        >
            <a class="btn quiet" href="/integrations/test">"Test a connection"</a>
        </PageHead>
        <IntegrationTabs here="/integrations"/>
        <PostForm function="integrations/create" class="form two" warns_unsaved=true>
            <Hidden name="token" value=token/>
            <ChoiceField
                name="form[partner]"
                label="Partner"
                value=partner
                choices=partners
                hint="Whose it is. It can’t be changed later."
            />
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Register integration"</button>
                <a class="btn quiet" href="/integrations">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: IntegrationFormView) -> AnyView {
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    let back = format!("/integrations/{id}");
    let (version, base, name) = (view.version.to_string(), view.base.clone(), view.form.name.clone());
    let mut way = crumbs();
    way.push(Crumb::new(&name, back.clone()));
    view! {
        <PageHead
            title=format!("Edit {name}")
            subtitle="What you save holds for the next call. Another host, or another way to prove ourselves, takes the credential out of the vault: it has to be set again."
            crumbs=way
        />
        <IntegrationTabs here="/integrations"/>
        <ConflictPanel function="integrations/edit" id=id.clone()/>
        <PostForm function="integrations/edit" class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=as_sent("integrations/edit", "version", version)/>
            <Hidden name="base" value=as_sent("integrations/edit", "base", base)/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Fields(view: IntegrationFormView) -> impl IntoView {
    let IntegrationFormView { form, owners, .. } = view;
    let (kinds, levels) = (crate::choices!(IntegrationKind), crate::choices!(Criticality));
    let (auths, schemes) = (crate::choices!(Auth), crate::choices!(InboundScheme));
    let record = view! {
        <Field name="form[name]" label="Name" value=form.name hint="As everybody here knows it."/>
        <Field
            name="form[slug]"
            label="Short name"
            value=form.slug
            hint="Its messages come in at an address that ends with it, like nordlicht-cover."
        />
        <ChoiceField name="form[kind]" label="What it is for" value=form.kind choices=kinds/>
        <ChoiceField
            name="form[criticality]"
            label="Criticality"
            value=form.criticality
            choices=levels
            hint="Critical: cars stand still without it. Decides how often it is reviewed."
        />
        <TextField name="form[purpose]" label="Purpose" value=form.purpose is_optional=true rows=2 hint="What we use it for."/>
        <ChoiceField
            name="form[owner]"
            label="Looked after by"
            value=form.owner
            choices=owners
            is_optional=true
            hint="It can’t go live without somebody."
        />
    }
    .into_any();
    let connection = view! {
        <h2 class="form-head span">"Connection"</h2>
        <Field
            name="form[base_url]"
            label="Base address"
            value=form.base_url
            kind="url"
            hint="https, and no address inside a private network, like https://api.example.com/v1."
        />
        <ChoiceField name="form[auth]" label="How we prove ourselves" value=form.auth choices=auths/>
        <Field
            name="form[auth_name]"
            label="Name that goes with it"
            value=form.auth_name
            is_optional=true
            hint="The header’s name, the user name, or the client’s id. The secret itself is set on its page."
        />
        <Field
            name="form[token_url]"
            label="Token address"
            value=form.token_url
            kind="url"
            is_optional=true
            hint="For OAuth 2.0: where access tokens are asked for."
        />
        <Field
            name="form[max_concurrent]"
            label="Calls at once"
            value=form.max_concurrent
            width="w-s"
            inputmode="numeric"
            hint="More wait or are refused, so that a slow partner blocks nobody else. 1 to 256."
        />
        <Field
            name="form[per_minute]"
            label="Calls in a minute"
            value=form.per_minute
            width="w-s"
            inputmode="numeric"
            hint="As fast as the partner wants it, at most. 1 to 100000."
        />
    }
    .into_any();
    let expected = view! {
        <h2 class="form-head span">"What is expected"</h2>
        <Field
            name="form[availability]"
            label="Availability"
            value=form.availability
            width="w-s"
            inputmode="decimal"
            unit="%"
            hint="Part of the calls that succeed, like 99.5."
        />
        <Field
            name="form[latency_ms]"
            label="Time for an answer"
            value=form.latency_ms
            width="w-s"
            inputmode="numeric"
            unit="ms"
            hint="What takes longer counts as slow."
        />
        <ChoiceField
            name="form[inbound_scheme]"
            label="How its messages are signed"
            value=form.inbound_scheme
            choices=schemes
            hint="Another way takes the signing secret out of the vault."
        />
    }
    .into_any();
    view! { {record} {connection} {expected} }
}

fn view_of(form: IntegrationForm, version: i64, partners: Vec<Choice>, owners: Vec<Choice>) -> IntegrationFormView {
    IntegrationFormView { base: base_of(&form), form, version, token: new_token(), partners, owners }
}

pub(super) async fn answer_new(partner: String) -> Result<IntegrationFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let partners = partners::choices(&cx, &access).await?;
        let none = (String::new(), "Choose a partner".to_owned());
        let partners =
            std::iter::once(none).chain(partners.into_iter().map(|(id, name)| (id.to_string(), name))).collect();
        let owners = owners(&cx, &access).await?;
        let form = IntegrationForm {
            partner,
            kind: "other".to_owned(),
            criticality: "medium".to_owned(),
            owner: actor.staff_id().map(|id| id.to_string()).unwrap_or_default(),
            auth: "bearer".to_owned(),
            max_concurrent: "8".to_owned(),
            per_minute: "600".to_owned(),
            availability: "99.5".to_owned(),
            latency_ms: "2000".to_owned(),
            inbound_scheme: "none".to_owned(),
            ..IntegrationForm::default()
        };
        Ok(view_of(form, 0, partners, owners))
    })
    .await
}

async fn owners(
    cx: &services::Services,
    access: &services::access::Access<IntegrationsManage>,
) -> Result<Vec<Choice>, services::Error> {
    let owners = integrations::owners(cx, access).await?;
    Ok(owners.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

pub(super) async fn answer_existing(id: String) -> Result<IntegrationFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let found = integrations::find(&cx, &actor.authorize::<IntegrationsRead>()?, parse_id(&id)?).await?;
        let mut owners = owners(&cx, &access).await?;
        // Somebody who left stays visible until somebody else is chosen.
        if let Some(owner) = found.owner_id.filter(|owner| owners.iter().all(|(id, _)| *id != owner.to_string())) {
            owners.push((owner.to_string(), format!("{} (left)", found.owner_name)));
        }
        Ok(view_of(integrations::form_of(&found), found.version, Vec::new(), owners))
    })
    .await
}
