//! What was called, how often, and by whom.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::reads::{UsageFigure, UsageView, usage_page};
use crate::{
    components::{Chart, Icon, Loaded, PageHead, PlainTable},
    pages::access::tabs::AccessTabs,
    views::Chip,
};

/// Calls over time; the address says whose and over how long.
#[component]
pub fn UsagePage() -> impl IntoView {
    let search = use_location().search;
    let page = Resource::new(move || search.get(), usage_page);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: UsageView) -> AnyView {
    let figures: Vec<_> = view.figures.into_iter().map(figure).collect();
    let ranges: Vec<_> = view.ranges.into_iter().map(range).collect();
    let filters: Vec<_> = view.filters.into_iter().map(removable).collect();
    let totals = view.totals.map(|rows| {
        view! {
            <PlainTable
                id="keys"
                heading="By key and client"
                columns=vec!["Key or client", "Partner", "Calls", "Refused", "Failed", "Mean answer"]
                rows
                empty="No key or client called in this time."
            />
        }
    });
    view! {
        <PageHead title="Usage".to_owned() subtitle=view.subtitle>
            {view.owner.map(|(label, href)| view! { <a class="btn" href=href>{label}</a> })}
        </PageHead>
        <AccessTabs here="/access/usage"/>
        <div class="stack">
            <dl class="strip">{figures}</dl>
            <section class="panel" aria-labelledby="over-time">
                <header class="panel-head"><h2 id="over-time">"Calls over time"</h2></header>
                <div class="tools">
                    <ul class="chips" aria-label="How far back">{ranges}</ul>
                    {(!filters.is_empty()).then(|| view! { <ul class="chips" aria-label="Whose calls">{filters}</ul> })}
                </div>
                <Chart chart=view.chart/>
            </section>
            <PlainTable
                id="routes"
                heading="By route"
                columns=vec!["Route", "Calls", "Refused", "Failed", "Mean answer", "Last call"]
                rows=view.routes
                empty="No route was called in this time."
            />
            {totals}
        </div>
    }
    .into_any()
}

fn figure(figure: UsageFigure) -> AnyView {
    view! { <div><dt>{figure.label}</dt><dd>{figure.value} " " <small>{figure.note}</small></dd></div> }.into_any()
}

fn range(chip: Chip) -> AnyView {
    view! { <li><a class="chip" href=chip.href aria-current=chip.is_on.then_some("true")>{chip.label}</a></li> }
        .into_any()
}

