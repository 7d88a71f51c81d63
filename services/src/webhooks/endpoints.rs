//! Addresses to which events are sent, each with a secret by which we sign.

use std::collections::BTreeSet;

use domain::{
    credentials::{Credential, Environment, SecretKind},
    ids::{EndpointId, PartnerId},
    permissions::marker::WebhooksManage,
    webhooks::{Scheme, event_type},
};
use rand::{Rng, TryRngCore, rngs::OsRng};
use secrecy::SecretString;
use sqlx::FromRow;
use uuid::Uuid;

use super::{not_found, sign::public_key};
use crate::{
    Error, Services,
    access::{Access, ActorKind},
    audit,
    credentials::new_secret,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on},
    form_token::{self, Spent},
    keys::Purpose,
    outbound::Outbound,
};

/// More addresses than this are no partner's need.
const MOST: i64 = 50;

/// An address as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Endpoint {
    /// Its id.
    pub id: Uuid,
    /// The address.
    pub url: String,
    /// What it is for; may be empty.
    pub description: String,
    event_types: String,
    scheme: String,
    max_per_second: Option<i64>,
    /// Whether events are sent to it.
    pub is_enabled: bool,
    /// When it was registered, in milliseconds.
    pub created_at: i64,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// Counts the saves.
    pub version: i64,
}

impl Endpoint {
    /// The types of event that are sent to it; all when empty.
    pub fn event_types(&self) -> Vec<String> {
        serde_json::from_str(&self.event_types).unwrap_or_default()
    }

    /// How its messages are signed; what the database's own check admits always parses.
    pub fn scheme(&self) -> Scheme {
        self.scheme.parse().unwrap_or(Scheme::Hmac)
    }

    /// How many messages a node sends to it in a second; as many as it takes when nothing is set.
    pub fn max_per_second(&self) -> Option<u32> {
        self.max_per_second.and_then(|most| u32::try_from(most).ok())
    }
}

impl Keyed for Endpoint {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.created_at), self.id)
    }
}

/// An address as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointFields {
    /// The address: https, with a host that is a name.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// The types of event; all when empty.
    pub event_types: Vec<String>,
    /// How its messages are signed. It can't be changed later.
    pub scheme: Scheme,
    /// How many messages a node sends to it in a second, 1 to 1,000; as many as it takes when nothing is set.
    pub max_per_second: Option<u32>,
    /// Whether events are sent to it.
    pub is_enabled: bool,
}

/// What proves that a message is from us, told once.
#[derive(Debug)]
pub enum Proof {
    /// The secret that both sides know.
    Secret(SecretString),
    /// The public half of our key: `whpk_…`. It can be read again.
    PublicKey(String),
}

/// Whose addresses, for which environment. Only a permission makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    partner: PartnerId,
    environment: Environment,
}

impl Owner {
    /// A machine works on its own partner's addresses, and on no others.
    pub fn of_machine(access: &Access<WebhooksManage>, environment: Environment) -> Result<Self, Error> {
        match access.actor().kind() {
            ActorKind::Machine { partner, .. } => Ok(Self { partner: *partner, environment }),
            _ => Err(Error::denied("webhooks.machines_only", "Here a partner's machines manage their own addresses.")),
        }
    }

    /// A person works on everybody's.
    pub fn of_person(
        access: &Access<WebhooksManage>,
        partner: PartnerId,
        environment: Environment,
    ) -> Result<Self, Error> {
        match access.actor().kind() {
            ActorKind::Machine { .. } => Err(Error::denied("webhooks.own_only", "These are another partner's.")),
            _ => Ok(Self { partner, environment }),
        }
    }
}

pub(crate) fn place(id: EndpointId) -> String {
    format!("webhook_endpoint/secret/{id}")
}

