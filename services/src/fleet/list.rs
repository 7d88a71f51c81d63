//! The list of vehicles.

use domain::{
    fleet::{Fuel, VehicleState},
    permissions::marker::FleetRead,
    texts::fold,
};

use super::Vehicle;
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, KeysetList, Page},
    search,
};

/// What the list is sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By make, model and plate.
    #[default]
    Name,
    /// By when the record was made.
    Created,
}

/// Which vehicles, in what order, from where.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<VehicleState>,
    /// Only those that run on this.
    pub fuel: Option<Fuel>,
    /// A plate, a VIN, or words of make and model.
    pub query: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Sort column.
    pub sort: Sort,
    /// Largest first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many rows; 50 when not told.
    pub limit: Option<usize>,
}

const SELECT: &str = "SELECT id, vin, plate, make, model, sort_name, model_trim, model_year, fuel, category, location,
            odometer_km, state, registered_on, inspection_due_on, service_due_on, created_at, created_by, updated_at,
            updated_by, version
FROM vehicle";

/// A page of vehicles.
pub async fn list(cx: &Services, _access: &Access<FleetRead>, filter: &Filter) -> Result<Page<Vehicle>, Error> {
    let sort = match filter.sort {
        Sort::Name => "sort_name",
        Sort::Created => "created_at",
    };
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, sort, "id", direction).limit(filter.limit.unwrap_or(50));
    if let Some(state) = filter.state {
        list = list.filter("state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if let Some(fuel) = filter.fuel {
        list = list.filter("fuel = ?", [Bind::Text(fuel.as_str().to_owned())]);
    }
    for range in filter.query.as_deref().map(search::ranges).unwrap_or_default() {
        list = list.filter(
            "id IN (SELECT record_id FROM search_term WHERE kind = 'vehicle' AND term >= ? AND term < ?)",
            range,
        );
    }
    if let Some(tag) = &filter.tag {
        list = list.filter(
            "id IN (SELECT object_id FROM tag WHERE object_type = 'vehicle' AND tag = ?)",
            [Bind::Text(fold(tag))],
        );
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
