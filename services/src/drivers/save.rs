//! Adding and changing drivers.

use domain::{
    ids::{CustomerId, DriverId},
    permissions::marker::DriversWrite,
};
use uuid::Uuid;

use super::{DriverFields, find, record::seal};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{UnitOfWork, on},
    form_token::{self, Spent},
    timeline::{self, NewEntry, Subject},
};

/// Adds a driver to a customer. `token` makes one of a call sent twice.
pub async fn create(
    cx: &Services,
    access: &Access<DriversWrite>,
    fields: &DriverFields,
    token: Uuid,
) -> Result<DriverId, Error> {
    let id = DriverId::new();
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    let customer: Option<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT id FROM customer WHERE id = $1 AND status <> 'closed'")
        .bind(fields.customer.uuid()).fetch_optional(c).await)?;
    if customer.is_none() {
        return Err(Error::invalid_field("customer_id", "Choose a customer whose record is open."));
    }
    let born_on = fields.born_on.map(|date| date.to_string()).unwrap_or_default();
    let (born_on, licence) = (seal(cx, id, "born_on", &born_on)?, seal(cx, id, "licence", &fields.licence_number)?);
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO driver (id, customer_id, name, email, born_on_sealed, licence_sealed, licence_country,
                             licence_expires_on, licence_checked_on, status, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, $12)")
        .bind(id.uuid()).bind(fields.customer.uuid()).bind(fields.name.as_str())
        .bind(fields.email.as_ref().map_or("", |email| email.as_str())).bind(born_on.as_deref()).bind(licence.as_deref())
        .bind(fields.licence_country.as_ref().map_or("", |country| country.as_str()))
        .bind(fields.licence_expires_on.map(|date| date.to_string()))
        .bind(fields.licence_checked_on.map(|date| date.to_string())).bind(fields.status.as_str())
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    let entry =
        audit::Entry::new("driver.created").target("driver", id).detail("customer", fields.customer.to_string());
    tell(cx, &mut uow, access, fields.customer, "driver.created", "Added a driver", &entry).await?;
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

/// Saves a driver over the version that was read.
pub async fn edit(
    cx: &Services,
    access: &Access<DriversWrite>,
    id: DriverId,
    version: i64,
    fields: &DriverFields,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = find::of(uow.connection(), id).await?;
    if stored.customer_id != fields.customer.uuid() {
        return Err(Error::invalid_field(
            "customer_id",
            "A driver stays with their customer. Add them to the other one.",
        ));
    }
    let born_on = fields.born_on.map(|date| date.to_string()).unwrap_or_default();
    let (born_on, licence) = (seal(cx, id, "born_on", &born_on)?, seal(cx, id, "licence", &fields.licence_number)?);
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE driver
         SET name = $3, email = $4, born_on_sealed = $5, licence_sealed = $6, licence_country = $7, licence_expires_on = $8,
             licence_checked_on = $9, status = $10, updated_at = $11, updated_by = $12, version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(fields.name.as_str())
        .bind(fields.email.as_ref().map_or("", |email| email.as_str())).bind(born_on.as_deref()).bind(licence.as_deref())
        .bind(fields.licence_country.as_ref().map_or("", |country| country.as_str()))
        .bind(fields.licence_expires_on.map(|date| date.to_string()))
        .bind(fields.licence_checked_on.map(|date| date.to_string())).bind(fields.status.as_str())
        .bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict(
            "driver.changed_meanwhile",
            "Somebody else has changed this driver. Load it again.",
        ));
    }
    let mut entry = audit::Entry::new("driver.updated").target("driver", id);
    if stored.status != fields.status.as_str() {
        entry = entry.change("status", stored.status.as_str(), fields.status.as_str());
    }
    tell(cx, &mut uow, access, fields.customer, "driver.updated", "Changed a driver", &entry).await?;
    uow.commit(cx, actor, entry).await
}

/// Tells the customer's timeline. Who the driver is stands in the record alone.
async fn tell(
    cx: &Services,
    uow: &mut UnitOfWork,
    access: &Access<DriversWrite>,
    customer: CustomerId,
    action: &str,
    summary: &str,
    entry: &audit::Entry,
) -> Result<(), Error> {
    timeline::write(
        uow.connection(),
        cx.clock.now(),
        access.actor(),
        NewEntry {
            subject: Subject::Customer,
            id: customer.uuid(),
            action,
            summary: summary.to_owned(),
            reason: String::new(),
            changes: Vec::new(),
            event: entry.id(),
        },
    )
    .await
}
