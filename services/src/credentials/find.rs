//! One key or client with what stands around it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Timestamp,
    credentials::{ClientAuthentication, SecretState},
    ids::{CredentialId, PolicyId},
    permissions::{Permission, marker::AccessRead},
};
use ipnet::IpNet;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    networks,
    record::{self, Listed},
};
use crate::{
    Error, Services,
    access::{Access, Actor},
    db::on,
    roles::grants,
};

/// One secret, as its page shows it: everything but the secret.
#[derive(Clone, Debug, FromRow)]
pub struct Secret {
    /// Its id.
    pub id: Uuid,
    state: String,
    /// When it was issued, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was first used, in milliseconds.
    pub first_used_at: Option<i64>,
    /// When it was last used, in milliseconds.
    pub last_used_at: Option<i64>,
    /// How long the one before it works after its first use, in seconds.
    pub grace_seconds: i64,
    /// When it stops, in milliseconds.
    pub retires_at: Option<i64>,
}

impl Secret {
    /// Where it is at `now`.
    pub fn state(&self, now: Timestamp) -> SecretState {
        if self.retires_at.is_some_and(|at| now >= Timestamp(at)) {
            return SecretState::Retired;
        }
        self.state.parse().unwrap_or(SecretState::Retired)
    }
}

/// A scope, and when it was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeUse {
    /// The scope.
    pub scope: Permission,
    /// The last call that needed it.
    pub last_used_at: Option<Timestamp>,
}

/// A key's or client's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The record.
    pub credential: Listed,
    /// What it may do, in the order of the catalogue.
    pub scopes: Vec<ScopeUse>,
    /// From where; anywhere when empty.
    pub networks: Vec<IpNet>,
    /// How a client proves itself.
    pub authentication: ClientAuthentication,
    /// A client's public keys; empty for none.
    pub jwks: String,
    /// Whether a client's tokens are bound to its key.
    pub requires_dpop: bool,
    /// Limits given to it.
    pub policies: BTreeSet<PolicyId>,
    /// Its secrets, newest first.
    pub secrets: Vec<Secret>,
    /// When it was approved, in milliseconds, and by whom.
    pub approved: Option<(i64, String)>,
    /// When it was revoked, in milliseconds, by whom and why.
    pub ended: Option<(i64, String, String)>,
    /// Who asked for it, if somebody of the staff did.
    pub creator: Option<Uuid>,
    /// Address, route and user agent of the last call.
    pub last_used: (String, String, String),
}

#[derive(FromRow)]
struct Rest {
    networks: String,
    authentication: String,
    jwks: String,
    requires_dpop: bool,
    approved_at: Option<i64>,
    approved_by: Option<String>,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    ended_why: Option<String>,
    creator_id: Option<Uuid>,
    last_used_from: String,
    last_used_route: String,
    last_used_agent: String,
}

/// Finds one key or client.
pub async fn find(cx: &Services, _access: &Access<AccessRead>, id: CredentialId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let credential = record::load(reading.connection(), id).await?;
    let rest: Rest = on!(reading.connection(), c => sqlx::query_as(
        "SELECT networks, authentication, jwks, requires_dpop, approved_at, approved_by, ended_at, ended_by, ended_why,
                creator_id, last_used_from, last_used_route, last_used_agent
         FROM credential WHERE id = $1")
        .bind(id.uuid()).fetch_one(c).await)?;
    let used: Vec<(String, Option<i64>)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT scope, last_used_at FROM credential_scope WHERE credential_id = $1").bind(id.uuid()).fetch_all(c).await)?;
    let used: BTreeMap<String, Option<i64>> = used.into_iter().collect();
    let secrets = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, state, created_at, created_by, first_used_at, last_used_at, grace_seconds, retires_at
         FROM credential_secret WHERE credential_id = $1
         ORDER BY created_at DESC, id DESC LIMIT 50")
        .bind(id.uuid()).fetch_all(c).await)?;
    Ok(Detail {
        credential,
        scopes: Permission::scopes()
            .filter_map(|scope| used.get(scope.as_str()).map(|at| ScopeUse { scope, last_used_at: at.map(Timestamp) }))
            .collect(),
        networks: networks::read(&rest.networks),
        authentication: rest.authentication.parse().unwrap_or(ClientAuthentication::Secret),
        jwks: rest.jwks,
        requires_dpop: rest.requires_dpop,
        policies: record::policies(reading.connection(), id.uuid()).await?,
        secrets,
        approved: rest.approved_at.zip(rest.approved_by),
        ended: rest.ended_at.zip(rest.ended_by).map(|(at, by)| (at, by, rest.ended_why.unwrap_or_default())),
        creator: rest.creator_id,
        last_used: (rest.last_used_from, rest.last_used_route, rest.last_used_agent),
    })
}

/// The scopes that somebody can give: those they hold themselves.
pub async fn grantable_scopes(cx: &Services, actor: &Actor) -> Result<BTreeSet<Permission>, Error> {
    let held = grants::held_now(cx.db.read().await?.connection(), actor).await?;
    Ok(held.into_iter().filter(|permission| permission.is_scope()).collect())
}
