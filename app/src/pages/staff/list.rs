//! The list of staff, and the one-time links that are open.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    Refusal,
    reads::{InvitationLine, StaffListView, staff_list},
};
use crate::{
    components::{ListPanel, Loaded, PageHead, PostButton, TimeText},
    viewer::may,
};

/// Who works here.
#[component]
pub fn StaffPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), staff_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(view: StaffListView) -> AnyView {
    view! {
        <PageHead title="Staff".to_owned() subtitle="Who works here, and what they may do.">
            {may(Permission::StaffManage)
                .then(|| view! { <a class="btn primary" href="/settings/staff/invite">"Invite somebody"</a> })}
        </PageHead>
        <Refusal of=&["staff/revoke_invitation"]/>
        <div class="stack">
            <ListPanel list=view.list empty="Colleagues appear here once they have joined."/>
            {(!view.invitations.is_empty()).then(|| view! { <Invitations invitations=view.invitations/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Invitations(invitations: Vec<InvitationLine>) -> impl IntoView {
    let may_manage = may(Permission::StaffManage);
    let rows: Vec<_> = invitations
        .into_iter()
        .map(|line| {
            let described = format!("Revoke the link of {}", line.email);
            let fields = vec![("id", line.id)];
            view! {
                <tr>
                    <td class="who"><b>{line.name}</b><span>{line.email}</span></td>
                    <td>{line.purpose}</td>
                    <td>{line.role}</td>
                    <td>{line.invited_by}</td>
                    <td class="nowrap"><TimeText when=line.made/></td>
                    <td class="nowrap">{line.until.exact}</td>
                    <td>
                        {may_manage
                            .then(|| view! {
                                <PostButton function="staff/revoke_invitation" label="Revoke" class="btn small" described fields/>
                            })}
                    </td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="links">
            <header class="panel-head"><h2 id="links">"Open links"</h2></header>
            <div class="table-scroll" role="group" aria-labelledby="links-caption" tabindex="0">
                <table class="table plain">
                    <caption id="links-caption" class="vh">"One-time links that nobody has used yet"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"For"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Made by"</th>
                            <th scope="col">"Made"</th>
                            <th scope="col">"Works until"</th>
                            <th scope="col"><span class="vh">"Revoke"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

/// How a status looks.
#[cfg(feature = "ssr")]
pub(super) fn badge(status: services::staff::Status) -> crate::views::Badge {
    use domain::subscription::Tone;
    use services::staff::Status;

    let tone = match status {
        Status::Active => Tone::Ok,
        Status::Disabled => Tone::Neutral,
    };
    crate::views::Badge::new(tone, status.label())
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<StaffListView, crate::error::AppError> {
    use domain::permissions::marker::StaffRead;
    use services::{
        db::Page,
        staff::{self, Filter, Pending, Purpose, Status},
    };

    use crate::{
        context::{answer, asked},
        listing::Address,
        views::Chip,
        words,
    };

    fn line(pending: Pending, now: domain::Timestamp) -> InvitationLine {
        InvitationLine {
            id: pending.id.to_string(),
            purpose: pending.purpose.label().to_owned(),
            name: if pending.purpose == Purpose::FirstOwner { "The first owner".to_owned() } else { pending.name },
            email: pending.email,
            role: pending.role,
            invited_by: if pending.invited_by.is_empty() { "Command line".to_owned() } else { pending.invited_by },
            made: words::when(pending.created_at, now),
            until: words::when(pending.expires_at, now),
        }
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffRead>()?;
        let address = Address::parse("/settings/staff", &search, &["status", "role"])?;
        let sorted = address.sort(rows::COLUMNS, "name")?;
        let filter = Filter {
            query: address.get("q").unwrap_or_default().to_owned(),
            status: address.parsed("status")?,
            role: address.parsed("role")?,
        };
        let mut members = staff::list(&cx, &access, &filter).await?;
        rows::sort(&mut members, sorted);
        let role_name = filter.role.map(|wanted| {
            let held = members.iter().flat_map(|member| &member.roles).find(|(id, _)| *id == wanted);
            held.map_or_else(|| "nobody has it".to_owned(), |(_, name)| name.clone())
        });
        let now = cx.clock.now();
        let page = Page { rows: members, previous: None, next: None };
        let mut list = address.view("Staff", "Name or e-mail", rows::COLUMNS, sorted, page, |member, shown| {
            rows::row(&member, shown, now)
        });
        list.chips.push(address.chip("All", "status", None));
        for status in Status::ALL {
            list.chips.push(address.chip(status.label(), "status", Some(status.as_str())));
        }
        if let Some(name) = role_name {
            list.filters.push(Chip {
                label: format!("Role: {name}"),
                href: address.href(&[("role", None)]),
                is_on: true,
            });
        }
        let invitations = staff::invitations(&cx, &access).await?;
        Ok(StaffListView { list, invitations: invitations.into_iter().map(|pending| line(pending, now)).collect() })
    })
    .await
}

/// The table's columns and rows.
#[cfg(feature = "ssr")]
mod rows {
    use std::cmp::Ordering;

    use domain::{Timestamp, subscription::Tone, texts::fold};
    use services::staff::{Member, Status};

    use crate::{
        listing::{Known, column},
        views::{Badge, Cell, Row},
        words,
    };

    pub(super) const COLUMNS: &[Known] = &[
        column("name", "Name").sortable(),
        column("roles", "Roles"),
        column("status", "Status"),
        column("factor", "Second factor"),
        column("seen", "Last sign-in").sortable(),
        column("created", "Here since").sortable().hidden(),
    ];

    /// Staff are few: they are sorted here, and shown on one page.
    pub(super) fn sort(members: &mut [Member], (key, is_descending): (&str, bool)) {
        let order = |one: &Member, other: &Member| match key {
            "seen" => one.last_sign_in_at.cmp(&other.last_sign_in_at),
            "created" => one.created_at.cmp(&other.created_at),
            _ => Ordering::Equal,
        };
        members.sort_by(|one, other| {
            let order = order(one, other).then_with(|| fold(&one.name).cmp(&fold(&other.name)));
            if is_descending { order.reverse() } else { order }
        });
    }

    pub(super) fn row(member: &Member, shown: &[&Known], now: Timestamp) -> Row {
        let names: Vec<&str> = member.roles.iter().map(|(_, name)| name.as_str()).collect();
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "name" => Cell::Who(member.name.clone(), member.email.clone()),
                "roles" => Cell::Text(names.join(", ")),
                "status" => Cell::Badge(super::badge(member.status)),
                "factor" => Cell::Badge(factor(member)),
                "seen" => Cell::When(member.last_sign_in_at.map(|at| words::when(at, now)).unwrap_or_default()),
                _ => Cell::When(words::when(member.created_at, now)),
            })
            .collect();
        let mark = if member.status == Status::Disabled { "off" } else { "" };
        Row { href: format!("/settings/staff/{}", member.id), mark: mark.to_owned(), cells }
    }

    fn factor(member: &Member) -> Badge {
        match (member.second_factor, member.has_password) {
            (true, _) => Badge::new(Tone::Ok, "On"),
            (false, true) => Badge::new(Tone::Warn, "Off"),
            (false, false) => Badge::new(Tone::Neutral, "No password yet"),
        }
    }
}
