//! A member of staff: who they are, what they may do, where they are signed in.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    acts::{Act, act_page},
    reads::{MemberView, OpenSession, RoleLine, staff_detail},
};
use crate::{
    components::{Crumb, Facts, Loaded, PageHead, TimeText},
    viewer::may,
};

/// One member of staff. `act` in the address opens the confirmation of a change.
#[component]
pub fn StaffMemberPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { staff_detail(id).await.map(|member| (act, member)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, member): (String, MemberView)) -> AnyView {
    match Act::of(&act).filter(|act| !member.is_self && may(act.needs())) {
        Some(act) => act_page(act, member),
        None => view! { <Member member/> }.into_any(),
    }
}

#[component]
fn Member(member: MemberView) -> impl IntoView {
    let may_manage = may(Permission::StaffManage) && !member.is_self;
    let may_grant = may(Permission::RolesManage) && !member.is_self;
    let events = format!("/security?actor={}", member.id);
    let about = format!("/security?target=staff:{}", member.id);
    let (is_active, has_sessions) = (member.is_active, !member.sessions.is_empty());
    view! {
        <PageHead
            title=member.name
            subtitle=if member.is_self { format!("{} · this is you", member.email) } else { member.email }
            badge=member.status
            crumbs=vec![Crumb::new("Staff", "/settings/staff")]
        >
            {(may_manage && is_active)
                .then(|| view! {
                    <a class="btn danger-quiet" href="?act=disable">"Disable …"</a>
                    <a class="btn" href="?act=reset">"Reset sign-in …"</a>
                })}
            {(may_manage && !is_active).then(|| view! { <a class="btn primary" href="?act=enable">"Enable …"</a> })}
        </PageHead>
        <div class="cols">
            <div class="stack">
                <Roles roles=member.roles may_grant/>
                <Sessions sessions=member.sessions may_end=may_manage && has_sessions/>
            </div>
            <aside class="stack">
                <section class="panel" aria-labelledby="record">
                    <header class="panel-head"><h2 id="record">"Record"</h2></header>
                    <div class="panel-body"><Facts facts=member.facts/></div>
                </section>
                {may(Permission::AuditRead)
                    .then(|| view! {
                        <section class="panel" aria-labelledby="trail">
                            <header class="panel-head"><h2 id="trail">"Audit"</h2></header>
                            <div class="panel-body stack xs">
                                <p><a href=events>"What they did"</a></p>
                                <p><a href=about>"What was done to their account"</a></p>
                            </div>
                        </section>
                    })}
                {member.is_self
                    .then(|| view! {
                        <p class="small muted">
                            "Your own password, second factor and sessions are in " <a href="/settings/account">"My account"</a>
                            ". Somebody else changes your roles."
                        </p>
                    })}
            </aside>
        </div>
    }
}

#[component]
fn Roles(roles: Vec<RoleLine>, may_grant: bool) -> impl IntoView {
    let may_read = may(Permission::RolesRead);
    let held: Vec<_> = roles
        .into_iter()
        .filter(|role| role.is_held)
        .map(|role| {
            let name = if may_read {
                view! { <a href=format!("/settings/roles#role-{}", role.id)>{role.name}</a> }.into_any()
            } else {
                role.name.into_any()
            };
            view! { <li>{name}</li> }
        })
        .collect();
    let is_empty = held.is_empty();
    view! {
        <section class="panel" aria-labelledby="roles">
            <header class="panel-head">
                <h2 id="roles">"Roles"</h2>
                {may_grant.then(|| view! { <a class="panel-link" href="?act=roles">"Change roles …"</a> })}
            </header>
            <div class="panel-body">
                {if is_empty {
                    view! { <p class="muted">"None: they can sign in, and see nothing."</p> }.into_any()
                } else {
                    view! { <ul class="stack xs">{held}</ul> }.into_any()
                }}
            </div>
        </section>
    }
}

#[component]
fn Sessions(sessions: Vec<OpenSession>, may_end: bool) -> impl IntoView {
    let is_empty = sessions.is_empty();
    let rows: Vec<_> = sessions
        .into_iter()
        .map(|session| {
            view! {
                <tr>
                    <td>{session.device}</td>
                    <td class="mono">{session.address}</td>
                    <td class="nowrap"><TimeText when=session.last_used/></td>
                    <td class="nowrap"><TimeText when=session.signed_in/></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="sessions">
            <header class="panel-head">
                <h2 id="sessions">"Open sessions"</h2>
                {may_end.then(|| view! { <a class="panel-link" href="?act=sessions">"End all …"</a> })}
            </header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">"They are not signed in anywhere."</p></div> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" role="group" aria-labelledby="sessions-caption" tabindex="0">
                        <table class="table plain">
                            <caption id="sessions-caption" class="vh">"Open sessions"</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"Device"</th>
                                    <th scope="col">"Address"</th>
                                    <th scope="col">"Last used"</th>
                                    <th scope="col">"Signed in"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String) -> Result<MemberView, crate::error::AppError> {
    use domain::permissions::marker::StaffRead;
    use services::{
        roles, sessions,
        staff::{self, Status},
    };

    use crate::{
        context::{answer, asked, parse_id},
        views::Fact,
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffRead>()?;
        let now = cx.clock.now();
        let member = staff::find(&cx, &access, parse_id(&id)?).await?;
        let open = sessions::of_staff(&cx, &access, member.id).await?;
        let grantable =
            if actor.holds(Permission::RolesManage) { roles::grantable(&cx, &actor).await? } else { Vec::new() };
        Ok(MemberView {
            id: member.id.to_string(),
            status: super::list::badge(member.status),
            is_active: member.status == Status::Active,
            is_self: actor.staff_id() == Some(member.id),
            has_second_factor: member.second_factor,
            facts: vec![
                Fact::new("Second factor", if member.second_factor { "On" } else { "Off" }),
                Fact::new("Password", if member.has_password { "Set" } else { "Not set yet" }),
                Fact::new(
                    "Last sign-in",
                    member.last_sign_in_at.map_or_else(|| "Never".to_owned(), |at| words::when(at, now).exact),
                ),
                Fact::new("Here since", words::when(member.created_at, now).exact),
                Fact::code("Id", member.id.to_string()),
            ],
            roles: lines(member.roles, grantable),
            sessions: open
                .into_iter()
                .map(|session| OpenSession {
                    device: session.device,
                    address: session.ip,
                    last_used: words::when(session.last_seen_at, now),
                    signed_in: words::when(session.signed_in_at, now),
                })
                .collect(),
            name: member.name,
            email: member.email,
        })
    })
    .await
}

/// The roles somebody has, and those that could be given: each once, in the order of the catalogue.
#[cfg(feature = "ssr")]
fn lines(held: Vec<(domain::ids::RoleId, String)>, grantable: Vec<(domain::ids::RoleId, String)>) -> Vec<RoleLine> {
    let fixed = held.iter().filter(|(id, _)| !grantable.iter().any(|(other, _)| other == id));
    let fixed =
        fixed.map(|(id, name)| RoleLine { id: id.to_string(), name: name.clone(), is_held: true, is_grantable: false });
    let open = grantable.iter().map(|(id, name)| RoleLine {
        id: id.to_string(),
        name: name.clone(),
        is_held: held.iter().any(|(other, _)| other == id),
        is_grantable: true,
    });
    fixed.chain(open).collect()
}
