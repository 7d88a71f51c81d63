//! The partner API.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Fault;

/// The table `[api]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Where calls are counted when several nodes share them: `redis://HOST:6379` of a Valkey or Redis. Without it, in
    /// this process with SQLite and in the database with PostgreSQL.
    pub valkey_url: Option<ValkeyUrl>,
    /// Whether there is a sandbox for test credentials, with a database of its own.
    pub sandbox: bool,
    /// The version of the pepper under which credentials are hashed. Raise it by one to change the pepper; what was hashed
    /// before goes on working and is hashed anew when it is used.
    pub pepper_version: u32,
    /// Calls per second that one address may make, with whatever credential or none.
    pub address_per_second: u32,
    /// Calls at once that one address may make.
    pub address_burst: u32,
}

impl Default for Api {
    fn default() -> Self {
        Self { valkey_url: None, sandbox: true, pepper_version: 1, address_per_second: 1_000, address_burst: 2_000 }
    }
}

impl Api {
    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        let mut within = |key: &str, value: u32, low: u32, high: u32| {
            if !(low..=high).contains(&value) {
                faults.push(Fault::new(format!("api.{key}"), format!("is {value}"), format!("use {low} to {high}")));
            }
        };
        within("pepper_version", self.pepper_version, 1, 1_000);
        within("address_per_second", self.address_per_second, 1, 1_000_000);
        within("address_burst", self.address_burst, 1, 1_000_000);
        if self.valkey_url.as_ref().is_some_and(|url| !url.is_known()) {
            faults.push(Fault::new("api.valkey_url", "is no address of a Valkey or Redis", "use redis://HOST:6379"));
        }
    }
}

/// The address of a Valkey or Redis; it may carry a password, so it is shown without.
#[derive(Clone, Debug)]
pub struct ValkeyUrl(SecretString);

impl ValkeyUrl {
    /// The address itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    fn is_known(&self) -> bool {
        ["redis://", "rediss://", "valkey://"].iter().any(|scheme| self.expose().starts_with(scheme))
    }
}

impl Serialize for ValkeyUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let host = self.expose().rsplit_once('@').map_or(self.expose(), |(_, host)| host);
        serializer.serialize_str(if host == self.expose() { host } else { "redis://***" })
    }
}

impl<'de> Deserialize<'de> for ValkeyUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(SecretString::from(String::deserialize(deserializer)?)))
    }
}
