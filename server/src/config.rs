//! What the operator sets: one typed structure, filled in layers, each over the one before: defaults, a TOML file,
//! environment variables `KEYFOB_…` (two underscores between a table and its key: `KEYFOB_HTTP__LISTEN`), flags.
//!
//! Everything is checked at start, all faults are told at once, and each names its key and what to do. Keys that don't
//! exist are refused: a mistyped security setting must not be ignored.

mod api;
mod database;
mod fault;
mod http;
mod layers;
mod lists;
mod log;
mod outbound;
mod sessions;
mod throttle;
mod tls;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub use self::{
    api::{Api, ValkeyUrl},
    database::DatabaseUrl,
    fault::{ConfigError, Fault},
    http::{Http, PublicUrl},
    layers::{Flags, Sources},
    lists::Networks,
    log::{Format, Log},
    outbound::Outbound,
    sessions::Sessions,
    throttle::Throttle,
    tls::{Mode, Tls},
};

/// Everything that can be set.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the data is: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`. By default a file in `data_dir`.
    pub database_url: Option<DatabaseUrl>,
    /// The folder for what we keep beside the database: master key, self-signed certificate.
    pub data_dir: DataDir,
    /// The file with the master key. By default `master.key` in `data_dir`, made when it isn't there.
    pub key_file: Option<PathBuf>,
    /// Whether the data is made up and the accounts are printed. Never with real customers.
    pub demo: bool,
    /// Where the partner simulator plays the demo's partners. By default `http://127.0.0.1:3901`.
    pub demo_simulator: Option<PublicUrl>,
    /// The word in the top bar that tells one installation from another. By default empty, "Demo data" in the demo.
    pub environment_label: Option<String>,
    /// Whether staff whose role can write must have a second factor. By default yes, but not in the demo.
    pub second_factor_required: Option<bool>,
    /// Which part of the work this process does.
    pub role: Role,
    /// The listener, and what is around us.
    pub http: Http,
    /// Encryption of the listener.
    pub tls: Tls,
    /// How long people stay signed in.
    pub session: Sessions,
    /// How often one address may come.
    pub throttle: Throttle,
    /// The partner API.
    pub api: Api,
    /// Calls that we make to addresses which partners name.
    pub outbound: Outbound,
    /// What is written about our doings.
    pub log: Log,
}

/// A folder with a default.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct DataDir(pub PathBuf);

impl Default for DataDir {
    fn default() -> Self {
        Self("./data".into())
    }
}

/// The parts of the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything in one process.
    #[default]
    All,
    /// Answers requests only.
    Web,
    /// Does background work only; answers probes.
    Worker,
}

impl Config {
    /// Reads all layers of this process: the file that `flags` or the environment name (or `./keyfob.toml` when it is
    /// there), the environment, the flags.
    pub fn load(flags: Flags) -> Result<Self, ConfigError> {
        Self::read(Sources::of_process(flags)?)
    }

    /// Reads the layers given, and checks the result.
    pub fn read(sources: Sources) -> Result<Self, ConfigError> {
        let config = sources.extract()?;
        let faults = config.faults();
        if faults.is_empty() { Ok(config) } else { Err(ConfigError::Invalid(faults)) }
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.http.check(&mut faults);
        self.tls.check(&self.http, &mut faults);
        self.session.check(&mut faults);
        self.throttle.check(&mut faults);
        self.api.check(&mut faults);
        self.log.check(&mut faults);
        if self.environment_label.as_ref().is_some_and(|label| label.chars().count() > 40) {
            faults.push(Fault::new("environment_label", "is longer than 40 characters", "use one or two words"));
        }
        faults
    }

