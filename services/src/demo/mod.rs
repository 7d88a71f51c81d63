//! A believable fleet for an empty database: the same for the same seed and day.
//!
//! It writes rows directly, because a history of six months can't be lived through the use cases in ten seconds; it
//! keeps every rule they keep, and the tests hold it to that.

mod assessments;
mod cars;
mod contracts;
mod health;
mod inbound;
mod integrations;
mod machines;
mod patches;
mod people;
mod sharing;
mod webhooks;
mod words;

use domain::{Timestamp, ids::StaffId};
use rand::{Rng, SeedableRng, rngs::StdRng};
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::{Actor, ActorKind, Trace},
    audit,
    db::{UnitOfWork, on},
};

/// A demo account.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The address it signs in with.
    pub email: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The role's key.
    pub role_key: &'static str,
    /// The role's name.
    pub role_name: &'static str,
}

const fn account(email: &'static str, name: &'static str, role_key: &'static str, role_name: &'static str) -> Account {
    Account { email, name, role_key, role_name }
}

/// The demo accounts, one for each built-in role.
pub const ACCOUNTS: &[Account] = &[
    account("owner@demo.keyfob.example", "Ines Albrecht", "owner", "Owner"),
    account("administrator@demo.keyfob.example", "Bastian Kroll", "administrator", "Administrator"),
    account("agent@demo.keyfob.example", "Yara Celik", "support_agent", "Support agent"),
    account("fleet@demo.keyfob.example", "Tom Osei", "fleet_manager", "Fleet manager"),
    account("finance@demo.keyfob.example", "Petra Novotna", "finance", "Finance"),
    account("integrations@demo.keyfob.example", "Luc Moreau", "integration_manager", "Integration manager"),
    account("auditor@demo.keyfob.example", "Hanna Virtanen", "security_auditor", "Security auditor"),
    account("reader@demo.keyfob.example", "Sam Okafor", "read_only", "Read-only"),
];

/// The password of every demo account.
pub const PASSWORD: &str = "demo-keys-on-the-hook";

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Customers; vehicles are three quarters of that, subscriptions nine tenths.
    pub customers: u32,
    /// The same seed makes the same data.
    pub seed: u64,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Customers.
    pub customers: u32,
    /// Vehicles.
    pub vehicles: u32,
    /// Subscriptions.
    pub subscriptions: u32,
}

/// What the parts of the generator share.
struct Maker<'a> {
    cx: &'a Services,
    uow: UnitOfWork,
    rng: StdRng,
    now: Timestamp,
    staff: Vec<(StaffId, &'static str)>,
}

impl Maker<'_> {
    /// An id whose time is `at` and whose rest comes from the seed.
    fn id(&mut self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.rng.random()).into_uuid()
    }

    /// One of several.
    fn one<'w, T>(&mut self, of: &'w [T]) -> &'w T {
        &of[self.rng.random_range(0..of.len())]
    }

    /// An instant between `least` and `most` days ago, at some time of a working day.
    fn days_ago(&mut self, least: i64, most: i64) -> Timestamp {
        let days = self.rng.random_range(least..=most);
        let within = self.rng.random_range(0..8 * Timestamp::HOUR);
        self.now.plus(-days * Timestamp::DAY - within)
    }
}

/// Fills an empty database; one that has customers already is left as it is.
pub async fn fill(cx: &Services, options: Options) -> Result<Filled, Error> {
    fill_with(cx, options, true).await
}

/// Like [`fill`], without accounts that somebody could sign in with: the sandbox of the partner API.
pub async fn fill_business(cx: &Services, options: Options) -> Result<Filled, Error> {
    fill_with(cx, options, false).await
}

