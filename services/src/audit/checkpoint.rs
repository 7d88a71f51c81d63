//! Checkpoints: the size and root of a stream, signed with a key that is not in the database (C2SP tlog-checkpoint in a
//! signed note). A copy kept elsewhere shows a cut or a rewritten log, whoever rewrote it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Timestamp;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{Stream, chain::Hash, merkle::Frontier};
use crate::{Error, Services, db::on, keys::Purpose};

/// A checkpoint is signed when so many events came since the last one …
const EVENTS: i64 = 1_000;
/// … or when there are new ones and so much time has passed.
const PAUSE: i64 = Timestamp::MINUTE;

/// The size and root of a stream at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log, and which stream: the first line of the note.
    pub origin: String,
    /// How many events.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }
}

/// The notes that were signed, as text: keep them elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Signed(pub Vec<String>);

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.join("\n").trim_end())
    }
}

fn key_name(cx: &Services) -> String {
    let host = cx.settings.public_url.split("//").last().unwrap_or_default();
    format!("keyfob/{host}")
}

/// The origin line of a stream's checkpoints.
pub(super) fn origin(cx: &Services, stream: Stream) -> String {
    format!("{}/{stream}", key_name(cx))
}

fn signing_key(cx: &Services) -> SigningKey {
    SigningKey::from_bytes(&cx.keys.derive(Purpose::AuditCheckpoint))
}

/// The hash by which a note's signature line names its key (C2SP signed-note).
fn key_hash(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', 0x01]).chain_update(key.as_bytes()).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The public key as text (`name+hash+key`), to be kept with the notes and given to whoever checks them.
pub fn public_key(cx: &Services) -> String {
    let (name, key) = (key_name(cx), signing_key(cx).verifying_key());
    let bytes = [&[0x01], key.as_bytes().as_slice()].concat();
    format!("{name}+{}+{}", hex::encode(key_hash(&name, &key)), STANDARD.encode(bytes))
}

/// Reads a public key as [`public_key`] writes it.
pub(super) fn parse_public_key(text: &str) -> Option<VerifyingKey> {
    let bytes = STANDARD.decode(text.trim().rsplit_once('+')?.1).ok()?;
    let key: [u8; 32] = bytes.strip_prefix(&[0x01])?.try_into().ok()?;
    VerifyingKey::from_bytes(&key).ok()
}

/// This portal's own public key.
pub(super) fn own_key(cx: &Services) -> VerifyingKey {
    signing_key(cx).verifying_key()
}

fn sign_note(cx: &Services, checkpoint: &Checkpoint) -> String {
    let (name, key) = (key_name(cx), signing_key(cx));
    let body = checkpoint.body();
    let signature = key.sign(body.as_bytes());
    let line = [key_hash(&name, &key.verifying_key()).as_slice(), &signature.to_bytes()].concat();
    format!("{body}\n— {name} {}\n", STANDARD.encode(line))
}

/// Reads a note and checks its signature. Answers the checkpoint, and whether the key signed it.
pub(super) fn open_note(note: &str, key: &VerifyingKey) -> Option<(Checkpoint, bool)> {
    let (body, signatures) = note.split_once("\n\n")?;
    let body = format!("{body}\n");
    let mut lines = body.lines();
    let checkpoint = Checkpoint {
        origin: lines.next()?.to_owned(),
        size: lines.next()?.parse().ok()?,
        root: STANDARD.decode(lines.next()?).ok()?.try_into().ok()?,
    };
    let is_signed =
        signatures.lines().filter_map(|line| line.strip_prefix("— ")?.rsplit_once(' ')).any(|(_, encoded)| {
            STANDARD.decode(encoded).ok().is_some_and(|bytes| {
                let signature = bytes.get(4..).and_then(|bytes| Signature::from_slice(bytes).ok());
                signature.is_some_and(|signature| key.verify_strict(body.as_bytes(), &signature).is_ok())
            })
        });
    Some((checkpoint, is_signed))
}

/// Splits a file of notes, one after the other.
pub(super) fn notes_of(text: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.is_empty() && lines.is_empty() {
            continue;
        }
        lines.push(line);
        if line.starts_with("— ") {
            notes.push(format!("{}\n", lines.join("\n")));
            lines.clear();
        }
    }
    notes
}

/// Signs a checkpoint of every stream that has grown since its last one.
pub async fn sign(cx: &Services) -> Result<Signed, Error> {
    sign_where(cx, |_, _| true).await
}

/// Signs where enough has come, or enough time has passed. Called regularly, and before the portal stops.
pub async fn sign_if_due(cx: &Services) -> Result<Signed, Error> {
    let now = cx.clock.now();
    sign_where(cx, move |grown, last| grown >= EVENTS || now.since(Timestamp(last)) >= PAUSE).await
}

async fn sign_where(cx: &Services, is_due: impl Fn(i64, i64) -> bool) -> Result<Signed, Error> {
    let now = cx.clock.now();
    let mut signed = Signed::default();
    for stream in Stream::ALL.iter().copied() {
        let mut uow = cx.db.begin().await?;
        // An update that changes nothing takes the row's lock, so that the frontier can't move under us.
        let head: Option<(i64, Vec<u8>, i64)> = on!(uow.connection(), c => sqlx::query_as(
            "UPDATE audit_head SET size = size WHERE stream = $1 RETURNING size, frontier, signed_size")
            .bind(stream.as_str()).fetch_optional(c).await)?;
        let Some((size, frontier, signed_size)) = head else { continue };
        let last: Option<(i64,)> = on!(uow.connection(), c => sqlx::query_as(
            "SELECT signed_at FROM audit_checkpoint WHERE stream = $1 ORDER BY size DESC LIMIT 1")
            .bind(stream.as_str()).fetch_optional(c).await)?;
        if size <= signed_size || !is_due(size - signed_size, last.map_or(0, |(at,)| at)) {
            continue;
        }
        let frontier = u64::try_from(size)
            .ok()
            .and_then(|size| Frontier::from_bytes(size, &frontier))
            .ok_or_else(|| Error::internal(format!("the head of the audit stream {stream} is damaged")))?;
        let checkpoint = Checkpoint { origin: origin(cx, stream), size: frontier.size(), root: frontier.root() };
        let note = sign_note(cx, &checkpoint);
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO audit_checkpoint (stream, size, signed_at, root, note) VALUES ($1, $2, $3, $4, $5)")
            .bind(stream.as_str()).bind(size).bind(now.millis()).bind(checkpoint.root.as_slice()).bind(&note)
            .execute(c).await.map(|_| ()))?;
        on!(uow.connection(), c => sqlx::query("UPDATE audit_head SET signed_size = $2, signed_root = $3 WHERE stream = $1")
            .bind(stream.as_str()).bind(size).bind(checkpoint.root.as_slice()).execute(c).await.map(|_| ()))?;
        uow.commit_bookkeeping().await?;
        tracing::info!(target: "audit.checkpoint", %stream, size, note, "signed");
        signed.0.push(note);
    }
    Ok(signed)
}