    /// What works but deserves a second thought, as sentences for the log at start.
    pub fn warnings(&self) -> Vec<&'static str> {
        let is_public = !self.http.listen.ip().is_loopback();
        let is_https = self.http.public_url.as_ref().is_some_and(PublicUrl::is_https);
        let mut warnings = Vec::new();
        if is_public && !self.tls.is_on() && !is_https {
            warnings.push(
                "the portal is reachable from other machines without encryption; set tls.mode, or put a proxy that \
                 speaks https in front and set http.public_url",
            );
        }
        if is_https && !self.tls.is_on() && self.http.trusted_proxies.0.is_empty() {
            warnings.push(
                "http.public_url is https and tls.mode is off, so there is a proxy; set http.trusted_proxies, or all \
                 requests count as one client's",
            );
        }
        if is_public && self.demo {
            warnings.push("the demo's accounts are known to everybody, and it is reachable from other machines");
        }
        if !self.second_factor_required() && !self.demo {
            warnings.push("second_factor_required is off: a guessed password is enough to get in");
        }
        warnings
    }

    /// The database's URL, by default a file in the data folder.
    pub fn database_url(&self) -> DatabaseUrl {
        self.database_url.clone().unwrap_or_else(|| DatabaseUrl::sqlite(&self.data_dir().join("keyfob.db")))
    }

    /// Where the sandbox of the partner API is: a file beside the database, or a schema in it.
    pub fn sandbox_url(&self) -> DatabaseUrl {
        let url = self.database_url();
        match url.expose().split_once("://") {
            Some(("sqlite", path)) => DatabaseUrl::sqlite(&Path::new(path).with_file_name("sandbox.db")),
            _ => url,
        }
    }

    /// The folder for what is kept beside the database.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir.0
    }

    /// The file with the master key.
    pub fn key_file(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data_dir().join("master.key"))
    }

    /// The word in the top bar.
    pub fn environment_label(&self) -> &str {
        self.environment_label.as_deref().unwrap_or(if self.demo { "Demo data" } else { "" })
    }

    /// Whether staff whose role can write must have a second factor.
    pub fn second_factor_required(&self) -> bool {
        self.second_factor_required.unwrap_or(!self.demo)
    }

    /// Where people reach the portal, without a slash at the end.
    pub fn public_url(&self) -> PublicUrl {
        self.http.public_url.clone().unwrap_or_else(|| PublicUrl::of_listener(self.http.listen, self.tls.is_on()))
    }

    /// What use cases need to know of it.
    pub fn settings(&self) -> services::settings::Settings {
        let public_url = self.public_url();
        let usual = services::settings::Settings::default();
        services::settings::Settings {
            public_url: public_url.origin().to_owned(),
            session_idle: i64::from(self.session.idle_minutes) * 60_000,
            session_absolute: i64::from(self.session.absolute_hours) * 3_600_000,
            second_factor_required: self.second_factor_required(),
            environment_label: self.environment_label().to_owned(),
            is_demo: self.demo,
            pepper_version: i64::from(self.api.pepper_version),
            secure_cookies: public_url.is_https() || public_url.is_local(),
            allowed_hosts: self.outbound.allowed_hosts.0.clone(),
            simulator: self.demo_simulator.as_ref().map_or(usual.simulator, |url| url.origin().to_owned()),
        }
    }

    /// The effective values as TOML, secrets masked.
    pub fn show(&self) -> String {
        let effective = Self {
            database_url: Some(self.database_url()),
            key_file: Some(self.key_file()),
            environment_label: Some(self.environment_label().to_owned()),
            second_factor_required: Some(self.second_factor_required()),
            http: Http { public_url: Some(self.public_url()), ..self.http.clone() },
            ..self.clone()
        };
        toml::to_string_pretty(&effective).unwrap_or_else(|error| format!("# can't be shown: {error}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, environment: &[(&str, &str)], flags: Flags) -> Result<Config, ConfigError> {
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Config::read(Sources { file: Some(("keyfob.toml".into(), file.to_owned())), environment, flags })
    }

    fn faults(file: &str, environment: &[(&str, &str)]) -> String {
        read(file, environment, Flags::default()).unwrap_err().to_string()
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read("", &[], Flags::default()).unwrap();
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database_url().expose(), "sqlite://./data/keyfob.db");
        assert_eq!(config.key_file(), Path::new("./data/master.key"));
        assert_eq!(config.public_url().origin(), "http://127.0.0.1:3000");
        assert!(config.second_factor_required() && config.settings().secure_cookies);
    }

    #[test]
    fn each_layer_lies_over_the_one_before() {
        let file = "environment_label = 'file'\n[http]\nlisten = '127.0.0.1:1'\nbody_limit_bytes = 4096\n";
        let environment =
            [("KEYFOB_HTTP__LISTEN", "127.0.0.1:2"), ("KEYFOB_ENVIRONMENT_LABEL", "environment"), ("PATH", "/bin")];
        let flags = Flags { listen: Some("127.0.0.1:3".parse().unwrap()), ..Flags::default() };
        let config = read(file, &environment, flags).unwrap();
        assert_eq!(config.http.listen.port(), 3);
        assert_eq!(config.environment_label(), "environment");
        assert_eq!(config.http.body_limit_bytes, 4096);
    }

    #[test]
    fn a_mistyped_key_is_refused_by_name() {
        let text = faults("[http]\nlisen = '127.0.0.1:1'\n", &[]);
        assert!(text.contains("http.lisen") && text.contains("listen"), "{text}");
        let text = faults("", &[("KEYFOB_SECOND_FACTOR", "false")]);
        assert!(text.contains("second_factor") && text.contains("KEYFOB_SECOND_FACTOR"), "{text}");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_key_and_where_it_stands() {
        let text = faults("[http]\nlisten = 'here'\n", &[]);
        assert!(text.contains("http.listen") && text.contains("keyfob.toml"), "{text}");
        let text = faults("", &[("KEYFOB_HTTP__TRUSTED_PROXIES", "10.0.0.0/8,nonsense")]);
        assert!(text.contains("http.trusted_proxies") && text.contains("nonsense"), "{text}");
    }

    #[test]
    fn all_faults_of_meaning_are_told_at_once() {
        let text = faults(
            "[tls]\nmode = 'files'\n[session]\nidle_minutes = 0\n[throttle]\nburst = 0\n[log]\nlevel = 'lo=ud=er'\n",
            &[],
        );
        for key in ["tls.cert", "tls.key", "session.idle_minutes", "throttle.burst", "log.level"] {
            assert!(text.contains(key), "{key} in {text}");
        }
    }

    #[test]
    fn the_shown_values_hold_no_secret() {
        let config =
            read("database_url = 'postgres://keyfob:hunter2@db/keyfob'\ndemo = true\n", &[], Flags::default()).unwrap();
        let shown = config.show();
        assert!(!shown.contains("hunter2") && !format!("{config:?}").contains("hunter2"), "{shown}");
        assert!(shown.contains("postgres://keyfob:***@db/keyfob") && shown.contains("Demo data"), "{shown}");
        assert!(shown.contains("second_factor_required = false"), "{shown}");
    }

    #[test]
    fn the_simulator_is_named_by_its_origin() {
        let config = read("", &[], Flags::default()).unwrap();
        assert_eq!(config.settings().simulator, "http://127.0.0.1:3901");
        let config = read("", &[("KEYFOB_DEMO_SIMULATOR", "http://127.0.0.1:4000/")], Flags::default()).unwrap();
        assert_eq!(config.settings().simulator, "http://127.0.0.1:4000");
        assert!(faults("", &[("KEYFOB_DEMO_SIMULATOR", "nowhere")]).contains("demo_simulator"));
    }

    #[test]
    fn proxies_are_networks_or_single_addresses() {
        let config = read("", &[("KEYFOB_HTTP__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")], Flags::default()).unwrap();
        let shown: Vec<String> = config.http.trusted_proxies.0.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.0/8", "192.0.2.7/32"]);
        let config = read("[http]\ntrusted_proxies = ['fd00::/8']\n", &[], Flags::default()).unwrap();
        assert_eq!(config.http.trusted_proxies.0.len(), 1);
    }
}
