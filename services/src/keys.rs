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

/// Keys derived from one master key, each for one purpose. `Debug` prints nothing of them.
#[derive(Clone, Debug)]
pub struct Keys(Arc<SecretBox<[u8; 32]>>);

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
        }
    }
}

impl Keys {
    /// Keys from 32 random bytes.
    pub fn from_master(master: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(master))))
    }

    /// Reads the master key (64 hexadecimal digits) from its file, or makes one, readable by its owner only.
    pub fn open(path: &Path) -> io::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mut master = [0; 32];
                hex::decode_to_slice(text.trim(), &mut master).map_err(|_| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("{} must hold 64 hexadecimal digits and nothing else", path.display()),
                    )
                })?;
                Ok(Self::from_master(master))
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

    /// The key for one purpose (HMAC-SHA-256 of the purpose's word under the master key, RFC 5869 in its simplest form).
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        Self::mac(self.0.expose_secret(), purpose.word())
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
        let mut nonce = [0; 24];
        rand::rng().fill_bytes(&mut nonce);
        let sealed = XChaCha20Poly1305::new(&self.derive(purpose).into())
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: secret, aad: place.as_bytes() })
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose and place.
    pub fn unseal(&self, purpose: Purpose, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (nonce, rest) =
            sealed.split_at_checked(24).ok_or_else(|| Error::internal("a sealed secret is cut short"))?;
        XChaCha20Poly1305::new(&self.derive(purpose).into())
            .decrypt(XNonce::from_slice(nonce), Payload { msg: rest, aad: place.as_bytes() })
            .map_err(|_| Error::internal("a sealed secret does not open with this master key"))
    }
}
