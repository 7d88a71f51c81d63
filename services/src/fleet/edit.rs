//! Changing a vehicle, without losing what somebody else changed meanwhile.

use domain::{
    fleet::{Fuel, VehicleState},
    forms::{
        FieldError, Form, compare,
        vehicle::{VehicleFields, VehicleForm},
    },
    ids::VehicleId,
    permissions::marker::FleetWrite,
};

use super::{
    Vehicle, form_of, plates,
    record::{self, date_text, normalized, plate_key, plate_text},
    twins,
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{
        dialect::{LockedTable, lock_row},
        on,
    },
    timeline::{self, Change, NewEntry, Subject},
};

/// Saves a vehicle over the version that was read. `base` is the form as it was opened: when somebody else saved
/// first, it tells whose change is whose.
pub async fn edit(
    cx: &Services,
    access: &Access<FleetWrite>,
    id: VehicleId,
    version: i64,
    base: &VehicleForm,
    form: &VehicleForm,
) -> Result<(), Error> {
    let fields = form.parse().map_err(Error::invalid)?;
    let after = normalized(&fields);
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    // Locked, because a subscription may set the state of the same car at this moment.
    lock_row(uow.connection(), LockedTable::Vehicle, id.uuid()).await?;
    let stored = record::load(uow.connection(), id.uuid()).await?;
    let before = form_of(&stored);
    if stored.version != version {
        return Err(Error::edit_conflict(compare(stored.version, &stored.updated_by, base, &before, &after)));
    }
    let mut refusals = refusals(&stored, &fields);
    refusals.extend(twins::find(uow.connection(), id.uuid(), &fields).await?);
    if !refusals.is_empty() {
        return Err(Error::invalid(refusals));
    }
    if before == after {
        // Nothing differs: nothing is written, and no entry tells of it.
        return Ok(());
    }
    let plate = plate_text(&fields);
    on!(uow.connection(), c => sqlx::query(
        "UPDATE vehicle
         SET vin = $2, plate = $3, plate_key = $4, make = $5, model = $6, sort_name = $7, model_trim = $8,
             model_year = $9, fuel = $10, category = $11, location = $12, odometer_km = $13, state = $14,
             registered_on = $15, inspection_due_on = $16, service_due_on = $17, updated_at = $18, updated_by = $19,
             version = version + 1
         WHERE id = $1")
        .bind(id.uuid()).bind(fields.vin.as_str()).bind(&plate).bind(plate_key(&fields))
        .bind(&fields.make).bind(&fields.model).bind(record::sort_name(&fields.make, &fields.model, &plate))
        .bind(&fields.model_trim).bind(fields.model_year).bind(fields.fuel.as_str()).bind(&fields.category)
        .bind(&fields.location).bind(fields.odometer_km).bind(fields.state.as_str())
        .bind(date_text(fields.registered_on)).bind(date_text(fields.inspection_due_on))
        .bind(date_text(fields.service_due_on)).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(twins::refused)?;
    if letters_and_digits(&before.plate) != plate_key(&fields) {
        plates::change(uow.connection(), id.uuid(), &plate, now).await?;
    } else if before.plate != plate {
        plates::respell(uow.connection(), id.uuid(), &plate).await?;
    }
    record::index(uow.connection(), id.uuid(), &fields).await?;
    let mut entry = audit::Entry::new("vehicle.updated").target("vehicle", id);
    let mut changes = Vec::new();
    for (field, label) in VehicleForm::FIELDS {
        if before.value(field) != after.value(field) {
            entry = entry.change(field, before.value(field), after.value(field));
            changes.extend(Change::of(label, &shown(field, before.value(field)), &shown(field, after.value(field))));
        }
    }
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Vehicle,
            id: id.uuid(),
            action: "vehicle.updated",
            summary: summary(&stored, &fields, &changes),
            reason: String::new(),
            changes,
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await
}

/// What the rules say no to, before anything is written.
fn refusals(stored: &Vehicle, fields: &VehicleFields) -> Vec<FieldError> {
    let mut refusals = Vec::new();
    if fields.odometer_km < stored.odometer_km {
        refusals.push(FieldError::new(
            "odometer_km",
            format!(
                "The odometer stands at {} km and never runs backwards. A lower reading needs a correction with a \
                 reason, because distance may have been billed from it.",
                stored.odometer_km
            ),
        ));
    }
    let state = stored.state();
    if !state.may_become(fields.state) {
        refusals.push(FieldError::new("state", cannot_become(state, fields.state)));
    }
    refusals
}

/// Why a state can't be set by hand, and which can.
fn cannot_become(state: VehicleState, wanted: VehicleState) -> String {
    let possible: Vec<String> = VehicleState::ALL
        .iter()
        .filter(|next| **next != state && state.may_become(**next))
        .map(|next| next.label().to_lowercase())
        .collect();
    let (now, wanted_word) = (state.label().to_lowercase(), wanted.label().to_lowercase());
    let first = if wanted.is_set_by_subscriptions() {
        format!("“{wanted_word}” follows from a subscription and can’t be set by hand.")
    } else {
        format!("This vehicle is “{now}” and can’t become “{wanted_word}” by hand.")
    };
    match possible.split_last() {
        None => format!("{first} From “{now}” it can’t become anything else."),
        Some((only, [])) => format!("{first} From “{now}” it can become {only}."),
        Some((last, rest)) => format!("{first} From “{now}” it can become {} or {last}.", rest.join(", ")),
    }
}

fn summary(stored: &Vehicle, fields: &VehicleFields, changes: &[Change]) -> String {
    // "VIN" stays as it is.
    let in_sentence = |label: &str| if label == "VIN" { label.to_owned() } else { label.to_lowercase() };
    let labels: Vec<String> = changes.iter().map(|change| in_sentence(&change.field)).collect();
    if stored.state() == fields.state {
        format!("Changed {}", labels.join(", "))
    } else if changes.len() == 1 {
        format!("Is now {}", fields.state.label().to_lowercase())
    } else {
        let others: Vec<String> = labels.into_iter().filter(|label| label != "state").collect();
        format!("Is now {}; changed {}", fields.state.label().to_lowercase(), others.join(", "))
    }
}

/// A value in the words people read.
fn shown(field: &str, value: &str) -> String {
    match field {
        "state" => value.parse::<VehicleState>().map_or_else(|_| value.to_owned(), |state| state.label().to_owned()),
        "fuel" => value.parse::<Fuel>().map_or_else(|_| value.to_owned(), |fuel| fuel.label().to_owned()),
        "odometer_km" => format!("{value} km"),
        _ => value.to_owned(),
    }
}

fn letters_and_digits(plate: &str) -> String {
    plate.chars().filter(|c| c.is_alphanumeric()).collect()
}
