//! Writing what was seen: each call counts in a minute, an hour and a day, for its operation and for all of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Timestamp, integrations::CallOutcome};
use uuid::Uuid;

use super::{Observation, sketch::Sketch};
use crate::{
    Error, Services,
    db::{UnitOfWork, on},
};

domain::text_enum! {
    /// How long a stretch is.
    pub enum Grain {
        /// A minute; kept for three days.
        Minute = "minute", "Minute";
        /// An hour; kept for a hundred days.
        Hour = "hour", "Hour";
        /// A day, in UTC; kept for good.
        Day = "day", "Day";
    }
}

impl Grain {
    /// How long it is, in milliseconds.
    pub const fn span(self) -> i64 {
        match self {
            Self::Minute => Timestamp::MINUTE,
            Self::Hour => Timestamp::HOUR,
            Self::Day => Timestamp::DAY,
        }
    }

    /// The beginning of the stretch that an instant lies in.
    pub const fn start(self, at: Timestamp) -> Timestamp {
        Timestamp(at.millis() - at.millis().rem_euclid(self.span()))
    }
}

/// Under this name all operations are counted together.
pub(super) const ALL: &str = "";

const MINUTES_KEPT: i64 = 3 * Timestamp::DAY + Timestamp::HOUR;
const HOURS_KEPT: i64 = 100 * Timestamp::DAY;

#[derive(Clone, Default)]
struct Tally {
    calls: i64,
    failed: i64,
    refused: i64,
    fallbacks: i64,
    retries: i64,
    sketch: Sketch,
}

impl Tally {
    fn add(&mut self, seen: &Observation, is_announced: bool) {
        let failed = seen.failure.is_some_and(domain::integrations::CallFailure::counts_against_partner)
            // What fails in announced work is not held against the partner, also not when the work is over.
            && !is_announced;
        // What was never sent says nothing about the partner.
        self.calls += i64::from(seen.attempts > 0);
        self.failed += i64::from(failed);
        self.refused += i64::from(seen.failure.is_some() && !failed);
        self.fallbacks +=
            i64::from(matches!(seen.outcome, CallOutcome::Second | CallOutcome::LastKnown | CallOutcome::Queued));
        self.retries += i64::from(seen.attempts.saturating_sub(1));
        if let Some(took) = seen.took_ms {
            self.sketch.add(took);
        }
    }
}

type Key = (Uuid, Grain, i64, String);

/// Writes what was seen since the last time. What can't be written is kept. Drills count for nobody.
pub async fn flush(cx: &Services) -> Result<(), Error> {
    let seen = cx.health.take();
    if seen.is_empty() {
        return Ok(());
    }
    let written = write(cx, &seen).await;
    if written.is_err() {
        cx.health.put_back(seen);
    }
    written
}

async fn write(cx: &Services, seen: &[Observation]) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    count_into(&mut uow, cx.health.node, seen).await?;
    uow.commit_bookkeeping().await
}

/// Counts what was seen under the name of a process, inside a unit of work.
pub(crate) async fn count_into(uow: &mut UnitOfWork, node: Uuid, seen: &[Observation]) -> Result<(), Error> {
    let windows = announced(uow, seen).await?;
    let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
    for one in seen.iter().filter(|one| !one.is_drill) {
        let is_announced = windows
            .iter()
            .any(|(id, (from, until))| *id == one.integration.uuid() && (*from..*until).contains(&one.at.millis()));
        for grain in Grain::ALL {
            for operation in [one.operation.as_str(), ALL] {
                let key = (one.integration.uuid(), *grain, grain.start(one.at).millis(), operation.to_owned());
                tallies.entry(key).or_default().add(one, is_announced);
            }
        }
    }
    for ((integration, grain, starts_at, operation), mut tally) in tallies {
        let before: Option<(String,)> = on!(uow.connection(), c => sqlx::query_as(
            "SELECT sketch FROM health_count
             WHERE integration_id = $1 AND grain = $2 AND starts_at = $3 AND operation = $4 AND node = $5")
            .bind(integration).bind(grain.as_str()).bind(starts_at).bind(&operation).bind(node)
            .fetch_optional(c).await)?;
        tally.sketch.add_stored(before.as_ref().map_or("", |(text,)| text))?;
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO health_count (grain, starts_at, integration_id, operation, node, calls, failed, refused,
                                       fallbacks, retries, sketch)
             SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, $10, $11 FROM integration WHERE id = $3
             ON CONFLICT (integration_id, grain, starts_at, operation, node) DO UPDATE
             SET calls = health_count.calls + excluded.calls, failed = health_count.failed + excluded.failed,
                 refused = health_count.refused + excluded.refused,
                 fallbacks = health_count.fallbacks + excluded.fallbacks,
                 retries = health_count.retries + excluded.retries, sketch = excluded.sketch")
            .bind(grain.as_str()).bind(starts_at).bind(integration).bind(&operation).bind(node).bind(tally.calls)
            .bind(tally.failed).bind(tally.refused).bind(tally.fallbacks).bind(tally.retries).bind(tally.sketch.text()?)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// The maintenance windows in which something was seen: whose, from when, until when.
async fn announced(uow: &mut UnitOfWork, seen: &[Observation]) -> Result<Vec<(Uuid, (i64, i64))>, Error> {
    let times = || seen.iter().map(|one| one.at.millis());
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(Vec::new()) };
    let integrations: BTreeSet<Uuid> = seen.iter().map(|one| one.integration.uuid()).collect();
    let mut found = Vec::new();
    for id in integrations {
        let windows: Vec<(i64, i64)> = on!(uow.connection(), c => sqlx::query_as(
            "SELECT starts_at, ends_at FROM maintenance_window
             WHERE integration_id = $1 AND ends_at > $2 AND starts_at <= $3")
            .bind(id).bind(first).bind(last).fetch_all(c).await)?;
        found.extend(windows.into_iter().map(|window| (id, window)));
    }
    Ok(found)
}

/// Forgets minutes and hours that are old; days stay.
pub async fn sweep(cx: &Services) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    for (grain, kept) in [(Grain::Minute, MINUTES_KEPT), (Grain::Hour, HOURS_KEPT)] {
        on!(uow.connection(), c => sqlx::query("DELETE FROM health_count WHERE grain = $1 AND starts_at < $2")
            .bind(grain.as_str()).bind(now.plus(-kept).millis()).execute(c).await.map(|_| ()))?;
    }
    uow.commit_bookkeeping().await
}
