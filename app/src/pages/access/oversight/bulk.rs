//! Revoking many keys and clients at once: chosen, shown, then done.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::reads::{BulkView, KeyLine, read_bulk};
use crate::{
    components::{Crumb, Hidden, Icon, Loaded, PageHead, PostForm, StatusBadge, TextField, TimeText},
    pages::access::{panels::TablePanel, tabs::AccessTabs},
};

/// Revokes many: the address says which.
#[component]
pub fn RevokeManyPage() -> impl IntoView {
    let query = use_query_map();
    let of = move |name: &str| query.get().get(name).unwrap_or_default();
    let page = Resource::new(
        move || (of("partner"), of("created_by"), of("unused_days")),
        |(partner, created_by, unused_days)| read_bulk(partner, created_by, unused_days),
    );
    view! { <Loaded resource=page view=show/> }
}

fn show(view: BulkView) -> AnyView {
    let (is_shown, many) = (view.is_asked && view.problem.is_empty(), view.keys.len());
    let chosen = view.clone();
    let rows = view.keys.into_iter().map(row).collect();
    view! {
        <PageHead
            title="Revoke many".to_owned()
            subtitle="Choose which, look at them, then revoke exactly those."
            crumbs=vec![Crumb::new("Keys", "/access/keys")]
        />
        <AccessTabs here="/access/keys"/>
        <div class="stack">
            <Choosing view=chosen.clone()/>
            {is_shown
                .then(|| view! {
                    <TablePanel
                        id="preview"
                        heading=format!("What would be revoked: {many}")
                        caption="Keys and clients that would be revoked"
                        headings=&[
                            ("Name", false),
                            ("Partner", false),
                            ("Environment", false),
                            ("State", false),
                            ("Last used", false),
                            ("Created", false),
                        ]
                        rows=rows
                        empty="Nothing fits that isn’t revoked already. Choose differently."
                    />
                })}
            {(many > 0).then(|| view! { <Press view=chosen/> })}
        </div>
    }
    .into_any()
}

/// What narrows the choice; the address keeps it.
#[component]
fn Choosing(view: BulkView) -> impl IntoView {
    let partners: Vec<_> = std::iter::once((String::new(), "Any".to_owned()))
        .chain(view.partners)
        .map(|(id, name)| {
            let is_chosen = id == view.partner;
            view! { <option value=id selected=is_chosen>{name}</option> }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="choose">
            <header class="panel-head">
                <h2 id="choose">"Which ones"</h2>
                <p>"Those that fit everything you fill in, in any state but revoked."</p>
            </header>
            {(!view.problem.is_empty())
                .then(|| view! {
                    <div class="panel-body" role="alert">
                        <p class="field-error">
                            <Icon name="alert"/>
                            <span class="vh">"Error: "</span>
                            {view.problem}
                        </p>
                    </div>
                })}
            <form class="filters" method="get">
                <div class="field wide">
                    <label for="f-partner">"Partner"</label>
                    <select class="input" id="f-partner" name="partner">{partners}</select>
                </div>
                <div class="field">
                    <label for="f-created_by">"Made by, full name"</label>
                    <input
                        class="input"
                        id="f-created_by"
                        name="created_by"
                        value=view.created_by
                        autocomplete="off"
                    />
                </div>
                <div class="field">
                    <label for="f-unused_days">"Not used for, days"</label>
                    <input
                        class="input"
                        id="f-unused_days"
                        name="unused_days"
                        value=view.unused_days
                        inputmode="numeric"
                        autocomplete="off"
                    />
                </div>
                <button class="btn" type="submit">"Show them"</button>
                {view.is_asked.then(|| view! { <a class="btn quiet" href="/access/revoke">"Clear"</a> })}
            </form>
        </section>
    }
}

#[component]
fn Press(view: BulkView) -> impl IntoView {
    let many = view.keys.len();
    let in_use = match view.in_use {
        0 => None,
        1 => Some("One of them is in use: its last call was within a day.".to_owned()),
        many => Some(format!("{many} of them are in use: their last calls were within a day.")),
    };
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                {in_use.map(|text| view! { <li><Icon name="alert"/><div><b>{text}</b></div></li> })}
                <li>
                    <Icon name="right"/>
                    <div>
                        "Every call with any of them is refused within a second, on every node. It is all or none."
                    </div>
                </li>
                <li><Icon name="right"/><div>"It is for good: none of them can be brought back."</div></li>
            </ul>
            <PostForm function="access/revoke_many" class="confirm danger">
                <Hidden name="partner" value=view.partner/>
                <Hidden name="created_by" value=view.created_by/>
                <Hidden name="unused_days" value=view.unused_days/>
                <Hidden name="hash" value=view.hash/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log, with each of them." rows=2/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">{format!("Revoke {many}")}</button>
                    <a class="btn quiet" href="/access/keys">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
}

fn row(key: KeyLine) -> AnyView {
    view! {
        <tr>
            <td class="who"><a href=key.href><b>{key.name}</b></a><span>{key.stem}</span></td>
            <td>{key.partner}</td>
            <td><StatusBadge badge=key.environment/></td>
            <td><StatusBadge badge=key.state/></td>
            <td class="nowrap"><TimeText when=key.last_used/></td>
            <td class="who"><TimeText when=key.created/><span>{key.created_by}</span></td>
        </tr>
    }
    .into_any()
}

/// Which keys and clients, as the address and the form say it.
#[cfg(feature = "ssr")]
pub(super) fn chosen(
    partner: &str,
    created_by: &str,
    unused_days: &str,
) -> Result<services::credentials::Bulk, services::Error> {
    use services::{Error, credentials::Bulk};

    let (partner, by, days) = (partner.trim(), created_by.trim(), unused_days.trim());
    let partner = match partner {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::invalid_field("partner", "Choose one of the partners, or any."))?),
    };
    let days: Option<i64> = match days {
        "" => None,
        days => Some(
            days.parse()
                .ok()
                .filter(|days| (1..=3_650).contains(days))
                .ok_or_else(|| Error::invalid_field("unused_days", "Enter a number of days, from 1 to 3650."))?,
        ),
    };
    Ok(Bulk { partner, created_by: (!by.is_empty()).then(|| by.to_owned()), unused_days: days })
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(
    partner: String,
    created_by: String,
    unused_days: String,
) -> Result<BulkView, crate::error::AppError> {
    use domain::permissions::marker::{AccessManage, AccessRead};
    use services::{
        credentials::{self, Bulk},
        partners,
    };

    use super::reads::key_line;
    use crate::context::{answer, asked};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<AccessManage>()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        let partners = partners::choices(&cx, &access).await?;
        let partners = partners.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
        let asked = chosen(&partner, &created_by, &unused_days);
        let is_asked = asked.as_ref().map_or(true, |bulk| *bulk != Bulk::default());
        let view = BulkView { partner, created_by, unused_days, partners, is_asked, ..BulkView::default() };
        let preview = match asked {
            Ok(bulk) => credentials::bulk_preview(&cx, &access, &bulk).await,
            Err(error) => Err(error),
        };
        match preview {
            Ok(preview) => Ok(BulkView {
                keys: preview.credentials.iter().map(|credential| key_line(credential, now)).collect(),
                in_use: preview.in_use,
                hash: preview.hash,
                ..view
            }),
            // What is wrong with the choice is said where it is made.
            Err(error) if error.status == 422 => Ok(BulkView { problem: error.message, ..view }),
            Err(error) => Err(error),
        }
    })
    .await
}
