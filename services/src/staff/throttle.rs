//! Growing delays for those who guess, counted in the database so that all nodes and restarts agree.
//!
//! An attempt is counted before it is tried and taken back when it succeeds: a hundred guesses sent at once are a
//! hundred attempts, not one. Nothing here locks anybody out for good. What a stranger can drive up is the delay of
//! their own address, and of the account for addresses it was never used from; the latter is short.

use domain::{Timestamp, ids::StaffId};

use crate::{
    Error, Services,
    db::{Connection, UnitOfWork, on},
    keys::{Keys, Purpose},
};

/// How attempts of one kind are slowed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// So many failures cost nothing.
    free: i64,
    /// Then each doubles the delay, from one second up to this; milliseconds.
    longest: i64,
    /// One failure is forgotten after each such time without another; milliseconds.
    forgets: i64,
}

/// One account from one address.
const PAIR: Rule = Rule { free: 5, longest: 15 * Timestamp::MINUTE, forgets: Timestamp::HOUR };
/// One address, whatever the account: an office behind one address mistypes now and then.
const ADDRESS: Rule = Rule { free: 30, longest: 15 * Timestamp::MINUTE, forgets: 2 * Timestamp::MINUTE };
/// One account from anywhere it was never used from. The delay is short, since a stranger can cause it.
const ACCOUNT: Rule = Rule { free: 50, longest: Timestamp::MINUTE, forgets: 10 * Timestamp::MINUTE };
/// The second factor of one account: reached only with its password.
const FACTOR: Rule = Rule { free: 5, longest: 15 * Timestamp::MINUTE, forgets: Timestamp::HOUR };
/// The own password, asked again within a session.
const CONFIRM: Rule = Rule { free: 5, longest: 15 * Timestamp::MINUTE, forgets: Timestamp::HOUR };

/// Something whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    key: String,
    rule: Rule,
    /// Whether a success forgives all failures, and not just takes its own attempt back.
    is_forgiven: bool,
}

impl Subject {
    /// Attempts to sign in, by address and account. The account is what was typed, whether or not it is there; only a
    /// keyed hash of it is kept, since people type passwords into the wrong field.
    pub(super) fn sign_in(keys: &Keys, email: &str, ip: &str, is_known_address: bool) -> Vec<Self> {
        let account = account_word(keys, email);
        let network = network(ip);
        let mut subjects = vec![
            Self { key: format!("address:{network}"), rule: ADDRESS, is_forgiven: false },
            Self { key: format!("pair:{account}:{network}"), rule: PAIR, is_forgiven: true },
        ];
        if !is_known_address {
            subjects.insert(0, Self { key: format!("account:{account}"), rule: ACCOUNT, is_forgiven: false });
        }
        subjects
    }

    /// Attempts at somebody's second factor.
    pub(super) fn factor(id: StaffId) -> Vec<Self> {
        vec![Self { key: format!("factor:{id}"), rule: FACTOR, is_forgiven: true }]
    }

    /// Attempts to confirm the own password.
    pub(super) fn confirm(id: StaffId) -> Vec<Self> {
        vec![Self { key: format!("confirm:{id}"), rule: CONFIRM, is_forgiven: true }]
    }
}

/// An attempt that has been counted. Left alone, it stays a failure.
#[derive(Debug)]
#[must_use]
pub(super) struct Attempt(Vec<Subject>);

/// Counts an attempt at each subject, or refuses it while one of them must wait.
pub(super) async fn attempt(cx: &Services, subjects: Vec<Subject>) -> Result<Attempt, Error> {
    let now = cx.clock.now();
    let mut uow = cx.db.begin().await?;
    let mut wait = 0;
    let mut counted = Vec::new();
    // Always in the same order (by kind, then by name), so that two attempts can't wait for each other in a circle.
    for subject in &subjects {
        let row = lock(&mut uow, &subject.key).await?;
        let forgotten = now.since(Timestamp(row.last_failed_at)).max(0) / subject.rule.forgets;
        let failures = row.failures.saturating_sub(forgotten).max(0).saturating_add(1);
        wait = wait.max(row.blocked_until - now.millis());
        counted.push((&subject.key, failures, now.plus(delay(subject.rule, failures))));
    }
    if wait > 0 {
        return Err(refusal(wait));
    }
    for (key, failures, blocked_until) in counted {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE sign_in_throttle SET failures = $2, last_failed_at = $3, blocked_until = $4 WHERE subject = $1")
            .bind(key).bind(failures).bind(now.millis()).bind(blocked_until.millis()).execute(c).await.map(|_| ()))?;
    }
    uow.commit_bookkeeping().await?;
    Ok(Attempt(subjects))
}

impl Attempt {
    /// The attempt succeeded: what led to it is forgiven where only its owner could have caused it.
    pub(super) async fn succeeded(self, mut connection: Connection<'_>) -> Result<(), Error> {
        for subject in self.0 {
            if subject.is_forgiven {
                forget(connection.again(), &subject.key).await?;
            } else {
                take_back(connection.again(), &subject.key).await?;
            }
        }
        Ok(())
    }

