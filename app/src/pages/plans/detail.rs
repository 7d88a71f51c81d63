//! A plan's page.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    reads::{PlanView, TermsView, read_plan},
    review::ReviewPanel,
};
use crate::{
    components::{Crumb, Facts, Loaded, Notes, PageHead, Tags, Timeline},
    pages::records::SmallTable,
    viewer::may,
};

/// One plan.
#[component]
pub fn PlanPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let plan = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("cursor"), query.get().get("review")),
        |(id, cursor, review)| read_plan(id, cursor, review),
    );
    view! { <Loaded resource=plan view=show/> }
}

fn show(plan: PlanView) -> AnyView {
    let may_write = may(Permission::PlansWrite);
    let may_change = may_write && plan.is_open;
    let path = format!("/plans/{}", plan.id);
    let review = plan.review.map(|review| {
        let (id, name) = (plan.id.clone(), plan.name.clone());
        view! { <ReviewPanel review id name/> }
    });
    let publish = plan.draft.filter(|_| may_change).map(|number| {
        let href = format!("{path}?review=publish");
        view! { <a class="btn primary" href=href>{format!("Publish version {number}")}</a> }
    });
    let terms: Vec<_> = plan.terms.into_iter().map(|terms| view! { <Terms terms/> }).collect();
    view! {
        <PageHead title=plan.name subtitle=plan.subtitle badge=plan.status crumbs=vec![Crumb::new("Plans", "/plans")]>
            {may_change
                .then(|| view! {
                    <a class="btn danger-quiet" href=format!("{path}?review=retire")>"Retire"</a>
                    <a class="btn" href=format!("{path}/edit")>"Edit"</a>
                })}
            {publish}
        </PageHead>
        <div class="stack">
            <Tags tags=plan.tags subject="plan" id=plan.id.clone() list_href="/plans?tag=" may_write/>
            <div class="cols">
                <div class="stack">
                    {review}
                    <SmallTable
                        heading="Versions"
                        columns=vec!["Version", "State", "Monthly", "Minimum term", "Notice", "Included", "Effective from"]
                        rows=plan.versions
                        empty="No version yet."
                    />
                    <Timeline timeline=plan.timeline/>
                </div>
                <aside class="stack">
                    {terms}
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body"><Facts facts=plan.record/></div>
                    </section>
                    <Notes notes=plan.notes subject="plan" id=plan.id may_write/>
                </aside>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Terms(terms: TermsView) -> impl IntoView {
    let key = terms.key.clone();
    view! {
        <section class="panel" aria-labelledby=key>
            <header class="panel-head"><h2 id=terms.key>{terms.heading}</h2></header>
            <div class="panel-body"><Facts facts=terms.facts/></div>
        </section>
    }
}

/// How a plan's status looks.
#[cfg(feature = "ssr")]
pub(super) fn badge(status: domain::plans::PlanStatus) -> crate::views::Badge {
    use domain::{plans::PlanStatus, subscription::Tone};

    let tone = match status {
        PlanStatus::Draft => Tone::Notice,
        PlanStatus::Published => Tone::Ok,
        PlanStatus::Retired => Tone::Neutral,
    };
    crate::views::Badge::new(tone, status.label())
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(
    id: String,
    cursor: Option<String>,
    review: Option<String>,
) -> Result<PlanView, crate::error::AppError> {
    use domain::{
        Timestamp,
        permissions::marker::{PlansRead, PlansWrite},
        plans::PlanStatus,
    };
    use services::{
        Error,
        plans::{self, Standing},
    };

    use super::review::{publishing, retiring};
    use crate::{
        context::{answer, asked, parse_id},
        views::Fact,
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PlansRead>()?;
        let now = cx.clock.now();
        let id = parse_id(&id)?;
        let found = plans::find(&cx, &access, id, cursor.as_deref()).await?;
        let is_open = found.plan.status() != PlanStatus::Retired;
        let draft = found.standing(Standing::Draft).map(|version| version.number);
        let review = match review.as_deref() {
            None => None,
            Some("publish") => {
                let access = actor.authorize::<PlansWrite>()?;
                Some(publishing(plans::review(&cx, &access, id).await?))
            }
            Some("retire") if is_open => {
                actor.authorize::<PlansWrite>()?;
                Some(retiring(&found.plan, draft))
            }
            Some(_) => {
                return Err(Error::invalid_field("review", "There is nothing to review here. Open the plan afresh."));
            }
        };
        let mut versions = Vec::new();
        let mut terms = Vec::new();
        for (version, standing) in &found.versions {
            versions.push(version_row(version, *standing)?);
            // What is signed today and what is being written; else what there is.
            let is_shown = matches!(standing, Standing::InForce | Standing::Draft | Standing::Upcoming);
            if is_shown || found.versions.len() == 1 {
                terms.push(terms_view(&found.plan, version, *standing)?);
            }
        }
        let plan = found.plan;
        Ok(PlanView {
            id: id.to_string(),
            subtitle: plan.description.clone(),
            status: badge(plan.status()),
            draft,
            is_open,
            terms,
            versions,
            record: vec![
                Fact::new("Created", words::when(Timestamp(plan.created_at), now).shown),
                Fact::new(
                    "Last changed",
                    format!("{} by {}", words::when(Timestamp(plan.updated_at), now).shown, plan.updated_by),
                ),
                Fact::code("Id", id.to_string()),
            ],
            name: plan.name,
            tags: found.tags,
            notes: words::notes(found.notes, now),
            timeline: words::timeline(found.timeline, &actor, &format!("/plans/{id}"), now),
            review,
        })
    })
    .await
}

#[cfg(feature = "ssr")]
fn terms_view(
    plan: &services::plans::Plan,
    version: &services::plans::PlanVersion,
    standing: services::plans::Standing,
) -> Result<TermsView, services::Error> {
    use crate::views::Fact;

    let spoken = services::plans::spoken(plan, version)?;
    Ok(TermsView {
        key: format!("terms-{}", version.number),
        heading: format!("Version {}, {}", version.number, standing.label().to_lowercase()),
        facts: spoken.into_iter().map(|(label, value)| Fact::new(label, value)).collect(),
    })
}

#[cfg(feature = "ssr")]
fn version_row(
    version: &services::plans::PlanVersion,
    standing: services::plans::Standing,
) -> Result<crate::views::Row, services::Error> {
    use domain::subscription::Tone;
    use services::plans::Standing;

    use crate::{
        views::{Badge, Cell, Row},
        words,
    };

    let tone = match standing {
        Standing::InForce => Tone::Ok,
        Standing::Draft | Standing::Upcoming => Tone::Notice,
        Standing::Retired => Tone::Neutral,
    };
    let terms = version.terms()?;
    let months = if terms.minimum_term_months == 1 {
        "1 month".to_owned()
    } else {
        format!("{} months", terms.minimum_term_months)
    };
    let days = if terms.notice_days == 1 { "1 day".to_owned() } else { format!("{} days", terms.notice_days) };
    Ok(Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![
            Cell::Text(version.number.to_string()),
            Cell::Badge(Badge::new(tone, standing.label())),
            Cell::Text(terms.price.to_string()),
            Cell::Text(months),
            Cell::Text(days),
            Cell::Text(format!("{} km", words::grouped(terms.included_km))),
            Cell::Text(words::date(terms.effective_from)),
        ],
    })
}
