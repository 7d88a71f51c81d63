//! What the pages of the fleet read.

use domain::forms::vehicle::VehicleForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, NoteView, Row, TimelineView, When},
};

/// The list with what it can be narrowed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetView {
    /// The list.
    pub list: ListView,
    /// The state in force, or nothing.
    pub state: String,
    /// The fuel in force, or nothing.
    pub fuel: String,
    /// All states.
    pub states: Vec<Choice>,
    /// All fuels.
    pub fuels: Vec<Choice>,
}

/// An open hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// Its kind, and what it stops.
    pub badge: Badge,
    /// Why, and who placed it.
    pub text: String,
    /// When it was placed.
    pub when: When,
}

/// A vehicle's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleView {
    /// Its id.
    pub id: String,
    /// Its plate, or its VIN.
    pub title: String,
    /// What it is, and where.
    pub subtitle: String,
    /// Where it is in its life.
    pub state: Badge,
    /// What keeps it from being driven or changed.
    pub holds: Vec<HoldView>,
    /// What it is.
    pub vehicle: Vec<Fact>,
    /// What is due.
    pub dates: Vec<Fact>,
    /// What the record says of itself.
    pub record: Vec<Fact>,
    /// Who had it, has it, and will have it; newest first.
    pub subscriptions: Vec<Row>,
    /// Its plates, newest first.
    pub plates: Vec<Row>,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Vec<NoteView>,
    /// What happened.
    pub timeline: TimelineView,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleFormView {
    /// What stands in it.
    pub form: VehicleForm,
    /// What people call the vehicle; empty for a new one.
    pub title: String,
    /// The version read; nothing for a new one.
    pub version: i64,
    /// The form as opened, to tell later whose change is whose.
    pub base: String,
    /// Makes a double submit one vehicle.
    pub token: String,
    /// The states that can be set by hand.
    pub states: Vec<Choice>,
    /// Why there are no others.
    pub state_hint: String,
    /// Fuels.
    pub fuels: Vec<Choice>,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "fleet/list")]
pub async fn read_fleet(search: String) -> Result<FleetView, AppError> {
    super::list::answer(search).await
}

/// One vehicle; `cursor` pages its timeline.
#[server(prefix = "/_fn", endpoint = "fleet/detail")]
pub async fn read_vehicle(id: String, cursor: Option<String>) -> Result<VehicleView, AppError> {
    super::detail::answer(id, cursor).await
}

/// An empty form.
#[server(prefix = "/_fn", endpoint = "fleet/new")]
pub async fn open_new_vehicle() -> Result<VehicleFormView, AppError> {
    super::form::answer_new().await
}

/// A vehicle in a form.
#[server(prefix = "/_fn", endpoint = "fleet/form")]
pub async fn open_vehicle(id: String) -> Result<VehicleFormView, AppError> {
    super::form::answer_existing(id).await
}
