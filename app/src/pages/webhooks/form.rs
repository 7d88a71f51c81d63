//! The form by which an endpoint is registered and changed.

use domain::{
    credentials::Environment,
    permissions::marker::{AccessRead, WebhooksManage},
    webhooks::{CATALOGUE, Scheme},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::{partners, webhooks};

use super::{
    crumbs,
    reads::{TypeBox, WebhookFormView, new_webhook_form, read_webhook_form},
};
use crate::{
    components::{ChoiceField, Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm},
    context::{answer as answered, asked, new_token, parse_id},
    error::AppError,
    failure::{as_sent, use_failure},
    pages::access::tabs::AccessTabs,
};

/// A new endpoint.
#[component]
pub fn NewWebhookPage() -> impl IntoView {
    let form = Resource::new(|| (), |()| new_webhook_form());
    view! { <Loaded resource=form view=show_new/> }
}

/// An endpoint to change.
#[component]
pub fn EditWebhookPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), read_webhook_form);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: WebhookFormView) -> AnyView {
    let (token, partners, environments) = (view.token.clone(), view.partners.clone(), view.environments.clone());
    let schemes = view.schemes.clone();
    view! {
        <PageHead
            title="New endpoint".to_owned()
            subtitle="Its secret is shown once, on the page that follows."
            crumbs=crumbs()
        />
        <AccessTabs here="/access/webhooks"/>
        <PostForm function="webhooks/create" class="form two" warns_unsaved=true>
            <Hidden name="token" value=token/>
            <ChoiceField
                name="form[partner]"
                label="Partner"
                choices=partners
                hint="Whose address it is. It can’t be changed later."
            />
            <ChoiceField
                name="form[environment]"
                label="Environment"
                value="live"
                choices=environments
                hint="Test endpoints hear of the sandbox. It can’t be changed later."
            />
            <ChoiceField
                name="form[scheme]"
                label="Signed by"
                value="v1"
                choices=schemes
                hint="With a public key the partner keeps nothing secret. It can’t be changed later."
            />
            <Fields view function="webhooks/create"/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Register endpoint"</button>
                <a class="btn quiet" href="/access/webhooks">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: WebhookFormView) -> AnyView {
    let (id, url) = (view.id.clone(), view.url.clone());
    let back = format!("/access/webhooks/{id}");
    let mut way = crumbs();
    way.push(Crumb::new(&url, back.clone()));
    let version = as_sent("webhooks/edit", "version", view.version.to_string());
    view! {
        <PageHead title="Edit endpoint".to_owned() subtitle=view.subtitle.clone() crumbs=way/>
        <AccessTabs here="/access/webhooks"/>
        <PostForm function="webhooks/edit" class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=version/>
            <Fields view function="webhooks/edit"/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Fields(view: WebhookFormView, function: &'static str) -> impl IntoView {
    let failure = use_failure(function);
    let said = failure.as_ref().and_then(|failure| failure.error.at("event_types")).map(str::to_owned);
    let groups: Vec<_> = view
        .types
        .into_iter()
        .map(|(object, types)| {
            let boxes: Vec<_> = types
                .into_iter()
                .map(|TypeBox { name: kind, about, is_on }| {
                    let name = format!("types[{kind}]");
                    let is_on =
                        failure.as_ref().map_or(is_on, |failure| failure.value(&name).as_deref() == Some("yes"));
                    view! {
                        <label class="check">
                            <input type="checkbox" name=name value="yes" checked=is_on/>
                            <span>{about}<small>{kind}</small></span>
                        </label>
                    }
                })
                .collect();
            view! { <fieldset class="group"><legend>{object}</legend>{boxes}</fieldset> }
        })
        .collect();
    view! {
        <Field
            name="form[url]"
            label="Address"
            value=view.url
            kind="url"
            width="w-full"
            hint="It must be https and public, like https://example.com/hooks."
        />
        <Field name="form[description]" label="What it is for" value=view.description is_optional=true width="w-full" hint="For whoever looks after it."/>
        <Field
            name="form[max_per_second]"
            label="Messages in a second"
            value=view.max_per_second
            is_optional=true
            inputmode="numeric"
            width="w-s"
            hint="At most so many from each node. As many as it takes when empty."
        />
        <h2 class="form-head span" id="f-event_types" tabindex="-1">"What it is told of"</h2>
        <p class="hint span">"Everything when nothing is checked, also what is added to the catalogue later."</p>
        {said
            .map(|error| view! {
                <p class="field-error span"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
            })}
        {groups}
    }
}

/// Every type by record, with those that are chosen checked.
fn types(chosen: &[String]) -> Vec<(String, Vec<TypeBox>)> {
    ["customer", "vehicle", "plan", "subscription"]
        .map(|object| {
            let of = CATALOGUE.iter().filter(|kind| kind.object() == object);
            let lines = of.map(|kind| TypeBox {
                name: kind.name.to_owned(),
                about: kind.about.to_owned(),
                is_on: chosen.iter().any(|chosen| chosen == kind.name),
            });
            let mut letters = object.chars();
            let title = letters.next().map(|first| first.to_uppercase().chain(letters).chain(['s']).collect());
            (title.unwrap_or_default(), lines.collect())
        })
        .to_vec()
}

pub(super) async fn answer_new() -> Result<WebhookFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<WebhooksManage>()?;
        let partners = partners::choices(&cx, &access).await?;
        let none = (String::new(), "Choose a partner".to_owned());
        Ok(WebhookFormView {
            id: String::new(),
            version: 0,
            token: new_token(),
            url: String::new(),
            description: String::new(),
            subtitle: String::new(),
            partners: std::iter::once(none)
                .chain(partners.into_iter().map(|(id, name)| (id.to_string(), name)))
                .collect(),
            environments: crate::choices!(Environment),
            schemes: crate::choices!(Scheme),
            max_per_second: String::new(),
            types: types(&[]),
        })
    })
    .await
}

pub(super) async fn answer_existing(id: String) -> Result<WebhookFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        actor.authorize::<WebhooksManage>()?;
        let endpoint = webhooks::one(&cx, &actor.authorize::<AccessRead>()?, parse_id(&id)?).await?;
        Ok(WebhookFormView {
            id: endpoint.id.to_string(),
            version: endpoint.version,
            token: String::new(),
            subtitle: format!(
                "{} · {}. Both stay what they are.",
                endpoint.environment().label(),
                endpoint.partner_name
            ),
            types: types(&endpoint.event_types()),
            partners: Vec::new(),
            environments: Vec::new(),
            schemes: Vec::new(),
            max_per_second: endpoint.max_per_second.map(|most| most.to_string()).unwrap_or_default(),
            url: endpoint.url,
            description: endpoint.description,
        })
    })
    .await
}
