//! What the system does: use cases, storage, audit. Server only.
//!
//! A use case takes [`Services`], the proof of a permission ([`access::Access`]) and a command made of domain types; it
//! decides by asking `domain`, and writes through a [`db::UnitOfWork`], whose commit takes the audit entry.

pub mod access;
pub mod audit;
pub mod clock;
pub mod customers;
pub mod db;
pub mod demo;
pub mod error;
pub mod fleet;
pub mod form_token;
pub mod keys;
pub mod notes;
pub mod overview;
pub mod passwords;
pub mod plans;
pub mod roles;
pub mod running_number;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod staff;
pub mod subscriptions;
pub mod tags;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timeline;

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
}
