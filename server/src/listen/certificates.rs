//! The certificate: reading it, and reading it again when its files change, so that a renewal needs no restart.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Certificate, self_signed};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificate's file can't be read, or holds none.
    #[error("tls.cert: {} holds no certificate in PEM form that can be read: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key's file can't be read, or holds none.
    #[error("tls.key: {} holds no private key in PEM form that can be read: {reason}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The two don't belong together, or are of a kind that can't be used.
    #[error("tls.cert and tls.key can't be used together: {0}")]
    Pair(#[from] rustls::Error),
    /// A self-signed one can't be made or kept.
    #[error("a self-signed certificate can't be made in {}: {reason}", folder.display())]
    SelfSigned {
        /// The folder it is kept in.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Reads the certificate, and keeps looking at its files if they aren't our own.
pub(super) fn open(certificate: &Certificate) -> Result<(RustlsConfig, Option<JoinHandle<()>>), CertificateError> {
    match certificate {
        Certificate::Files { cert, key } => {
            let files = Files { cert: cert.clone(), key: key.clone() };
            let stamp = files.stamp();
            let config = RustlsConfig::from_config(load(cert, key)?);
            let reload = tokio::spawn(keep_fresh(config.clone(), files, stamp));
            Ok((config, Some(reload)))
        }
        Certificate::SelfSigned { folder, names } => {
            let (cert, key) = self_signed::keep(folder, names)
                .map_err(|reason| CertificateError::SelfSigned { folder: folder.clone(), reason })?;
            Ok((RustlsConfig::from_config(load(&cert, &key)?), None))
        }
    }
}

/// TLS 1.3 and 1.2 with the provider's suites, which are modern ones only, and both versions of HTTP.
fn load(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, CertificateError> {
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| error.to_string())
        .and_then(|chain| if chain.is_empty() { Err("the file holds none".to_owned()) } else { Ok(chain) })
        .map_err(|reason| CertificateError::Certificate { path: cert.to_owned(), reason })?;
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| CertificateError::Key { path: key.to_owned(), reason: error.to_string() })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, private)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[derive(Clone, Debug)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// When the files were written and how long they are.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Files {
    fn stamp(&self) -> Stamp {
        [&self.cert, &self.key].map(|path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }
}

async fn keep_fresh(config: RustlsConfig, files: Files, mut known: Stamp) {
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        let (files, before) = (files.clone(), known);
        let looked = spawn_blocking(move || {
            let stamp = files.stamp();
            (stamp != before).then(|| (stamp, load(&files.cert, &files.key)))
        });
        match looked.await {
            Ok(Some((stamp, Ok(fresh)))) => {
                config.reload_from_config(fresh);
                known = stamp;
                tracing::info!("the certificate has changed and is in use");
            }
            Ok(Some((stamp, Err(error)))) => {
                // Perhaps only one of the two was written yet; the next look sees the other change too.
                tracing::error!(%error, "the changed certificate can't be used; the one before stays in use");
                known = stamp;
            }
            Ok(None) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str) {
        let (cert, key) = self_signed::keep(&folder.join("made"), &[name.to_owned()]).unwrap();
        fs::copy(key, folder.join("key.pem")).unwrap();
        fs::copy(cert, folder.join("cert.pem")).unwrap();
    }

    async fn until(condition: impl Fn() -> bool) -> bool {
        // Simulated time: the clock jumps when nothing else is left to do.
        for _ in 0..100 {
            if condition() {
                return true;
            }
            tokio::time::sleep(LOOK).await;
        }
        false
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewed_certificate_comes_into_use_and_a_broken_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = [folder.path().join("cert.pem"), folder.path().join("key.pem")];
        put(folder.path(), "first.test");
        let [cert, key] = files.clone();
        let (config, task) = open(&Certificate::Files { cert, key }).unwrap();
        let first = config.get_inner();

        put(folder.path(), "second-with-a-longer-name.test");
        assert!(until(|| !Arc::ptr_eq(&config.get_inner(), &first)).await, "the new one is not in use");

        let second = config.get_inner();
        fs::write(&files[0], "not a certificate").unwrap();
        assert!(!until(|| !Arc::ptr_eq(&config.get_inner(), &second)).await, "the broken one came into use");
        task.unwrap().abort();
    }

    #[test]
    fn what_is_wrong_is_told_with_the_settings_name() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "first.test");
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        assert!(load(&key, &key).unwrap_err().to_string().starts_with("tls.cert"));
        assert!(load(&cert, &cert).unwrap_err().to_string().starts_with("tls.key"));
        let (_, other) = self_signed::keep(&folder.path().join("other"), &[]).unwrap();
        assert!(matches!(load(&cert, &other), Err(CertificateError::Pair(_))));
    }
}
