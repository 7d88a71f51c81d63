//! The list of vehicles.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::reads::{FleetView, read_fleet};
use crate::{
    components::{ChoiceField, ListPanel, Loaded, PageHead},
    viewer::may,
};

/// The list of vehicles.
#[component]
pub fn FleetPage() -> impl IntoView {
    let search = use_location().search;
    let fleet = Resource::new(move || search.get(), read_fleet);
    view! { <Loaded resource=fleet view=show/> }
}

fn show(fleet: FleetView) -> AnyView {
    let list = fleet.list.clone();
    view! {
        <PageHead title="Fleet".to_owned()>
            {may(Permission::FleetWrite).then(|| view! { <a class="btn primary" href="/fleet/new">"New vehicle"</a> })}
        </PageHead>
        <div class="stack s">
            <Narrow fleet/>
            <ListPanel list empty="Vehicles appear here once the first one is added."/>
        </div>
    }
    .into_any()
}

/// Narrows the list by state and fuel, and keeps the rest of its address.
#[component]
fn Narrow(fleet: FleetView) -> impl IntoView {
    let FleetView { list, state, fuel, states, fuels } = fleet;
    let query = (!list.query.is_empty()).then(|| ("q".to_owned(), list.query));
    let columns = list.choices.into_iter().filter(|choice| choice.is_on).map(|choice| ("col".to_owned(), choice.key));
    let kept: Vec<_> = list
        .kept
        .into_iter()
        .filter(|(key, _)| key != "state" && key != "fuel")
        .chain(query)
        .chain(columns)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    let is_on = !state.is_empty() || !fuel.is_empty();
    view! {
        <form class="filters" method="get" aria-label="Filters">
            <ChoiceField name="state" label="State" value=state choices=states width="w-full"/>
            <ChoiceField name="fuel" label="Fuel" value=fuel choices=fuels width="w-full"/>
            {kept}
            <button class="btn" type="submit">"Apply"</button>
            {is_on.then(|| view! { <a class="btn quiet" href=list.clear_href>"Clear"</a> })}
        </form>
    }
}

#[cfg(feature = "ssr")]
#[expect(clippy::too_many_lines, reason = "one view model, field by field")]
pub(super) async fn answer(search: String) -> Result<FleetView, crate::error::AppError> {
    use domain::{
        Timestamp,
        fleet::{Fuel, VehicleState},
        permissions::marker::FleetRead,
        subscription::Tone,
    };
    use jiff::civil::Date;
    use services::fleet::{self, Filter, Sort, Vehicle};

    use super::states;
    use crate::{
        context::{answer, asked},
        listing::{Address, Known, column},
        views::{Badge, Cell, Choice, Row},
        words,
    };

    const COLUMNS: &[Known] = &[
        column("name", "Vehicle").sortable(),
        column("vin", "VIN"),
        column("state", "State"),
        column("fuel", "Fuel"),
        column("year", "Year").number(),
        column("location", "Location"),
        column("odometer", "Odometer").number(),
        column("inspection", "Inspection due"),
        column("service", "Service due"),
        column("category", "Category").hidden(),
        column("created", "Created").sortable().hidden(),
    ];
    /// The states a desk looks at all day; the form holds every state.
    const VIEWS: [VehicleState; 5] = [
        VehicleState::Available,
        VehicleState::Reserved,
        VehicleState::OnSubscription,
        VehicleState::Workshop,
        VehicleState::Inspection,
    ];

    fn due(due_on: Option<&str>, today: Date) -> Cell {
        if states::is_overdue(due_on, today) {
            Cell::Badge(Badge::new(Tone::Warn, words::stored_date(due_on)).with_note("overdue"))
        } else {
            Cell::When(words::when_date(due_on))
        }
    }

    fn row(vehicle: Vehicle, shown: &[&Known], now: Timestamp, today: Date) -> Row {
        let (inspection, service) = (vehicle.inspection_due_on.as_deref(), vehicle.service_due_on.as_deref());
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "name" => Cell::Plate(vehicle.plate.clone(), vehicle.model_name()),
                "vin" => Cell::Code(vehicle.vin.clone()),
                "state" => Cell::Badge(states::badge(vehicle.state())),
                "fuel" => Cell::Text(vehicle.fuel().label().to_owned()),
                "year" => Cell::Number(vehicle.model_year.to_string()),
                "location" => Cell::Text(vehicle.location.clone()),
                "odometer" => Cell::Number(format!("{} km", words::grouped(vehicle.odometer_km))),
                "inspection" => due(inspection, today),
                "service" => due(service, today),
                "category" => Cell::Text(vehicle.category.clone()),
                _ => Cell::When(words::when(Timestamp(vehicle.created_at), now)),
            })
            .collect();
        let is_overdue = states::is_overdue(inspection, today) || states::is_overdue(service, today);
        let mark = states::mark(vehicle.state(), is_overdue).to_owned();
        Row { href: format!("/fleet/{}", vehicle.id), mark, cells }
    }

    fn with_all(choices: Vec<Choice>) -> Vec<Choice> {
        std::iter::once((String::new(), "All".to_owned())).chain(choices).collect()
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<FleetRead>()?;
        let address = Address::parse("/fleet", &search, &["state", "fuel", "tag"])?;
        let sorted = address.sort(COLUMNS, "name")?;
        let filter = Filter {
            state: address.parsed("state")?,
            fuel: address.parsed("fuel")?,
            query: address.get("q").map(str::to_owned),
            tag: address.get("tag").map(str::to_owned),
            sort: if sorted.0 == "created" { Sort::Created } else { Sort::Name },
            is_descending: sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
            limit: None,
        };
        let page = fleet::list(&cx, &access, &filter).await?;
        let (now, today) = (cx.clock.now(), cx.clock.today(services::clock::ZONE));
        let mut list =
            address.view("Vehicles", "Plate, VIN, make or model", COLUMNS, sorted, page, |vehicle, shown| {
                row(vehicle, shown, now, today)
            });
        list.chips.push(address.chip("All", "state", None));
        for state in VIEWS {
            list.chips.push(address.chip(state.label(), "state", Some(state.as_str())));
        }
        list.filters.extend(address.filter_chip("Tag", "tag"));
        Ok(FleetView {
            list,
            state: address.get("state").unwrap_or_default().to_owned(),
            fuel: address.get("fuel").unwrap_or_default().to_owned(),
            states: with_all(crate::choices!(VehicleState)),
            fuels: with_all(crate::choices!(Fuel)),
        })
    })
    .await
}
