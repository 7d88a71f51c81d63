//! The form of a role: its name, what it is for, and a box for each permission.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::reads::{AreaView, PermissionLine, RoleFormView, role_form};
use crate::{
    components::{Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm, TextField},
    failure::{Failure, use_failure},
};

/// A new role; the address may say how it begins.
#[component]
pub fn NewRolePage() -> impl IntoView {
    let search = use_location().search;
    let form = Resource::new(move || search.get(), |proposal| role_form(String::new(), proposal));
    view! { <Loaded resource=form view=show_new/> }
}

/// A role to change; the address may carry what was proposed before.
#[component]
pub fn EditRolePage() -> impl IntoView {
    let params = use_params_map();
    let search = use_location().search;
    let form = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), search.get()),
        |(id, proposal)| role_form(id, proposal),
    );
    view! { <Loaded resource=form view=show_existing/> }
}

/// The way to the pages of roles.
pub(super) fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Roles", "/settings/roles")]
}

fn show_new(view: RoleFormView) -> AnyView {
    view! {
        <PageHead
            title="New role".to_owned()
            subtitle="Nobody has it until you give it to somebody."
            crumbs=crumbs()
        />
        <RoleForm view/>
    }
    .into_any()
}

fn show_existing(view: RoleFormView) -> AnyView {
    let title = if view.is_built_in { view.saved_name.clone() } else { format!("Edit {}", view.saved_name) };
    let subtitle = format!("{} · {}", if view.is_built_in { "Built-in role" } else { "Custom role" }, view.people);
    let copy = view.copy_href.clone();
    let body = if view.is_built_in {
        view! { <BuiltIn view/> }.into_any()
    } else {
        let (id, is_unused, people) = (view.id.clone(), view.is_unused, view.people.clone());
        view! { <RoleForm view/> <Delete id is_unused people/> }.into_any()
    };
    view! {
        <PageHead title subtitle crumbs=crumbs()>
            <a class="btn" href=copy>"Copy as a new role"</a>
        </PageHead>
        {body}
    }
    .into_any()
}

#[component]
fn RoleForm(view: RoleFormView) -> impl IntoView {
    let failure = use_failure("roles/review");
    let error = failure.as_ref().and_then(|failure| failure.error.at("permissions").map(str::to_owned));
    let areas: Vec<_> = view.areas.into_iter().map(|area| area_boxes(area, failure.as_ref())).collect();
    view! {
        <PostForm function="roles/review" class="form two" warns_unsaved=true>
            <Hidden name="id" value=view.id/>
            <div class="span">
                <Field name="name" label="Name" value=view.name is_first=true/>
            </div>
            <div class="span">
                <TextField
                    name="description"
                    label="What it is for"
                    value=view.description
                    is_optional=true
                    rows=2
                    hint="Helps whoever gives it to choose the right one."
                />
            </div>
            <h2 class="form-head span" id="f-permissions" tabindex="-1">"Permissions"</h2>
            {error
                .map(|error| view! {
                    <p class="field-error span"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                })}
            {areas}
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Review"</button>
                <a class="btn quiet" href="/settings/roles">"Discard"</a>
            </div>
        </PostForm>
    }
}

fn area_boxes(area: AreaView, failure: Option<&Failure>) -> AnyView {
    let boxes: Vec<_> = area.permissions.into_iter().map(|line| permission_box(line, failure)).collect();
    view! { <fieldset class="group"><legend>{area.name}</legend>{boxes}</fieldset> }.into_any()
}

fn permission_box(line: PermissionLine, failure: Option<&Failure>) -> AnyView {
    let name = format!("permissions[{}]", line.key);
    let is_on = failure.map_or(line.is_on, |failure| failure.value(&name).as_deref() == Some("yes"));
    view! {
        <label class="check">
            <input type="checkbox" name=name value="yes" checked=is_on disabled=!line.is_open/>
            <span>
                {line.description}
                <small>
                    <code>{line.key}</code> " · " {line.risk}
                    {(!line.is_open).then_some(" · you don’t hold it, so you can’t give it")}
                </small>
            </span>
        </label>
    }
    .into_any()
}