async fn fill_with(cx: &Services, options: Options, has_accounts: bool) -> Result<Filled, Error> {
    let mut uow = cx.db.begin().await?;
    let (present,): (i64,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM customer LIMIT 1) found").fetch_one(c).await)?;
    if present > 0 {
        return Ok(Filled::default());
    }
    let now = cx.clock.now();
    let mut maker = Maker { cx, uow, rng: StdRng::seed_from_u64(options.seed), now, staff: Vec::new() };
    if has_accounts {
        staff(&mut maker).await?;
    } else {
        let since = maker.now.plus(-200 * Timestamp::DAY);
        for account in ACCOUNTS {
            let id = maker.id(since).into();
            maker.staff.push((id, account.name));
        }
    }
    let plans = contracts::plans(&mut maker).await?;
    let customers = people::customers(&mut maker, options.customers).await?;
    let cars = cars::vehicles(&mut maker, options.customers * 3 / 4).await?;
    let subscriptions =
        contracts::subscriptions(&mut maker, &customers, &cars, &plans, options.customers * 9 / 10).await?;
    history(&mut maker, &subscriptions).await?;
    if has_accounts {
        machines::partners(&mut maker).await?;
        webhooks::endpoints(&mut maker).await?;
        integrations::integrations(&mut maker).await?;
        health::counts(&mut maker).await?;
        assessments::partners(&mut maker).await?;
        patches::updates(&mut maker).await?;
        sharing::contracts(&mut maker).await?;
        // After the integrations: what came in by them.
        inbound::messages(&mut maker).await?;
    }
    let entry = audit::Entry::new("demo.filled")
        .detail("seed", options.seed.to_string())
        .detail("customers", options.customers.to_string());
    let Maker { uow, .. } = maker;
    uow.commit(cx, &Actor::command_line(), entry).await?;
    Ok(Filled {
        customers: options.customers,
        vehicles: u32::try_from(cars.len()).unwrap_or(u32::MAX),
        subscriptions: u32::try_from(subscriptions.len()).unwrap_or(u32::MAX),
    })
}

async fn staff(maker: &mut Maker<'_>) -> Result<(), Error> {
    let phc = maker.cx.passwords.hash(&SecretString::from(PASSWORD)).await?;
    let since = maker.now.plus(-200 * Timestamp::DAY);
    for account in ACCOUNTS {
        let id = maker.id(since);
        let epoch: [u8; 32] = maker.rng.random();
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO staff (id, email, name, sort_name, status, password_phc, password_set_at, session_epoch, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $6, $6)
             ON CONFLICT (email) DO NOTHING")
            .bind(id).bind(account.email).bind(account.name).bind(domain::texts::fold(account.name)).bind(&phc)
            .bind(since.millis()).bind(epoch.as_slice())
            .execute(c).await.map(|_| ()))?;
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO staff_role (staff_id, role_id, granted_at)
             SELECT s.id, r.id, $3 FROM staff s JOIN role r ON r.key = $2 WHERE s.email = $1
             ON CONFLICT DO NOTHING")
            .bind(account.email).bind(account.role_key).bind(since.millis())
            .execute(c).await.map(|_| ()))?;
        maker.staff.push((id.into(), account.name));
    }
    Ok(())
}

/// The audit log of six months: who did what, in the order in which it happened.
async fn history(maker: &mut Maker<'_>, subscriptions: &[contracts::Made]) -> Result<(), Error> {
    let mut told: Vec<(Timestamp, &'static str, Uuid, (StaffId, &'static str))> = subscriptions
        .iter()
        .flat_map(|made| made.history.iter().map(|(at, action, by)| (*at, *action, made.id, *by)))
        .collect();
    told.sort_by_key(|(at, ..)| *at);
    for (at, action, id, (staff, name)) in told {
        let trace = Trace {
            ip: format!("192.0.2.{}", maker.rng.random_range(2..250)),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0".to_owned(),
            request_id: maker.id(at).to_string(),
        };
        let kind = ActorKind::Staff { id: staff, name: name.to_owned(), session: None };
        let actor = Actor::new(kind, std::collections::BTreeSet::new(), trace);
        let entry = audit::Entry::new(action).target("subscription", id);
        audit::append::append(maker.uow.connection(), at, &actor, vec![entry]).await?;
    }
    Ok(())
}

/// The beginning of the calendar month `back` months before an instant, in UTC.
fn month_start(now: Timestamp, back: i64) -> Timestamp {
    let instant = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let first = instant.to_zoned(jiff::tz::TimeZone::UTC).first_of_month();
    let start = first.and_then(|first| first.checked_sub(jiff::Span::new().months(back)));
    start.and_then(|start| start.start_of_day()).map_or(now, |start| Timestamp(start.timestamp().as_millisecond()))
}