fn check(outbound: &Outbound, fields: &EndpointFields) -> Result<(), Error> {
    let wrong = |words: String| Err(Error::invalid_field("url", words));
    let is_one_word = !fields.url.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if !is_one_word || !(9..=2_000).contains(&fields.url.len()) {
        return wrong("Give an https address with a host name, like https://example.com/hooks.".to_owned());
    }
    if let Err(refusal) = outbound.check(&fields.url) {
        return wrong(format!("This address is {refusal}. Give one like https://example.com/hooks."));
    }
    if fields.max_per_second.is_some_and(|most| !(1..=1_000).contains(&most)) {
        return Err(Error::invalid_field("max_per_second", "Use 1 to 1,000, or leave it empty."));
    }
    for name in &fields.event_types {
        if event_type(name).is_none() {
            let words = format!("There is no event {name}. The catalogue of events names all.");
            return Err(Error::invalid_field("event_types", words));
        }
    }
    Ok(())
}

/// The types as stored: each once.
fn stored(types: &[String]) -> Result<String, Error> {
    let types: BTreeSet<&String> = types.iter().collect();
    serde_json::to_string(&types).map_err(Error::internal)
}

/// A page of the partner's addresses, the oldest first.
pub async fn list(
    cx: &Services,
    _access: &Access<WebhooksManage>,
    owner: Owner,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Endpoint>, Error> {
    let mut reading = cx.db.read().await?;
    KeysetList::new(
        "SELECT id, url, description, event_types, scheme, max_per_second, is_enabled, created_at,
                updated_at, version FROM webhook_endpoint",
        "created_at",
        "id",
        Direction::Ascending,
    )
    .filter(
        "partner_id = ? AND environment = ?",
        [Bind::Id(owner.partner.uuid()), Bind::Text(owner.environment.as_str().to_owned())],
    )
    .from_cursor(cursor)?
    .limit(limit)
    .fetch(reading.connection())
    .await
}

/// One of the partner's addresses.
pub async fn find(
    cx: &Services,
    _access: &Access<WebhooksManage>,
    owner: Owner,
    id: EndpointId,
) -> Result<Endpoint, Error> {
    load(cx.db.read().await?.connection(), owner, id).await
}

async fn load(connection: Connection<'_>, owner: Owner, id: EndpointId) -> Result<Endpoint, Error> {
    let row: Option<Endpoint> = on!(connection, c => sqlx::query_as(
        "SELECT id, url, description, event_types, scheme, max_per_second, is_enabled, created_at,
                updated_at, version
         FROM webhook_endpoint WHERE id = $1 AND partner_id = $2 AND environment = $3")
        .bind(id.uuid()).bind(owner.partner.uuid()).bind(owner.environment.as_str()).fetch_optional(c).await)?;
    row.ok_or_else(not_found)
}

pub(crate) fn fresh_secret(environment: Environment) -> Result<Credential, Error> {
    let id: String = EndpointId::new().uuid().simple().to_string();
    // The id of a webhook's secret is the end of a random number: nobody looks anything up by it.
    let id = id[id.len() - domain::credentials::ID_LENGTH..].parse().map_err(Error::internal)?;
    new_secret(SecretKind::WebhookSecret, environment, id)
}

/// What a new endpoint, or one that is rotated, signs by: as it is sealed, and as the partner is told.
pub(super) fn fresh_proof(
    cx: &Services,
    id: EndpointId,
    scheme: Scheme,
    environment: Environment,
) -> Result<(Vec<u8>, Proof), Error> {
    let seal = |bytes: &[u8]| cx.keys.seal(Purpose::SealWebhookSecret, &place(id), bytes);
    Ok(match scheme {
        Scheme::Hmac => {
            let secret = fresh_secret(environment)?;
            (seal(secret.expose().as_bytes())?, Proof::Secret(SecretString::from(secret.expose())))
        }
        Scheme::Ed25519 => {
            let seed: [u8; 32] = OsRng.unwrap_err().random();
            (seal(&seed)?, Proof::PublicKey(public_key(&seed)?))
        }
    })
}

/// Registers an address. The secret is told this once. `token` is the form's, if it comes by one: sent again, it answers
/// the endpoint of the first time, and no secret.
pub async fn create(
    cx: &Services,
    access: &Access<WebhooksManage>,
    owner: Owner,
    fields: &EndpointFields,
    token: Option<Uuid>,
) -> Result<(Endpoint, Option<Proof>), Error> {
    check(&cx.outbound, fields)?;
    let actor = access.actor();
    let id = EndpointId::new();
    let (sealed, proof) = fresh_proof(cx, id, fields.scheme, owner.environment)?;
    let types = stored(&fields.event_types)?;
    let mut uow = cx.db.begin().await?;
    if let Some(token) = token
        && let Spent::Before(earlier) =
            form_token::spend(uow.connection(), cx.clock.now(), token, &id.to_string()).await?
    {
        let earlier = earlier.parse().map_err(|_| not_found())?;
        return Ok((load(uow.connection(), owner, earlier).await?, None));
    }
    let (count,): (i64,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM webhook_endpoint WHERE partner_id = $1").bind(owner.partner.uuid()).fetch_one(c).await)?;
    if count >= MOST {
        return Err(Error::refused(
            "webhook_endpoint.too_many",
            format!("A partner can have {MOST} endpoints. Delete one first."),
        ));
    }
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO webhook_endpoint (id, partner_id, environment, url, description, event_types, secret, is_enabled,
                                       created_at, updated_at, scheme, max_per_second)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)")
        .bind(id.uuid()).bind(owner.partner.uuid()).bind(owner.environment.as_str()).bind(&fields.url).bind(&fields.description)
        .bind(types).bind(sealed).bind(fields.is_enabled).bind(cx.clock.now().millis()).bind(fields.scheme.as_str())
        .bind(fields.max_per_second.map(i64::from))
        .execute(c).await.map(|_| ()))?;
    let endpoint = load(uow.connection(), owner, id).await?;
    let entry = audit::Entry::new("webhook_endpoint.created").target("webhook_endpoint", id);
    uow.commit(cx, actor, entry).await?;
    Ok((endpoint, Some(proof)))
}

/// Changes an address over the version that was read.
pub async fn edit(
    cx: &Services,
    access: &Access<WebhooksManage>,
    owner: Owner,
    id: EndpointId,
    version: i64,
    fields: &EndpointFields,
) -> Result<Endpoint, Error> {
    check(&cx.outbound, fields)?;
    let actor = access.actor();
    let types = stored(&fields.event_types)?;
    let mut uow = cx.db.begin().await?;
    load(uow.connection(), owner, id).await?;
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE webhook_endpoint
         SET url = $3, description = $4, event_types = $5, updated_at = $7, version = version + 1,
             max_per_second = $8,
             failing_since = CASE WHEN is_enabled THEN failing_since END, is_enabled = $6, stopped_why = ''
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(&fields.url).bind(&fields.description).bind(types).bind(fields.is_enabled)
        .bind(cx.clock.now().millis()).bind(fields.max_per_second.map(i64::from))
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict("webhook_endpoint.changed_meanwhile", "It was changed meanwhile. Read it again."));
    }
    let endpoint = load(uow.connection(), owner, id).await?;
    let entry = audit::Entry::new("webhook_endpoint.updated").target("webhook_endpoint", id);
    uow.commit(cx, actor, entry).await?;
    Ok(endpoint)
}

/// Deletes an address, with its queue and its log. Machines give no reason.
pub async fn delete(
    cx: &Services,
    access: &Access<WebhooksManage>,
    owner: Owner,
    id: EndpointId,
    reason: &str,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    load(uow.connection(), owner, id).await?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM webhook_endpoint WHERE id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("webhook_endpoint.deleted").target("webhook_endpoint", id).reason(reason);
    uow.commit(cx, actor, entry).await
}
