//! Data-sharing contracts: which fields may leave for a partner, and may be taken from it.
//!
//! What goes to a partner and what comes from it has one shape: records by their kind, each with its fields, as in
//! `{"vehicle": {"vin": "…"}, "subscription": {"id": "…"}}`. A field is named `vehicle.vin`, by the catalogue in
//! [`domain::partners::Field`].

mod edit;
mod form;
mod overview;
mod shape;
mod stored;
mod sweep;
mod terms;

pub use edit::{Saved, edit};
pub use form::{ContractFields, ContractForm, FieldForm, form_of, parse};
pub use overview::{Attempt, Detail, Filter, Listed, UNUSED_AFTER, WITHHELD_SINCE, find, list};
pub use shape::{Shaped, shape};
pub use stored::{Contract, FieldTerms};
pub use sweep::sweep;
pub use terms::Terms;

pub(crate) use stored::{load, touch};

use domain::{ids::PartnerId, partners::Way};

use crate::{Error, Services, db::Connection};

/// What the contract with a partner lets leave for it by our own calls, now. What has to be hashed is hashed.
pub async fn terms_now(cx: &Services, connection: Connection<'_>, partner: PartnerId) -> Result<Terms, Error> {
    Ok(load(connection, partner).await?.terms(Way::Sent, Some(&cx.keys), cx.clock.now()))
}

/// What may be taken from a partner, now: for an answer to our call, or a message of its own.
pub async fn terms_received(cx: &Services, connection: Connection<'_>, partner: PartnerId) -> Result<Terms, Error> {
    Ok(load(connection, partner).await?.terms(Way::Received, Some(&cx.keys), cx.clock.now()))
}
