//! Hashing of passwords with argon2id, off the async threads and within a fixed budget of memory.
//!
//! A hash takes 19 MiB and tens of milliseconds of one core. Unbounded, a burst of sign-ins would take the memory and
//! stall every other request; so there are as many permits as the server can spare, and who waits too long is told to
//! come back.

pub mod policy;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::Error;

/// The most characters a password may have. Longer ones are refused before they are hashed.
pub const MOST_CHARACTERS: usize = 256;

/// How long one waits for a permit before being told that we are busy.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most a stored hash may ask of us, so that a changed row can't make a sign-in take gigabytes or minutes.
const MOST_MEMORY_KIB: u32 = 64 * 1_024;
const MOST_PASSES: u32 = 8;
const MOST_LANES: u32 = 4;

/// Hashes and verifies passwords. Clones share the same permits.
#[derive(Clone)]
pub struct PasswordHasher(Arc<Inner>);

struct Inner {
    permits: Arc<Semaphore>,
    params: Params,
    /// A hash of nothing, with today's parameters: what an unknown account is verified against.
    dummy: String,
    runs: AtomicU64,
}

/// What came of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether the password is the one.
    pub ok: bool,
    /// Whether the hash was made with other parameters than today's.
    pub needs_rehash: bool,
}

impl PasswordHasher {
    /// A hasher with the parameters that OWASP asks for at least (19 MiB, two passes, one lane), which works on at most
    /// `permits` passwords at a time; 19 MiB × `permits` is its budget of memory.
    pub fn new(permits: usize) -> Self {
        Self::with(permits, Params::DEFAULT)
    }

    /// A hasher with parameters that are no protection and take no time.
    #[cfg(feature = "testing")]
    pub fn for_tests() -> Self {
        Self::for_tests_with(64, 8, 1)
    }

    /// A hasher with other parameters than those of [`PasswordHasher::for_tests`].
    #[cfg(feature = "testing")]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "for tests only, with values that are known to fit"
    )]
    pub fn for_tests_with(permits: usize, memory_kib: u32, passes: u32) -> Self {
        Self::with(permits, Params::new(memory_kib, passes, 1, None).expect("parameters that argon2 takes"))
    }

    fn with(permits: usize, params: Params) -> Self {
        let dummy = dummy_hash(&params);
        Self(Arc::new(Inner {
            permits: Arc::new(Semaphore::new(permits.max(1))),
            params,
            dummy,
            runs: AtomicU64::new(0),
        }))
    }

    /// A PHC string to be stored. The password is normalised (NFC), so that it is the same from every keyboard.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Error> {
        let Some(password) = normalised(password) else {
            return Err(Error::invalid_field("password", format!("Use at most {MOST_CHARACTERS} characters.")));
        };
        self.run(move |argon2| {
            argon2.hash_password(password.expose_secret().as_bytes()).map(|hash: PasswordHash| hash.to_string())
        })
        .await
    }

    /// Whether a password is the one that a stored PHC string was made of.
    pub async fn verify(&self, password: &SecretString, phc: &str) -> Result<Verified, Error> {
        let stored = Stored::parse(phc, &self.0.params)?;
        let Some(password) = normalised(password) else {
            return Ok(Verified { ok: false, needs_rehash: false });
        };
        let needs_rehash = stored.needs_rehash;
        let ok = self
            .run(move |argon2| match argon2.verify_password(password.expose_secret().as_bytes(), &stored.hash) {
                Ok(()) => Ok(true),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            })
            .await?;
        Ok(Verified { ok, needs_rehash })
    }

    /// Costs what [`PasswordHasher::verify`] costs, for an account that isn't there: who measures learns nothing.
    pub async fn verify_dummy(&self, password: &SecretString) -> Result<(), Error> {
        self.verify(password, &self.0.dummy).await.map(drop)
    }

    /// How many times argon2 has run, for metrics.
    pub fn runs(&self) -> u64 {
        self.0.runs.load(Ordering::Relaxed)
    }

    /// How many more passwords can be worked on now, for metrics.
    pub fn free_permits(&self) -> usize {
        self.0.permits.available_permits()
    }

    /// Takes permits away until the answer is dropped, to see what a busy server does.
    #[cfg(feature = "testing")]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "for tests only, with values that are known to fit"
    )]
    pub async fn occupy(&self, permits: u32) -> tokio::sync::OwnedSemaphorePermit {
        self.0.permits.clone().acquire_many_owned(permits).await.expect("the semaphore is never closed")
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let waiting = tokio::time::timeout(PATIENCE, self.0.permits.clone().acquire_owned());
        let Ok(Ok(permit)) = waiting.await else {
            return Err(Error::unavailable(
                "passwords.busy",
                "Too many people are signing in at this moment. Try again in a few seconds.",
                5,
            ));
        };
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Here, not in the future: a request that goes away doesn't stop the work, so it must not free the permit.
            let _permit = permit;
            inner.runs.fetch_add(1, Ordering::Relaxed);
            work(&Argon2::new(Algorithm::Argon2id, Version::V0x13, inner.params.clone()))
        });
        done.await.map_err(Error::internal)?.map_err(Error::internal)
    }
}

/// A stored hash whose parameters are within bounds.
struct Stored {
    hash: PasswordHash,
    needs_rehash: bool,
}

impl Stored {
    fn parse(phc: &str, today: &Params) -> Result<Self, Error> {
        let hash = PasswordHash::new(phc).map_err(Error::internal)?;
        let params = Params::try_from(&hash).map_err(Error::internal)?;
        let is_bounded = hash.algorithm == Algorithm::Argon2id.ident()
            && hash.version == Some(Version::V0x13.into())
            && params.m_cost() <= MOST_MEMORY_KIB
            && params.t_cost() <= MOST_PASSES
            && params.p_cost() <= MOST_LANES
            && hash.salt.is_some()
            && hash.hash.is_some();
        if !is_bounded {
            return Err(Error::internal("a stored password hash asks for what we never store"));
        }
        let needs_rehash = (params.m_cost(), params.t_cost(), params.p_cost())
            != (today.m_cost(), today.t_cost(), today.p_cost())
            || params.output_len() != Some(Params::DEFAULT_OUTPUT_LEN);
        Ok(Self { hash, needs_rehash })
    }
}

/// The password in its normal form; nothing when it is longer than we hash.
fn normalised(password: &SecretString) -> Option<SecretString> {
    let typed = password.expose_secret();
    // Sixteen bytes a character leave room for the longest decomposed forms, and bound the work before it is done.
    if typed.len() > MOST_CHARACTERS * 16 {
        return None;
    }
    let normal: String = typed.nfc().collect();
    (normal.chars().count() <= MOST_CHARACTERS).then(|| SecretString::from(normal))
}

/// A hash that belongs to no password, made without hashing.
fn dummy_hash(params: &Params) -> String {
    let mut salt = [0; 16];
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    rand::rng().fill_bytes(&mut salt);
    rand::rng().fill_bytes(&mut output);
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).unwrap_or_default(),
        salt: Salt::new(&salt).ok(),
        hash: Output::new(&output).ok(),
    };
    hash.to_string()
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher").field("free_permits", &self.free_permits()).finish_non_exhaustive()
    }
}
