//! The keys that sign access tokens: Ed25519, each for thirty days, the next one known before it is used.

use std::sync::{Arc, PoisonError, RwLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::RngCore;
use serde_json::{Value, json};
use sqlx::FromRow;

use crate::{Error, Services, access::Actor, audit, db::on, keys::Purpose};

/// A key signs so long; milliseconds.
const SIGNS_FOR: i64 = 30 * Timestamp::DAY;
/// So long before the end the next key is made and published; milliseconds.
const OVERLAP: i64 = 2 * Timestamp::DAY;
/// So long after its last signature a key can still be looked up; milliseconds.
const STANDS_AFTER: i64 = Timestamp::DAY;
/// What was read is good for so long; milliseconds.
const FRESH: i64 = 5 * Timestamp::MINUTE;
/// The ASN.1 that makes 32 bytes an Ed25519 private key (RFC 8410 section 7).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// One key.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) signs: EncodingKey,
    pub(super) verifies: DecodingKey,
    public_x: String,
    created_at: Timestamp,
    signs_until: Timestamp,
    stands_until: Timestamp,
}

#[derive(FromRow)]
struct Row {
    kid: String,
    public_x: String,
    sealed: Vec<u8>,
    created_at: i64,
    signs_until: i64,
    stands_until: i64,
}

#[derive(Default)]
struct Read {
    at: Timestamp,
    keys: Vec<Arc<Key>>,
}

/// The signing keys, as this process last read them.
#[derive(Default)]
pub struct SigningKeys(RwLock<Read>);

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys")
    }
}

fn place(kid: &str) -> String {
    format!("signing_key/{kid}")
}

impl Row {
    fn key(self, cx: &Services) -> Result<Key, Error> {
        let seed = cx.keys.unseal(Purpose::SealSigningKey, &place(&self.kid), &self.sealed)?;
        Ok(Key {
            signs: EncodingKey::from_ed_der(&[PKCS8.as_slice(), &seed].concat()),
            verifies: DecodingKey::from_ed_components(&self.public_x).map_err(Error::internal)?,
            kid: self.kid,
            public_x: self.public_x,
            created_at: Timestamp(self.created_at),
            signs_until: Timestamp(self.signs_until),
            stands_until: Timestamp(self.stands_until),
        })
    }
}

impl SigningKeys {
    fn remembered(&self, now: Timestamp) -> Option<Vec<Arc<Key>>> {
        let read = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (!read.keys.is_empty() && (0..FRESH).contains(&now.since(read.at))).then(|| read.keys.clone())
    }

    async fn all(&self, cx: &Services) -> Result<Vec<Arc<Key>>, Error> {
        match self.remembered(cx.clock.now()) {
            Some(keys) => Ok(keys),
            None => self.read(cx).await,
        }
    }

    /// Reads the keys, and makes the next one when it is time. Two nodes may do it at once: then there are two, and both
    /// are good.
    async fn read(&self, cx: &Services) -> Result<Vec<Arc<Key>>, Error> {
        let now = cx.clock.now();
        let mut keys = stored(cx, now).await?;
        if !keys.iter().any(|key| key.signs_until > now.plus(OVERLAP)) {
            make(cx).await?;
            keys = stored(cx, now).await?;
        }
        let keys: Vec<Arc<Key>> = keys.into_iter().map(Arc::new).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Read { at: now, keys: keys.clone() };
        Ok(keys)
    }

    /// The key to sign with: the oldest that still signs, so that a new one is known everywhere before it is used.
    pub(super) async fn signing(&self, cx: &Services) -> Result<Arc<Key>, Error> {
        let now = cx.clock.now();
        let keys = self.all(cx).await?;
        let key = keys.iter().filter(|key| key.signs_until > now).min_by_key(|key| key.created_at);
        key.cloned().ok_or_else(|| Error::internal("there is no key to sign tokens with"))
    }

    /// The key that a token names; asked of the database once more when it is unknown, since another node may have made it.
    pub(super) async fn find(&self, cx: &Services, kid: &str) -> Result<Option<Arc<Key>>, Error> {
        let of = |keys: &[Arc<Key>]| keys.iter().find(|key| key.kid == kid).cloned();
        match of(&self.all(cx).await?) {
            Some(key) => Ok(Some(key)),
            None => Ok(of(&self.read(cx).await?)),
        }
    }

    /// The public halves (RFC 7517), for whoever verifies tokens without asking us.
    pub async fn published(&self, cx: &Services) -> Result<Value, Error> {
        let now = cx.clock.now();
        let keys: Vec<Value> = self
            .all(cx)
            .await?
            .iter()
            .filter(|key| key.stands_until > now)
            .map(|key| {
                json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.public_x })
            })
            .collect();
        Ok(json!({ "keys": keys }))
    }
}

async fn stored(cx: &Services, now: Timestamp) -> Result<Vec<Key>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT kid, public_x, sealed, created_at, signs_until, stands_until
         FROM signing_key WHERE stands_until > $1 ORDER BY created_at, kid")
        .bind(now.millis()).fetch_all(c).await)?;
    rows.into_iter().map(|row| row.key(cx)).collect()
}

async fn make(cx: &Services) -> Result<(), Error> {
    let now = cx.clock.now();
    let mut seed = [0; 32];
    rand::rng().fill_bytes(&mut seed);
    let public_x = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&seed).verifying_key().as_bytes());
    let mut name = [0; 9];
    rand::rng().fill_bytes(&mut name);
    let kid = URL_SAFE_NO_PAD.encode(name);
    let sealed = cx.keys.seal(Purpose::SealSigningKey, &place(&kid), &seed)?;
    let signs_until = now.plus(SIGNS_FOR);
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO signing_key (kid, public_x, sealed, created_at, signs_until, stands_until) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&kid).bind(&public_x).bind(&sealed).bind(now.millis()).bind(signs_until.millis())
        .bind(signs_until.plus(STANDS_AFTER).millis())
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("signing_key.made").target("signing_key", &kid);
    uow.commit(cx, &Actor::job("signing keys"), entry).await
}
