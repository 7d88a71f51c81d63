//! A vehicle's page.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::reads::{HoldView, VehicleView, read_vehicle};
use crate::{
    components::{Crumb, Facts, Loaded, Notes, PageHead, StatusBadge, Tags, TimeText, Timeline},
    pages::records::SmallTable,
    viewer::may,
};

/// One vehicle.
#[component]
pub fn VehiclePage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let vehicle = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("cursor")),
        |(id, cursor)| read_vehicle(id, cursor),
    );
    view! { <Loaded resource=vehicle view=show/> }
}

fn show(vehicle: VehicleView) -> AnyView {
    let may_write = may(Permission::FleetWrite);
    let edit = format!("/fleet/{}/edit", vehicle.id);
    view! {
        <PageHead
            title=vehicle.title
            subtitle=vehicle.subtitle
            badge=vehicle.state
            crumbs=vec![Crumb::new("Fleet", "/fleet")]
        >
            {may_write.then(|| view! { <a class="btn primary" href=edit>"Edit"</a> })}
        </PageHead>
        <div class="stack">
            <Tags tags=vehicle.tags subject="vehicle" id=vehicle.id.clone() list_href="/fleet?tag=" may_write/>
            <div class="cols">
                <div class="stack">
                    <Holds holds=vehicle.holds/>
                    <SmallTable
                        heading="Subscriptions"
                        columns=vec!["Subscription", "Customer", "State", "From", "Until"]
                        rows=vehicle.subscriptions
                        empty="No subscription has had this vehicle yet."
                    />
                    <SmallTable
                        heading="Plates"
                        columns=vec!["Plate", "From", "Until"]
                        rows=vehicle.plates
                        empty="This vehicle has had no plate yet."
                    />
                    <Timeline timeline=vehicle.timeline/>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="vehicle">
                        <header class="panel-head"><h2 id="vehicle">"Vehicle"</h2></header>
                        <div class="panel-body"><Facts facts=vehicle.vehicle/></div>
                    </section>
                    <section class="panel" aria-labelledby="dates">
                        <header class="panel-head"><h2 id="dates">"Dates"</h2></header>
                        <div class="panel-body"><Facts facts=vehicle.dates/></div>
                    </section>
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body"><Facts facts=vehicle.record/></div>
                    </section>
                    <Notes notes=vehicle.notes subject="vehicle" id=vehicle.id may_write/>
                </aside>
            </div>
        </div>
    }
    .into_any()
}

