//! Signed notes (C2SP signed-note) with Ed25519: a text, a blank line, and lines that sign it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The byte that says "Ed25519" in keys and in the hash that names them.
const ED25519: u8 = 0x01;

/// Signature lines looked at; more than witnesses would ever add.
const LINES: usize = 100;

/// A key to check notes with, and the name it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

/// Why a note is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not a note.
    #[error("this is not a signed note")]
    Unreadable,
    /// The key has not signed it, or it was changed since.
    #[error("the note is not signed by this key")]
    NotSigned,
}

impl PublicKey {
    /// The public half of a signing key.
    pub fn of(name: &str, key: &SigningKey) -> Self {
        Self { name: name.to_owned(), key: key.verifying_key() }
    }

    /// Reads `name+hash+key`, as it is written by `Display`.
    pub fn parse(text: &str) -> Option<Self> {
        // A name has no plus; the key's own encoding may have some.
        let (name, rest) = text.trim().split_once('+')?;
        let (hash, encoded) = rest.split_once('+')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let key: [u8; 32] = bytes.strip_prefix(&[ED25519])?.try_into().ok()?;
        let key = VerifyingKey::from_bytes(&key).ok()?;
        (is_name(name) && hash.eq_ignore_ascii_case(&hex::encode(key_id(name, &key))))
            .then(|| Self { name: name.to_owned(), key })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([&[ED25519], self.key.as_bytes().as_slice()].concat());
        write!(f, "{}+{}+{encoded}", self.name, hex::encode(key_id(&self.name, &self.key)))
    }
}

/// Whether a text can be a key's name.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter == '+' || letter.is_whitespace() || letter.is_control())
}

/// The four bytes by which a signature line names its key.
fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.as_bytes()).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Signs a text, which ends with a line break.
pub fn sign(name: &str, key: &SigningKey, text: &str) -> String {
    let signature = key.sign(text.as_bytes());
    let line = [key_id(name, &key.verifying_key()).as_slice(), &signature.to_bytes()].concat();
    format!("{text}\n— {name} {}\n", STANDARD.encode(line))
}

/// The text of a note, whoever signed it. To be believed only after [`open`].
pub(super) fn text(note: &str) -> Option<&str> {
    split(note).map(|(text, _)| text)
}

fn split(note: &str) -> Option<(&str, &str)> {
    let is_clean = !note.contains(|letter: char| letter.is_ascii_control() && letter != '\n');
    let at = note.rfind("\n\n").filter(|_| is_clean)?;
    Some((&note[..=at], &note[at + 2..]))
}

/// The text of a note that the key has signed.
///
/// The name in a signature line need not be the key's: a portal that moves to another address signs under another name,
/// with the same key. The line's own hash binds the name it gives to the key.
pub fn open<'note>(note: &'note str, key: &PublicKey) -> Result<&'note str, NoteError> {
    let (text, lines) = split(note).ok_or(NoteError::Unreadable)?;
    let mut is_signed = false;
    for line in lines.lines().take(LINES) {
        let (name, encoded) =
            line.strip_prefix("— ").and_then(|line| line.split_once(' ')).ok_or(NoteError::Unreadable)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Unreadable)?;
        let (id, signature) = bytes.split_at_checked(4).ok_or(NoteError::Unreadable)?;
        if !is_name(name) || id != key_id(name, &key.key) {
            // Somebody else's: a witness, or a key that has been replaced.
            continue;
        }
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::NotSigned)?;
        key.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::NotSigned)?;
        is_signed = true;
    }
    if is_signed { Ok(text) } else { Err(NoteError::NotSigned) }
}
