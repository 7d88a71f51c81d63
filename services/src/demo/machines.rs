//! Partners, their keys, and a year of their calls.

use domain::{
    Timestamp,
    credentials::{CredentialKind, Environment},
    partners::{Clearance, PartnerKind},
    permissions::Permission,
    texts::fold,
};
use rand::Rng;
use uuid::Uuid;

use super::Maker;
use crate::{Error, db::on};

/// A partner and its keys.
struct Partner {
    name: &'static str,
    kind: PartnerKind,
    keys: &'static [Key],
}

/// A key: its name, what it may do, how often it calls in an hour, and how its story goes.
struct Key {
    name: &'static str,
    kind: CredentialKind,
    environment: Environment,
    scopes: &'static [Permission],
    hourly: i64,
    version: &'static str,
    story: Story,
}

#[derive(Clone, Copy, PartialEq)]
enum Story {
    Steady,
    NeverUsed,
    Forgotten,
    Rotating,
    Revoked,
    Expiring,
}

use CredentialKind::{ApiKey, OauthClient};
use Environment::{Live, Test};
use Permission as P;

const fn key(name: &'static str, scopes: &'static [Permission], hourly: i64, story: Story) -> Key {
    Key { name, kind: ApiKey, environment: Live, scopes, hourly, version: "2026-11-01", story }
}

const PARTNERS: &[Partner] = &[
    Partner {
        name: "Nordlicht Versicherung",
        kind: PartnerKind::Insurer,
        keys: &[
            key(
                "Policy sync",
                &[P::CustomersRead, P::DriversRead, P::FleetRead, P::SubscriptionsRead],
                120,
                Story::Steady,
            ),
            Key { environment: Test, ..key("Policy sync, trial", &[P::CustomersRead, P::FleetRead], 8, Story::Steady) },
            key("Claims intake", &[P::SubscriptionsRead, P::HoldsOperate], 14, Story::Expiring),
        ],
    },
    Partner {
        name: "Aegis Mobility Cover",
        kind: PartnerKind::Insurer,
        keys: &[Key {
            version: "2026-09-01",
            ..key("Cover updates", &[P::FleetRead, P::SubscriptionsRead], 40, Story::Steady)
        }],
    },
    Partner {
        name: "Waypoint Telematics",
        kind: PartnerKind::Telematics,
        keys: &[
            key("Odometer feed", &[P::FleetRead, P::OdometerWrite], 410, Story::Rotating),
            key("Old odometer feed", &[P::FleetRead, P::OdometerWrite], 20, Story::Revoked),
        ],
    },
    Partner {
        name: "Rastersat",
        kind: PartnerKind::Telematics,
        keys: &[Key { kind: OauthClient, ..key("Positions", &[P::FleetRead, P::EventsRead], 95, Story::Steady) }],
    },
    Partner {
        name: "Florin Payments",
        kind: PartnerKind::Payments,
        keys: &[
            key("Invoices", &[P::CustomersRead, P::SubscriptionsRead, P::EventsRead], 260, Story::Steady),
            key("Dunning", &[P::SubscriptionsRead, P::HoldsRisk], 6, Story::Forgotten),
        ],
    },
    Partner {
        name: "Klarblick Ident",
        kind: PartnerKind::Identity,
        keys: &[Key {
            kind: OauthClient,
            ..key("Licence checks", &[P::DriversRead, P::DriversWrite], 30, Story::Steady)
        }],
    },
    Partner {
        name: "Passwerk",
        kind: PartnerKind::Identity,
        keys: &[key("Evaluation", &[P::DriversRead], 0, Story::NeverUsed)],
    },
    Partner {
        name: "Hansa Werkstatt Verbund",
        kind: PartnerKind::Workshop,
        keys: &[key("Workshop portal", &[P::FleetRead, P::OdometerWrite, P::HoldsOperate], 55, Story::Steady)],
    },
    Partner {
        name: "Autohaus Brandt",
        kind: PartnerKind::Workshop,
        keys: &[Key {
            version: "2026-09-01",
            ..key("Service dates", &[P::FleetRead, P::FleetWrite], 4, Story::Steady)
        }],
    },
    Partner {
        name: "Customer app",
        kind: PartnerKind::Internal,
        keys: &[
            key(
                "Backend",
                &[
                    P::CustomersRead,
                    P::CustomersWrite,
                    P::SubscriptionsRead,
                    P::SubscriptionsPause,
                    P::SubscriptionsEnd,
                    P::PlansRead,
                ],
                620,
                Story::Steady,
            ),
            Key {
                environment: Test,
                ..key("Backend, staging", &[P::CustomersRead, P::SubscriptionsRead, P::PlansRead], 45, Story::Steady)
            },
        ],
    },
    Partner {
        name: "Data warehouse",
        kind: PartnerKind::Internal,
        keys: &[Key {
            kind: OauthClient,
            ..key("Nightly export", &[P::EventsRead, P::SubscriptionsRead, P::FleetRead], 18, Story::Steady)
        }],
    },
    Partner {
        name: "Meridian Roadside",
        kind: PartnerKind::Other,
        keys: &[key("Breakdown cover", &[P::FleetRead], 3, Story::Forgotten)],
    },
    // We call these; they don't call us.
    Partner { name: "Aurora Mutual", kind: PartnerKind::Insurer, keys: &[] },
    Partner { name: "RoadSense", kind: PartnerKind::Telematics, keys: &[] },
    Partner { name: "Ardent Payments", kind: PartnerKind::Payments, keys: &[] },
    Partner { name: "VeriDrive", kind: PartnerKind::Identity, keys: &[] },
    Partner { name: "Kestrel Roadside", kind: PartnerKind::Other, keys: &[] },
    Partner { name: "Bosun Workshops", kind: PartnerKind::Workshop, keys: &[] },
    Partner { name: "TollGrid", kind: PartnerKind::Other, keys: &[] },
];

