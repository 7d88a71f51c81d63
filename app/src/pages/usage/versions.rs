//! The versions of the API: what changed, until when each works, and who still uses what is going away.

use leptos::prelude::*;

use super::reads::{VersionLine, VersionsView, versions_page};
use crate::{
    components::{Loaded, PageHead, PlainTable, StatusBadge},
    pages::access::tabs::AccessTabs,
};

/// The versions of the API.
#[component]
pub fn VersionsPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| versions_page());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: VersionsView) -> AnyView {
    let versions: Vec<_> = view.versions.into_iter().map(version).collect();
    let routes: Vec<_> = view.routes.into_iter().map(|route| view! { <li><code>{route}</code></li> }).collect();
    let has_routes = !routes.is_empty();
    view! {
        <PageHead
            title="Versions".to_owned()
            subtitle="A key is pinned to the version it was issued with; a call may ask for another."
        />
        <AccessTabs here="/access/versions"/>
        <div class="stack">
            <section class="panel" aria-labelledby="published">
                <header class="panel-head"><h2 id="published">"Published versions"</h2></header>
                <div class="panel-body"><dl class="facts">{versions}</dl></div>
                {has_routes
                    .then(|| view! {
                        <div class="panel-body stack xs">
                            <h3>"Addresses that are going away"</h3>
                            <ul class="stack xs">{routes}</ul>
                        </div>
                    })}
            </section>
            <PlainTable
                id="laggards"
                heading="Who still uses what is going away"
                note="Calls to an older version or a deprecated address in the last 30 days, the most frequent first."
                columns=vec!["Key or client", "Route", "Version", "Why", "Calls", "Last call"]
                rows=view.laggards
                empty="Nobody, in the last 30 days. Nothing stands in the way of taking it out of service."
            />
        </div>
    }
    .into_any()
}

fn version(line: VersionLine) -> AnyView {
    let badges: Vec<_> = line.badges.into_iter().map(|badge| view! { <StatusBadge badge/> }).collect();
    view! {
        <div>
            <dt><code>{line.version}</code></dt>
            <dd class="stack xs">
                <p class="row">{badges}</p>
                <p class="measure">{line.changes}</p>
            </dd>
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<VersionsView, crate::error::AppError> {
    use domain::{
        api_version::{ApiVersion, DEPRECATED_ROUTES},
        permissions::marker::AccessRead,
    };
    use services::usage;

    use crate::context::{answer, asked};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        let laggards = usage::laggards(&cx, &access, ApiVersion::NEWEST.as_str(), DEPRECATED_ROUTES).await?;
        Ok(VersionsView {
            versions: ApiVersion::ALL.iter().rev().map(|version| shown::version(*version, now)).collect(),
            routes: DEPRECATED_ROUTES.iter().map(|route| (*route).to_owned()).collect(),
            laggards: laggards.into_iter().map(|laggard| shown::row(laggard, now)).collect(),
        })
    })
    .await
}

/// Versions and those who lag behind in words.
#[cfg(feature = "ssr")]
mod shown {
    use domain::{
        Timestamp,
        api_version::{ApiVersion, DEPRECATED_ROUTES},
        subscription::Tone,
    };
    use jiff::tz::TimeZone;
    use services::{
        clock::{ZONE, zoned},
        usage::Laggard,
    };

    use super::super::reads::VersionLine;
    use crate::{
        views::{Badge, Cell, Row},
        words::{date, grouped, when},
    };

    /// From when on the end of a version is near.
    const SOON: i64 = 60 * Timestamp::DAY;

    /// Both dates begin at midnight UTC.
    fn day(at: Timestamp) -> String {
        date(zoned(at, ZONE).with_time_zone(TimeZone::UTC).date())
    }

    pub(super) fn version(version: ApiVersion, now: Timestamp) -> VersionLine {
        let badges = match version.retirement() {
            None if version == ApiVersion::NEWEST => vec![Badge::new(Tone::Ok, "Newest")],
            None => vec![Badge::new(Tone::Ok, "In service")],
            Some(end) if end.is_over(now) => {
                vec![Badge::new(Tone::Danger, "Out of service").with_note(format!("since {}", day(end.sunset)))]
            }
            Some(end) => {
                let is_soon = end.sunset.since(now) < SOON;
                let is_told = end.deprecated <= now;
                let (word, since) = if is_told { ("Deprecated", "since") } else { ("To be deprecated", "from") };
                vec![
                    Badge::new(if is_told { Tone::Warn } else { Tone::Notice }, word)
                        .with_note(format!("{since} {}", day(end.deprecated))),
                    Badge::new(if is_soon { Tone::Danger } else { Tone::Notice }, "Sunset")
                        .with_note(format!("answers 410 from {}", day(end.sunset))),
                ]
            }
        };
        VersionLine { version: version.as_str().to_owned(), badges, changes: version.changes().to_owned() }
    }

    pub(super) fn row(laggard: Laggard, now: Timestamp) -> Row {
        let is_old_route = DEPRECATED_ROUTES.contains(&laggard.route.as_str());
        let is_old_version = laggard.version.as_str() < ApiVersion::NEWEST.as_str();
        let why = match (is_old_version, is_old_route) {
            (true, true) => "Old version and address",
            (false, true) => "Old address",
            _ => "Old version",
        };
        Row {
            href: format!("/access/keys/{}", laggard.id),
            mark: String::new(),
            cells: vec![
                Cell::Who(laggard.name, laggard.partner),
                Cell::Code(laggard.route),
                Cell::Code(laggard.version),
                Cell::Badge(Badge::new(Tone::Warn, why)),
                Cell::Number(grouped(laggard.calls)),
                Cell::When(when(Timestamp(laggard.last_at), now)),
            ],
        }
    }
}
