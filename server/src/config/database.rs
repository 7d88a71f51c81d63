//! Where the data is. The URL may carry a password, so it is shown without.

use std::{fmt, path::Path};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// `sqlite://PATH` or `postgres://…`. `Debug`, `Display` and serialisation mask the password.
#[derive(Clone)]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// The URL of an embedded database's file.
    pub fn sqlite(path: &Path) -> Self {
        Self(format!("sqlite://{}", path.display()).into())
    }

    /// The URL as it is, for opening the database.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    fn parse(text: String) -> Result<Self, &'static str> {
        let is_known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme));
        if is_known {
            Ok(Self(text.into()))
        } else {
            // Not the text itself: it may be a password in the wrong place.
            Err("a database URL begins with sqlite:// or postgres://")
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, query) = match self.expose().split_once('?') {
            Some((address, query)) => (address, Some(query)),
            None => (self.expose(), None),
        };
        if query.is_some_and(|query| query.contains('@')) {
            // A password with a bare question mark, or something else that we can't take apart.
            return f.write_str("***");
        }
        match (address.split_once("://"), address.rsplit_once('@')) {
            (Some((scheme, _)), Some((login, rest))) => {
                let user = login.strip_prefix(scheme).unwrap_or(login).trim_start_matches("://");
                let user = user.split_once(':').map_or(user.to_owned(), |(user, _)| format!("{user}:***"));
                write!(f, "{scheme}://{user}@{rest}")?;
            }
            _ => f.write_str(address)?,
        }
        if let Some(query) = query {
            let masked: Vec<String> = query.split('&').map(mask_parameter).collect();
            write!(f, "?{}", masked.join("&"))?;
        }
        Ok(())
    }
}

fn mask_parameter(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        DatabaseUrl::parse(url.to_owned()).unwrap().to_string()
    }

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        assert_eq!(shown("postgres://u:p@ss/w:rd@db:5432/k"), "postgres://u:***@db:5432/k");
        assert_eq!(
            shown("postgres://u@db/k?password=x&sslmode=require"),
            "postgres://u@db/k?password=***&sslmode=require"
        );
        assert_eq!(shown("postgres://u:p?w@db/k"), "***");
        assert_eq!(shown("postgres://db/k"), "postgres://db/k");
        assert_eq!(shown("sqlite://./data/keyfob.db"), "sqlite://./data/keyfob.db");
    }

    #[test]
    fn an_unknown_engine_is_refused_without_repeating_it() {
        assert!(!DatabaseUrl::parse("hunter2".to_owned()).unwrap_err().contains("hunter2"));
    }
}
