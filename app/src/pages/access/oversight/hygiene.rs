//! The hygiene board: keys that nobody would miss, that end soon, that never end, or that may do more than they do.

use leptos::prelude::*;

use super::reads::{FindingGroup, FindingLine, read_hygiene};
use crate::{
    components::{Icon, Loaded, PageHead, StatusBadge, TimeText},
    pages::access::{panels::TablePanel, tabs::AccessTabs},
};

/// What deserves a look.
#[component]
pub fn HygienePage() -> impl IntoView {
    let board = Resource::new(|| (), |()| read_hygiene());
    view! { <Loaded resource=board view=show/> }
}

fn show(groups: Vec<FindingGroup>) -> AnyView {
    let is_clean = groups.is_empty();
    let figures: Vec<_> = groups
        .iter()
        .map(|group| {
            let href = format!("#{}", group.id);
            view! { <div><dt>{group.heading.clone()}</dt><dd><a href=href>{group.count.clone()}</a></dd></div> }
        })
        .collect();
    let panels: Vec<_> = groups.into_iter().map(panel).collect();
    view! {
        <PageHead title="Hygiene".to_owned() subtitle="Keys and clients that work and deserve a look."/>
        <AccessTabs here="/access/hygiene"/>
        {if is_clean {
            view! {
                <section class="panel">
                    <div class="empty">
                        <Icon name="check"/>
                        <h2>"Nothing to tidy up"</h2>
                        <p>"Every key that works is used, ends one day, and has no scope that it doesn’t need."</p>
                        <div class="acts"><a class="btn" href="/access/keys">"See all keys"</a></div>
                    </div>
                </section>
            }.into_any()
        } else {
            view! { <dl class="strip">{figures}</dl> <div class="stack">{panels}</div> }.into_any()
        }}
    }
    .into_any()
}

fn panel(group: FindingGroup) -> AnyView {
    // The board has a fixed set of groups; their names are the page's own.
    let id = known(&group.id);
    let heading = format!("{} · {}", group.heading, group.count);
    let rows = group.lines.into_iter().map(row).collect();
    view! {
        <TablePanel
            id
            heading
            note=group.advice
            caption="Keys and clients with this finding"
            headings=&[
                ("Name", false),
                ("Partner", false),
                ("Environment", false),
                ("Found", false),
                ("Last used", false),
            ]
            rows=rows
            empty="None."
        />
    }
    .into_any()
}

fn row(line: FindingLine) -> AnyView {
    let FindingLine { key, badge, detail } = line;
    view! {
        <tr>
            <td class="who"><a class="row-link" href=key.href><b>{key.name}</b></a><span>{key.stem}</span></td>
            <td>{key.partner}</td>
            <td><StatusBadge badge=key.environment/></td>
            <td class="wrap"><StatusBadge badge=badge.with_note(detail)/></td>
            <td class="nowrap"><TimeText when=key.last_used/></td>
        </tr>
    }
    .into_any()
}

/// Id, heading and advice of each group, the most urgent first.
const GROUPS: [(&str, &str, &str); 6] = [
    ("expires", "Ends within 30 days", "Give the key a later end, or hand over a new one in time."),
    ("old-secret", "Old secret in use", "A new secret was issued, and somebody still calls with the old one."),
    ("never-used", "Never used", "Issued more than a week ago. Nobody would miss it: revoke it."),
    ("unused", "Unused for 90 days", "Probably nobody would miss it: ask the partner, then revoke it."),
    ("broad", "More scopes than it uses", "Take away what it did not use in 90 days."),
    ("never-expires", "Never ends", "Set an end, so that a forgotten key doesn’t work for ever."),
];

/// The page's own copy of a group's id.
fn known(id: &str) -> &'static str {
    GROUPS.iter().find(|(group, ..)| *group == id).map_or("other", |(group, ..)| group)
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<Vec<FindingGroup>, crate::error::AppError> {
    use domain::permissions::marker::AccessRead;
    use services::credentials;

    use super::reads::key_line;
    use crate::{
        context::{answer, asked},
        words::grouped,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        let board = credentials::hygiene(&cx, &access).await?;
        let group = |(id, heading, advice): (&str, &str, &str)| {
            let found =
                board.iter().flat_map(|hygiene| hygiene.findings.iter().map(|found| (&hygiene.credential, found)));
            let mut found: Vec<_> = found.filter(|(_, found)| group_of(found) == id).collect();
            found.sort_by_key(|(_, found)| urgency(found));
            let line = |(credential, found): (&credentials::Listed, &credentials::Finding)| {
                let (badge, detail) = in_words(found);
                FindingLine { key: key_line(credential, now), badge, detail }
            };
            FindingGroup {
                id: id.to_owned(),
                heading: heading.to_owned(),
                advice: advice.to_owned(),
                count: grouped(i64::try_from(found.len()).unwrap_or(i64::MAX)),
                lines: found.into_iter().map(line).collect(),
            }
        };
        Ok(GROUPS.into_iter().map(group).filter(|group| !group.lines.is_empty()).collect())
    })
    .await
}

#[cfg(feature = "ssr")]
fn group_of(finding: &services::credentials::Finding) -> &'static str {
    use services::credentials::Finding;

    match finding {
        Finding::Expires { .. } => "expires",
        Finding::OldSecret => "old-secret",
        Finding::NeverUsed => "never-used",
        Finding::Unused { .. } => "unused",
        Finding::Broad { .. } => "broad",
        Finding::NeverExpires => "never-expires",
    }
}

/// What comes first within a group: what ends soonest, what was left longest.
#[cfg(feature = "ssr")]
fn urgency(finding: &services::credentials::Finding) -> i64 {
    use services::credentials::Finding;

    match finding {
        Finding::Expires { days } => *days,
        Finding::Unused { days } => -*days,
        _ => 0,
    }
}

#[cfg(feature = "ssr")]
fn in_words(finding: &services::credentials::Finding) -> (crate::views::Badge, String) {
    use domain::subscription::Tone;
    use services::credentials::Finding;

    use crate::{pages::access::words::count, views::Badge};

    match finding {
        Finding::Expires { days } => {
            let tone = match days {
                ..=1 => Tone::Danger,
                2..=7 => Tone::Warn,
                _ => Tone::Notice,
            };
            let label = match days {
                ..=0 => "Ends within a day".to_owned(),
                days => format!("Ends in {}", count(*days, "day", "days")),
            };
            (Badge::new(tone, label), String::new())
        }
        Finding::OldSecret => (Badge::new(Tone::Warn, "Old secret"), String::new()),
        Finding::NeverUsed => (Badge::new(Tone::Notice, "Never used"), String::new()),
        Finding::Unused { days } => {
            (Badge::new(Tone::Notice, "Unused"), format!("for {}", count(*days, "day", "days")))
        }
        Finding::Broad { unused } => {
            let scopes: Vec<&str> = unused.iter().map(|scope| scope.as_str()).collect();
            (Badge::new(Tone::Notice, "Too broad"), format!("not used: {}", scopes.join(", ")))
        }
        Finding::NeverExpires => (Badge::new(Tone::Neutral, "No end"), String::new()),
    }
}
