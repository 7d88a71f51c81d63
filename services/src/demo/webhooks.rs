//! Endpoints of partners, and two weeks of what was sent to them. Their hosts are in `.example`, which leads nowhere (RFC
//! 2606): what happens in the demo is tried, and fails as it would.

use domain::{
    Timestamp,
    credentials::Environment,
    webhooks::{event_type, retry_after},
};
use rand::Rng;
use uuid::Uuid;

use super::Maker;
use crate::{
    Error,
    db::on,
    keys::Purpose,
    webhooks::{fresh_secret, place},
};

/// An endpoint and how its story goes.
struct Endpoint {
    partner: &'static str,
    url: &'static str,
    about: &'static str,
    environment: Environment,
    types: &'static [&'static str],
    story: Story,
}

#[derive(Clone, Copy, PartialEq)]
enum Story {
    Steady,
    Failing,
    Gone,
    Disabled,
}

const MONEY: &[&str] = &[
    "subscription.paid",
    "subscription.paused",
    "subscription.returned",
    "subscription.signed",
    "subscription.swapped",
];
const COVER: &[&str] = &["subscription.handed_over", "subscription.returned", "subscription.swapped"];

const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        partner: "Florin Payments",
        url: "https://hooks.florin.example/keyfob",
        about: "Starts, stops and corrects invoices",
        environment: Environment::Live,
        types: MONEY,
        story: Story::Steady,
    },
    Endpoint {
        partner: "Florin Payments",
        url: "https://hooks.florin.example/keyfob-trial",
        about: "Trial of the next release",
        environment: Environment::Test,
        types: MONEY,
        story: Story::Disabled,
    },
    Endpoint {
        partner: "Nordlicht Versicherung",
        url: "https://events.nordlicht.example/v2/inbox",
        about: "Begins and ends cover",
        environment: Environment::Live,
        types: COVER,
        story: Story::Failing,
    },
    Endpoint {
        partner: "Rastersat",
        url: "https://push.rastersat.example/cars",
        about: "",
        environment: Environment::Live,
        types: &["vehicle.created"],
        story: Story::Gone,
    },
];

/// How long ago the failing one began to fail.
const FAILING: i64 = 3 * Timestamp::HOUR;

pub(super) async fn endpoints(maker: &mut Maker<'_>) -> Result<(), Error> {
    let subscriptions: Vec<(Uuid,)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT id FROM subscription ORDER BY id LIMIT 200").fetch_all(c).await)?;
    let vehicles: Vec<(Uuid,)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT id FROM vehicle ORDER BY id LIMIT 200").fetch_all(c).await)?;
    for endpoint in ENDPOINTS {
        let records = if endpoint.story == Story::Gone { &vehicles } else { &subscriptions };
        one(maker, endpoint, records).await?;
    }
    Ok(())
}

async fn one(maker: &mut Maker<'_>, endpoint: &Endpoint, records: &[(Uuid,)]) -> Result<(), Error> {
    let since = maker.days_ago(60, 120);
    let id = maker.id(since);
    let secret = fresh_secret(endpoint.environment)?;
    let sealed = maker.cx.keys.seal(Purpose::SealWebhookSecret, &place(id.into()), secret.expose().as_bytes())?;
    let types = serde_json::to_string(endpoint.types).map_err(Error::internal)?;
    let (now, story) = (maker.now, endpoint.story);
    let failing = (story == Story::Failing).then(|| now.plus(-FAILING).millis());
    let last = match story {
        Story::Steady => Some(now.plus(-11 * Timestamp::MINUTE).millis()),
        Story::Failing => Some(now.plus(-FAILING - 40 * Timestamp::MINUTE).millis()),
        Story::Gone | Story::Disabled => None,
    };
    let is_enabled = matches!(story, Story::Steady | Story::Failing);
    let stopped = if story == Story::Gone { "gone" } else { "" };
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO webhook_endpoint (id, partner_id, environment, url, description, event_types, secret, is_enabled,
                                       created_at, updated_at, failing_since, last_success_at, stopped_why)
         SELECT $1, p.id, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12 FROM partner p WHERE p.name = $2")
        .bind(id).bind(endpoint.partner).bind(endpoint.environment.as_str()).bind(endpoint.url).bind(endpoint.about)
        .bind(types).bind(sealed).bind(is_enabled).bind(since.millis()).bind(failing).bind(last).bind(stopped)
        .execute(c).await.map(|_| ()))?;
    if records.is_empty() || story == Story::Disabled {
        return Ok(());
    }
    let count = if story == Story::Gone { 6 } else { 90 };
    let mut at = now.plus(-11 * Timestamp::MINUTE);
    for number in 0..count {
        let kind = *maker.one(endpoint.types);
        let object = maker.one(records).0;
        deliver(maker, id, story, number, (kind, object), at).await?;
        at = at.plus(-maker.rng.random_range(Timestamp::MINUTE..7 * Timestamp::HOUR));
    }
    Ok(())
}

/// One delivery with its attempts, as the endpoint's story has it.
async fn deliver(
    maker: &mut Maker<'_>,
    endpoint: Uuid,
    story: Story,
    number: i64,
    (kind, object): (&'static str, Uuid),
    at: Timestamp,
) -> Result<(), Error> {
    let now = maker.now;
    let is_down = story == Story::Failing && now.since(at) < FAILING;
    // One in ten of a steady one fails at first.
    let failures = match story {
        _ if is_down => i64::MAX,
        Story::Gone => 1,
        _ => i64::from(number % 10 == 9),
    };
    let (mut tried, mut attempts, mut is_done) = (at.plus(240), 0, false);
    let (mut status, mut error): (Option<i64>, &str) = (None, "");
    let (id, event) = (maker.id(at), maker.id(at));
    let mut lines = Vec::new();
    while !is_done && tried <= now {
        attempts += 1;
        is_done = attempts > failures;
        (status, error) = match (is_done, story) {
            (true, _) => (Some(204), ""),
            (false, Story::Gone) => (Some(410), "answered 410"),
            (false, _) if attempts == 1 => (None, "no answer within 15 s"),
            (false, _) => (Some(503), "answered 503"),
        };
        lines.push((tried, if status.is_none() { 15_000_i64 } else { maker.rng.random_range(35..240) }, status, error));
        let wait = retry_after(attempts, 500).unwrap_or(Timestamp::DAY);
        if !is_done {
            tried = tried.plus(wait);
        }
        if story == Story::Gone {
            break;
        }
    }
    let state = if is_done { "done" } else { "ready" };
    let object_type = event_type(kind).map_or("subscription", |known| known.object());
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO webhook_delivery (id, endpoint_id, event_id, event_type, object_type, object_id, event_at, state,
                                       attempts, next_at, last_status, last_error, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $7, $7)")
        .bind(id).bind(endpoint).bind(event).bind(kind).bind(object_type).bind(object)
        .bind(at.millis()).bind(state).bind(attempts).bind(tried.millis()).bind(status).bind(error)
        .execute(c).await.map(|_| ()))?;
    for (at, took, status, error) in lines {
        let line = maker.id(at);
        let excerpt = if status == Some(503) { "upstream unavailable" } else { "" };
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO webhook_attempt (id, delivery_id, at, took_ms, status, error, excerpt)
             VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(line).bind(id).bind(at.millis()).bind(took).bind(status).bind(error).bind(excerpt)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
