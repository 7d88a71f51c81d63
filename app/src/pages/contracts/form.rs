//! The form of a contract: what it says as a whole, and of each field.

use domain::{
    partners::{Basis, RuleKind},
    permissions::marker::{IntegrationsRead, PartnersManage},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::contracts;

use super::{
    crumbs,
    reads::{ContractFormView, FieldView, read_contract_form},
};
use crate::{
    choices,
    components::{CheckField, ChoiceField, Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    failure::{as_sent, use_failure},
    views::Choice,
};

const FUNCTION: &str = "contracts/edit";

/// A contract to change.
#[component]
pub fn EditContractPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), read_contract_form);
    view! { <Loaded resource=form view=show/> }
}

fn show(view: ContractFormView) -> AnyView {
    let ContractFormView { id, name, version, form, fields, bases, rules } = view;
    let back = format!("/integrations/contracts/{id}");
    let mut way = crumbs();
    way.push(Crumb::new(&name, back.clone()));
    let error = use_failure(FUNCTION).and_then(|failure| failure.error.at("fields").map(str::to_owned));
    let fields: Vec<_> =
        fields.into_iter().map(|field| view! { <OneField field bases=bases.clone() rules=rules.clone()/> }).collect();
    view! {
        <PageHead title=format!("Edit the contract with {name}") crumbs=way/>
        <PostForm function=FUNCTION class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=as_sent(FUNCTION, "version", version.to_string())/>
            <Field
                name="form[valid_from]"
                label="Holds from"
                value=form.valid_from
                kind="date"
                is_optional=true
                is_first=true
                hint="Before that day nothing in it passes."
            />
            <Field
                name="form[valid_until]"
                label="Last day"
                value=form.valid_until
                kind="date"
                is_optional=true
                hint="After that day nothing in it passes."
            />
            <Field
                name="form[document]"
                label="Agreed text"
                value=form.document
                is_optional=true
                width="w-full"
                hint="Where the signed contract is kept: a number or an address."
            />
            <CheckField
                name="form[is_strict]"
                label="Strict"
                is_checked=form.is_strict == "yes"
                hint="A call of ours with any other field is refused. Otherwise the field is left out and the call goes on."
            />
            <h2 class="form-head span" id="f-fields" tabindex="-1">"Fields"</h2>
            <p class="hint span">
                "What isn’t in the contract leaves by no way. A change holds for the next call."
            </p>
            {error
                .map(|error| view! {
                    <p class="field-error span"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                })}
            {fields}
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save contract"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

/// What the contract says of one field.
#[component]
fn OneField(field: FieldView, bases: Vec<Choice>, rules: Vec<Choice>) -> impl IntoView {
    let FieldView { key, label, class, form } = field;
    let name = |part: &str| format!("fields[{key}][{part}]");
    let is = |text: &str| text == "yes";
    // The message about the ways belongs to three boxes, none of which shows one of its own.
    let ways_name = name("sent");
    let ways_error = use_failure(FUNCTION).and_then(|failure| failure.error.at(&ways_name).map(str::to_owned));
    view! {
        <fieldset class="group fields">
            <legend>{label}</legend>
            <CheckField
                name=name("granted")
                label="In the contract"
                is_checked=is(&form.granted)
                hint=format!("{class} · {key}")
            />
            <div id=format!("f-{ways_name}") tabindex="-1">
                {ways_error
                    .map(|error| view! {
                        <p class="field-error"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                    })}
                <CheckField name=name("sent") label="We send it when we call them" is_checked=is(&form.sent)/>
                <CheckField name=name("read") label="They read it through our API" is_checked=is(&form.read)/>
                <CheckField name=name("received") label="We receive it from them" is_checked=is(&form.received)/>
            </div>
            <Field name=name("purpose") label="What for" value=form.purpose width="w-full"/>
            <ChoiceField name=name("basis") label="Legal basis" value=form.basis choices=bases width="w-full"/>
            <Field
                name=name("retention")
                label="May be kept for"
                value=form.retention
                inputmode="numeric"
                width="w-s"
                unit="days"
            />
            <ChoiceField name=name("rule") label="Form" value=form.rule choices=rules width="w-full"/>
            <Field
                name=name("keeps")
                label="Characters that stay when it is cut"
                value=form.keeps
                inputmode="numeric"
                width="w-xs"
            />
        </fieldset>
    }
}

pub(super) async fn answer(id: String) -> Result<ContractFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        actor.authorize::<PartnersManage>()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let found = contracts::find(&cx, &access, parse_id(&id)?).await?;
        let (form, fields) = contracts::form_of(&found.contract);
        Ok(ContractFormView {
            id: found.contract.partner.to_string(),
            name: found.name,
            version: found.contract.version,
            form,
            fields: fields
                .into_iter()
                .map(|(field, form)| FieldView {
                    key: field.as_str().to_owned(),
                    label: field.label().to_owned(),
                    class: field.sensitivity().label().to_owned(),
                    form,
                })
                .collect(),
            bases: choices!(Basis),
            rules: choices!(RuleKind),
        })
    })
    .await
}
