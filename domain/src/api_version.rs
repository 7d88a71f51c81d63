//! Dated versions of the partner API.
//!
//! The core knows only the newest. Each older one is a small step away from its successor, taken at the edge.

use std::str::FromStr;

use jiff::civil::Date;

use crate::{Timestamp, texts::Invalid};

/// Addresses that are going away whatever the version, as calls are counted: method and route.
pub const DEPRECATED_ROUTES: &[&str] = &["GET /api/v1/cars", "GET /api/v1/cars/{id}"];

/// A version of the partner API, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// Flat dates, `mileage`, and `/cars`.
    V2026_09_01,
    /// `service` and `billing` as periods, `odometer_km`, and `/vehicles` alone.
    V2026_11_01,
}

impl ApiVersion {
    /// Every version, oldest first.
    pub const ALL: &'static [Self] = &[Self::V2026_09_01, Self::V2026_11_01];
    /// The newest: what a new key is pinned to.
    pub const NEWEST: Self = Self::V2026_11_01;

    /// The stable text: the date on which it was published.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2026_09_01 => "2026-09-01",
            Self::V2026_11_01 => "2026-11-01",
        }
    }

    /// What is different from the version before.
    pub const fn changes(self) -> &'static str {
        match self {
            Self::V2026_09_01 => "The first published version.",
            Self::V2026_11_01 => {
                "Subscriptions have service and billing periods instead of start_date and end_date; vehicles have \
                 odometer_km instead of mileage; /cars is called /vehicles."
            }
        }
    }

    /// When callers were told to leave it; nothing for the newest.
    pub fn retirement(self) -> Option<Retirement> {
        match self {
            Self::V2026_09_01 => Some(Retirement::new("2026-11-01", "2027-05-01")),
            Self::V2026_11_01 => None,
        }
    }
}

impl std::fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApiVersion {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.iter().copied().find(|version| version.as_str() == text).ok_or_else(|| {
            Invalid::new("This version of the API was never published. Leave it out, or use 2026-09-01 or 2026-11-01.")
        })
    }
}

/// From when something is deprecated (RFC 9745) and until when it works (RFC 8594).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// Since when callers should leave it.
    pub deprecated: Timestamp,
    /// From when it answers 410.
    pub sunset: Timestamp,
}

impl Retirement {
    /// Both as days that begin at midnight UTC.
    pub fn new(deprecated: &str, sunset: &str) -> Self {
        Self { deprecated: midnight(deprecated), sunset: midnight(sunset) }
    }

    /// Whether it is over at `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.sunset
    }
}

fn midnight(day: &str) -> Timestamp {
    let date: Date = day.parse().unwrap_or_default();
    let days = Date::constant(1970, 1, 1).until(date).map_or(0, |span| i64::from(span.get_days()));
    Timestamp(days * Timestamp::DAY)
}
