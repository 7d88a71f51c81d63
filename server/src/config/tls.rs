//! Encryption of the listener.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Fault, Http};

/// The table `[tls]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Whether, and with which certificate.
    pub mode: Mode,
    /// The certificate with its chain, PEM. Read again when it changes.
    pub cert: Option<PathBuf>,
    /// Its private key, PEM. Read again when it changes.
    pub key: Option<PathBuf>,
    /// Where to listen for plain http and send it to https. By default port 80 when we listen on 443; otherwise plain
    /// http is answered on the port of https itself.
    pub redirect_listen: Option<SocketAddr>,
}

/// Whether, and with which certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Plain http: on the same machine, or behind a proxy that encrypts.
    #[default]
    Off,
    /// With the files `tls.cert` and `tls.key`.
    Files,
    /// With a certificate made here and kept in the data folder. Browsers warn; for development.
    SelfSigned,
}

impl Tls {
    /// Whether we speak TLS.
    pub fn is_on(&self) -> bool {
        self.mode != Mode::Off
    }

    /// Whether the certificate is one that browsers are meant to trust.
    pub fn has_own_certificate(&self) -> bool {
        self.mode == Mode::Files
    }

    /// Where plain http is sent to https from, beside the port of https itself.
    pub fn redirect_listen(&self, listen: SocketAddr) -> Option<SocketAddr> {
        let beside = (listen.port() == 443).then(|| SocketAddr::new(listen.ip(), 80));
        self.is_on().then(|| self.redirect_listen.or(beside)).flatten()
    }

    pub(super) fn check(&self, http: &Http, faults: &mut Vec<Fault>) {
        let files = [("tls.cert", &self.cert), ("tls.key", &self.key)];
        for (key, path) in files {
            match (self.mode, path) {
                (Mode::Files, None) => {
                    faults.push(Fault::new(key, "is missing", "name the PEM file; tls.mode is files"));
                }
                (Mode::Files, Some(path)) => check_file(key, path, faults),
                (_, Some(_)) => {
                    faults.push(Fault::new(key, "has no effect", "set tls.mode to files, or leave the key out"));
                }
                (_, None) => {}
            }
        }
        if self.redirect_listen.is_some() && !self.is_on() {
            let remedy = "set tls.mode, or leave the key out";
            faults.push(Fault::new("tls.redirect_listen", "has no effect", remedy));
        }
        if self.redirect_listen == Some(http.listen) {
            let remedy = "plain http on the port of https is sent on anyway; leave it out";
            faults.push(Fault::new("tls.redirect_listen", "is the same as http.listen", remedy));
        }
        if self.is_on() && http.public_url.as_ref().is_some_and(|url| !url.is_https()) {
            faults.push(Fault::new("http.public_url", "is http, but tls.mode is on", "begin it with https://"));
        }
    }
}

fn check_file(key: &str, path: &Path, faults: &mut Vec<Fault>) {
    if let Err(error) = std::fs::File::open(path) {
        let remedy = "check the path and that this user may read it";
        faults.push(Fault::new(key, format!("{} can't be read ({error})", path.display()), remedy));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_443_stands_80_unless_told_otherwise() {
        let on = Tls { mode: Mode::Files, ..Tls::default() };
        assert_eq!(on.redirect_listen("0.0.0.0:443".parse().unwrap()), Some("0.0.0.0:80".parse().unwrap()));
        assert_eq!(on.redirect_listen("127.0.0.1:3000".parse().unwrap()), None);
        assert_eq!(Tls::default().redirect_listen("0.0.0.0:443".parse().unwrap()), None);
    }

    #[test]
    fn settings_without_effect_are_faults() {
        let mut faults = Vec::new();
        let tls = Tls {
            cert: Some("a.pem".into()),
            redirect_listen: Some("127.0.0.1:80".parse().unwrap()),
            ..Tls::default()
        };
        tls.check(&Http::default(), &mut faults);
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
