//! Calls that wait for their time, and two that were given up.

use domain::{Timestamp, integrations::CallState};
use serde_json::{Value, json};
use sqlx::FromRow;
use uuid::Uuid;

use super::Made;
use crate::{Error, db::on, demo::Maker, keys::Purpose};

/// A call: whom it asks, what for, how it stands.
struct Waiting {
    slug: &'static str,
    operation: &'static str,
    title: &'static str,
    state: CallState,
    attempts: i64,
    error: &'static str,
    /// How many minutes ago it was asked for.
    ago: i64,
    /// In how many minutes it is tried again.
    next: i64,
}

const QUEUE: &[Waiting] = &[
    Waiting {
        slug: "nordlicht",
        operation: "cover.suspend",
        title: "Suspend cover",
        state: CallState::Ready,
        attempts: 2,
        error: "answered 503",
        ago: 26,
        next: 9,
    },
    Waiting {
        slug: "nordlicht",
        operation: "cover.end",
        title: "End cover",
        state: CallState::Ready,
        attempts: 1,
        error: "no answer within 3 s",
        ago: 8,
        next: 4,
    },
    Waiting {
        slug: "ardent",
        operation: "charge.create",
        title: "Charge the monthly price",
        state: CallState::Ready,
        attempts: 1,
        error: "answered 429",
        ago: 3,
        next: 6,
    },
    Waiting {
        slug: "ardent",
        operation: "refund.create",
        title: "Refund the deposit",
        state: CallState::Dead,
        attempts: 1,
        error: "answered 422",
        ago: 1_700,
        next: 0,
    },
    Waiting {
        slug: "bosun",
        operation: "slot.book",
        title: "Book a slot for the yearly inspection",
        state: CallState::Dead,
        attempts: 12,
        error: "answered 500",
        ago: 5_300,
        next: 0,
    },
];

/// What calls say of a subscription and its car.
#[derive(FromRow)]
struct Subject {
    id: Uuid,
    number: String,
    from: Option<String>,
    vehicle_id: Uuid,
    vin: String,
    plate: String,
    price_minor: i64,
    currency: String,
}

/// Writes them, each about a subscription of its own.
pub(super) async fn queue(maker: &mut Maker<'_>, made: &[Made]) -> Result<(), Error> {
    let subjects: Vec<Subject> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT s.id, s.number, s.service_from AS \"from\", s.vehicle_id, v.vin, v.plate, s.price_minor, s.currency
         FROM subscription s JOIN vehicle v ON v.id = s.vehicle_id ORDER BY s.id LIMIT 5").fetch_all(c).await)?;
    for (subject, waiting) in subjects.iter().cycle().zip(QUEUE) {
        if let Some(one) = made.iter().find(|one| one.of.slug == waiting.slug) {
            call(maker, one.id, waiting, subject).await?;
        }
    }
    Ok(())
}

async fn call(maker: &mut Maker<'_>, integration: Uuid, waiting: &Waiting, subject: &Subject) -> Result<(), Error> {
    let created = maker.now.plus(-waiting.ago * Timestamp::MINUTE);
    let next = maker.now.plus(waiting.next * Timestamp::MINUTE);
    let id = maker.id(created);
    let place = format!("partner_call/payload/{id}");
    let payload = payload(waiting.operation, subject).to_string();
    let sealed = maker.cx.keys.seal(Purpose::SealPartnerData, &place, payload.as_bytes())?;
    let is_about_car = waiting.operation == "slot.book";
    let (kind, about) = if is_about_car { ("vehicle", subject.vehicle_id) } else { ("subscription", subject.id) };
    let title = if is_about_car {
        format!("{} ({})", waiting.title, if subject.plate.is_empty() { &subject.vin } else { &subject.plate })
    } else {
        format!("{} ({})", waiting.title, subject.number)
    };
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO partner_call (id, integration_id, operation, idempotency_key, subject_type, subject_id, title, payload,
                                   state, attempts, next_at, last_error, created_at, created_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'Keyfob', $13)")
        .bind(id).bind(integration).bind(waiting.operation).bind(format!("{}/{id}", waiting.operation))
        .bind(kind).bind(about).bind(title).bind(sealed).bind(waiting.state.as_str()).bind(waiting.attempts)
        .bind(next.millis()).bind(waiting.error).bind(created.millis())
        .execute(c).await.map(|_| ()))
    .map_err(Error::from)
}

/// What is sent, as the partner's contract lets it pass.
fn payload(operation: &str, subject: &Subject) -> Value {
    let Subject { id, from, vin, plate, price_minor, currency, .. } = subject;
    match operation {
        "charge.create" | "refund.create" => {
            json!({"subscription": {"id": id, "price": price_minor, "currency": currency}})
        }
        "slot.book" => json!({"vehicle": {"vin": vin, "plate": plate}}),
        _ => json!({"vehicle": {"vin": vin, "plate": plate}, "subscription": {"id": id, "from": from}}),
    }
}
