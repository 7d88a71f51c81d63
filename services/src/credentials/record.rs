//! A key or client as stored.

use std::collections::BTreeSet;

use domain::{
    Timestamp,
    credentials::{CredentialKind, Environment, State},
    ids::CredentialId,
    permissions::Permission,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    db::{Bind, Connection, Keyed, on},
    roles::grants,
};

/// A key or client as lists show it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// The public part of its credential.
    pub public_id: String,
    kind: String,
    /// Its name.
    pub name: String,
    sort_name: String,
    /// Whose.
    pub partner_id: Uuid,
    /// Whose, by name.
    pub partner_name: String,
    environment: String,
    state: String,
    /// From when it works, in milliseconds.
    pub not_before: Option<i64>,
    /// Until when it works, in milliseconds.
    pub expires_at: Option<i64>,
    /// The version of the API its answers are in.
    pub api_version: String,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was last used, in milliseconds.
    pub last_used_at: Option<i64>,
    /// Whether an old secret of it still works beside the new one.
    pub has_old_secret: bool,
    /// Whether a new secret of it waits for its first use.
    pub has_new_secret: bool,
    /// Counts the changes.
    pub version: i64,
}

impl Listed {
    /// Key or client; what the database's own check admits always parses.
    pub fn kind(&self) -> CredentialKind {
        self.kind.parse().unwrap_or(CredentialKind::ApiKey)
    }

    /// What it works on; what the database's own check admits always parses.
    pub fn environment(&self) -> Environment {
        self.environment.parse().unwrap_or(Environment::Live)
    }

    /// Where it is; what the database's own check admits always parses.
    pub fn state(&self) -> State {
        self.state.parse().unwrap_or(State::Revoked)
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|until| now >= Timestamp(until))
    }

    /// Whether it can still be used, or could be again.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state() != State::Revoked && !self.is_expired(now)
    }
}

impl Keyed for Listed {
    fn key(&self, sort: &str) -> (Bind, Uuid) {
        let key = match sort {
            "c.created_at" => Bind::Int(self.created_at),
            _ => Bind::Text(self.sort_name.clone()),
        };
        (key, self.id)
    }
}

/// What [`Listed`] is read by; conditions follow.
pub(super) const SELECT: &str = "SELECT c.id, c.public_id, c.kind, c.name, c.sort_name, c.partner_id, p.name AS partner_name,
       c.environment, c.state, c.not_before, c.expires_at, c.api_version, c.created_at, c.created_by, c.last_used_at,
       EXISTS (SELECT 1 FROM credential_secret s WHERE s.credential_id = c.id AND s.state = 'retiring') AS has_old_secret,
       EXISTS (SELECT 1 FROM credential_secret s WHERE s.credential_id = c.id AND s.state = 'pending') AS has_new_secret,
       c.version
FROM credential c
JOIN partner p ON p.id = c.partner_id";

#[track_caller]
pub(super) fn not_found() -> Error {
    Error::not_found("credential.not_found", "There is no such key or client. The address may be wrong.")
}

/// One key or client.
pub(super) async fn load(connection: Connection<'_>, id: CredentialId) -> Result<Listed, Error> {
    let row: Option<Listed> = on!(connection, c => sqlx::query_as(
        "SELECT c.id, c.public_id, c.kind, c.name, c.sort_name, c.partner_id, p.name AS partner_name,
                c.environment, c.state, c.not_before, c.expires_at, c.api_version, c.created_at, c.created_by, c.last_used_at,
                EXISTS (SELECT 1 FROM credential_secret s WHERE s.credential_id = c.id AND s.state = 'retiring') AS has_old_secret,
                EXISTS (SELECT 1 FROM credential_secret s WHERE s.credential_id = c.id AND s.state = 'pending') AS has_new_secret,
                c.version
         FROM credential c
         JOIN partner p ON p.id = c.partner_id
         WHERE c.id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(not_found)
}

/// The scopes of a key or client.
pub(super) async fn scopes(connection: Connection<'_>, id: Uuid) -> Result<BTreeSet<Permission>, Error> {
    let rows: Vec<(String,)> = on!(connection, c => sqlx::query_as("SELECT scope FROM credential_scope WHERE credential_id = $1")
        .bind(id).fetch_all(c).await)?;
    Ok(grants::parse(rows.iter().map(|(scope,)| scope.as_str())).into_iter().filter(|scope| scope.is_scope()).collect())
}

/// Replaces the scopes; what stays keeps when it was last used.
pub(super) async fn set_scopes(
    mut connection: Connection<'_>,
    id: Uuid,
    before: &BTreeSet<Permission>,
    after: &BTreeSet<Permission>,
) -> Result<(), Error> {
    for scope in before.difference(after) {
        on!(connection.again(), c => sqlx::query("DELETE FROM credential_scope WHERE credential_id = $1 AND scope = $2")
            .bind(id).bind(scope.as_str()).execute(c).await.map(|_| ()))?;
    }
    for scope in after.difference(before) {
        on!(connection.again(), c => sqlx::query("INSERT INTO credential_scope (credential_id, scope) VALUES ($1, $2)")
            .bind(id).bind(scope.as_str()).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// The policies given to one key or client.
pub(super) async fn policies(connection: Connection<'_>, id: Uuid) -> Result<BTreeSet<domain::ids::PolicyId>, Error> {
    let rows: Vec<(Uuid,)> = on!(connection, c => sqlx::query_as(
        "SELECT policy_id FROM limit_attachment WHERE credential_id = $1").bind(id).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Replaces the policies of one key or client.
pub(super) async fn set_policies(
    mut connection: Connection<'_>,
    id: Uuid,
    policies: &BTreeSet<domain::ids::PolicyId>,
) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query("DELETE FROM limit_attachment WHERE credential_id = $1")
        .bind(id).execute(c).await.map(|_| ()))?;
    for policy in policies {
        let inserted = on!(connection.again(), c => sqlx::query(
            "INSERT INTO limit_attachment (policy_id, credential_id) SELECT id, $2 FROM limit_policy WHERE id = $1")
            .bind(policy.uuid()).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
        if inserted == 0 {
            return Err(Error::invalid_field(
                "policies",
                "One of these limits is no longer there. Load the page again.",
            ));
        }
    }
    Ok(())
}

/// The texts of scopes, for the audit log.
pub(super) fn words<'a>(scopes: impl IntoIterator<Item = &'a Permission>) -> Vec<&'static str> {
    scopes.into_iter().map(|scope| scope.as_str()).collect()
}
