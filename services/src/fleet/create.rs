//! A new vehicle.

use domain::{forms::vehicle::VehicleForm, ids::VehicleId, permissions::marker::FleetWrite};
use uuid::Uuid;

use super::{
    plates,
    record::{self, date_text, plate_key, plate_text},
    twins,
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::on,
    form_token::{self, Spent},
    timeline::{self, NewEntry, Subject},
};

/// Creates a vehicle. `token` is the form's: the same form sent twice answers with the one vehicle it made.
pub async fn create(
    cx: &Services,
    access: &Access<FleetWrite>,
    form: &VehicleForm,
    token: Uuid,
) -> Result<VehicleId, Error> {
    let fields = form.parse().map_err(Error::invalid)?;
    if fields.state.is_set_by_subscriptions() {
        return Err(Error::invalid_field(
            "state",
            format!("“{}” follows from a subscription and can’t be set here.", fields.state.label()),
        ));
    }
    let id = VehicleId::new();
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    let refusals = twins::find(uow.connection(), id.uuid(), &fields).await?;
    if !refusals.is_empty() {
        return Err(Error::invalid(refusals));
    }
    let plate = plate_text(&fields);
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO vehicle (id, vin, plate, plate_key, make, model, sort_name, model_trim, model_year, fuel, category,
                              location, odometer_km, state, registered_on, inspection_due_on, service_due_on,
                              created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $18, $19)")
        .bind(id.uuid()).bind(fields.vin.as_str()).bind(&plate).bind(plate_key(&fields))
        .bind(&fields.make).bind(&fields.model).bind(record::sort_name(&fields.make, &fields.model, &plate))
        .bind(&fields.model_trim).bind(fields.model_year).bind(fields.fuel.as_str()).bind(&fields.category)
        .bind(&fields.location).bind(fields.odometer_km).bind(fields.state.as_str())
        .bind(date_text(fields.registered_on)).bind(date_text(fields.inspection_due_on))
        .bind(date_text(fields.service_due_on)).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(twins::refused)?;
    plates::change(uow.connection(), id.uuid(), &plate, now).await?;
    record::index(uow.connection(), id.uuid(), &fields).await?;
    let entry = audit::Entry::new("vehicle.created")
        .target("vehicle", id)
        .detail("vin", fields.vin.as_str())
        .detail("plate", plate.as_str())
        .detail("state", fields.state.as_str());
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Vehicle,
            id: id.uuid(),
            action: "vehicle.created",
            summary: format!("Created, {}", fields.state.label().to_lowercase()),
            reason: String::new(),
            changes: Vec::new(),
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}
