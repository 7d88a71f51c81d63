//! The form by which an operation is described, with what is done when it can't be had.

use domain::{
    ids::{IntegrationId, OperationId},
    integrations::Plan,
    permissions::marker::{IntegrationsManage, IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::integrations::{self, OperationForm};

use super::{
    crumbs,
    reads::{OperationFormView, new_operation_form, read_operation_form},
    tabs::IntegrationTabs,
};
use crate::{
    components::{CheckField, ChoiceField, Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm, TextField},
    context::{answer as answered, asked, base_of, new_token, parse_id},
    error::AppError,
    failure::as_sent,
    pages::records::ConflictPanel,
    views::Choice,
};

/// A new operation of an integration.
#[component]
pub fn NewOperationPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), new_operation_form);
    view! { <Loaded resource=form view=show_new/> }
}

/// An operation to change, or, by `act=delete`, to delete.
#[component]
pub fn EditOperationPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let form = Resource::new(
        move || {
            let of = |name: &str| params.get().get(name).unwrap_or_default();
            (of("id"), of("operation"), query.get().get("act").unwrap_or_default())
        },
        |(id, operation, act)| async move { read_operation_form(id, operation).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=form view=show_existing/> }
}

fn way(view: &OperationFormView) -> Vec<Crumb> {
    let (id, name) = &view.integration;
    let mut way = crumbs();
    way.push(Crumb::new(name, format!("/integrations/{id}")));
    way
}

