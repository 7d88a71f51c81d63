//! Access tokens, and the certificate that ran out.

use std::sync::{Arc, atomic::AtomicI64, atomic::Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use serde_json::json;
use simulator::{Mode, Options, Simulator};
use tokio_rustls::TlsConnector;

use crate::client::{Answer, call, post_form, simulator, with};

const ASK: &str = "grant_type=client_credentials";

async fn token(simulator: &Simulator, secret: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("keyfob:{secret}")));
    post_form(simulator, "/oauth/token", &[("authorization", &basic)], ASK).await
}

async fn check(simulator: &Simulator, token: &str) -> u16 {
    call(simulator, "/identity/checks", token, "", &json!({"driver": {}})).await.unwrap().status
}

static NOW: AtomicI64 = AtomicI64::new(1_795_428_000_000);

#[tokio::test]
async fn a_token_is_good_for_its_time_and_one_partner() {
    let options = Options { token_seconds: 60, clock: || NOW.load(Ordering::Relaxed), ..Options::default() };
    let simulator = with(options).await;
    let granted = token(&simulator, "sim-veridrive-secret").await.json();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(60)));
    let first = granted["access_token"].as_str().unwrap().to_owned();
    assert_eq!(check(&simulator, &first).await, 201);
    let elsewhere = call(&simulator, "/insurance/policies", &first, "", &json!({})).await.unwrap();
    assert_eq!(elsewhere.status, 401);
    NOW.fetch_add(60_000, Ordering::Relaxed);
    assert_eq!(check(&simulator, &first).await, 401, "it has ended");
    let in_body = format!("{ASK}&client_id=keyfob&client_secret=sim-veridrive-secret");
    let second = post_form(&simulator, "/oauth/token", &[], &in_body).await.json();
    let second = second["access_token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(check(&simulator, &second).await, 201);
    simulator.take_tokens_back();
    assert_eq!(check(&simulator, &second).await, 401);
    assert_eq!(simulator.tokens_asked(), 2);
}

#[tokio::test]
async fn nobody_else_gets_a_token() {
    let simulator = simulator().await;
    let refused = token(&simulator, "guessed").await;
    assert_eq!((refused.status, refused.json()), (401, json!({"error": "invalid_client"})));
    let other = post_form(&simulator, "/oauth/token", &[], "grant_type=password").await;
    assert_eq!((other.status, other.json()), (400, json!({"error": "unsupported_grant_type"})));
    simulator.set("veridrive", Mode::WrongCredential);
    assert_eq!(token(&simulator, "sim-veridrive-secret").await.status, 401);
    assert_eq!(simulator.tokens_asked(), 3, "each time counts");
}

#[tokio::test]
async fn a_certificate_that_ran_out_is_refused_for_just_that() {
    let options = Options { expired_listen: Some("127.0.0.1:0".parse().unwrap()), ..Options::default() };
    let simulator = with(options).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(simulator.expired_certificate().unwrap().to_vec())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let origin = simulator.expired_origin().unwrap();
    let stream = tokio::net::TcpStream::connect(origin.strip_prefix("https://").unwrap()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let error = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap_err();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let is_expired = matches!(
        inner,
        Some(rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }))
    );
    assert!(is_expired, "{error:?}");
}