/// The open holds; nothing when there are none, for then nothing stands in the way.
#[component]
fn Holds(holds: Vec<HoldView>) -> impl IntoView {
    (!holds.is_empty()).then(|| {
        let items: Vec<_> = holds
            .into_iter()
            .map(|hold| {
                view! {
                    <li>
                        <StatusBadge badge=hold.badge/>
                        <span class="feed-text">{hold.text}</span>
                        <TimeText when=hold.when/>
                    </li>
                }
            })
            .collect();
        view! {
            <section class="panel" aria-labelledby="holds">
                <header class="panel-head"><h2 id="holds">"Open holds"</h2></header>
                <ul class="feed">{items}</ul>
            </section>
        }
    })
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String, cursor: Option<String>) -> Result<VehicleView, crate::error::AppError> {
    use domain::{Timestamp, permissions::marker::FleetRead};
    use services::fleet::{self, Vehicle};

    use super::states;
    use crate::{
        context::{answer, asked, parse_id},
        views::Fact,
        words,
    };

    fn subtitle(vehicle: &Vehicle) -> String {
        let year = vehicle.model_year.to_string();
        [vehicle.model_name().as_str(), vehicle.model_trim.as_str(), year.as_str(), vehicle.location.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<FleetRead>()?;
        let (now, today) = (cx.clock.now(), cx.clock.today(services::clock::ZONE));
        let id = parse_id(&id)?;
        let found = fleet::find(&cx, &access, id, cursor.as_deref()).await?;
        let assignments = fleet::assignments(&cx, &access, id).await?;
        let links = actor.holds(Permission::SubscriptionsRead);
        let vehicle = found.vehicle;
        Ok(VehicleView {
            id: id.to_string(),
            title: vehicle.title().to_owned(),
            subtitle: subtitle(&vehicle),
            state: states::badge(vehicle.state()),
            holds: found.holds.into_iter().map(|hold| hold_view(hold, now)).collect(),
            vehicle: vec![
                Fact::code("VIN", vehicle.vin.clone()),
                Fact::new("Make", vehicle.make.clone()),
                Fact::new("Model", vehicle.model.clone()),
                Fact::new("Trim", vehicle.model_trim.clone()),
                Fact::new("Model year", vehicle.model_year.to_string()),
                Fact::new("Fuel", vehicle.fuel().label()),
                Fact::new("Category", vehicle.category.clone()),
                Fact::new("Location", vehicle.location.clone()),
                Fact::new("Odometer", format!("{} km", words::grouped(vehicle.odometer_km))),
            ],
            dates: vec![
                Fact::new("Registered", words::stored_date(vehicle.registered_on.as_deref())),
                Fact::new("Inspection due", states::due(vehicle.inspection_due_on.as_deref(), today)),
                Fact::new("Service due", states::due(vehicle.service_due_on.as_deref(), today)),
            ],
            record: vec![
                Fact::new("Added", words::when(Timestamp(vehicle.created_at), now).shown),
                Fact::new(
                    "Last changed",
                    format!("{} by {}", words::when(Timestamp(vehicle.updated_at), now).shown, vehicle.updated_by),
                ),
                Fact::code("Id", id.to_string()),
            ],
            subscriptions: assignments.iter().map(|assignment| subscription_row(assignment, links)).collect(),
            plates: found.plates.into_iter().map(|period| plate_row(period, now)).collect(),
            tags: found.tags,
            notes: words::notes(found.notes, now),
            timeline: words::timeline(found.timeline, &actor, &format!("/fleet/{id}"), now),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
fn hold_view(hold: services::fleet::OpenHold, now: domain::Timestamp) -> HoldView {
    use domain::subscription::{HoldKind, Tone};

    use crate::{views::Badge, words};

    let label = hold.kind.parse::<HoldKind>().map_or_else(|_| hold.kind.clone(), |kind| kind.label().to_owned());
    let badge = if hold.blocks_driving {
        Badge::new(Tone::Danger, label).with_note("must not be driven")
    } else {
        Badge::new(Tone::Warn, label)
    };
    let review = hold.review_on.as_deref().map(|day| format!(", to be reviewed on {}", words::stored_date(Some(day))));
    HoldView {
        badge,
        text: format!("{} ({}{})", hold.reason, hold.placed_by, review.unwrap_or_default()),
        when: words::when(domain::Timestamp(hold.placed_at), now),
    }
}

#[cfg(feature = "ssr")]
fn subscription_row(assignment: &services::fleet::Assignment, links: bool) -> crate::views::Row {
    use domain::subscription::State;

    use crate::{
        views::{Badge, Cell, Row},
        words,
    };

    let state = match assignment.state.parse::<State>() {
        Ok(state) => Cell::Badge(Badge::new(state.tone(), state.label())),
        Err(_) => Cell::Text(assignment.state.clone()),
    };
    Row {
        href: if links { format!("/subscriptions/{}", assignment.subscription_id) } else { String::new() },
        mark: String::new(),
        cells: vec![
            Cell::Code(assignment.number.clone()),
            Cell::Text(assignment.customer_name.clone()),
            state,
            Cell::Text(words::date(assignment.begins_on())),
            Cell::Text(assignment.ends_on().map_or_else(|| "Open end".to_owned(), words::date)),
        ],
    }
}

#[cfg(feature = "ssr")]
fn plate_row(period: services::fleet::PlatePeriod, now: domain::Timestamp) -> crate::views::Row {
    use domain::Timestamp;

    use crate::{
        views::{Cell, Row},
        words,
    };

    Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![
            Cell::Code(period.plate),
            Cell::When(words::when(Timestamp(period.since_at), now)),
            period.until_at.map_or_else(
                || Cell::Text("On the vehicle".to_owned()),
                |until_at| Cell::When(words::when(Timestamp(until_at), now)),
            ),
        ],
    }
}