fn show_new(view: OperationFormView) -> AnyView {
    let (id, _) = view.integration.clone();
    let (back, token, way) = (format!("/integrations/{id}"), view.token.clone(), way(&view));
    view! {
        <PageHead
            title="New operation".to_owned()
            subtitle="What can be asked of the partner, and what is done when it can’t be had."
            crumbs=way
        />
        <IntegrationTabs here="/integrations"/>
        <PostForm function="integrations/operation_create" class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="token" value=token/>
            <Field
                name="form[name]"
                label="Name"
                value=view.form.name.clone()
                hint="Our own word for it, like cover.start. It can’t be changed later."
            />
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Add operation"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing((act, view): (String, OperationFormView)) -> AnyView {
    let operation = use_params_map().get_untracked().get("operation").unwrap_or_default();
    if act == "delete" {
        return show_delete(operation, view);
    }
    let (back, base, way) = (format!("/integrations/{}", view.integration.0), view.base.clone(), way(&view));
    view! {
        <PageHead
            title=format!("Edit {}", view.form.name)
            subtitle="What you save holds for the next call."
            crumbs=way
        >
            <a class="btn danger-quiet" href="?act=delete">"Delete …"</a>
        </PageHead>
        <IntegrationTabs here="/integrations"/>
        <ConflictPanel function="integrations/operation_edit" id=operation.clone()/>
        <PostForm function="integrations/operation_edit" class="form two" warns_unsaved=true>
            <Hidden name="id" value=operation/>
            <Hidden name="base" value=as_sent("integrations/operation_edit", "base", base)/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_delete(operation: String, view: OperationFormView) -> AnyView {
    const FOLLOWS: [&str; 3] = [
        "It can’t be asked of the partner any more, at once.",
        "Its last known answers are erased. Calls that were made stay on record.",
        "While calls wait for it, another integration counts on it, or it is switched off, it can’t be deleted.",
    ];
    let (back, name, way) = (format!("/integrations/{}", view.integration.0), view.form.name.clone(), way(&view));
    let lines: Vec<_> = FOLLOWS.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    view! {
        <PageHead title=format!("Delete {name}") crumbs=way/>
        <IntegrationTabs here="/integrations"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            <PostForm function="integrations/operation_delete" class="confirm danger">
                <Hidden name="id" value=operation/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">"Delete operation"</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

#[component]
fn Fields(view: OperationFormView) -> impl IntoView {
    let OperationFormView { form, seconds, .. } = view;
    let methods: Vec<Choice> =
        ["GET", "POST", "PUT", "PATCH", "DELETE"].map(|method| (method.to_owned(), method.to_owned())).to_vec();
    let called = view! {
        <ChoiceField name="form[method]" label="Method" value=form.method choices=methods width="w-s"/>
        <Field
            name="form[path]"
            label="Path"
            value=form.path
            hint="Below the base address. Fields of what is sent stand in braces: /cars/{vehicle.vin}/cover."
        />
        <CheckField
            name="form[is_idempotent]"
            label="Safe to repeat"
            is_checked=form.is_idempotent == "yes"
            hint="The partner does it once, however often it is asked. Else it is only repeated with a key of ours."
        />
        <Field
            name="form[timeout_ms]"
            label="Time for an attempt"
            value=form.timeout_ms
            width="w-s"
            inputmode="numeric"
            unit="ms"
            hint="50 to 60000."
        />
        <Field
            name="form[deadline_ms]"
            label="Time for the whole call"
            value=form.deadline_ms
            width="w-s"
            inputmode="numeric"
            unit="ms"
            hint="All attempts and the waits between them. 50 to 120000."
        />
        <Field
            name="form[max_attempts]"
            label="Attempts"
            value=form.max_attempts
            width="w-xs"
            inputmode="numeric"
            hint="1 to 6."
        />
    }
    .into_any();
    let plan = view! {
        <h2 class="form-head span">"When it can’t be had"</h2>
        <ChoiceField
            name="form[plan]"
            label="Plan"
            value=form.plan
            choices=crate::choices!(Plan)
            hint="Queue what must happen, answer from what is known, refuse what can wait for nobody."
        />
        <ChoiceField
            name="form[second]"
            label="Second provider"
            value=form.second
            choices=seconds
            is_optional=true
            hint="For that plan. It needs an operation of the same name."
        />
        <Field
            name="form[last_known_hours]"
            label="Age of the last answer"
            value=form.last_known_hours
            is_optional=true
            width="w-s"
            inputmode="decimal"
            unit="h"
            hint="For that plan: an older one is not given."
        />
        <h2 class="form-head span">"Answers that mean no"</h2>
        <Field
            name="form[error_pointer]"
            label="Where an error stands"
            value=form.error_pointer
            is_optional=true
            hint="For partners that answer 200 all the same: a JSON pointer, like /status."
        />
        <Field name="form[error_value]" label="What says so" value=form.error_value is_optional=true hint="The value there, like error."/>
    }
    .into_any();
    view! { {called} {plan} }
}

async fn seconds(
    cx: &services::Services,
    access: &services::access::Access<IntegrationsManage>,
    of: IntegrationId,
) -> Result<Vec<Choice>, services::Error> {
    let all = integrations::choices(cx, access).await?;
    Ok(all.into_iter().filter(|(id, _)| *id != of).map(|(id, name)| (id.to_string(), name)).collect())
}

pub(super) async fn answer_new(id: String) -> Result<OperationFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let id: IntegrationId = parse_id(&id)?;
        let integration = integrations::find(&cx, &actor.authorize::<IntegrationsRead>()?, id).await?;
        let form = OperationForm {
            method: "POST".to_owned(),
            timeout_ms: "2000".to_owned(),
            deadline_ms: "5000".to_owned(),
            max_attempts: "3".to_owned(),
            plan: "queue".to_owned(),
            ..OperationForm::default()
        };
        Ok(OperationFormView {
            integration: (id.to_string(), integration.name),
            base: base_of(&form),
            form,
            token: new_token(),
            seconds: seconds(&cx, &access, id).await?,
        })
    })
    .await
}

pub(super) async fn answer_existing(id: String, operation: String) -> Result<OperationFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let reading = actor.authorize::<IntegrationsRead>()?;
        let (id, operation): (IntegrationId, OperationId) = (parse_id(&id)?, parse_id(&operation)?);
        let integration = integrations::find(&cx, &reading, id).await?;
        let form = integrations::form_of_operation(&integrations::operation(&cx, &reading, id, operation).await?);
        Ok(OperationFormView {
            integration: (id.to_string(), integration.name),
            base: base_of(&form),
            form,
            token: String::new(),
            seconds: seconds(&cx, &access, id).await?,
        })
    })
    .await
}
