//! The form by which a partner is registered and changed, and cleared for what may leave.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::partners::PartnerForm;

use super::{
    reads::{PartnerFormView, SensitivityView, new_partner_form, read_partner_form},
    record::crumbs,
};
use crate::{
    components::{CheckField, ChoiceField, Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm},
    failure::{as_sent, use_failure},
    views::Choice,
};

/// A new partner.
#[component]
pub fn NewPartnerPage() -> impl IntoView {
    let form = Resource::new(|| (), |()| new_partner_form());
    view! { <Loaded resource=form view=show_new/> }
}

/// A partner to change.
#[component]
pub fn EditPartnerPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), read_partner_form);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: PartnerFormView) -> AnyView {
    view! {
        <PageHead
            title="New partner".to_owned()
            subtitle="It begins with the fields that its kind usually needs, and with no key."
            crumbs=crumbs()
        />
        <PostForm function="partners/create" warns_unsaved=true>
            <Hidden name="token" value=view.token/>
            <Fields
                form=view.form
                kinds=view.kinds
                kind_hint="Decides what may leave for it at first; you can change that on its page."
            />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Register partner"</button>
                <a class="btn quiet" href="/partners">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: PartnerFormView) -> AnyView {
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    let back = format!("/partners/{id}");
    let name = view.form.name.clone();
    let mut way = crumbs();
    way.push(Crumb::new(&name, back.clone()));
    let error = use_failure("partners/edit").and_then(|failure| failure.error.at("fields").map(str::to_owned));
    let groups: Vec<_> = view.catalogue.into_iter().map(boxes).collect();
    let limits = view.limits;
    view! {
        <PageHead title=format!("Edit {name}") crumbs=way/>
        <PostForm function="partners/edit" class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=as_sent("partners/edit", "version", view.version.to_string())/>
            <Fields form=view.form kinds=view.kinds kind_hint="A change of kind doesn’t change what may leave."/>
            <h2 class="form-head span" id="f-fields" tabindex="-1">"What may leave for it"</h2>
            <p class="hint span">
                "It holds for its next call. What isn’t checked is absent from every answer, whatever a key asks for."
            </p>
            {error
                .map(|error| view! {
                    <p class="field-error span"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                })}
            {groups}
            <h2 class="form-head span" id="f-policies" tabindex="-1">"Limits that its keys share"</h2>
            {limit_boxes(limits)}
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Fields(form: PartnerForm, kinds: Vec<Choice>, kind_hint: &'static str) -> impl IntoView {
    view! {
        <Field name="form[name]" label="Name" value=form.name is_first=true hint="As everybody here knows it."/>
        <ChoiceField name="form[kind]" label="What they do for us" value=form.kind choices=kinds hint=kind_hint/>
        <Field
            name="form[contact_email]"
            label="Contact"
            value=form.contact_email
            kind="email"
            is_optional=true
            hint="Whom to write to about their keys."
        />
    }
}

/// What stands before a limit's id in the name of its box.
pub(super) const LIMIT: &str = "limit-";

fn limit_boxes(limits: Vec<(String, String, bool)>) -> AnyView {
    if limits.is_empty() {
        return view! {
            <p class="hint span">"There is none to give: make one that isn’t for everybody under " <a href="/access/limits">"Limits"</a> "."</p>
        }
        .into_any();
    }
    let boxes: Vec<_> = limits
        .into_iter()
        .map(|(id, label, is_given)| {
            view! { <CheckField name=format!("policies[{LIMIT}{id}]") label=label is_checked=is_given/> }
        })
        .collect();
    view! {
        <fieldset class="group span">
            <legend>"Counted over all of them together"</legend>
            {boxes}
        </fieldset>
    }
    .into_any()
}

fn boxes(group: SensitivityView) -> AnyView {
    let boxes: Vec<_> = group
        .fields
        .into_iter()
        .map(|field| {
            view! {
                <CheckField
                    name=format!("fields[{}]", field.key)
                    label=field.label
                    is_checked=field.is_cleared
                    hint=field.key
                />
            }
        })
        .collect();
    view! { <fieldset class="group"><legend>{group.name}</legend>{boxes}</fieldset> }.into_any()
}

#[cfg(feature = "ssr")]
fn view_of(form: PartnerForm, version: i64, clearance: &domain::partners::Clearance) -> PartnerFormView {
    use domain::partners::PartnerKind;

    PartnerFormView {
        form,
        version,
        token: crate::context::new_token(),
        kinds: crate::choices!(PartnerKind),
        catalogue: super::record::catalogue(clearance),
        limits: Vec::new(),
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_new() -> Result<PartnerFormView, crate::error::AppError> {
    use domain::{partners::Clearance, permissions::marker::PartnersManage};

    use crate::context::{answer, asked};

    answer(async {
        let (_, actor) = asked()?;
        actor.authorize::<PartnersManage>()?;
        let form = PartnerForm { kind: "other".to_owned(), ..PartnerForm::default() };
        Ok(view_of(form, 0, &Clearance::default()))
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_existing(id: String) -> Result<PartnerFormView, crate::error::AppError> {
    use domain::{
        limits::write_windows,
        permissions::marker::{PartnersManage, PartnersRead},
    };
    use services::{limits, partners};

    use crate::context::{answer, asked, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<PartnersManage>()?;
        let access = actor.authorize::<PartnersRead>()?;
        let found = partners::find(&cx, &access, parse_id(&id)?).await?;
        let limits = limits::list(&cx, &access).await?;
        let limits = limits.into_iter().filter(|limit| !limit.is_default).map(|limit| {
            let is_given = found.policies.contains(&limit.id);
            (limit.id.to_string(), format!("{} ({})", limit.name, write_windows(&limit.windows)), is_given)
        });
        let view = view_of(partners::form_of(&found), found.partner.version, &found.clearance);
        Ok(PartnerFormView { limits: limits.collect(), ..view })
    })
    .await
}
