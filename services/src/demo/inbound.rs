//! What came in from the demo's partners in the last days: most of it done, one message parked with another behind it.

use domain::{Timestamp, integrations::IntegrationKind};
use rand::Rng;
use serde_json::json;
use uuid::Uuid;

use super::Maker;
use crate::{Error, db::on, inbound::place, keys::Purpose};

/// So many messages came by each integration.
const COUNT: i64 = 40;

/// A message and what came of it.
struct Story<'a> {
    event_type: &'a str,
    subject_key: String,
    body: String,
    state: &'a str,
    outcome: String,
}

/// Writes messages for every integration that takes them and knows what to do with them.
pub(super) async fn messages(maker: &mut Maker<'_>) -> Result<(), Error> {
    let integrations: Vec<(Uuid, String)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT id, kind FROM integration WHERE inbound_scheme <> 'none' AND state = 'live' ORDER BY name LIMIT 8")
        .fetch_all(c).await)?;
    for (id, kind) in integrations {
        match kind.parse() {
            Ok(IntegrationKind::Payments) => payments(maker, id).await?,
            Ok(IntegrationKind::Telematics) => telematics(maker, id).await?,
            _ => continue,
        }
        refusals(maker, id).await?;
    }
    Ok(())
}

async fn payments(maker: &mut Maker<'_>, integration: Uuid) -> Result<(), Error> {
    let paying: Vec<(Uuid, String, i64, String)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT id, number, price_minor, currency FROM subscription
         WHERE state = 'active' AND money_state = 'current' ORDER BY id LIMIT 40").fetch_all(c).await)?;
    for (place, (id, number, minor, currency)) in (0..COUNT).zip(paying) {
        let body = json!({ "type": "payment.succeeded", "data": {
            "subscription": number, "amount_minor": minor, "currency": currency, "reference": format!("FL-{}", 70_211 + place),
        }});
        let story = Story {
            event_type: "payment.succeeded",
            subject_key: format!("subscription:{id}"),
            body: body.to_string(),
            state: "done",
            outcome: format!(
                "Payment received: {}.{:02} {currency}. The account stands where it stood.",
                minor / 100,
                minor % 100
            ),
        };
        let at = maker.now.plus(-place * 97 * Timestamp::MINUTE - maker.rng.random_range(0..50 * Timestamp::MINUTE));
        one(maker, integration, at, story).await?;
    }
    for (age, state, outcome) in [(190, "parked", "It names a subscription that we don’t know."), (25, "ready", "")] {
        let body = json!({ "type": "payment.failed", "data": {
            "subscription": "S-99-00417", "amount_minor": 48_900, "currency": "EUR", "reference": "FL-70398",
        }});
        let story = Story {
            event_type: "payment.failed",
            subject_key: "unknown:5d0cbb1f3a52e97c41d8a6f0".to_owned(),
            body: body.to_string(),
            state,
            outcome: outcome.to_owned(),
        };
        one(maker, integration, maker.now.plus(-age * Timestamp::MINUTE), story).await?;
    }
    Ok(())
}

async fn telematics(maker: &mut Maker<'_>, integration: Uuid) -> Result<(), Error> {
    let cars: Vec<(Uuid, String, i64)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT id, vin, odometer_km FROM vehicle WHERE state = 'on_subscription' ORDER BY id LIMIT 40")
        .fetch_all(c).await)?;
    for (place, (id, vin, km)) in (0..COUNT).zip(cars) {
        let at = maker.now.plus(-place * 41 * Timestamp::MINUTE - maker.rng.random_range(0..20 * Timestamp::MINUTE));
        let told = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let body = json!({ "type": "odometer.reading", "data": { "vin": vin, "km": km, "at": told.to_string() } });
        let is_odd = place % 13 == 12;
        let story = Story {
            event_type: if is_odd { "tyre.pressure" } else { "odometer.reading" },
            subject_key: format!("vehicle:{id}"),
            body: body.to_string(),
            state: if is_odd { "ignored" } else { "done" },
            outcome: if is_odd {
                "There is no rule for messages of this type.".to_owned()
            } else {
                format!("Recorded {km} km.")
            },
        };
        one(maker, integration, at, story).await?;
    }
    Ok(())
}

async fn one(maker: &mut Maker<'_>, integration: Uuid, at: Timestamp, story: Story<'_>) -> Result<(), Error> {
    let (id, external) = (maker.id(at), maker.id(at));
    let sealed = maker.cx.keys.seal(Purpose::SealPartnerData, &place(id), story.body.as_bytes())?;
    let attempts = i64::from(story.state != "ready");
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO inbound_message (id, integration_id, external_id, received_at, event_type, subject_key, body,
                                      body_length, state, attempts, next_at, outcome, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $4, $11, $4)")
        .bind(id).bind(integration).bind(format!("evt_{}", external.simple())).bind(at.millis())
        .bind(story.event_type).bind(story.subject_key).bind(sealed)
        .bind(i64::try_from(story.body.len()).unwrap_or(i64::MAX)).bind(story.state).bind(attempts).bind(story.outcome)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn refusals(maker: &mut Maker<'_>, integration: Uuid) -> Result<(), Error> {
    for (reason, count, age) in [("wrong_signature", 3_i64, 5), ("out_of_time", 1, 9)] {
        let at = maker.now.plus(-age * Timestamp::HOUR).millis();
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO inbound_refusal (integration_id, hour, reason, count, last_at, last_from)
             VALUES ($1, $2, $3, $4, $5, '198.51.100.23')")
            .bind(integration).bind(at - at.rem_euclid(Timestamp::HOUR)).bind(reason).bind(count).bind(at)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
