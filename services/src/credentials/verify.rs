//! Verifying a credential: at each call, mostly without asking the database.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    Timestamp,
    api_version::ApiVersion,
    credentials::{
        ClientAuthentication, Credential, CredentialKind, Environment, PublicId, SecretKind, SecretState, Standing,
        State, standing,
    },
    ids::{CredentialId, PartnerId, SecretId},
    partners::PartnerStatus,
    permissions::Permission,
};
use ipnet::IpNet;
use quick_cache::sync::Cache;
use sqlx::FromRow;
use uuid::Uuid;

use super::{digest::digest, epoch, first_use, networks, record};
use crate::{
    Error, Services,
    access::{Actor, ActorKind, Trace},
    contracts::{self, Contract},
    db::{Connection, on},
    limits::{self, Policy},
};

/// How many credentials a process remembers.
const REMEMBERED: usize = 10_000;

/// Why a credential is refused.
#[derive(Debug)]
pub enum Refused {
    /// It is not of our form, or mistyped. Nobody was asked.
    Malformed,
    /// It is of our form, and nobody's. Also what is of another kind than was asked for.
    Unknown,
    /// It is somebody's, and doesn't work now.
    Standing(Box<Caller>, Standing),
    /// Its partner is suspended.
    PartnerSuspended(Box<Caller>),
    /// It can't be told.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A key or client with everything that a call is decided by.
#[derive(Debug)]
pub struct Caller {
    /// Which.
    pub id: CredentialId,
    /// The public part of its credential.
    pub public_id: PublicId,
    /// Key or client.
    pub kind: CredentialKind,
    /// Its name.
    pub name: String,
    /// Whose.
    pub partner: PartnerId,
    /// Whose, by name.
    pub partner_name: String,
    /// What it works on.
    pub environment: Environment,
    /// What it may do.
    pub scopes: BTreeSet<Permission>,
    /// From where; anywhere when empty.
    pub networks: Vec<IpNet>,
    /// The version of the API it is pinned to.
    pub version: ApiVersion,
    /// The limits its calls fall under.
    pub policies: Vec<Arc<Policy>>,
    /// What may leave for its partner, and in what form.
    pub contract: Arc<Contract>,
    /// How a client proves itself.
    pub authentication: ClientAuthentication,
    /// A client's public keys.
    pub jwks: String,
    /// Whether a client's tokens are bound to its key.
    pub requires_dpop: bool,
    /// The secret it came with; nothing when it came with a token.
    pub secret: Option<SecretId>,
    state: State,
    partner_status: PartnerStatus,
    not_before: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    secret_state: SecretState,
    retires_at: Option<Timestamp>,
    is_first_use: AtomicBool,
    pepper_version: i64,
}

impl Caller {
    /// Where it stands at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        standing(now, self.state, self.not_before, self.expires_at, self.secret_state, self.retires_at)
    }

    /// Whether it may be used from an address.
    pub fn may_come_from(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&address))
    }

    /// Whether it came with a secret that is being replaced.
    pub fn uses_old_secret(&self) -> bool {
        self.secret_state == SecretState::Retiring
    }

    /// The caller as an actor: its scopes are the permissions it holds.
    pub fn to_actor(&self, trace: Trace) -> Actor {
        let kind = ActorKind::Machine {
            id: self.id,
            kind: self.kind,
            public_id: self.public_id.clone(),
            name: self.name.clone(),
            partner: self.partner,
            partner_name: self.partner_name.clone(),
        };
        Actor::new(kind, self.scopes.clone(), trace)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Digest([u8; 32]),
    Client(PublicId),
}

#[derive(Clone, Debug)]
struct Remembered {
    epoch: i64,
    caller: Arc<Caller>,
}

/// Verifies credentials, and remembers them as long as their epoch holds.
#[derive(Debug)]
pub struct Verifier {
    remembered: Cache<Key, Remembered>,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { remembered: Cache::new(REMEMBERED) }
    }
}

impl Verifier {
    /// Whose credential a text is, when it works now. What is of another kind than `kind` is unknown here.
    pub async fn verify(&self, cx: &Services, text: &str, kind: SecretKind) -> Result<Arc<Caller>, Refused> {
        let credential: Credential = text.parse().map_err(|_| Refused::Malformed)?;
        if credential.kind() != kind {
            return Err(Refused::Unknown);
        }
        let key = Key::Digest(digest(&cx.keys, cx.settings.pepper_version, &credential));
        let caller = match self.recall(cx, &key) {
            Some(caller) => caller,
            None => self.look_up(cx, &credential, key).await?,
        };
        let caller = decide(cx, caller)?;
        if let Some(secret) = caller.secret {
            if caller.is_first_use.swap(false, Ordering::AcqRel) {
                let actor = caller.to_actor(Trace::default());
                first_use::note(cx, &actor, caller.id.uuid(), secret).await?;
            }
            if caller.pepper_version != cx.settings.pepper_version {
                first_use::hash_anew(cx, &credential, secret).await?;
            }
        }
        Ok(caller)
    }

    /// A client by the public part of its credential, as it names itself and as its tokens name it, when it works now.
    pub async fn client(&self, cx: &Services, id: &PublicId) -> Result<Arc<Caller>, Refused> {
        let key = Key::Client(id.clone());
        let caller = match self.recall(cx, &key) {
            Some(caller) => caller,
            None => self.load(cx, key, None).await?,
        };
        decide(cx, caller)
    }

    fn recall(&self, cx: &Services, key: &Key) -> Option<Arc<Caller>> {
        let epoch = cx.epoch.trusted()?;
        self.remembered.get(key).filter(|remembered| remembered.epoch == epoch).map(|remembered| remembered.caller)
    }

