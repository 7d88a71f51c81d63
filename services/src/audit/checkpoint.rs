//! Checkpoints: the size and root of a stream, signed with a key that is not in the database (C2SP tlog-checkpoint in a
//! signed note). A copy kept elsewhere shows a cut or a rewritten log, whoever rewrote it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;

use super::{
    Stream,
    chain::Hash,
    note::{self, NoteError, PublicKey},
};
use crate::{Services, keys::Purpose};

mod sign;

pub use sign::{Signed, Why, sign, sign_if_due, sign_with};

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

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }
}

impl Checkpoint {
    /// Reads the text of a note.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = lines.next()?;
        let is_plain = size == "0" || (!size.starts_with('0') && size.bytes().all(|digit| digit.is_ascii_digit()));
        Some(Self {
            origin,
            size: size.parse().ok().filter(|_| is_plain)?,
            root: STANDARD.decode(lines.next()?).ok()?.try_into().ok()?,
        })
    }

    /// The checkpoint of a note that this key has signed.
    pub fn open(note: &str, key: &PublicKey) -> Result<Self, NoteError> {
        Self::parse(note::open(note, key)?).ok_or(NoteError::Unreadable)
    }

    /// What a note says, whoever signed it: to name what is wrong with it, never to believe it.
    pub(super) fn unproven(note: &str) -> Option<Self> {
        Self::parse(note::text(note)?)
    }

    /// Whether it speaks of this stream. The host before it may have been another when it was signed; the key says whose
    /// log it is.
    pub(super) fn is_of(&self, stream: Stream) -> bool {
        self.origin.rsplit_once('/').is_some_and(|(_, name)| name == stream.as_str())
    }
}

/// The name the portal signs under: where people reach it, without the scheme.
fn key_name(cx: &Services) -> &str {
    let url = cx.settings.public_url.as_str();
    let host = url.split_once("://").map_or(url, |(_, host)| host).trim_end_matches('/');
    if note::is_name(host) { host } else { "keyfob" }
}

/// The origin line of a stream's checkpoints.
fn origin(cx: &Services, stream: Stream) -> String {
    format!("{}/{stream}", key_name(cx))
}

fn signing_key(cx: &Services) -> SigningKey {
    SigningKey::from_bytes(&cx.keys.derive(Purpose::AuditCheckpoint))
}

/// This portal's own public key.
pub(super) fn own_key(cx: &Services) -> PublicKey {
    PublicKey::of(key_name(cx), &signing_key(cx))
}

/// The public key as text (`name+hash+key`), to be kept with the notes and given to whoever checks them.
pub fn public_key(cx: &Services) -> String {
    own_key(cx).to_string()
}

/// Splits a file of notes, one after the other, with or without blank lines between.
pub fn notes_of(file: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut is_signed = false;
    for line in file.lines() {
        let is_signature = line.starts_with("— ");
        if is_signed && !is_signature {
            notes.push(joined(&lines));
            lines.clear();
        }
        is_signed = is_signature;
        if !(line.is_empty() && lines.is_empty()) {
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        notes.push(joined(&lines));
    }
    notes
}

fn joined(lines: &[&str]) -> String {
    format!("{}\n", lines.join("\n"))
}
