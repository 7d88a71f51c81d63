//! What the system does: use cases, storage, audit. Server only.
//!
//! A use case takes [`Services`], the proof of a permission ([`access::Access`]) and a command made of domain types; it
//! decides by asking `domain`, and writes through a [`db::UnitOfWork`], whose commit takes the audit entry.

pub mod access;
pub mod assessments;
pub mod audit;
pub mod clock;
pub mod contracts;
pub mod credentials;
pub mod customers;
pub mod db;
pub mod demo;
pub mod disclosures;
pub mod drivers;
pub mod error;
pub mod events;
pub mod fleet;
pub mod form_token;
pub mod gateway;
pub mod health;
pub mod idempotency;
pub mod inbound;
pub mod integrations;
pub mod keys;
pub mod limits;
pub mod notes;
pub mod oauth;
pub mod odometer;
pub mod outbound;
pub mod overview;
pub mod partners;
pub mod passwords;
pub mod patches;
pub mod plans;
pub mod roles;
pub mod running_number;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod staff;
pub mod steps;
pub mod subscriptions;
pub mod switches;
pub mod tags;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timeline;
pub mod usage;
pub mod vault;
pub mod webhooks;

pub use clock::Clock;
pub use db::Db;
pub use error::{Error, FieldError};
pub use keys::Keys;

use std::sync::Arc;

/// Everything a use case needs from the outside. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The database, whichever engine.
    pub db: Db,
    /// What time it is; fixed in tests.
    pub clock: Clock,
    /// Keys that are never in the database.
    pub keys: Keys,
    /// Hashing of passwords, off the async threads.
    pub passwords: passwords::PasswordHasher,
    /// What the operator has set.
    pub settings: Arc<settings::Settings>,
    /// How fresh what this process remembers of credentials is.
    pub epoch: Arc<credentials::Epoch>,
    /// How often machines have called.
    pub limiter: Arc<limits::Limiter>,
    /// Calls addresses that other people name.
    pub outbound: Arc<outbound::Outbound>,
    /// What this process remembers of calls to partners.
    pub gateway: Arc<gateway::Local>,
    /// What the gateway saw and nobody has written yet.
    pub health: Arc<health::Recorder>,
    /// What left for partners and nobody has written yet.
    pub disclosures: Arc<disclosures::Ledger>,
}

impl Services {
    /// Puts them together. Calls of machines are counted in this process with SQLite, which no other node shares, and in
    /// the database with PostgreSQL, until [`Services::with_limiter`] says otherwise.
    pub fn new(
        db: Db,
        clock: Clock,
        keys: Keys,
        passwords: passwords::PasswordHasher,
        settings: settings::Settings,
    ) -> Self {
        let limiter = limits::Limiter::usual(&db);
        let outbound = outbound::Outbound::new(settings.allowed_hosts.clone());
        Self {
            db,
            clock,
            keys,
            passwords,
            settings: Arc::new(settings),
            epoch: Arc::default(),
            limiter: Arc::new(limiter),
            outbound: Arc::new(outbound),
            gateway: Arc::default(),
            health: Arc::default(),
            disclosures: Arc::default(),
        }
    }

    /// Counts calls of machines elsewhere.
    #[must_use]
    pub fn with_limiter(mut self, limiter: limits::Limiter) -> Self {
        self.limiter = Arc::new(limiter);
        self
    }
}

impl std::fmt::Debug for Services {
    /// Names the engine: keys and settings are nobody's to read in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("engine", &self.db.engine_word()).finish_non_exhaustive()
    }
}
