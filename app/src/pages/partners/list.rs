//! The list of partners.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::reads::partner_list;
use crate::{
    components::{ListPanel, Loaded, PageHead},
    viewer::may,
    views::ListView,
};

/// The list of partners.
#[component]
pub fn PartnersPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), partner_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead title="Partners".to_owned() subtitle="Whose machines call us, and what their keys may carry away.">
            {may(Permission::PartnersManage)
                .then(|| view! { <a class="btn primary" href="/partners/new">"New partner"</a> })}
        </PageHead>
        <ListPanel list empty="Register the first partner; then issue a key for its machines."/>
    }
    .into_any()
}

/// Whether a partner's machines may call, as a badge.
#[cfg(feature = "ssr")]
pub(super) fn badge(status: domain::partners::PartnerStatus) -> crate::views::Badge {
    use domain::{partners::PartnerStatus, subscription::Tone};

    let tone = match status {
        PartnerStatus::Active => Tone::Ok,
        PartnerStatus::Suspended => Tone::Danger,
    };
    crate::views::Badge::new(tone, status.label())
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<ListView, crate::error::AppError> {
    use domain::{
        Timestamp,
        partners::{PartnerKind, PartnerStatus},
        permissions::marker::PartnersRead,
    };
    use services::partners::{self, Filter, Partner};

    use crate::{
        context::{answer, asked},
        listing::{Address, Known, column},
        views::{Cell, Chip, Row},
        words,
    };

    const COLUMNS: &[Known] = &[
        column("name", "Name").sortable(),
        column("kind", "Kind"),
        column("status", "Status"),
        column("keys", "Keys").number(),
        column("changed", "Changed"),
        column("by", "Changed by").hidden(),
        column("created", "Registered").hidden(),
    ];

    fn row(partner: Partner, shown: &[&Known], now: Timestamp) -> Row {
        let status = partner.status();
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "name" => Cell::Who(partner.name.clone(), partner.contact_email.clone()),
                "kind" => Cell::Text(partner.kind().label().to_owned()),
                "status" => Cell::Badge(badge(status)),
                "keys" => Cell::Number(words::grouped(partner.credentials)),
                "by" => Cell::Text(partner.updated_by.clone()),
                "created" => Cell::When(words::when(Timestamp(partner.created_at), now)),
                _ => Cell::When(words::when(Timestamp(partner.updated_at), now)),
            })
            .collect();
        let mark = if status == PartnerStatus::Suspended { "bad" } else { "" };
        Row { href: format!("/partners/{}", partner.id), mark: mark.to_owned(), cells }
    }

    /// A view that is pressed on and off, beside others.
    fn toggle(address: &Address, key: &str, value: &str, label: &str) -> Chip {
        let is_on = address.get(key) == Some(value);
        Chip { label: label.to_owned(), href: address.href(&[(key, (!is_on).then_some(value))]), is_on }
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersRead>()?;
        let address = Address::parse("/partners", &search, &["status", "kind"])?;
        let sorted = address.sort(COLUMNS, "name")?;
        let filter = Filter {
            kind: address.parsed("kind")?,
            status: address.parsed("status")?,
            query: address.get("q").map(str::to_owned),
            is_descending: sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = partners::list(&cx, &access, &filter).await?;
        let now = cx.clock.now();
        let mut view =
            address.view("Partners", "Name", COLUMNS, sorted, page, |partner, shown| row(partner, shown, now));
        view.chips.push(Chip {
            label: "All".to_owned(),
            href: address.href(&[("status", None), ("kind", None)]),
            is_on: filter.status.is_none() && filter.kind.is_none(),
        });
        let statuses = PartnerStatus::ALL.iter();
        view.chips.extend(statuses.map(|status| toggle(&address, "status", status.as_str(), status.label())));
        let kinds = PartnerKind::ALL.iter();
        view.chips.extend(kinds.map(|kind| toggle(&address, "kind", kind.as_str(), kind.label())));
        Ok(view)
    })
    .await
}
