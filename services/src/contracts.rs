//! Data-sharing contracts: which fields may leave for a partner, and may be taken from it.
//!
//! What goes to a partner and what comes from it has one shape: records by their kind, each with its fields, as in
//! `{"vehicle": {"vin": "…"}, "subscription": {"id": "…"}}`. A field is named `vehicle.vin`, by the catalogue in
//! [`domain::partners::Field`].

mod shape;

pub use shape::{Shaped, shape};

use domain::{ids::PartnerId, partners::Clearance};

use crate::{Error, db::Connection, partners};

/// What a contract says, as far as a payload needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The fields that may pass.
    pub clearance: Clearance,
    /// Whether a payload with any other field is refused as a whole; otherwise the field is removed.
    pub is_strict: bool,
}

/// The contract with a partner.
pub(crate) async fn terms(connection: Connection<'_>, partner: PartnerId) -> Result<Terms, Error> {
    Ok(Terms { clearance: partners::clearance(connection, partner.uuid()).await?, is_strict: false })
}