fn removable(chip: Chip) -> AnyView {
    view! {
        <li>
            <a class="chip remove" href=chip.href>
                {chip.label}
                <Icon name="close"/>
                <span class="vh">", show everybody’s calls"</span>
            </a>
        </li>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<UsageView, crate::error::AppError> {
    use domain::permissions::marker::AccessRead;
    use services::usage::{self, Of, Range};

    use super::figures::{chart, figures};
    use crate::{
        context::{answer, asked},
        listing::Address,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let address = Address::parse("/access/usage", &search, &["range", "partner", "credential"])?;
        let range = address.parsed("range")?.unwrap_or(Range::Week);
        let whose = whose::parse(&cx, &access, &actor, &address).await?;
        let points = usage::series(&cx, &access, whose.of, range).await?;
        let routes = usage::routes(&cx, &access, whose.of, range).await?;
        let totals = match whose.of {
            Of::All => Some(usage::totals(&cx, &access, range).await?),
            Of::Partner(_) | Of::Credential(_) => None,
        };
        let now = cx.clock.now();
        Ok(UsageView {
            subtitle: format!("{} · the last {}", whose.heading, range.label()),
            ranges: Range::ALL
                .iter()
                .map(|each| Chip {
                    label: each.label().to_owned(),
                    href: address.href(&[("range", Some(each.as_str()))]),
                    is_on: *each == range,
                })
                .collect(),
            figures: figures(&points),
            chart: chart(&points, range, &whose.words),
            routes: routes.into_iter().map(|route| rows::route(route, now)).collect(),
            totals: totals.map(|totals| totals.into_iter().map(|total| rows::total(total, &address)).collect()),
            filters: whose.filters,
            owner: whose.owner,
        })
    })
    .await
}

/// From the address to whose calls.
#[cfg(feature = "ssr")]
mod whose {
    use domain::{
        ids::{CredentialId, PartnerId},
        permissions::{Permission, marker::AccessRead},
    };
    use services::{
        Error, Services,
        access::{Access, Actor},
        credentials, partners,
        usage::Of,
    };

    use crate::{context::parse_id, listing::Address, views::Chip};

    /// Whose calls, for the query and in words.
    pub(super) struct Whose {
        pub(super) of: Of,
        /// Within a sentence.
        pub(super) words: String,
        /// On its own.
        pub(super) heading: String,
        pub(super) filters: Vec<Chip>,
        pub(super) owner: Option<(String, String)>,
    }

    pub(super) async fn parse(
        cx: &Services,
        access: &Access<AccessRead>,
        actor: &Actor,
        address: &Address,
    ) -> Result<Whose, Error> {
        match (address.get("credential"), address.get("partner")) {
            (Some(_), Some(_)) => {
                Err(Error::invalid_field("address", "Choose a partner or a key, not both. Open the page afresh."))
            }
            (Some(id), None) => credential(cx, access, address, parse_id(id)?).await,
            (None, Some(id)) => partner(cx, access, actor, address, parse_id(id)?).await,
            (None, None) => Ok(Whose {
                of: Of::All,
                words: "anybody".to_owned(),
                heading: "Everybody’s calls".to_owned(),
                filters: Vec::new(),
                owner: None,
            }),
        }
    }

    async fn credential(
        cx: &Services,
        access: &Access<AccessRead>,
        address: &Address,
        id: CredentialId,
    ) -> Result<Whose, Error> {
        let name = credentials::find(cx, access, id).await?.credential.name;
        Ok(Whose {
            of: Of::Credential(id),
            heading: format!("Calls of {name}"),
            filters: vec![Chip {
                label: format!("Key: {name}"),
                href: address.href(&[("credential", None)]),
                is_on: true,
            }],
            owner: Some(("Open the key".to_owned(), format!("/access/keys/{id}"))),
            words: name,
        })
    }

    async fn partner(
        cx: &Services,
        access: &Access<AccessRead>,
        actor: &Actor,
        address: &Address,
        id: PartnerId,
    ) -> Result<Whose, Error> {
        let known = partners::choices(cx, access).await?.into_iter().find(|(known, _)| *known == id);
        let (_, name) = known.ok_or_else(|| {
            Error::not_found("partner.not_found", "There is no such partner. The address may be wrong.")
        })?;
        let owner = ("Open the partner".to_owned(), format!("/partners/{id}"));
        Ok(Whose {
            of: Of::Partner(id),
            heading: format!("Calls of {name}"),
            filters: vec![Chip {
                label: format!("Partner: {name}"),
                href: address.href(&[("partner", None)]),
                is_on: true,
            }],
            owner: actor.holds(Permission::PartnersRead).then_some(owner),
            words: name,
        })
    }
}

/// Counts as rows of tables.
#[cfg(feature = "ssr")]
mod rows {
    use domain::Timestamp;
    use services::usage::{RouteUse, Total};

    use super::super::figures::mean;
    use crate::{
        listing::Address,
        views::{Cell, Row},
        words::{grouped, when},
    };

    pub(super) fn route(used: RouteUse, now: Timestamp) -> Row {
        Row {
            href: String::new(),
            mark: String::new(),
            cells: vec![
                Cell::Code(used.route),
                Cell::Number(grouped(used.calls)),
                Cell::Number(grouped(used.refusals)),
                Cell::Number(grouped(used.errors)),
                Cell::Number(mean(used.micros, used.calls)),
                Cell::When(when(Timestamp(used.last_at), now)),
            ],
        }
    }

    /// Opens the key's own usage over the same range; the partner's name opens the partner's.
    pub(super) fn total(total: Total, address: &Address) -> Row {
        let (credential, partner) = (total.id.to_string(), total.partner_id.to_string());
        Row {
            href: address.href(&[("credential", Some(&credential))]),
            mark: String::new(),
            cells: vec![
                Cell::Who(total.name, total.public_id),
                Cell::Link(total.partner, address.href(&[("partner", Some(&partner))])),
                Cell::Number(grouped(total.calls)),
                Cell::Number(grouped(total.refusals)),
                Cell::Number(grouped(total.errors)),
                Cell::Number(mean(total.micros, total.calls)),
            ],
        }
    }
}
