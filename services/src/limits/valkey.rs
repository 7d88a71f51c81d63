//! Counts in Valkey or Redis, shared by all nodes.

use std::{collections::BTreeMap, time::Duration};

use domain::limits::{Asked, Window};
use redis::{
    Client, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{
    limiter::Ask,
    store::{Counted, windows},
};

/// The rule of `domain::limits`, in one step on the server and by its clock. Times are in microseconds: a number of Lua
/// holds nanoseconds since 1970 no longer exactly. For each window come its cost and its room; back come the time, the
/// waiting time of each window (0 when it lets pass) and its TAT.
const SCRIPT: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local passes = true
local waits, tats, kept = {}, {}, {}
for place = 1, #KEYS do
  local cost, room = tonumber(ARGV[place * 2 - 1]), tonumber(ARGV[place * 2])
  local tat = tonumber(redis.call('GET', KEYS[place]) or '0')
  local next = math.max(tat, now) + cost
  local over = next - (now + room)
  kept[place] = tat
  tats[place] = next
  if over > 0 then
    passes = false
    waits[place] = over
  else
    waits[place] = 0
  end
end
if passes then
  for place = 1, #KEYS do
    local life = math.ceil((tats[place] - now) / 1000) + 1000
    redis.call('SET', KEYS[place], string.format('%.0f', tats[place]), 'PX', life)
  end
else
  tats = kept
end
local answer = { string.format('%.0f', now) }
for place = 1, #KEYS do
  answer[#answer + 1] = string.format('%.0f', waits[place])
  answer[#answer + 1] = string.format('%.0f', tats[place])
end
return answer
";

/// What stands before every name of ours.
const PREFIX: &str = "keyfob:limit:";

/// A page shows the tightest counts of so many windows and no more.
const MOST_SEEN: usize = 20_000;
/// A policy has at most so many windows.
const MOST_WINDOWS: usize = 4;

/// A connection that comes back by itself.
pub(super) struct Valkey {
    connection: ConnectionManager,
    script: Script,
}

impl std::fmt::Debug for Valkey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may carry a password.
        f.write_str("Valkey")
    }
}

impl Valkey {
    /// Prepares the connection; it is made when it is first needed.
    pub(super) fn open(url: &str) -> Result<Self, String> {
        let client = Client::open(url).map_err(|error| error.to_string())?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(Duration::from_millis(200)))
            .set_response_timeout(Some(Duration::from_millis(150)));
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(|error| error.to_string())?;
        Ok(Self { connection, script: Script::new(SCRIPT) })
    }

    pub(super) async fn ask(&self, asks: &[Ask]) -> Result<Counted, redis::RedisError> {
        let windows = windows(asks);
        let mut call = self.script.prepare_invoke();
        for asked in asks {
            let key = asked.key();
            for place in 0..asked.policy.windows.len() {
                call.key(format!("{PREFIX}{key}:{place}"));
            }
        }
        for window in &windows {
            let (cost, room) = micros(*window);
            call.arg(cost).arg(room);
        }
        let mut connection = self.connection.clone();
        let answer: Vec<String> = call.invoke_async(&mut connection).await?;
        let numbers: Vec<i64> = answer.iter().map(|text| text.parse().unwrap_or(0)).collect();
        Ok(counted(&numbers))
    }

    /// Every count that is not whole again, with its name, as far as [`MOST_SEEN`] windows tell: those that are whole are
    /// no longer there.
    pub(super) async fn under_way(&self) -> Result<Vec<(String, Vec<i64>)>, redis::RedisError> {
        let mut connection = self.connection.clone();
        let (mut cursor, mut names) = (0_u64, Vec::<String>::new());
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{PREFIX}*")).arg("COUNT").arg(1_000);
            let (next, found): (u64, Vec<String>) = scan.query_async(&mut connection).await?;
            names.extend(found);
            cursor = next;
            if cursor == 0 || names.len() >= MOST_SEEN {
                break;
            }
        }
        let mut counts: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for names in names.chunks(1_000) {
            let tats: Vec<Option<String>> = redis::cmd("MGET").arg(names).query_async(&mut connection).await?;
            for (name, tat) in names.iter().zip(tats) {
                let Some((key, place)) = count_of(name).filter(|(_, place)| *place < MOST_WINDOWS) else { continue };
                let micros: i64 = tat.and_then(|tat| tat.parse().ok()).unwrap_or(0);
                let tats = counts.entry(key.to_owned()).or_default();
                tats.resize(tats.len().max(place + 1), 0);
                tats[place] = micros.saturating_mul(1_000);
            }
        }
        Ok(counts.into_iter().collect())
    }
}

/// The names of the windows of one count, back to that of the count and the window's place.
fn count_of(name: &str) -> Option<(&str, usize)> {
    let (key, place) = name.strip_prefix(PREFIX)?.rsplit_once(':')?;
    Some((key, place.parse().ok()?))
}

/// What one call costs and what fits, in microseconds: rounded up, so that the rate is never above the one that was set.
fn micros(window: Window) -> (i64, i64) {
    let span = i64::from(window.seconds()) * 1_000_000;
    let quota = i64::from(window.quota());
    let cost = (span + quota - 1) / quota;
    (cost, cost * quota)
}

fn counted(numbers: &[i64]) -> Counted {
    let now = numbers.first().copied().unwrap_or(0);
    let pairs: Vec<(i64, i64)> =
        numbers[1.min(numbers.len())..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let by: Vec<usize> = pairs.iter().enumerate().filter(|(_, (wait, _))| *wait > 0).map(|(place, _)| place).collect();
    let wait = pairs.iter().map(|(wait, _)| *wait).max().unwrap_or(0);
    let tats: Vec<i64> = pairs.iter().map(|(_, tat)| tat.saturating_mul(1_000)).collect();
    let asked = if by.is_empty() {
        Asked::Passes(tats.clone())
    } else {
        Asked::Refused { by, retry_after: wait.unsigned_abs().div_ceil(1_000_000).max(1) }
    };
    Counted { now: now.saturating_mul(1_000), asked, tats }
}