    /// The attempt could not be tried, for a reason of ours: it doesn't count.
    pub(super) async fn untried(self, cx: &Services) -> Result<(), Error> {
        let mut uow = cx.db.begin().await?;
        for subject in self.0 {
            take_back(uow.connection(), &subject.key).await?;
        }
        uow.commit_bookkeeping().await
    }
}

/// Forgives all failures of an account, from every address.
pub(super) async fn forgive(
    mut connection: Connection<'_>,
    keys: &Keys,
    email: &str,
    id: StaffId,
) -> Result<(), Error> {
    let account = account_word(keys, email);
    forget(connection.again(), &format!("account:{account}")).await?;
    forget(connection.again(), &format!("factor:{id}")).await?;
    forget(connection.again(), &format!("confirm:{id}")).await?;
    let [from, until] = [format!("pair:{account}:"), format!("pair:{account};")];
    on!(connection, c => sqlx::query("DELETE FROM sign_in_throttle WHERE subject >= $1 AND subject < $2")
        .bind(from).bind(until).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Forgets what no rule remembers any more.
pub(crate) async fn sweep(connection: Connection<'_>, now: Timestamp) -> Result<(), Error> {
    on!(connection, c => sqlx::query("DELETE FROM sign_in_throttle WHERE last_failed_at < $1 AND blocked_until < $2")
        .bind(now.plus(-3 * Timestamp::DAY).millis()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// The part of an address that one person holds: all of an IPv4 address, the first half of an IPv6 address.
pub(super) fn network(ip: &str) -> String {
    match ip.trim().parse::<std::net::IpAddr>().map(|address| address.to_canonical()) {
        Ok(std::net::IpAddr::V4(address)) => address.to_string(),
        Ok(std::net::IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => "unknown".to_owned(),
    }
}

fn account_word(keys: &Keys, email: &str) -> String {
    hex::encode(&keys.keyed_hash(Purpose::OneTimeToken, format!("throttle:{email}").as_bytes())[..16])
}

/// How long the next attempt waits after so many failures.
fn delay(rule: Rule, failures: i64) -> i64 {
    if failures < rule.free {
        return 0;
    }
    (Timestamp::SECOND << (failures - rule.free).min(30)).min(rule.longest)
}

fn refusal(wait: i64) -> Error {
    let seconds = u64::try_from(wait.saturating_add(999) / 1_000).unwrap_or(1);
    let words = if seconds > 90 { format!("{} minutes", seconds.div_ceil(60)) } else { format!("{seconds} seconds") };
    Error::too_many(
        "sign_in.throttled",
        format!("There were too many attempts. Wait {words}, then try again."),
        seconds,
    )
}

#[derive(sqlx::FromRow)]
struct Row {
    failures: i64,
    last_failed_at: i64,
    blocked_until: i64,
}

/// The row of a subject, held until the end of the transaction; made when it isn't there.
async fn lock(uow: &mut UnitOfWork, key: &str) -> Result<Row, Error> {
    Ok(on!(uow.connection(), c => sqlx::query_as(
        "INSERT INTO sign_in_throttle (subject, failures, last_failed_at, blocked_until) VALUES ($1, 0, 0, 0)
         ON CONFLICT (subject) DO UPDATE SET failures = sign_in_throttle.failures
         RETURNING failures, last_failed_at, blocked_until")
        .bind(key).fetch_one(c).await)?)
}

async fn forget(connection: Connection<'_>, key: &str) -> Result<(), Error> {
    on!(connection, c => sqlx::query("DELETE FROM sign_in_throttle WHERE subject = $1")
        .bind(key).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Takes one attempt back, and with it the delay that it alone has caused.
async fn take_back(connection: Connection<'_>, key: &str) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE sign_in_throttle
         SET failures = CASE WHEN failures > 0 THEN failures - 1 ELSE 0 END,
             blocked_until = CASE WHEN blocked_until > last_failed_at THEN last_failed_at ELSE blocked_until END
         WHERE subject = $1")
        .bind(key).execute(c).await.map(|_| ()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_begin_after_the_free_failures_double_and_end_at_the_longest() {
        assert_eq!(delay(PAIR, 4), 0);
        assert_eq!(delay(PAIR, 5), Timestamp::SECOND);
        assert_eq!(delay(PAIR, 6), 2 * Timestamp::SECOND);
        assert_eq!(delay(PAIR, 10), 32 * Timestamp::SECOND);
        assert_eq!(delay(PAIR, 15), 15 * Timestamp::MINUTE);
        assert_eq!(delay(PAIR, i64::MAX), 15 * Timestamp::MINUTE);
        assert_eq!(delay(ACCOUNT, 1_000), Timestamp::MINUTE);
    }

    #[test]
    fn an_ipv6_subscriber_is_one_address_and_a_mapped_ipv4_address_is_that_address() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(network(""), "unknown");
    }
}