#[component]
fn BuiltIn(view: RoleFormView) -> impl IntoView {
    let areas: Vec<_> = view
        .areas
        .into_iter()
        .filter_map(|area| {
            let held: Vec<_> = area
                .permissions
                .into_iter()
                .filter(|line| line.is_on)
                .map(|line| view! { <li>{line.description} " " <code>{line.key}</code></li> })
                .collect();
            (!held.is_empty())
                .then(|| view! { <div><dt>{area.name}</dt><dd><ul class="stack xs">{held}</ul></dd></div> })
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="allows">
            <header class="panel-head"><h2 id="allows">"What it allows"</h2></header>
            <div class="panel-body stack s">
                <p class="measure">{view.description} " It came with the portal and can’t be changed."</p>
                <dl class="facts">{areas}</dl>
            </div>
        </section>
    }
}

#[component]
fn Delete(id: String, is_unused: bool, people: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="delete">
            <header class="panel-head"><h2 id="delete">"Delete this role"</h2></header>
            {if is_unused {
                view! {
                    <PostForm function="roles/delete" class="confirm danger">
                        <Hidden name="id" value=id/>
                        <p>"Nobody has it. Deleting it can’t be undone, but it can be made again."</p>
                        <div class="form-acts"><button class="btn danger-quiet" type="submit">"Delete role"</button></div>
                    </PostForm>
                }.into_any()
            } else {
                view! {
                    <div class="panel-body">
                        <p>
                            {format!("It can’t be deleted while it is held by {people}. ")}
                            <a href=format!("/settings/staff?role={id}")>"See who has it"</a>
                        </p>
                    </div>
                }.into_any()
            }}
        </section>
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String, proposal: String) -> Result<RoleFormView, crate::error::AppError> {
    use std::collections::BTreeSet;

    use domain::{
        ids::RoleId,
        permissions::{
            Permission,
            marker::{RolesManage, RolesRead},
        },
    };
    use services::roles::{self, Role};

    use super::{
        matrix::{by_area, people, risk},
        proposal::{Fields, Proposal},
        review,
    };
    use crate::context::{answer, asked, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        let manage = actor.authorize::<RolesManage>()?;
        let proposed = Proposal::parse(&proposal)?;
        let id: Option<RoleId> = match id.as_str() {
            "" => proposed.as_ref().and_then(|proposed| proposed.id),
            id => Some(parse_id(id)?),
        };
        let saved: Option<Role> = match id {
            Some(id) => Some(roles::find(&cx, &actor.authorize::<RolesRead>()?, id).await?),
            None => None,
        };
        let as_saved = || Proposal {
            id,
            form: saved.as_ref().map_or_else(Fields::default, |role| Fields {
                name: role.name.clone(),
                description: role.description.clone(),
                permissions: role.permissions.clone(),
            }),
        };
        let review = match &proposed {
            Some(proposed) => {
                let preview = roles::preview(&cx, &manage, id, &proposed.form.permissions).await?;
                Some(review::view_of(saved.as_ref(), proposed, preview))
            }
            None => None,
        };
        let proposal = Proposal { id, ..proposed.unwrap_or_else(as_saved) };
        let before = saved.as_ref().map_or_else(BTreeSet::new, |role| role.permissions.clone());
        let line = |permission: Permission| PermissionLine {
            key: permission.as_str().to_owned(),
            description: permission.description().to_owned(),
            risk: risk(permission),
            is_on: proposal.form.permissions.contains(&permission),
            is_open: actor.holds(permission) || before.contains(&permission),
        };
        let copy = Proposal {
            id: None,
            form: Fields { name: format!("{} (copy)", proposal.form.name), ..proposal.form.clone() },
        };
        Ok(RoleFormView {
            id: id.map(|id| id.to_string()).unwrap_or_default(),
            version: saved.as_ref().map_or(0, |role| role.version),
            saved_name: saved.as_ref().map(|role| role.name.clone()).unwrap_or_default(),
            is_built_in: saved.as_ref().is_some_and(|role| role.is_built_in),
            people: people(saved.as_ref().map_or(0, |role| role.holders)),
            is_unused: saved.as_ref().is_none_or(|role| role.holders == 0),
            areas: by_area()
                .into_iter()
                .map(|(name, permissions)| AreaView {
                    name: name.to_owned(),
                    permissions: permissions.into_iter().map(line).collect(),
                })
                .collect(),
            chosen: proposal.form.permissions.iter().map(|permission| permission.as_str().to_owned()).collect(),
            edit_href: proposal.edit_href(),
            copy_href: copy.edit_href(),
            review,
            name: proposal.form.name,
            description: proposal.form.description,
        })
    })
    .await
}
