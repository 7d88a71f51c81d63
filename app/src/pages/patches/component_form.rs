//! The form by which a component is entered, changed and taken out of the inventory.

use domain::{
    patches::ComponentKind,
    permissions::marker::{IntegrationsRead, PatchesManage},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::patches::{self, ComponentForm};

use super::{
    PATH, crumbs,
    reads::{ComponentFormView, new_component_form, read_component_form},
};
use crate::{
    components::{ChoiceField, Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm, TextField},
    context::{answer as answered, asked, new_token, parse_id},
    error::AppError,
    failure::as_sent,
    pages::integrations::tabs::IntegrationTabs,
    views::Choice,
};

/// A new component.
#[component]
pub fn NewComponentPage() -> impl IntoView {
    let form = Resource::new(|| (), |()| new_component_form());
    view! { <Loaded resource=form view=show_new/> }
}

/// A component to change; `act=remove` in the address opens the confirmation of its removal.
#[component]
pub fn EditComponentPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let form = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_component_form(id).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=form view=show_existing/> }
}

fn way() -> Vec<Crumb> {
    let mut way = crumbs();
    way.push(Crumb::new("Inventory", format!("{PATH}/components")));
    way
}

fn show_new(view: ComponentFormView) -> AnyView {
    let token = view.token.clone();
    view! {
        <PageHead title="New component".to_owned() subtitle="What was published against it is looked up at once." crumbs=way()/>
        <IntegrationTabs here="/integrations/updates"/>
        <PostForm function="updates/create_component" class="form two" warns_unsaved=true>
            <Hidden name="token" value=token/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Enter component"</button>
                <a class="btn quiet" href=format!("{PATH}/components")>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing((act, view): (String, ComponentFormView)) -> AnyView {
    if act == "remove" {
        return removal(view);
    }
    let id = view.id.clone();
    let version = as_sent("updates/edit_component", "version", view.version.to_string());
    view! {
        <PageHead title=format!("Edit {}", view.form.name) crumbs=way()>
            <a class="btn danger-quiet" href="?act=remove">"Remove …"</a>
        </PageHead>
        <IntegrationTabs here="/integrations/updates"/>
        <PostForm function="updates/edit_component" class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=version/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=format!("{PATH}/components")>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn removal(view: ComponentFormView) -> AnyView {
    let back = format!("{PATH}/components/{}/edit", view.id);
    view! {
        <PageHead title=format!("Remove {}", view.form.name) crumbs=way()/>
        <IntegrationTabs here="/integrations/updates"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                <li><Icon name="right"/><div>"It is not in the inventory any more, and nothing is compared with it."</div></li>
                <li><Icon name="right"/><div>"Updates of it that are to do are closed."</div></li>
            </ul>
            <PostForm function="updates/remove_component" class="confirm danger">
                <Hidden name="id" value=view.id/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">"Remove component"</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

#[component]
fn Fields(view: ComponentFormView) -> impl IntoView {
    let ComponentFormView { form, kinds, users, .. } = view;
    view! {
        <ChoiceField name="form[kind]" label="What it is" value=form.kind choices=kinds/>
        <ChoiceField name="form[used_by]" label="Used by" value=form.used_by choices=users is_optional=true hint="The integration or the partner that it is about."/>
        <Field name="form[name]" label="Name" value=form.name hint="As its ecosystem has it, like @example/client. That is how advisories find it."/>
        <Field name="form[version]" label="Version" value=form.version width="w-s" hint="Exactly, like 2.3.1."/>
        <Field
            name="form[ecosystem]"
            label="Ecosystem"
            value=form.ecosystem
            is_optional=true
            width="w-s"
            hint="As OSV names it: npm, PyPI, crates.io, Maven, Go … Leave it empty for an API."
        />
        <Field name="form[end_of_life]" label="End of life" value=form.end_of_life kind="date" is_optional=true width="w-s" hint="The last day on which it is looked after, as published."/>
    }
}

fn kinds() -> Vec<Choice> {
    let entered = ComponentKind::ALL.iter().filter(|kind| **kind != ComponentKind::Own);
    entered.map(|kind| (kind.as_str().to_owned(), kind.label().to_owned())).collect()
}

pub(super) async fn answer_new() -> Result<ComponentFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        Ok(ComponentFormView {
            id: String::new(),
            version: 0,
            token: new_token(),
            form: ComponentForm { kind: ComponentKind::PartnerApi.to_string(), ..ComponentForm::default() },
            kinds: kinds(),
            users: patches::users(&cx, &access).await?,
        })
    })
    .await
}

pub(super) async fn answer_existing(id: String) -> Result<ComponentFormView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        let found = patches::find_component(&cx, &actor.authorize::<IntegrationsRead>()?, parse_id(&id)?).await?;
        if !found.is_entered() {
            return Err(services::Error::refused(
                "component.built_in",
                "It is part of this server, which keeps it up to date in the inventory.",
            ));
        }
        Ok(ComponentFormView {
            id: found.id.to_string(),
            version: found.row_version,
            token: String::new(),
            form: patches::form_of(&found),
            kinds: kinds(),
            users: patches::users(&cx, &access).await?,
        })
    })
    .await
}
