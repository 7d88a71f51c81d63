//! The master key and what is derived from it. It lives in a file beside the database, never in it.

use std::{io, path::Path, sync::Arc};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

use crate::Error;

/// The master keys, and keys derived from the first of them, each for one purpose. `Debug` prints nothing of them.
///
/// The first master key stays for as long as the data lives. Those after it wrap the data keys of the vault, of which the
/// last is in use: so what partners gave us can be put under another key without anything else changing.
#[derive(Clone, Debug)]
pub struct Keys(Arc<Vec<SecretBox<[u8; 32]>>>);

/// What a derived key is for; the word goes into the derivation.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Seals authenticator secrets.
    SealTotp,
    /// Binds forms to sessions.
    FormToken,
    /// Signs audit checkpoints.
    AuditCheckpoint,
    /// Signs the notice that a redirect carries.
    Notice,
    /// Peppers one-time links and recovery codes.
    OneTimeToken,
    /// Signs list cursors and previews.
    Preview,
    /// Peppers the hashes by which credentials of machines are found.
    CredentialPepper,
    /// Seals the private keys that sign access tokens.
    SealSigningKey,
    /// Seals a secret on its way to the one page that shows it.
    ShownOnce,
    /// Seals what a person's papers say.
    SealIdentity,
    /// Seals the secrets by which we sign what we send to webhooks.
    SealWebhookSecret,
    /// Wraps the data keys of the vault.
    WrapVault,
    /// Seals what waits to be sent to partners, and what they answered.
    SealPartnerData,
    /// Hashes questions to partners, so that the last answer to each is found without its words.
    PartnerQuestion,
    /// Hashes fields that leave for a partner in that form.
    SharedField,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::SealTotp => b"keyfob/v1/seal-totp",
            Self::FormToken => b"keyfob/v1/form-token",
            Self::AuditCheckpoint => b"keyfob/v1/audit-checkpoint",
            Self::Notice => b"keyfob/v1/notice",
            Self::OneTimeToken => b"keyfob/v1/one-time-token",
            Self::Preview => b"keyfob/v1/preview",
            Self::CredentialPepper => b"keyfob/v1/credential-pepper",
            Self::SealSigningKey => b"keyfob/v1/seal-signing-key",
            Self::ShownOnce => b"keyfob/v1/shown-once",
            Self::SealIdentity => b"keyfob/v1/seal-identity",
            Self::SealWebhookSecret => b"keyfob/v1/seal-webhook-secret",
            Self::WrapVault => b"keyfob/v1/wrap-vault",
            Self::SealPartnerData => b"keyfob/v1/seal-partner-data",
            Self::PartnerQuestion => b"keyfob/v1/partner-question",
            Self::SharedField => b"keyfob/v1/shared-field",
        }
    }
}

impl Keys {
    /// Keys from 32 random bytes.
    pub fn from_master(master: [u8; 32]) -> Self {
        Self::from_masters(vec![master])
    }

    /// Keys from several masters of 32 random bytes each, the oldest first. None at all is one of zeros, which opens
    /// nothing.
    pub fn from_masters(masters: Vec<[u8; 32]>) -> Self {
        let masters = if masters.is_empty() { vec![[0; 32]] } else { masters };
        Self(Arc::new(masters.into_iter().map(|master| SecretBox::new(Box::new(master))).collect()))
    }

