//! Rate limits: the generic cell rate algorithm (ITU-T I.371, annex A) over several windows at once.
//!
//! Each window keeps one number, its theoretical arrival time (TAT): the instant at which it would be as if nothing had
//! been asked. A call passes a window when its TAT lies no further ahead than the window is long; it then moves the TAT
//! on by the time one call takes at the steady rate. A call passes only if it passes every window, and a call that is
//! refused moves none.

use serde::{Deserialize, Serialize};

use crate::texts::Invalid;

/// Nanoseconds in a second: counts are exact in whole nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// So many calls in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Window {
    quota: u32,
    seconds: u32,
}

#[derive(Serialize, Deserialize)]
struct Raw {
    quota: u32,
    seconds: u32,
}

impl From<Window> for Raw {
    fn from(window: Window) -> Self {
        Self { quota: window.quota, seconds: window.seconds }
    }
}

impl TryFrom<Raw> for Window {
    type Error = Invalid;

    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        Self::new(raw.quota, raw.seconds)
    }
}

impl Window {
    /// 1 to 1,000,000 calls in 1 second to 31 days, at most 100,000 in a second.
    pub fn new(quota: u32, seconds: u32) -> Result<Self, Invalid> {
        let is_sound = (1..=1_000_000).contains(&quota)
            && (1..=31 * 86_400).contains(&seconds)
            && quota <= 100_000_u32.saturating_mul(seconds);
        if is_sound {
            Ok(Self { quota, seconds })
        } else {
            Err(Invalid::new("Enter 1 to 1,000,000 calls in a window of 1 second to 31 days."))
        }
    }

    /// How many calls.
    pub const fn quota(self) -> u32 {
        self.quota
    }

    /// In how many seconds.
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// The window in nanoseconds.
    const fn span(self) -> i64 {
        self.seconds as i64 * SECOND
    }

    /// How far the TAT may lie ahead, in nanoseconds: exactly the quota's calls fit into it.
    const fn room(self) -> i64 {
        self.quota as i64 * self.cost()
    }

    /// What one call costs, in nanoseconds. Rounded up, so that the steady rate is never above the one that was set.
    const fn cost(self) -> i64 {
        let (span, quota) = (self.span(), self.quota as i64);
        span / quota + if span % quota == 0 { 0 } else { 1 }
    }

    /// What is left at `now` (nanoseconds) and when all of it will be back, in seconds, for a stored TAT.
    pub fn state(self, now: i64, tat: i64) -> Left {
        let ahead = tat.saturating_sub(now).clamp(0, self.room());
        let left = (self.room() - ahead) / self.cost();
        Left { calls: u32::try_from(left).unwrap_or(0), seconds: ceil_seconds(ahead) }
    }

    fn ask(self, now: i64, tat: i64) -> Result<i64, i64> {
        let next = tat.max(now).saturating_add(self.cost());
        let over = next.saturating_sub(now.saturating_add(self.room()));
        if over <= 0 { Ok(next) } else { Err(over) }
    }
}

const fn ceil_seconds(nanos: i64) -> u64 {
    (nanos.unsigned_abs()).div_ceil(SECOND.unsigned_abs())
}

/// What is left of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Calls that would pass now.
    pub calls: u32,
    /// Seconds until the whole quota is back.
    pub seconds: u64,
}

/// What came of asking several windows at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It passes; the new TATs, in the order of the windows.
    Passes(Vec<i64>),
    /// It doesn't: which windows refuse, and the seconds after which all of them would let it pass.
    Refused {
        /// Places in the list of windows.
        by: Vec<usize>,
        /// Seconds, rounded up.
        retry_after: u64,
    },
}

/// Asks all windows for one call at `now` (nanoseconds): all or nothing. `tats` are the stored TATs in the same order; 0
/// for a window never asked.
pub fn ask(now: i64, windows: &[Window], tats: &[i64]) -> Asked {
    let mut next = Vec::with_capacity(windows.len());
    let mut by = Vec::new();
    let mut wait = 0;
    for (place, (window, tat)) in windows.iter().zip(tats).enumerate() {
        match window.ask(now, *tat) {
            Ok(tat) => next.push(tat),
            Err(over) => {
                by.push(place);
                wait = wait.max(over);
            }
        }
    }
    if by.is_empty() { Asked::Passes(next) } else { Asked::Refused { by, retry_after: ceil_seconds(wait).max(1) } }
}

crate::text_enum! {
    /// What happens while the store of counts can't be reached.
    pub enum WhenAway {
        /// Calls are refused with 503.
        Closed = "closed", "Refuse calls";
        /// Calls pass uncounted.
        Open = "open", "Let calls pass";
    }
}

crate::text_enum! {
    /// Whose calls a policy counts together.
    pub enum Subject {
        /// Those of one key or client.
        Credential = "credential", "One key or client";
        /// Those of all keys and clients of a partner: a shared pool.
        Partner = "partner", "All keys of a partner together";
        /// Those of one key or client to one class of routes.
        RouteClass = "route_class", "One key or client on one class of routes";
        /// Those from one network address.
        Address = "address", "One network address";
    }
}

crate::text_enum! {
    /// What kind of work a call is.
    pub enum RouteClass {
        /// Reads.
        Read = "read", "Reads";
        /// Changes.
        Write = "write", "Changes";
        /// Searches and long lists.
        Search = "search", "Lists and searches";
        /// Tokens: issue, introspection, revocation.
        Token = "token", "Tokens";
    }
}

/// Windows as people write them: `10/1s, 300/1m, 50000/1d`.
pub fn parse_windows(text: &str) -> Result<Vec<Window>, Invalid> {
    let words = "Write windows like 10/1s, 300/1m, 50000/1d: calls, a slash, and s, m, h or d after a number.";
    let mut windows = Vec::new();
    for part in text.split([',', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let (quota, span) = part.split_once('/').ok_or(Invalid::new(words))?;
        let unit = span.chars().last().ok_or(Invalid::new(words))?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(Invalid::new(words)),
        };
        let number = &span[..span.len() - unit.len_utf8()];
        let count: u32 = if number.is_empty() { 1 } else { number.parse().map_err(|_| Invalid::new(words))? };
        let quota: u32 = quota.parse().map_err(|_| Invalid::new(words))?;
        let seconds = count.checked_mul(factor).ok_or(Invalid::new(words))?;
        windows.push(Window::new(quota, seconds)?);
    }
    windows.sort_unstable_by_key(|window| window.seconds);
    if windows.is_empty() || windows.len() > 4 {
        return Err(Invalid::new("Enter one to four windows, like 10/1s, 300/1m."));
    }
    if windows.windows(2).any(|pair| pair[0].seconds == pair[1].seconds) {
        return Err(Invalid::new("Two windows have the same length. Keep the stricter one."));
    }
    Ok(windows)
}

/// Windows in the form that [`parse_windows`] reads.
pub fn write_windows(windows: &[Window]) -> String {
    let span = |seconds: u32| match seconds {
        s if s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    };
    windows.iter().map(|window| format!("{}/{}", window.quota, span(window.seconds))).collect::<Vec<_>>().join(", ")
}
