//! The stretches by which calls are counted, in UTC: they are for comparing, not for billing.

use domain::Timestamp;

domain::text_enum! {
    /// How long a stretch is.
    pub(super) enum Grain {
        /// An hour.
        Hour = "hour", "Hour";
        /// A day.
        Day = "day", "Day";
        /// A calendar month.
        Month = "month", "Month";
    }
}

impl Grain {
    /// The beginning of the stretch an instant lies in.
    pub(super) fn start(self, at: Timestamp) -> Timestamp {
        let floor = |unit: i64| Timestamp(at.millis().div_euclid(unit) * unit);
        match self {
            Self::Hour => floor(Timestamp::HOUR),
            Self::Day => floor(Timestamp::DAY),
            Self::Month => {
                let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
                let first = instant.to_zoned(jiff::tz::TimeZone::UTC).first_of_month();
                first
                    .and_then(|first| first.start_of_day())
                    .map_or_else(|_| floor(Timestamp::DAY), |first| Timestamp(first.timestamp().as_millisecond()))
            }
        }
    }

    /// The beginning of the stretch after one that begins at `start`.
    pub(super) fn next(self, start: Timestamp) -> Timestamp {
        match self {
            Self::Hour => start.plus(Timestamp::HOUR),
            Self::Day => start.plus(Timestamp::DAY),
            // Any instant of the next month will do.
            Self::Month => Self::Month.start(start.plus(32 * Timestamp::DAY)),
        }
    }
}