    async fn look_up(&self, cx: &Services, credential: &Credential, key: Key) -> Result<Arc<Caller>, Refused> {
        // The pepper of today first; those before it for secrets that were not used since it changed.
        for version in (1..=cx.settings.pepper_version).rev() {
            let digest = digest(&cx.keys, version, credential);
            let secret = secret(cx.db.read().await?.connection(), &digest).await?;
            if let Some(secret) = secret {
                return self.load(cx, key, Some(secret)).await;
            }
        }
        Err(Refused::Unknown)
    }

    async fn load(&self, cx: &Services, key: Key, secret: Option<SecretRow>) -> Result<Arc<Caller>, Refused> {
        let mut reading = cx.db.read().await?;
        // The epoch first: a change between this and the rest makes what we read old, never new.
        let epoch = epoch::read(reading.connection()).await?;
        let row = match (&secret, &key) {
            (Some(secret), _) => row(reading.connection(), secret.credential_id, "").await?,
            (None, Key::Client(id)) => row(reading.connection(), Uuid::nil(), id.as_str()).await?,
            (None, Key::Digest(_)) => None,
        };
        let row = row.filter(|row| secret.is_some() || row.kind == CredentialKind::OauthClient.as_str());
        let Some(row) = row else { return Err(Refused::Unknown) };
        let caller = Arc::new(caller(reading.connection(), row, secret).await?);
        cx.epoch.raise(epoch);
        self.remembered.insert(key, Remembered { epoch, caller: Arc::clone(&caller) });
        Ok(caller)
    }
}

/// What is true at this instant, whatever was remembered.
fn decide(cx: &Services, caller: Arc<Caller>) -> Result<Arc<Caller>, Refused> {
    let copy = |caller: &Caller| Box::new(caller.copy());
    if caller.partner_status == PartnerStatus::Suspended {
        return Err(Refused::PartnerSuspended(copy(&caller)));
    }
    match caller.standing(cx.clock.now()) {
        Standing::Works => Ok(caller),
        standing => Err(Refused::Standing(copy(&caller), standing)),
    }
}

impl Caller {
    fn copy(&self) -> Self {
        Self {
            public_id: self.public_id.clone(),
            name: self.name.clone(),
            partner_name: self.partner_name.clone(),
            scopes: self.scopes.clone(),
            networks: self.networks.clone(),
            policies: self.policies.clone(),
            contract: Arc::clone(&self.contract),
            jwks: self.jwks.clone(),
            is_first_use: AtomicBool::new(self.is_first_use.load(Ordering::Acquire)),
            ..*self
        }
    }
}

#[derive(FromRow)]
struct SecretRow {
    id: Uuid,
    credential_id: Uuid,
    state: String,
    first_used_at: Option<i64>,
    retires_at: Option<i64>,
    pepper_version: i64,
}

async fn secret(connection: Connection<'_>, digest: &[u8; 32]) -> Result<Option<SecretRow>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, credential_id, state, first_used_at, retires_at, pepper_version
         FROM credential_secret WHERE digest = $1")
        .bind(digest.as_slice()).fetch_optional(c).await)?)
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    public_id: String,
    kind: String,
    name: String,
    partner_id: Uuid,
    partner_name: String,
    partner_status: String,
    environment: String,
    state: String,
    networks: String,
    api_version: String,
    not_before: Option<i64>,
    expires_at: Option<i64>,
    authentication: String,
    jwks: String,
    requires_dpop: bool,
}

/// By its id or by its public id.
async fn row(connection: Connection<'_>, id: Uuid, public_id: &str) -> Result<Option<Row>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT c.id, c.public_id, c.kind, c.name, c.partner_id, p.name AS partner_name, p.status AS partner_status,
                c.environment, c.state, c.networks, c.api_version, c.not_before, c.expires_at, c.authentication, c.jwks,
                c.requires_dpop
         FROM credential c
         JOIN partner p ON p.id = c.partner_id
         WHERE c.id = $1 OR c.public_id = $2")
        .bind(id).bind(public_id).fetch_optional(c).await)?)
}

async fn caller(mut connection: Connection<'_>, row: Row, secret: Option<SecretRow>) -> Result<Caller, Error> {
    let damaged = |invalid| Error::internal(invalid);
    Ok(Caller {
        id: row.id.into(),
        public_id: row.public_id.parse().map_err(damaged)?,
        kind: row.kind.parse().map_err(damaged)?,
        name: row.name,
        partner: row.partner_id.into(),
        partner_name: row.partner_name,
        environment: row.environment.parse().map_err(damaged)?,
        scopes: record::scopes(connection.again(), row.id).await?,
        networks: networks::read(&row.networks),
        version: row.api_version.parse().map_err(damaged)?,
        policies: limits::of_caller(connection.again(), row.id, row.partner_id).await?,
        contract: Arc::new(contracts::load(connection.again(), row.partner_id.into()).await?),
        authentication: row.authentication.parse().map_err(damaged)?,
        jwks: row.jwks,
        requires_dpop: row.requires_dpop,
        state: row.state.parse().map_err(damaged)?,
        partner_status: row.partner_status.parse().map_err(damaged)?,
        not_before: row.not_before.map(Timestamp),
        expires_at: row.expires_at.map(Timestamp),
        secret: secret.as_ref().map(|secret| secret.id.into()),
        secret_state: match &secret {
            Some(secret) => secret.state.parse().map_err(damaged)?,
            None => SecretState::Current,
        },
        retires_at: secret.as_ref().and_then(|secret| secret.retires_at).map(Timestamp),
        is_first_use: AtomicBool::new(secret.as_ref().is_some_and(|secret| secret.first_used_at.is_none())),
        pepper_version: secret.as_ref().map_or(0, |secret| secret.pepper_version),
    })
}
