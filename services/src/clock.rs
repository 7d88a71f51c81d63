//! The time, passed in rather than read from the air, so that a test can move it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::Timestamp;
use jiff::{civil::Date, tz::TimeZone};

/// The business's own zone: whose days say from when a plan can be signed, and in which instants are shown. A contract's
/// days are those of its customer's zone.
pub const ZONE: &str = "Europe/Berlin";

/// Tells the time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is moved. Clones move together.
    pub fn fixed(now: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(now.millis()))))
    }

    /// Moves a fixed clock on by `millis`; the machine's clock can't be moved and stays.
    pub fn advance(&self, millis: i64) {
        if let Source::Fixed(now) = &self.0 {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// The instant now.
    pub fn now(&self) -> Timestamp {
        Timestamp(match &self.0 {
            Source::System => jiff::Timestamp::now().as_millisecond(),
            Source::Fixed(now) => now.load(Ordering::SeqCst),
        })
    }

    /// The instant now, in nanoseconds since the epoch.
    pub fn nanos(&self) -> i64 {
        match &self.0 {
            Source::System => i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX),
            Source::Fixed(now) => now.load(Ordering::SeqCst).saturating_mul(1_000_000),
        }
    }

    /// Whether it stands still until it is moved.
    pub const fn is_fixed(&self) -> bool {
        matches!(self.0, Source::Fixed(_))
    }

    /// The civil date now in an IANA zone; an unknown zone is read as UTC, since names are checked where they are
    /// entered.
    pub fn today(&self, zone: &str) -> Date {
        date_in(self.now(), zone)
    }
}

/// The civil date of an instant in an IANA zone (UTC when the zone is unknown).
pub fn date_in(at: Timestamp, zone: &str) -> Date {
    zoned(at, zone).date()
}

/// An instant as seen on the clocks of an IANA zone (UTC when the zone is unknown).
pub fn zoned(at: Timestamp, zone: &str) -> jiff::Zoned {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone)
}

/// The instant at which a civil date begins in an IANA zone. A midnight that the clocks skip is the first moment after.
pub fn start_of(date: Date, zone: &str) -> Timestamp {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp(date.to_zoned(zone).map_or(0, |start| start.timestamp().as_millisecond()))
}

/// Whether an IANA zone of this name is known.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}
