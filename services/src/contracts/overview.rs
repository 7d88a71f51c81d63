//! Contracts as people look at them: what is granted, what of it is used, and what was withheld.

use std::collections::BTreeMap;

use domain::{Timestamp, ids::PartnerId, partners::Via, permissions::marker::IntegrationsRead, texts::fold};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Contract, stored::load};
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page, on, prefix_range},
};

/// A field that has not left for so long, in milliseconds, counts as not used.
pub const UNUSED_AFTER: i64 = 90 * Timestamp::DAY;
/// How far back withheld attempts are counted, in milliseconds.
pub const WITHHELD_SINCE: i64 = 30 * Timestamp::DAY;

/// Which contracts, in what order, from where. They are sorted by the partner's name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that are strict, or only those that aren't.
    pub is_strict: Option<bool>,
    /// Only those that end before this instant, or have.
    pub ends_before: Option<Timestamp>,
    /// The beginning of the partner's name.
    pub query: Option<String>,
    /// Last name first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// With whom.
    pub partner: PartnerId,
    /// Their name.
    pub name: String,
    /// How many fields are in it.
    pub fields: i64,
    /// Whether it is strict.
    pub is_strict: bool,
    /// From when it holds.
    pub valid_from: Option<Timestamp>,
    /// Until when it holds.
    pub valid_until: Option<Timestamp>,
    /// How many fields may leave and have not for 90 days.
    pub unused: i64,
    /// How many attempts at other fields there were in 30 days.
    pub withheld: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    sort_name: String,
    fields: i64,
    is_strict: bool,
    valid_from: Option<i64>,
    valid_until: Option<i64>,
}

impl Keyed for Row {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Text(self.sort_name.clone()), self.id)
    }
}

const SELECT: &str = "SELECT id, name, sort_name,
       (SELECT COUNT(*) FROM partner_field f WHERE f.partner_id = partner.id) AS fields,
       COALESCE(c.is_strict, FALSE) AS is_strict, c.valid_from, c.valid_until
FROM partner
LEFT JOIN data_contract c ON c.partner_id = partner.id";

/// A page of contracts: one for each partner.
pub async fn list(cx: &Services, _access: &Access<IntegrationsRead>, filter: &Filter) -> Result<Page<Listed>, Error> {
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, "sort_name", "id", direction);
    list = match filter.is_strict {
        Some(true) => list.filter("COALESCE(c.is_strict, FALSE)", []),
        Some(false) => list.filter("NOT COALESCE(c.is_strict, FALSE)", []),
        None => list,
    };
    if let Some(before) = filter.ends_before {
        list = list.filter("c.valid_until < ?", [Bind::Int(before.millis())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = list.filter("sort_name >= ? AND sort_name < ?", prefix_range(&fold(query)));
    }
    let now = cx.clock.now();
    let mut reading = cx.db.read().await?;
    let page: Page<Row> = list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await?;
    // Partners are dozens, each with a handful of fields.
    let unused: Vec<(Uuid, i64)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT partner_id, COUNT(*)
         FROM partner_field
         WHERE COALESCE(last_used_at, granted_at) < $1 AND (is_sent OR is_read)
         GROUP BY partner_id")
        .bind(now.plus(-UNUSED_AFTER).millis()).fetch_all(c).await)?;
    let withheld: Vec<(Uuid, i64)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT partner_id, CAST(SUM(calls) AS BIGINT)
         FROM disclosure
         WHERE withheld <> '' AND last_at >= $1
         GROUP BY partner_id")
        .bind(now.plus(-WITHHELD_SINCE).millis()).fetch_all(c).await)?;
    let (unused, withheld): (BTreeMap<Uuid, i64>, BTreeMap<Uuid, i64>) =
        (unused.into_iter().collect(), withheld.into_iter().collect());
    Ok(page.map(|row| Listed {
        partner: row.id.into(),
        name: row.name,
        fields: row.fields,
        is_strict: row.is_strict,
        valid_from: row.valid_from.map(Timestamp),
        valid_until: row.valid_until.map(Timestamp),
        unused: unused.get(&row.id).copied().unwrap_or(0),
        withheld: withheld.get(&row.id).copied().unwrap_or(0),
    }))
}

/// Attempts at the same fields by the same way.
#[derive(Clone, Debug, FromRow)]
pub struct Attempt {
    withheld: String,
    via: String,
    /// How often.
    pub calls: i64,
    /// When last, in milliseconds.
    pub last_at: i64,
}

impl Attempt {
    /// The fields that did not leave.
    pub fn fields(&self) -> Vec<String> {
        crate::disclosures::names(&self.withheld)
    }

    /// By which way it was tried.
    pub fn via(&self) -> Via {
        self.via.parse().unwrap_or(Via::Api)
    }
}

/// A contract's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// With whom.
    pub name: String,
    /// The contract.
    pub contract: Contract,
    /// What was withheld in 30 days, the latest first; the 50 latest.
    pub attempts: Vec<Attempt>,
}

/// Finds the contract with a partner.
pub async fn find(cx: &Services, _access: &Access<IntegrationsRead>, partner: PartnerId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let name: Option<(String,)> = on!(reading.connection(), c => sqlx::query_as("SELECT name FROM partner WHERE id = $1")
        .bind(partner.uuid()).fetch_optional(c).await)?;
    let Some((name,)) = name else {
        return Err(Error::not_found("partner.not_found", "There is no such partner. The address may be wrong."));
    };
    let contract = load(reading.connection(), partner).await?;
    let attempts: Vec<Attempt> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT withheld, via, CAST(SUM(calls) AS BIGINT) AS calls, MAX(last_at) AS last_at
         FROM disclosure
         WHERE partner_id = $1 AND withheld <> '' AND last_at >= $2
         GROUP BY withheld, via
         ORDER BY MAX(last_at) DESC
         LIMIT 50")
        .bind(partner.uuid()).bind(cx.clock.now().plus(-WITHHELD_SINCE).millis()).fetch_all(c).await)?;
    Ok(Detail { name, contract, attempts })
}
