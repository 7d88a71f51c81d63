//! One partner, and what may leave for it.

use std::collections::BTreeSet;

use domain::{
    ids::{PartnerId, PolicyId},
    partners::Clearance,
    permissions::{Grant, marker::PartnersRead},
};
use uuid::Uuid;

use super::list::{Partner, load};
use crate::{
    Error, Services,
    access::Access,
    db::{Connection, on},
};

/// A partner's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The record.
    pub partner: Partner,
    /// The fields that may leave for it.
    pub clearance: Clearance,
    /// The limits that all its keys share.
    pub policies: BTreeSet<PolicyId>,
}

/// Finds one partner.
pub async fn find(cx: &Services, _access: &Access<PartnersRead>, id: PartnerId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let partner = load(reading.connection(), id).await?;
    let rows: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT policy_id FROM limit_attachment WHERE partner_id = $1").bind(id.uuid()).fetch_all(c).await)?;
    Ok(Detail {
        partner,
        clearance: clearance(reading.connection(), id.uuid()).await?,
        policies: rows.into_iter().map(|(id,)| id.into()).collect(),
    })
}

/// The fields that may leave for a partner. One that is in no catalogue any more leaves for nobody.
pub async fn clearance(connection: Connection<'_>, id: Uuid) -> Result<Clearance, Error> {
    let rows: Vec<(String,)> = on!(connection, c => sqlx::query_as("SELECT field FROM partner_field WHERE partner_id = $1")
        .bind(id).fetch_all(c).await)?;
    Ok(Clearance::of(rows.iter().filter_map(|(field,)| field.parse().ok())))
}

/// Every partner by name, for a form that names one. Partners are dozens.
pub async fn choices<P: Grant>(cx: &Services, _access: &Access<P>) -> Result<Vec<(PartnerId, String)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, name FROM partner ORDER BY sort_name, id LIMIT 500").fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}
