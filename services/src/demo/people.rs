//! Customers.

use domain::{Timestamp, texts::fold};
use rand::Rng;
use uuid::Uuid;

use super::{Maker, words};
use crate::{Error, db::on, search};

/// A customer that was made.
pub(super) struct Customer {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) zone: &'static str,
    pub(super) since: Timestamp,
}

/// Makes customers, the oldest first.
pub(super) async fn customers(maker: &mut Maker<'_>, count: u32) -> Result<Vec<Customer>, Error> {
    let mut made = Vec::new();
    for nth in 0..count {
        let (city, postal_code, country, zone, _) = *maker.one(&words::CITY);
        let is_company = maker.rng.random_ratio(1, 8);
        let (first, last) = (*maker.one(&words::FIRST), *maker.one(&words::LAST));
        let name =
            if is_company { format!("{} {last} GmbH", maker.one(&words::COMPANY)) } else { format!("{first} {last}") };
        let mailbox: String = fold(&name).replace(' ', ".");
        let email = format!("{mailbox}.{nth}@example.org");
        let number = format!("C-{}", 1_001 + nth);
        let since = maker.days_ago(8, 180);
        let id = maker.id(since);
        let status = match maker.rng.random_range(0..100) {
            0..88 => "active",
            88..95 => "prospect",
            95..98 => "closed",
            _ => "blocked",
        };
        let street = format!("{} {}", maker.one(&words::STREET), maker.rng.random_range(1..120));
        let phone = format!("+49 30 5550{:04}", nth % 10_000);
        let by = maker.staff[2].1;
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO customer (id, number, kind, name, sort_name, email, phone, street, postal_code, city, country, zone,
                                   currency, status, created_at, created_by, updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'EUR', $13, $14, $15, $14, $15)")
            .bind(id).bind(&number).bind(if is_company { "company" } else { "person" }).bind(&name).bind(fold(&name))
            .bind(&email).bind(&phone).bind(&street).bind(postal_code).bind(city).bind(country).bind(zone)
            .bind(status).bind(since.millis()).bind(by)
            .execute(c).await.map(|_| ()))?;
        search::replace(maker.uow.connection(), search::Kind::Customer, id, &[&number, &name, &email]).await?;
        let entry = maker.id(since);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO timeline_entry (id, object_type, object_id, at, actor, source, action, summary)
             VALUES ($1, 'customer', $2, $3, $4, 'person', 'customer.created', $5)")
            .bind(entry).bind(id).bind(since.millis()).bind(by).bind(format!("Created as {number}"))
            .execute(c).await.map(|_| ()))?;
        if maker.rng.random_ratio(1, 12) {
            let tag = *maker.one(&["vip", "early adopter", "press", "family & friends"]);
            on!(maker.uow.connection(), c => sqlx::query("INSERT INTO tag (object_type, object_id, tag) VALUES ('customer', $1, $2)")
                .bind(id).bind(tag).execute(c).await.map(|_| ()))?;
        }
        if status == "active" {
            made.push(Customer { id, name, zone, since });
        }
    }
    series(maker, "C", 1_000 + i64::from(count)).await?;
    Ok(made)
}

/// Moves a running number past the last one given.
pub(super) async fn series(maker: &mut Maker<'_>, series: &str, last: i64) -> Result<(), Error> {
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO running_number (series, last) VALUES ($1, $2) ON CONFLICT (series) DO UPDATE SET last = excluded.last")
        .bind(series).bind(last).execute(c).await.map(|_| ()))?;
    Ok(())
}
