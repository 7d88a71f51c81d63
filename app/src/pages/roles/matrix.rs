//! Permissions by roles: who may do what, in one look.

use domain::permissions::Permission;
use leptos::prelude::*;

use super::reads::{MatrixArea, MatrixView, RoleHead, role_matrix};
use crate::{
    components::{Icon, Loaded, PageHead},
    viewer::may,
};

/// The matrix.
#[component]
pub fn RolesPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| role_matrix());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: MatrixView) -> AnyView {
    let columns = view.roles.len() + 1;
    let names: Vec<String> = view.roles.iter().map(|role| role.name.clone()).collect();
    let heads: Vec<_> = view.roles.into_iter().map(head).collect();
    let areas: Vec<_> = view.areas.into_iter().map(|area| rows(area, columns, &names)).collect();
    view! {
        <PageHead title="Roles".to_owned() subtitle=view.subtitle>
            {may(Permission::RolesManage)
                .then(|| view! { <a class="btn primary" href="/settings/roles/new">"New role"</a> })}
        </PageHead>
        <section class="panel">
            <div class="matrix-scroll" role="group" aria-labelledby="matrix-caption" tabindex="0">
                <table class="matrix">
                    <caption id="matrix-caption" class="vh">"Permissions of each role"</caption>
                    <thead><tr><th scope="col">"Permission"</th>{heads}</tr></thead>
                    {areas}
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn head(role: RoleHead) -> AnyView {
    let name = if may(Permission::RolesManage) {
        view! { <a href=format!("/settings/roles/{}/edit", role.id)>{role.name}</a> }.into_any()
    } else {
        role.name.into_any()
    };
    let people = if may(Permission::StaffRead) {
        view! { <a href=format!("/settings/staff?role={}", role.id)>{role.people}</a> }.into_any()
    } else {
        role.people.into_any()
    };
    view! {
        <th scope="col" id=format!("role-{}", role.id) title=role.description>
            {name}
            <small>{people}</small>
            <small>{if role.is_built_in { "built in" } else { "custom" }}</small>
        </th>
    }
    .into_any()
}

fn rows(area: MatrixArea, columns: usize, names: &[String]) -> AnyView {
    let rows: Vec<_> = area
        .rows
        .into_iter()
        .map(|row| {
            let cells: Vec<_> = row
                .is_granted
                .into_iter()
                .zip(names)
                .map(|(is_granted, name)| {
                    if is_granted {
                        view! { <td class="yes"><Icon name="check"/><span class="vh">{format!("{name}: granted")}</span></td> }
                            .into_any()
                    } else {
                        view! { <td><span class="vh">{format!("{name}: not granted")}</span></td> }.into_any()
                    }
                })
                .collect();
            view! {
                <tr>
                    <th scope="row">{row.description}<small><code>{row.key}</code> " · " {row.risk}</small></th>
                    {cells}
                </tr>
            }
        })
        .collect();
    view! {
        <tbody>
            <tr class="group"><th scope="rowgroup" colspan=columns>{area.name}</th></tr>
            {rows}
        </tbody>
    }
    .into_any()
}

/// "nobody", "1 person", "14 people".
#[cfg(feature = "ssr")]
pub(super) fn people(count: i64) -> String {
    match count {
        0 => "nobody".to_owned(),
        1 => "1 person".to_owned(),
        many => format!("{} people", crate::words::grouped(many)),
    }
}

/// The catalogue by area, in its own order.
#[cfg(feature = "ssr")]
pub(super) fn by_area() -> Vec<(&'static str, Vec<Permission>)> {
    let mut areas: Vec<(&'static str, Vec<Permission>)> = Vec::new();
    for permission in Permission::ALL.iter().copied() {
        match areas.iter_mut().find(|(area, _)| *area == permission.area()) {
            Some((_, permissions)) => permissions.push(permission),
            None => areas.push((permission.area(), vec![permission])),
        }
    }
    areas
}

/// How much harm a permission can do, in words.
#[cfg(feature = "ssr")]
pub(super) fn risk(permission: Permission) -> String {
    format!("{} risk", permission.risk().label().to_lowercase())
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<MatrixView, crate::error::AppError> {
    use domain::permissions::marker::RolesRead;
    use services::roles;

    use super::reads::MatrixRow;
    use crate::context::{answer, asked};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<RolesRead>()?;
        let roles = roles::list(&cx, &access).await?;
        let row = |permission: Permission| MatrixRow {
            key: permission.as_str().to_owned(),
            description: permission.description().to_owned(),
            risk: risk(permission),
            is_granted: roles.iter().map(|role| role.permissions.contains(&permission)).collect(),
        };
        let areas = by_area()
            .into_iter()
            .map(|(name, permissions)| MatrixArea {
                name: name.to_owned(),
                rows: permissions.into_iter().map(row).collect(),
            })
            .collect();
        Ok(MatrixView {
            subtitle: format!(
                "{} permissions, {} roles. Built-in roles can’t be changed; copy one to make your own.",
                Permission::ALL.len(),
                roles.len()
            ),
            areas,
            roles: roles
                .iter()
                .map(|role| RoleHead {
                    id: role.id.to_string(),
                    name: role.name.clone(),
                    description: role.description.clone(),
                    people: people(role.holders),
                    is_built_in: role.is_built_in,
                })
                .collect(),
        })
    })
    .await
}
