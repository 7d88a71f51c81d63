//! Where values come from, and laying the layers over one another.

use std::{
    env, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};
use serde::Serialize;

use super::{Config, ConfigError, Mode, Role};

/// What begins the name of each environment variable of ours.
const PREFIX: &str = "KEYFOB_";

/// The file that is read when none is named.
const USUAL_FILE: &str = "keyfob.toml";

/// The values given on the command line; what is missing was not given.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--database-url`
    pub database_url: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--tls`
    pub tls: Option<Mode>,
    /// `--tls-cert`
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`
    pub tls_key: Option<PathBuf>,
    /// `--demo`
    pub demo: bool,
    /// `--role`
    pub role: Option<Role>,
}

/// All layers over the defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The TOML file: its path, for messages, and its text.
    pub file: Option<(PathBuf, String)>,
    /// Environment variables; those that aren't ours are passed over.
    pub environment: Vec<(String, String)>,
    /// The command line.
    pub flags: Flags,
}

impl Sources {
    /// What this process was given.
    pub fn of_process(flags: Flags) -> Result<Self, ConfigError> {
        // Names and values that aren't text can't be ours.
        let environment: Vec<(String, String)> = env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = flags.config.clone().or_else(|| {
            let variable = environment.iter().find(|(key, _)| key == "KEYFOB_CONFIG");
            variable.map(|(_, path)| path.into())
        });
        let file = match named {
            Some(path) => Some(read(&path)?),
            None if Path::new(USUAL_FILE).is_file() => Some(read(Path::new(USUAL_FILE))?),
            None => None,
        };
        Ok(Self { file, environment, flags })
    }

    pub(super) fn extract(self) -> Result<Config, ConfigError> {
        let mut figment = Figment::new();
        if let Some((path, text)) = self.file {
            figment = figment.merge(Named { path, toml: Toml::string(&text) });
        }
        for (name, value) in self.environment {
            if let Some(given) = Given::by_variable(&name, value) {
                figment = figment.merge(given);
            }
        }
        Ok(self.flags.over(figment).extract()?)
    }
}

fn read(path: &Path) -> Result<(PathBuf, String), ConfigError> {
    let text = fs::read_to_string(path).map_err(|source: io::Error| ConfigError::File { path: path.into(), source })?;
    Ok((path.to_owned(), text))
}

impl Flags {
    fn over(self, figment: Figment) -> Figment {
        fn set<T: Serialize>(figment: Figment, flag: &str, key: &str, value: Option<T>) -> Figment {
            // Paths, addresses and words always serialise.
            match value.and_then(|value| Value::serialize(value).ok()) {
                Some(value) => figment.merge(Given { place: format!("flag {flag}"), key: key.to_owned(), value }),
                None => figment,
            }
        }
        let figment = set(figment, "--database-url", "database_url", self.database_url);
        let figment = set(figment, "--data-dir", "data_dir", self.data_dir);
        let figment = set(figment, "--listen", "http.listen", self.listen);
        let figment = set(figment, "--tls", "tls.mode", self.tls);
        let figment = set(figment, "--tls-cert", "tls.cert", self.tls_cert);
        let figment = set(figment, "--tls-key", "tls.key", self.tls_key);
        let figment = set(figment, "--demo", "demo", self.demo.then_some(true));
        set(figment, "--role", "role", self.role)
    }
}

/// The file's text, known to messages by its path. It is read before, so that a missing file is told apart.
struct Named<P> {
    path: PathBuf,
    toml: P,
}

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::from("TOML file", self.path.as_path())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.toml.data()
    }
}

/// One value, known to messages by the place it was given in.
struct Given {
    place: String,
    key: String,
    value: Value,
}

impl Given {
    fn by_variable(name: &str, value: String) -> Option<Self> {
        let key = name.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", ".");
        // The first says where the file is, the others belong to the tests.
        if key == "config" || key.starts_with("test_") {
            return None;
        }
        // A list without brackets, a word, a URL: whatever isn't TOML is the text itself.
        let value = value.parse().unwrap_or_else(|_| Value::from(value));
        Some(Self { place: format!("environment variable {name}"), key, value })
    }
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = figment::util::nest(&self.key, self.value.clone());
        Ok(Profile::Default.collect(nested.into_dict().unwrap_or_default()))
    }
}
