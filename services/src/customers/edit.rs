//! Changing a customer, without losing what somebody else changed meanwhile.

use domain::{
    forms::{Form, compare, customer::CustomerForm},
    ids::CustomerId,
    permissions::marker::CustomersWrite,
    texts::fold,
};

use super::{form_of, record};
use crate::{
    Error, Services,
    access::Access,
    audit, clock,
    db::on,
    timeline::{self, Change, NewEntry, Subject},
};

/// Fields whose values identify a person: the audit log says that they changed, not what they say, so that erasure
/// leaves the log whole.
const PERSONAL: [&str; 6] = ["name", "email", "phone", "street", "postal_code", "external_key"];

/// Saves a customer over the version that was read. `base` is the form as it was opened: when somebody else saved
/// first, it tells whose change is whose.
pub async fn edit(
    cx: &Services,
    access: &Access<CustomersWrite>,
    id: CustomerId,
    version: i64,
    base: &CustomerForm,
    form: &CustomerForm,
) -> Result<(), Error> {
    let fields = form.parse().map_err(Error::invalid)?;
    if !clock::is_zone(fields.zone.as_str()) {
        return Err(Error::invalid_field("zone", "This time zone is not known. Use a name like Europe/Berlin."));
    }
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id.uuid()).await?;
    let before = form_of(&stored);
    if stored.version != version {
        return Err(Error::edit_conflict(compare(stored.version, &stored.updated_by, base, &before, form)));
    }
    match (&stored.external_key, &fields.external_key) {
        (Some(old), Some(new)) if old == new.as_str() => {}
        (Some(_), _) => {
            return Err(Error::invalid_field(
                "external_key",
                "The external key is fixed once it is set, because another system relies on it.",
            ));
        }
        (None, _) => {}
    }
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE customer
         SET external_key = $3, kind = $4, name = $5, sort_name = $6, email = $7, phone = $8, street = $9,
             postal_code = $10, city = $11, country = $12, zone = $13, currency = $14, status = $15,
             updated_at = $16, updated_by = $17, version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(fields.external_key.as_ref().map(|key| key.as_str().to_owned()))
        .bind(fields.kind.as_str()).bind(fields.name.as_str()).bind(fold(fields.name.as_str()))
        .bind(fields.email.as_str()).bind(fields.phone.as_ref().map_or("", |phone| phone.as_str()))
        .bind(&fields.street).bind(&fields.postal_code).bind(&fields.city).bind(fields.country.as_str())
        .bind(fields.zone.as_str()).bind(fields.currency.as_str()).bind(fields.status.as_str())
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))
    .map_err(record::name_the_twin)?;
    if saved == 0 {
        // Saved by somebody else between our reading and our writing.
        let theirs = record::load(uow.connection(), id.uuid()).await?;
        return Err(Error::edit_conflict(compare(theirs.version, &theirs.updated_by, base, &form_of(&theirs), form)));
    }
    if fold(&stored.name) != fold(fields.name.as_str()) {
        on!(uow.connection(), c => sqlx::query("UPDATE subscription SET customer_name = $2 WHERE customer_id = $1")
            .bind(id.uuid()).bind(fields.name.as_str()).execute(c).await.map(|_| ()))?;
    }
    record::index(uow.connection(), id.uuid(), &stored.number, &fields).await?;
    let after = form_of(&record::load(uow.connection(), id.uuid()).await?);
    let changes: Vec<Change> = CustomerForm::FIELDS
        .iter()
        .filter_map(|(field, label)| Change::of(label, before.value(field), after.value(field)))
        .collect();
    if changes.is_empty() {
        // Nothing differs: nothing is written, and no entry tells of it.
        return Ok(());
    }
    let mut entry = audit::Entry::new("customer.updated").target("customer", id);
    for (field, _) in CustomerForm::FIELDS {
        if before.value(field) != after.value(field) {
            entry = if PERSONAL.contains(field) {
                entry.changed(field)
            } else {
                entry.change(field, before.value(field), after.value(field))
            };
        }
    }
    let labels: Vec<String> = changes.iter().map(|change| change.field.to_lowercase()).collect();
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Customer,
            id: id.uuid(),
            action: "customer.updated",
            summary: format!("Changed {}", labels.join(", ")),
            reason: String::new(),
            changes,
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await
}
