//! What the pages about many keys read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    pages::access::reads::{RefusalLine, RouteLine, SourceLine},
    views::{Badge, Choice, Fact, When},
};

/// A key or client as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What its credential begins with.
    pub stem: String,
    /// Whose it is.
    pub partner: String,
    /// What it works on.
    pub environment: Badge,
    /// Where it is.
    pub state: Badge,
    /// When it was made.
    pub created: When,
    /// By whom.
    pub created_by: String,
    /// Its last use.
    pub last_used: When,
}

/// What would be revoked, and what it was asked for by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkView {
    /// The partner chosen, by id.
    pub partner: String,
    /// Who made them.
    pub created_by: String,
    /// For how many days they were not used.
    pub unused_days: String,
    /// Partners to choose from.
    pub partners: Vec<Choice>,
    /// Why what was chosen can't be shown; empty when it can.
    pub problem: String,
    /// Whether anything was chosen at all.
    pub is_asked: bool,
    /// The keys and clients.
    pub keys: Vec<KeyLine>,
    /// How many of them were used within a day.
    pub in_use: usize,
    /// Binds the press to exactly these.
    pub hash: String,
}

/// A key of which something was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingLine {
    /// The key.
    pub key: KeyLine,
    /// How urgent it is.
    pub badge: Badge,
    /// What was found, in words; may be empty.
    pub detail: String,
}

/// Keys with the same finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingGroup {
    /// Names the group within the page.
    pub id: String,
    /// The heading.
    pub heading: String,
    /// Why it matters, and what to do.
    pub advice: String,
    /// How many there are.
    pub count: String,
    /// The keys.
    pub lines: Vec<FindingLine>,
}

/// Everything that a found credential did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its credential begins with.
    pub stem: String,
    /// Where it is.
    pub state: Badge,
    /// Whether the reader can revoke it.
    pub can_revoke: bool,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Day, calls, errors and refusals, newest first; only days with calls.
    pub days: Vec<(When, String, String, String)>,
    /// By route.
    pub routes: Vec<RouteLine>,
    /// By network.
    pub sources: Vec<SourceLine>,
    /// Its latest refusals.
    pub refusals: Vec<RefusalLine>,
}

/// Approval: whether it is asked for, and what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsView {
    /// Whether live keys that can write need it.
    pub is_on: bool,
    /// When that was last changed, and by whom; may be empty.
    pub moved: String,
    /// The keys and clients that wait.
    pub waiting: Vec<KeyLine>,
    /// Whether more wait than are shown.
    pub has_more: bool,
}

/// What would be revoked.
#[server(prefix = "/_fn", endpoint = "access/bulk")]
pub async fn read_bulk(
    #[server(default)] partner: String,
    #[server(default)] created_by: String,
    #[server(default)] unused_days: String,
) -> Result<BulkView, AppError> {
    super::bulk::answer(partner, created_by, unused_days).await
}

/// The hygiene board.
#[server(prefix = "/_fn", endpoint = "access/hygiene")]
pub async fn read_hygiene() -> Result<Vec<FindingGroup>, AppError> {
    super::hygiene::answer().await
}

/// What a credential did, by its public id; nothing when none is named.
#[server(prefix = "/_fn", endpoint = "access/leak")]
pub async fn read_leak(#[server(default)] id: String) -> Result<Option<LeakView>, AppError> {
    super::leaks::answer(id).await
}

/// Approval and what waits for it.
#[server(prefix = "/_fn", endpoint = "access/approvals")]
pub async fn read_approvals() -> Result<ApprovalsView, AppError> {
    super::approvals::answer().await
}

/// A key or client as a row.
#[cfg(feature = "ssr")]
pub(super) fn key_line(credential: &services::credentials::Listed, now: domain::Timestamp) -> KeyLine {
    use domain::Timestamp;

    use crate::{
        pages::access::words::{environment, state, stem},
        words::when,
    };

    KeyLine {
        href: format!("/access/keys/{}", credential.id),
        name: credential.name.clone(),
        stem: stem(credential),
        partner: credential.partner_name.clone(),
        environment: environment(credential.environment()),
        state: state(credential, now),
        created: when(Timestamp(credential.created_at), now),
        created_by: credential.created_by.clone(),
        last_used: credential.last_used_at.map(|at| when(Timestamp(at), now)).unwrap_or_default(),
    }
}
