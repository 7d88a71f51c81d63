//! Counting in memory, beside the request.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use domain::{
    Timestamp,
    ids::{CredentialId, PartnerId, SecretId},
    permissions::Permission,
};

use super::{decision::Step, time::Grain};
use crate::credentials::network_of;

/// More refusals than this between two writes are counted but not kept one by one.
const MOST_DECISIONS: usize = 2_000;

/// A call, as it ended.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it began.
    pub at: Timestamp,
    /// Whose it was; nothing when that could not be told.
    pub caller: Option<(CredentialId, PartnerId, Option<SecretId>)>,
    /// The public part of the credential it came with; may be empty.
    pub public_id: String,
    /// Method and route, from a closed set.
    pub route: &'static str,
    /// The version it was answered in.
    pub version: &'static str,
    /// The scope it needed.
    pub scope: Option<Permission>,
    /// The answer's status.
    pub status: u16,
    /// The answer's code; empty when it is no problem.
    pub code: String,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// Where it came from.
    pub address: IpAddr,
    /// What the caller calls itself.
    pub agent: String,
    /// The request's id.
    pub request_id: String,
    /// Every check, for a call that was refused.
    pub steps: Vec<Step>,
}

/// What is counted of calls to one route by one credential in one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) partner: Option<PartnerId>,
    pub(super) calls: i64,
    pub(super) errors: i64,
    pub(super) refusals: i64,
    pub(super) micros: i64,
    pub(super) slowest: i64,
    pub(super) last_at: i64,
}

#[derive(Clone, Debug)]
pub(super) struct LastUse {
    pub(super) at: Timestamp,
    pub(super) from: String,
    pub(super) route: &'static str,
    pub(super) agent: String,
}

/// Hour, credential, route, version.
pub(super) type TallyKey = (i64, CredentialId, &'static str, &'static str);

/// What waits to be written.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) tallies: HashMap<TallyKey, Tally>,
    pub(super) last: HashMap<CredentialId, LastUse>,
    pub(super) secrets: HashMap<SecretId, Timestamp>,
    pub(super) scopes: HashMap<(CredentialId, Permission), Timestamp>,
    pub(super) sources: BTreeMap<(CredentialId, i64, String), i64>,
    pub(super) decisions: Vec<Call>,
    seen: HashSet<String>,
}

impl Buffer {
    pub(super) fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.decisions.is_empty()
    }
}

/// Counts calls until they are written.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Buffer>);

impl Recorder {
    /// Counts a call.
    pub fn record(&self, call: Call) {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((credential, partner, secret)) = call.caller {
            let hour = Grain::Hour.start(call.at).millis();
            let tally = buffer.tallies.entry((hour, credential, call.route, call.version)).or_default();
            let micros = i64::try_from(call.micros).unwrap_or(i64::MAX);
            tally.partner = Some(partner);
            tally.calls += 1;
            tally.errors += i64::from(call.status >= 500);
            tally.refusals += i64::from((400..500).contains(&call.status));
            tally.micros = tally.micros.saturating_add(micros);
            tally.slowest = tally.slowest.max(micros);
            tally.last_at = tally.last_at.max(call.at.millis());
            let day = Grain::Day.start(call.at).millis();
            *buffer.sources.entry((credential, day, network_of(call.address))).or_default() += 1;
            let last = LastUse {
                at: call.at,
                from: call.address.to_canonical().to_string(),
                route: call.route,
                agent: call.agent.clone(),
            };
            buffer.last.insert(credential, last);
            if let Some(secret) = secret {
                buffer.secrets.insert(secret, call.at);
            }
            if let Some(scope) = call.scope.filter(|_| call.status < 400) {
                buffer.scopes.insert((credential, scope), call.at);
            }
        }
        let is_new = call.status >= 400 && !call.request_id.is_empty() && buffer.decisions.len() < MOST_DECISIONS;
        if is_new && buffer.seen.insert(call.request_id.clone()) {
            buffer.decisions.push(call);
        }
    }

    /// Takes what waits to be written.
    pub(super) fn take(&self) -> Buffer {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back the counts that could not be written; single refusals are let go.
    pub(super) fn put_back(&self, unwritten: Buffer) {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, tally) in unwritten.tallies {
            let into = buffer.tallies.entry(key).or_default();
            into.partner = tally.partner;
            into.calls += tally.calls;
            into.errors += tally.errors;
            into.refusals += tally.refusals;
            into.micros = into.micros.saturating_add(tally.micros);
            into.slowest = into.slowest.max(tally.slowest);
            into.last_at = into.last_at.max(tally.last_at);
        }
        for (key, calls) in unwritten.sources {
            *buffer.sources.entry(key).or_default() += calls;
        }
        for (key, last) in unwritten.last {
            buffer.last.entry(key).or_insert(last);
        }
    }
}
