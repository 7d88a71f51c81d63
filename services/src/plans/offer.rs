//! What can be signed today.

use domain::money::Money;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services, clock,
    db::{Connection, on},
};

/// A version that can be signed today, with its plan's name.
#[derive(Clone, Debug, FromRow)]
pub struct Offer {
    /// The version.
    pub version_id: Uuid,
    /// Its number.
    pub number: i64,
    /// The plan.
    pub plan_id: Uuid,
    /// Its name.
    pub plan_name: String,
    /// The currency of its amounts.
    pub currency: String,
    /// Price for each month, in minor units.
    pub price_minor: i64,
}

impl Offer {
    /// Price for each month.
    pub fn price(&self) -> Result<Money, Error> {
        Ok(Money::new(self.price_minor, self.currency.parse().map_err(Error::internal)?))
    }
}

/// Every plan on offer today with the version in force, by name; at most 200. Needs no permission of its own: it is
/// read by those who draft subscriptions.
pub async fn offers(cx: &Services, connection: Connection<'_>) -> Result<Vec<Offer>, Error> {
    let today = cx.clock.today(clock::ZONE).to_string();
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT v.id AS version_id, v.number, p.id AS plan_id, p.name AS plan_name, v.currency, v.price_minor
         FROM plan p
         JOIN plan_version v ON v.plan_id = p.id
         WHERE p.status = 'published'
           AND v.id = (SELECT x.id FROM plan_version x
                       WHERE x.plan_id = p.id AND x.status = 'published' AND x.effective_from <= $1
                       ORDER BY x.number DESC LIMIT 1)
         ORDER BY p.sort_name, p.id
         LIMIT 200")
        .bind(&today).fetch_all(c).await)?)
}
