//! A new customer.

use domain::{forms::customer::CustomerForm, ids::CustomerId, permissions::marker::CustomersWrite, texts::fold};
use uuid::Uuid;

use super::record;
use crate::{
    Error, Services,
    access::Access,
    audit, clock,
    db::on,
    form_token::{self, Spent},
    running_number,
    timeline::{self, NewEntry, Subject},
};

/// Creates a customer. `token` is the form's: the same form sent twice answers with the one customer it made.
pub async fn create(
    cx: &Services,
    access: &Access<CustomersWrite>,
    form: &CustomerForm,
    token: Uuid,
) -> Result<CustomerId, Error> {
    let fields = form.parse().map_err(Error::invalid)?;
    if !clock::is_zone(fields.zone.as_str()) {
        return Err(Error::invalid_field("zone", "This time zone is not known. Use a name like Europe/Berlin."));
    }
    let id = CustomerId::new();
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    let number = running_number::next(uow.connection(), "C").await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO customer (id, number, external_key, kind, name, sort_name, email, phone, street, postal_code, city,
                               country, zone, currency, status, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $17)")
        .bind(id.uuid()).bind(&number).bind(fields.external_key.as_ref().map(|key| key.as_str().to_owned()))
        .bind(fields.kind.as_str()).bind(fields.name.as_str()).bind(fold(fields.name.as_str()))
        .bind(fields.email.as_str()).bind(fields.phone.as_ref().map_or("", |phone| phone.as_str()))
        .bind(&fields.street).bind(&fields.postal_code).bind(&fields.city).bind(fields.country.as_str())
        .bind(fields.zone.as_str()).bind(fields.currency.as_str()).bind(fields.status.as_str())
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(record::name_the_twin)?;
    record::index(uow.connection(), id.uuid(), &number, &fields).await?;
    let entry = audit::Entry::new("customer.created")
        .target("customer", id)
        .detail("number", number.as_str())
        .detail("kind", fields.kind.as_str())
        .detail("status", fields.status.as_str());
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Customer,
            id: id.uuid(),
            action: "customer.created",
            summary: format!("Created as {number}"),
            reason: String::new(),
            changes: Vec::new(),
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}
