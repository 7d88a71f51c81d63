//! What an answer gives away, for the ledger of disclosures.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Timestamp, credentials::Environment, partners::Field};
use services::{
    contracts::Terms,
    credentials::Caller,
    disclosures::{Disclosed, Ledger, Via},
};
use uuid::Uuid;

/// One record in an answer: its kind, its id, and the fields of the catalogue in it.
type Record = (&'static str, Uuid, Vec<Field>);

/// The records in an answer, as its handler puts it together.
#[derive(Clone, Debug, Default)]
pub struct Given(Arc<Mutex<Vec<Record>>>);

impl Given {
    /// Notes a record with those of these fields that are in it.
    pub fn note(&self, kind: &'static str, id: Uuid, fields: &[(Field, bool)]) {
        let present = fields.iter().filter(|(_, is_there)| *is_there).map(|(field, _)| *field).collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((kind, id, present));
    }

    /// Tells the ledger what left: of each record the fields that are in it, as far as they were asked for, and those that
    /// were asked for and may not leave. The sandbox holds nobody's data, and gives nothing away.
    pub fn tell(
        &self,
        ledger: &Ledger,
        at: Timestamp,
        caller: &Caller,
        terms: &Terms,
        asked: Option<&BTreeSet<String>>,
    ) {
        if caller.environment != Environment::Live {
            return;
        }
        let records = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (kind, id, present) in records {
            let left = present.into_iter().filter(|field| asked.is_none_or(|asked| is_asked(*field, asked)));
            let withheld = asked.into_iter().flat_map(|asked| {
                let of_kind = Field::ALL.iter().copied().filter(|field| field.record() == kind);
                of_kind.filter(|field| is_asked(*field, asked) && !terms.clearance.has(*field))
            });
            ledger.record(Disclosed {
                at,
                partner: caller.partner,
                via: Via::Api,
                subject: (kind, id),
                fields: left.map(|field| field.as_str().to_owned()).collect(),
                withheld: withheld.map(|field| field.as_str().to_owned()).collect(),
            });
        }
    }
}

/// Whether a field is among those asked for. A reading of the odometer calls it by a name of its own.
fn is_asked(field: Field, asked: &BTreeSet<String>) -> bool {
    asked.contains(field.property()) || (field == Field::VehicleOdometer && asked.contains("km"))
}
