//! A contract as stored.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    ids::PartnerId,
    partners::{Basis, Clearance, Field, Rule, Way},
};
use sqlx::FromRow;

use super::terms::{Hashing, Terms};
use crate::{
    Error, Keys,
    db::{Connection, on},
};

/// What a contract says of one field.
#[allow(clippy::struct_excessive_bools, reason = "each way is allowed or not by itself")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTerms {
    /// Whether we send it.
    pub is_sent: bool,
    /// Whether the partner may read it through the API.
    pub is_read: bool,
    /// Whether we take it from the partner.
    pub is_received: bool,
    /// What for.
    pub purpose: String,
    /// On what grounds.
    pub basis: Basis,
    /// For how many days whoever gets it may keep it.
    pub retention_days: i64,
    /// In what form it leaves.
    pub rule: Rule,
    /// Since when it is in the contract.
    pub granted_at: Timestamp,
    /// When it last left.
    pub last_used_at: Option<Timestamp>,
}

impl FieldTerms {
    /// Whether it may go one way.
    pub fn allows(&self, way: Way) -> bool {
        match way {
            Way::Sent => self.is_sent,
            Way::Read => self.is_read,
            Way::Received => self.is_received,
        }
    }

    /// Whether it may leave and has not for a while: since `before`, by when it was in the contract.
    pub fn is_unused(&self, before: Timestamp) -> bool {
        (self.is_sent || self.is_read) && self.last_used_at.unwrap_or(self.granted_at) < before
    }
}

/// The contract with a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// With whom.
    pub partner: PartnerId,
    /// Whether a payload with any other field is refused as a whole.
    pub is_strict: bool,
    /// From when it holds; always did when nothing.
    pub valid_from: Option<Timestamp>,
    /// Until when it holds; open when nothing.
    pub valid_until: Option<Timestamp>,
    /// Where the agreed text is kept; may be empty.
    pub document: String,
    /// Each field in it.
    pub fields: BTreeMap<Field, FieldTerms>,
    /// When it was last changed; nothing when it never was.
    pub updated_at: Option<Timestamp>,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub version: i64,
}

impl Contract {
    /// Whether it holds at an instant.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= at) && self.valid_until.is_none_or(|until| at < until)
    }

    /// What it lets pass one way at an instant: nothing while it is not in force.
    pub fn terms(&self, way: Way, keys: Option<&Keys>, at: Timestamp) -> Terms {
        let is_in_force = self.is_in_force(at);
        let allowed = || self.fields.iter().filter(move |(_, terms)| is_in_force && terms.allows(way));
        // What we receive comes in the form in which it is sent.
        let ruled = allowed().filter(|(_, terms)| way != Way::Received && terms.rule != Rule::Plain);
        Terms {
            clearance: Clearance::of(allowed().map(|(field, _)| *field)),
            is_strict: self.is_strict,
            rules: ruled.map(|(field, terms)| (*field, terms.rule)).collect(),
            hashing: keys.map(|keys| Hashing { keys: keys.clone(), partner: self.partner }),
        }
    }
}

#[derive(FromRow)]
struct Row {
    is_strict: bool,
    valid_from: Option<i64>,
    valid_until: Option<i64>,
    document: String,
    updated_at: i64,
    updated_by: String,
    version: i64,
}

#[derive(FromRow)]
struct FieldRow {
    field: String,
    is_sent: bool,
    is_read: bool,
    is_received: bool,
    purpose: String,
    basis: String,
    retention_days: i64,
    rule: String,
    keeps: i64,
    granted_at: i64,
    last_used_at: Option<i64>,
}

/// The contract with a partner. One that nobody has written yet is open, not strict, and holds the fields of the partner's
/// record.
pub(crate) async fn load(mut connection: Connection<'_>, partner: PartnerId) -> Result<Contract, Error> {
    let row: Option<Row> = on!(connection.again(), c => sqlx::query_as(
        "SELECT is_strict, valid_from, valid_until, document, updated_at, updated_by, version
         FROM data_contract
         WHERE partner_id = $1")
        .bind(partner.uuid()).fetch_optional(c).await)?;
    let fields: Vec<FieldRow> = on!(connection, c => sqlx::query_as(
        "SELECT field, is_sent, is_read, is_received, purpose, basis, retention_days, rule, keeps, granted_at, last_used_at
         FROM partner_field
         WHERE partner_id = $1")
        .bind(partner.uuid()).fetch_all(c).await)?;
    let mut known = BTreeMap::new();
    for row in fields {
        // One that is in no catalogue any more leaves for nobody.
        if let Ok(field) = row.field.parse() {
            known.insert(field, terms_of(row)?);
        }
    }
    Ok(Contract {
        partner,
        is_strict: row.as_ref().is_some_and(|row| row.is_strict),
        valid_from: row.as_ref().and_then(|row| row.valid_from).map(Timestamp),
        valid_until: row.as_ref().and_then(|row| row.valid_until).map(Timestamp),
        document: row.as_ref().map(|row| row.document.clone()).unwrap_or_default(),
        fields: known,
        updated_at: row.as_ref().map(|row| Timestamp(row.updated_at)),
        updated_by: row.as_ref().map(|row| row.updated_by.clone()).unwrap_or_default(),
        version: row.map_or(0, |row| row.version),
    })
}

fn terms_of(row: FieldRow) -> Result<FieldTerms, Error> {
    Ok(FieldTerms {
        is_sent: row.is_sent,
        is_read: row.is_read,
        is_received: row.is_received,
        purpose: row.purpose,
        basis: row.basis.parse().map_err(Error::internal)?,
        retention_days: row.retention_days,
        rule: Rule::of(row.rule.parse().map_err(Error::internal)?, row.keeps),
        granted_at: Timestamp(row.granted_at),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}

/// Counts a change of the fields that was made elsewhere, so that nobody who has the contract open overwrites it unseen.
pub(crate) async fn touch(
    connection: Connection<'_>,
    partner: PartnerId,
    now: Timestamp,
    by: &str,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "INSERT INTO data_contract (partner_id, updated_at, updated_by) VALUES ($1, $2, $3)
         ON CONFLICT (partner_id) DO UPDATE
         SET version = data_contract.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by")
        .bind(partner.uuid()).bind(now.millis()).bind(by).execute(c).await.map(|_| ()))?;
    Ok(())
}