    /// Reads the master keys (64 hexadecimal digits in a line each) from their file, or makes one, readable by its owner
    /// only.
    pub fn open(path: &Path) -> io::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let masters: Option<Vec<[u8; 32]>> = text
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(|line| {
                        let mut master = [0; 32];
                        hex::decode_to_slice(line, &mut master).ok().map(|()| master)
                    })
                    .collect();
                masters.filter(|masters| !masters.is_empty()).map(Self::from_masters).ok_or_else(|| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("{} must hold lines of 64 hexadecimal digits and nothing else", path.display()),
                    )
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(error),
        }
    }

    fn make(path: &Path) -> io::Result<Self> {
        let mut master = [0; 32];
        rand::rng().fill_bytes(&mut master);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut open = std::fs::OpenOptions::new();
        open.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
        let mut file = open.open(path)?;
        io::Write::write_all(&mut file, format!("{}\n", hex::encode(master)).as_bytes())?;
        file.sync_all()?;
        Ok(Self::from_master(master))
    }

    /// Adds a master key to its file: from the next start on it wraps the vault's data keys. Answers its fingerprint.
    pub fn add_master(path: &Path) -> io::Result<String> {
        let before = Self::open(path)?;
        let mut master = [0; 32];
        rand::rng().fill_bytes(&mut master);
        let mut masters: Vec<[u8; 32]> = before.0.iter().map(|master| *master.expose_secret()).collect();
        masters.push(master);
        let lines: Vec<String> = masters.iter().map(hex::encode).collect();
        let text = lines.join("\n") + "\n";
        // Written beside it and moved over it, so that a crash leaves the one or the other.
        let beside = path.with_extension("new");
        let mut open = std::fs::OpenOptions::new();
        open.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
        let mut file = open.open(&beside)?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        Ok(Self::fingerprint(&master))
    }

    fn fingerprint(master: &[u8; 32]) -> String {
        hex::encode(&Self::mac(master, b"keyfob/v1/fingerprint")[..6])
    }

    /// The fingerprint of the master key that wraps the vault's data keys.
    pub fn vault_master(&self) -> String {
        self.0.last().map(|master| Self::fingerprint(master.expose_secret())).unwrap_or_default()
    }

    /// Wraps a data key of the vault under the newest master key.
    pub fn wrap(&self, place: &str, data_key: &[u8; 32]) -> Result<Vec<u8>, Error> {
        let master = self.0.last().ok_or_else(|| Error::internal("there is no master key"))?;
        encrypt(&Self::mac(master.expose_secret(), Purpose::WrapVault.word()), place, data_key)
    }

    /// Opens what [`Keys::wrap`] wrapped under the master key with this fingerprint.
    pub fn unwrap_key(&self, fingerprint: &str, place: &str, wrapped: &[u8]) -> Result<[u8; 32], Error> {
        let master =
            self.0.iter().find(|master| Self::fingerprint(master.expose_secret()) == fingerprint).ok_or_else(|| {
                Error::internal("a data key is wrapped under a master key that this node doesn't have")
            })?;
        let key = decrypt(&Self::mac(master.expose_secret(), Purpose::WrapVault.word()), place, wrapped)?;
        key.try_into().map_err(|_| Error::internal("a data key is cut short"))
    }

    /// The key for one purpose (HMAC-SHA-256 of the purpose's word under the first master key, RFC 5869 in its simplest
    /// form).
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        self.0.first().map_or([0; 32], |master| Self::mac(master.expose_secret(), purpose.word()))
    }

    /// A keyed hash under a purpose's key: for tokens to be looked up by, and for proofs that we made a text.
    pub fn keyed_hash(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        Self::mac(&self.derive(purpose), message)
    }

    fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length, so this can't fail")]
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Seals a secret for storage. `place` (table, column, row) is bound to it, so that a sealed value can't be moved
    /// to another row.
    pub fn seal(&self, purpose: Purpose, place: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
        encrypt(&self.derive(purpose), place, secret)
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose and place.
    pub fn unseal(&self, purpose: Purpose, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        decrypt(&self.derive(purpose), place, sealed)
    }
}

/// XChaCha20-Poly1305 under a key, bound to a place; the nonce stands before the rest.
pub(crate) fn encrypt(key: &[u8; 32], place: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; 24];
    rand::rng().fill_bytes(&mut nonce);
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: secret, aad: place.as_bytes() })
        .map_err(|_| Error::internal("a secret could not be sealed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`encrypt`] made.
pub(crate) fn decrypt(key: &[u8; 32], place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (nonce, rest) = sealed.split_at_checked(24).ok_or_else(|| Error::internal("a sealed secret is cut short"))?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: rest, aad: place.as_bytes() })
        .map_err(|_| Error::internal("a sealed secret does not open with this key"))
}
