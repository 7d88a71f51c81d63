//! Who is close to a limit, or over it.

use std::collections::HashMap;

use domain::{
    limits::{Left, Window},
    permissions::marker::AccessRead,
};

use super::{policy, store::Store};
use crate::{Error, Services, access::Access, db::on};

/// One count that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The policy's name.
    pub policy: String,
    /// Whose calls: a key, a partner or an address, by name.
    pub subject: String,
    /// Where that leads; nothing for an address.
    pub href: Option<String>,
    /// The window that has least left.
    pub window: Window,
    /// What is left of it.
    pub left: Left,
}

impl Near {
    /// The part that is used up, in hundredths.
    pub fn used(&self) -> u32 {
        100 - u32::try_from(u64::from(self.left.calls) * 100 / u64::from(self.window.quota())).unwrap_or(0)
    }
}

/// The counts that are under way, the tightest first, at most 100.
pub async fn near(cx: &Services, access: &Access<AccessRead>) -> Result<Vec<Near>, Error> {
    let now = cx.clock.nanos();
    let counts = under_way(cx, &cx.limiter.store, now).await?;
    let policies = policy::list(cx, access).await?;
    let policies: HashMap<String, &policy::Policy> =
        policies.iter().map(|policy| (policy.id.to_string(), policy)).collect();
    let names = names(cx).await?;
    let mut near: Vec<Near> = counts
        .into_iter()
        .filter_map(|(key, tats)| {
            let mut parts = key.splitn(3, ':');
            let policy = policies.get(parts.next()?)?;
            let _windows = parts.next()?;
            let subject = parts.next()?;
            let (window, left) = policy
                .windows
                .iter()
                .zip(&tats)
                .map(|(window, tat)| (*window, window.state(now, *tat)))
                .min_by_key(|(window, left)| u64::from(left.calls) * 1_000_000 / u64::from(window.quota()))?;
            let (name, href) = names.get(subject.rsplit(':').next()?).cloned().unwrap_or((subject.to_owned(), None));
            Some(Near { policy: policy.name.clone(), subject: name, href, window, left })
        })
        .collect();
    near.sort_by(|one, other| other.used().cmp(&one.used()).then_with(|| one.subject.cmp(&other.subject)));
    near.truncate(100);
    Ok(near)
}

/// What a store counts. While Valkey is away, that is what the store behind it does.
async fn under_way(cx: &Services, store: &Store, now: i64) -> Result<Vec<(String, Vec<i64>)>, Error> {
    match store {
        Store::Memory(memory) => Ok(memory.under_way(now)),
        Store::Shared(_) => stored(cx, now).await,
        Store::Valkey { valkey, fallback } => match valkey.under_way().await {
            Ok(counts) => Ok(counts),
            Err(error) => {
                tracing::warn!(%error, "Valkey does not tell its counts");
                Box::pin(under_way(cx, fallback, now)).await
            }
        },
    }
}

async fn stored(cx: &Services, now: i64) -> Result<Vec<(String, Vec<i64>)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(String, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT key, tats FROM limit_count WHERE full_again > $1 ORDER BY full_again DESC LIMIT 1000")
        .bind(now / 1_000_000).fetch_all(c).await)?;
    Ok(rows.into_iter().filter_map(|(key, tats)| serde_json::from_str(&tats).ok().map(|tats| (key, tats))).collect())
}

/// Keys and partners by id. Both are hundreds.
async fn names(cx: &Services) -> Result<HashMap<String, (String, Option<String>)>, Error> {
    let mut reading = cx.db.read().await?;
    let credentials: Vec<(uuid::Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, name FROM credential ORDER BY last_used_at DESC LIMIT 5000").fetch_all(c).await)?;
    let partners: Vec<(uuid::Uuid, String)> =
        on!(reading.connection(), c => sqlx::query_as("SELECT id, name FROM partner LIMIT 500").fetch_all(c).await)?;
    let credentials =
        credentials.into_iter().map(|(id, name)| (id.to_string(), (name, Some(format!("/access/keys/{id}")))));
    let partners = partners.into_iter().map(|(id, name)| (id.to_string(), (name, Some(format!("/partners/{id}")))));
    Ok(credentials.chain(partners).collect())
}
