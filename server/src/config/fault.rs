//! What can be wrong with the configuration, in words for the operator.

use std::{fmt, io, path::PathBuf};

/// One thing that is wrong with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    key: String,
    what: String,
    remedy: String,
}

impl Fault {
    /// The key, what is wrong with it, and what to do.
    pub fn new(key: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { key: key.into(), what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.what)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, ": {}", self.remedy) }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that was named can't be read.
    #[error("the configuration file {} can't be read: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Values that are wrong.
    #[error("the configuration is not valid{}", lines(.0))]
    Invalid(Vec<Fault>),
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().fold(String::new(), |text, fault| format!("{text}\n  {fault}"))
}

impl From<figment::Error> for ConfigError {
    fn from(errors: figment::Error) -> Self {
        Self::Invalid(errors.into_iter().map(|error| fault(&error)).collect())
    }
}

fn fault(error: &figment::Error) -> Fault {
    let key = error.path.join(".");
    let place = error.metadata.as_ref().map_or_else(String::new, |metadata| {
        let path: Vec<&str> = error.path.iter().map(String::as_str).collect();
        match &metadata.source {
            Some(source) => format!(" (in {source})"),
            None if path.is_empty() => String::new(),
            None => format!(" (in {})", metadata.name),
        }
    });
    match &error.kind {
        figment::error::Kind::UnknownField(name, known) => {
            // The path ends before or at the field that isn't known, depending on the layer.
            let key = if key.is_empty() || error.path.last() == Some(name) { key } else { format!("{key}.{name}") };
            let key = if key.is_empty() { name.clone() } else { key };
            Fault::new(key, format!("is no setting{place}"), format!("there are {}", known.join(", ")))
        }
        kind => {
            let key = if key.is_empty() { "the file".to_owned() } else { key };
            Fault::new(key, format!("is not right{place}"), kind.to_string())
        }
    }
}
