//! The form of a credential: `kf{type}_{env}_{id}_{secret}{check}`.
//!
//! The id is public and names the key in lists, logs and tickets. The check is a CRC-32 over everything before it, so
//! that a mistyped or cut credential is refused without asking anybody, and a scanner can tell a real one from a
//! likeness. It guards against mistakes only; what can't be guessed is the secret.

use std::{fmt, str::FromStr};

use super::{Environment, SecretKind};
use crate::texts::Invalid;

/// What every credential of ours begins with. It stands here and nowhere else.
pub const PREFIX: &str = "kf";
/// How long the public id is.
pub const ID_LENGTH: usize = 12;
/// How long the secret is: 43 characters of 62 hold 256 bits.
pub const SECRET_LENGTH: usize = 43;
const CHECK_LENGTH: usize = 6;
const HEAD_LENGTH: usize = PREFIX.len() + 1;
const LENGTH: usize = HEAD_LENGTH + 1 + 4 + 1 + ID_LENGTH + 1 + SECRET_LENGTH + CHECK_LENGTH;

/// Finds a credential of ours in any text, as a regular expression.
pub const PATTERN: &str = "kf[kcw]_(live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The public part of a credential: names it without giving it away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicId(String);

impl PublicId {
    /// The twelve characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PublicId> for String {
    fn from(id: PublicId) -> Self {
        id.0
    }
}

impl TryFrom<String> for PublicId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl FromStr for PublicId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() == ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("The id of a key is 12 letters and digits."))
        }
    }
}

/// A whole credential. It is shown by nothing but [`Credential::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    text: String,
    kind: SecretKind,
    environment: Environment,
    id: PublicId,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_{}_{}_…", self.kind, self.environment, self.id)
    }
}

impl Credential {
    /// Puts a credential together. `secret` must be [`SECRET_LENGTH`] letters and digits from the system's random source.
    pub fn assemble(kind: SecretKind, environment: Environment, id: PublicId, secret: &str) -> Result<Self, Invalid> {
        if secret.len() != SECRET_LENGTH || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Invalid::new("A secret is 43 letters and digits."));
        }
        let body = format!("{PREFIX}{kind}_{environment}_{id}_{secret}");
        let text = format!("{body}{}", check(&body));
        Ok(Self { text, kind, environment, id })
    }

    /// The credential itself: for its owner, once, and for the keyed hash.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What it is for.
    pub const fn kind(&self) -> SecretKind {
        self.kind
    }

    /// What it works on.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Its public part.
    pub const fn id(&self) -> &PublicId {
        &self.id
    }
}

impl FromStr for Credential {
    type Err = Invalid;

    /// Refuses whatever is not one, mistyped ones among them, without asking anybody.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse(text)
            .ok_or_else(|| Invalid::new("This is not a credential of ours, or a part of it is missing or mistyped."))
    }
}

fn parse(text: &str) -> Option<Credential> {
    if text.len() != LENGTH || !text.is_ascii() {
        return None;
    }
    let (body, tail) = text.split_at(LENGTH - CHECK_LENGTH);
    if check(body) != tail {
        return None;
    }
    let mut parts = body.split('_');
    let (head, environment, id, secret) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some()
        || secret.len() != SECRET_LENGTH
        || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return None;
    }
    let kind = head.strip_prefix(PREFIX)?.parse().ok()?;
    Some(Credential { text: text.to_owned(), kind, environment: environment.parse().ok()?, id: id.parse().ok()? })
}

/// CRC-32 (ISO-HDLC, as in RFC 1952) in six digits of base 62.
fn check(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut digits = [DIGITS[0]; CHECK_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[rest % 62];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}
