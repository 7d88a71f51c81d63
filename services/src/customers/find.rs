//! One customer with what stands around the record.

use domain::{
    ids::CustomerId,
    permissions::marker::{CustomersRead, CustomersWrite},
};

use super::{Customer, record};
use crate::{
    Error, Services,
    access::Access,
    db::Page,
    notes::{self, Note},
    tags,
    timeline::{self, Subject},
};

/// A customer's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The record.
    pub customer: Customer,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its notes, newest first.
    pub notes: Vec<Note>,
    /// What happened, newest first.
    pub timeline: Page<timeline::Entry>,
}

/// Finds one customer; `cursor` pages its timeline.
pub async fn find(
    cx: &Services,
    _access: &Access<CustomersRead>,
    id: CustomerId,
    cursor: Option<&str>,
) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let customer = record::load(reading.connection(), id.uuid()).await?;
    Ok(Detail {
        customer,
        tags: tags::of(reading.connection(), Subject::Customer, id.uuid()).await?,
        notes: notes::of(reading.connection(), Subject::Customer, id.uuid()).await?,
        timeline: timeline::page(reading.connection(), Subject::Customer, id.uuid(), cursor, 20).await?,
    })
}

/// Finds an open customer by id or by the number people quote, for a form that names one.
pub async fn by_id_or_number<P: domain::permissions::Grant>(
    cx: &Services,
    _access: &Access<P>,
    text: &str,
) -> Result<Option<CustomerId>, Error> {
    let id: Option<CustomerId> = text.parse().ok();
    let mut reading = cx.db.read().await?;
    let found: Option<(uuid::Uuid,)> = crate::db::on!(reading.connection(), c => sqlx::query_as(
        "SELECT id FROM customer WHERE id = $1 OR number = $2 LIMIT 1")
        .bind(id.map_or(uuid::Uuid::nil(), CustomerId::uuid)).bind(text.to_uppercase())
        .fetch_optional(c).await)?;
    Ok(found.map(|(id,)| id.into()))
}

/// A customer's record, for somebody who may write it: what they wrote they may see.
pub async fn written(cx: &Services, _access: &Access<CustomersWrite>, id: CustomerId) -> Result<Customer, Error> {
    let mut reading = cx.db.read().await?;
    record::load(reading.connection(), id.uuid()).await
}