/// Writes partners, keys and what they did.
pub(super) async fn partners(maker: &mut Maker<'_>) -> Result<(), Error> {
    for partner in PARTNERS {
        let since = maker.days_ago(180, 380);
        let id = maker.id(since);
        let by = maker.staff.get(1).map_or("Keyfob", |(_, name)| name);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO partner (id, name, sort_name, kind, contact_email, status, created_at, created_by, updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $6, $7)")
            .bind(id).bind(partner.name).bind(fold(partner.name)).bind(partner.kind.as_str())
            .bind("integrations@partner.example").bind(since.millis()).bind(by)
            .execute(c).await.map(|_| ()))?;
        for field in Clearance::usual(partner.kind).fields() {
            on!(maker.uow.connection(), c => sqlx::query("INSERT INTO partner_field (partner_id, field) VALUES ($1, $2)")
                .bind(id).bind(field.as_str()).execute(c).await.map(|_| ()))?;
        }
        for key in partner.keys {
            credential(maker, id, key, since).await?;
        }
    }
    Ok(())
}

async fn credential(maker: &mut Maker<'_>, partner: Uuid, key: &Key, since: Timestamp) -> Result<(), Error> {
    let now = maker.now;
    let issued = since.plus(maker.rng.random_range(1..20) * Timestamp::DAY);
    let id = maker.id(issued);
    let public_id: String = (0..12)
        .map(|_| char::from(*maker.one(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")))
        .collect();
    let last_used = match key.story {
        Story::NeverUsed => None,
        Story::Forgotten => Some(now.plus(-131 * Timestamp::DAY)),
        Story::Revoked => Some(now.plus(-40 * Timestamp::DAY)),
        _ => Some(now.plus(-maker.rng.random_range(20_000..900_000))),
    };
    let expires_at = match key.story {
        Story::Expiring => Some(now.plus(6 * Timestamp::DAY)),
        Story::Forgotten | Story::NeverUsed => None,
        _ => Some(now.plus(maker.rng.random_range(40..300) * Timestamp::DAY)),
    };
    let state = if key.story == Story::Revoked { "revoked" } else { "active" };
    let by = maker.staff.get(1).map_or("Keyfob", |(_, name)| name);
    let ended = (key.story == Story::Revoked).then(|| now.plus(-40 * Timestamp::DAY).millis());
    let network = "198.51.100.0/24";
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO credential (id, public_id, kind, name, sort_name, partner_id, environment, state, networks, api_version,
                                 expires_at, created_at, created_by, ended_at, ended_by, ended_why, last_used_at,
                                 last_used_from, last_used_route, last_used_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)")
        .bind(id).bind(&public_id).bind(key.kind.as_str()).bind(key.name).bind(fold(key.name)).bind(partner)
        .bind(key.environment.as_str()).bind(state).bind(if key.story == Story::Steady { "[\"198.51.100.0/24\"]" } else { "[]" })
        .bind(key.version).bind(expires_at.map(Timestamp::millis)).bind(issued.millis()).bind(by)
        .bind(ended).bind(ended.map(|_| by)).bind(ended.map(|_| "Replaced by the new feed"))
        .bind(last_used.map(Timestamp::millis)).bind(if last_used.is_some() { "198.51.100.17" } else { "" })
        .bind(if last_used.is_some() { routes(key).first().copied().unwrap_or("") } else { "" })
        .bind(if last_used.is_some() { "partner-sync/3.2" } else { "" })
        .execute(c).await.map(|_| ()))?;
    for (place, scope) in key.scopes.iter().enumerate() {
        // The last scope of a long list is one that nobody ever needed.
        let is_used = key.scopes.len() < 4 || place + 1 < key.scopes.len();
        let used = last_used.filter(|_| is_used).map(Timestamp::millis);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO credential_scope (credential_id, scope, last_used_at) VALUES ($1, $2, $3)")
            .bind(id).bind(scope.as_str()).bind(used).execute(c).await.map(|_| ()))?;
    }
    secrets(maker, id, key, issued, last_used, by).await?;
    if let Some(last) = last_used {
        usage(maker, id, partner, key, issued, last, network).await?;
    }
    Ok(())
}

/// Secrets that nobody knows: their digests are of nothing.
async fn secrets(
    maker: &mut Maker<'_>,
    credential: Uuid,
    key: &Key,
    issued: Timestamp,
    last_used: Option<Timestamp>,
    by: &str,
) -> Result<(), Error> {
    let rotated = maker.now.plus(-5 * Timestamp::HOUR);
    let of: Vec<(&str, Timestamp, Option<Timestamp>)> = match key.story {
        Story::Rotating => {
            vec![("retiring", issued, Some(maker.now.plus(19 * Timestamp::HOUR))), ("current", rotated, None)]
        }
        _ => vec![("current", issued, None)],
    };
    for (state, created, retires) in of {
        let id = maker.id(created);
        let digest: [u8; 32] = maker.rng.random();
        let first_used = last_used.map(|_| created.plus(Timestamp::HOUR).millis());
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO credential_secret (id, credential_id, digest, pepper_version, state, created_at, created_by,
                                            first_used_at, last_used_at, grace_seconds, retires_at)
             VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, 86400, $9)")
            .bind(id).bind(credential).bind(digest.as_slice()).bind(state).bind(created.millis()).bind(by)
            .bind(first_used).bind(last_used.map(Timestamp::millis)).bind(retires.map(Timestamp::millis))
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

fn routes(key: &Key) -> Vec<&'static str> {
    let mut routes: Vec<&'static str> = key
        .scopes
        .iter()
        .filter_map(|scope| match scope {
            P::CustomersRead => Some("GET /api/v1/customers/{id}"),
            P::DriversRead => Some("GET /api/v1/drivers"),
            P::FleetRead if key.version == "2026-09-01" => Some("GET /api/v1/cars/{id}"),
            P::FleetRead => Some("GET /api/v1/vehicles/{id}"),
            P::OdometerWrite => Some("POST /api/v1/vehicles/{id}/odometer-readings"),
            P::SubscriptionsRead => Some("GET /api/v1/subscriptions"),
            P::SubscriptionsPause => Some("POST /api/v1/subscriptions/{id}/pause"),
            P::EventsRead => Some("GET /api/v1/events"),
            P::PlansRead => Some("GET /api/v1/plans"),
            _ => None,
        })
        .collect();
    routes.truncate(3);
    routes
}

/// A year by month, a month by day, a week by hour, and where the calls came from.
async fn usage(
    maker: &mut Maker<'_>,
    credential: Uuid,
    partner: Uuid,
    key: &Key,
    since: Timestamp,
    last: Timestamp,
    network: &str,
) -> Result<(), Error> {
    let now = maker.now;
    let day = |at: Timestamp| Timestamp(at.millis().div_euclid(Timestamp::DAY) * Timestamp::DAY);
    let mut rows: Vec<(&str, i64, i64)> = Vec::new();
    for back in 0..168 {
        let at = now.plus(-back * Timestamp::HOUR);
        let hour = at.millis().div_euclid(Timestamp::HOUR);
        // Less at night and at weekends.
        let of_day = hour.rem_euclid(24);
        let is_weekend = (hour.div_euclid(24) + 4).rem_euclid(7) >= 5;
        let weight = if (6..20).contains(&of_day) { 100 } else { 25 } * if is_weekend { 40 } else { 100 };
        let calls = key.hourly * weight / 10_000 * maker.rng.random_range(70..130) / 100;
        rows.push(("hour", hour * Timestamp::HOUR, calls));
    }
    for back in 0..31 {
        let calls = key.hourly * 14 * maker.rng.random_range(70..130) / 100;
        rows.push(("day", day(now.plus(-back * Timestamp::DAY)).millis(), calls));
    }
    for back in 0..12 {
        let start = super::month_start(now, back);
        let growth = 12 - back;
        rows.push(("month", start.millis(), key.hourly * 400 * (4 + growth) / 16));
    }
    let routes = routes(key);
    for (grain, starts_at, calls) in rows {
        if calls == 0 || starts_at > last.millis() || starts_at < since.plus(-31 * Timestamp::DAY).millis() {
            continue;
        }
        for (place, route) in routes.iter().enumerate() {
            let part = calls / (i64::try_from(place).unwrap_or(0) + 1);
            let (errors, refusals) = (part / 900, part * maker.rng.random_range(0..4) / 100);
            let micros = part * maker.rng.random_range(1_800..5_200);
            let slowest = maker.rng.random_range(9_000..240_000_i64);
            on!(maker.uow.connection(), c => sqlx::query(
                "INSERT INTO usage_count (grain, starts_at, credential_id, partner_id, route, version, calls, errors, refusals,
                                          micros, slowest, last_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
                .bind(grain).bind(starts_at).bind(credential).bind(partner).bind(*route).bind(key.version)
                .bind(part).bind(errors).bind(refusals).bind(micros).bind(slowest)
                .bind(last.millis().min(starts_at + Timestamp::HOUR))
                .execute(c).await.map(|_| ()))?;
        }
    }
    for back in 0..30 {
        let at = day(now.plus(-back * Timestamp::DAY)).millis();
        if at > last.millis() {
            continue;
        }
        let calls = key.hourly * 14;
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO usage_source (credential_id, day, network, calls) VALUES ($1, $2, $3, $4)")
            .bind(credential).bind(at).bind(network).bind(calls).execute(c).await.map(|_| ()))?;
        if back < 2 && key.story == Story::Rotating {
            on!(maker.uow.connection(), c => sqlx::query(
                "INSERT INTO usage_source (credential_id, day, network, calls) VALUES ($1, $2, '203.0.113.0/24', $3)")
                .bind(credential).bind(at).bind(calls / 9).execute(c).await.map(|_| ()))?;
        }
    }
    Ok(())
}
