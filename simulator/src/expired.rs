//! The same partners behind a certificate that ran out.

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

use crate::{StartError, bind};

/// A listener with a certificate that ran out.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: Vec<u8>,
    pub(crate) handle: Handle<SocketAddr>,
}

/// Starts it.
pub(crate) fn listen(address: SocketAddr, app: Router) -> Result<Listener, StartError> {
    let (certificate, config) = made().map_err(StartError::Certificate)?;
    let (listener, bound) = bind(address)?;
    let handle = Handle::new();
    let server = axum_server::from_tcp_rustls(listener, config).map_err(|error| StartError::Listen(bound, error))?;
    tokio::spawn(server.handle(handle.clone()).serve(app.into_make_service()));
    Ok(Listener { address: bound, certificate, handle })
}

/// A certificate that was good for a year, some years ago.
fn made() -> Result<(Vec<u8>, RustlsConfig), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let key = KeyPair::generate().map_err(|error| told(&error))?;
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).map_err(|error| told(&error))?;
    params.not_before = date_time_ymd(2023, 1, 1);
    params.not_after = date_time_ymd(2024, 1, 1);
    let certificate = params.self_signed(&key).map_err(|error| told(&error))?;
    let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| told(&error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], private))
        .map_err(|error| told(&error))?;
    Ok((certificate.der().to_vec(), RustlsConfig::from_config(Arc::new(config))))
}
