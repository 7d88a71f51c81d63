//! Connections: encrypted or not, slow ones, too many, and the end.

use std::{
    future::pending,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use keyfob_server::{
    edge::{self, EdgeConfig},
    listen::{self, Certificate, Options, Running},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
        version::{TLS12, TLS13},
    },
};

use crate::{
    Portal, on_any_port, pages,
    wire::{get, post},
};

fn app() -> Router {
    edge::wrap(pages(), &EdgeConfig::default())
}

fn start_tls(folder: &tempfile::TempDir) -> Running {
    let tls = Certificate::SelfSigned { folder: folder.path().to_owned(), names: Vec::new() };
    let options = Options { tls: Some(tls), redirect: Some(on_any_port().address), ..on_any_port() };
    listen::start(app(), &options).unwrap()
}

async fn shake_hands(
    running: &Running,
    folder: &tempfile::TempDir,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path().join("self-signed.crt")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(running.address()).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

#[tokio::test]
async fn both_current_versions_of_tls_are_spoken_and_the_peer_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let running = start_tls(&folder);
    for (version, spoken) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let stream = shake_hands(&running, &folder, version).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(spoken));
        let answer = get("/seen").header("host", "localhost").send_over(stream).await;
        assert!(answer.status == 200 && answer.body.contains("client=127.0.0.1"), "{answer:?}");
    }
}

#[tokio::test]
async fn plain_http_is_sent_to_https_from_its_own_port_and_from_that_of_https() {
    let folder = tempfile::tempdir().unwrap();
    let running = start_tls(&folder);
    let https = running.address();
    for address in [https, running.redirect_address().unwrap()] {
        let page = get("/customers?q=a").send(address).await;
        assert_eq!(page.status, 308);
        assert_eq!(page.header("location").unwrap(), format!("https://{https}/customers?q=a"));
        let write = post("/customers").header("accept", "text/html").body(b"name=secret").send(address).await;
        assert_eq!((write.status, write.header("location")), (403, None));
        assert!(write.body.contains("request.plain_http"), "{write:?}");
    }
}

#[tokio::test]
async fn who_never_says_a_word_or_never_ends_a_sentence_is_cut_off() {
    let options = Options { header_timeout: Duration::from_millis(200), ..on_any_port() };
    let running = listen::start(app(), &options).unwrap();
    for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\nhost: a\r\n"] {
        let mut stream = TcpStream::connect(running.address()).await.unwrap();
        stream.write_all(said).await.unwrap();
        let start = Instant::now();
        let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut Vec::new())).await;
        assert!(end.is_ok(), "still open after {:?}: {said:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_silent_client_does_not_hold_the_tls_port_either() {
    let folder = tempfile::tempdir().unwrap();
    let tls = Certificate::SelfSigned { folder: folder.path().to_owned(), names: Vec::new() };
    let options = Options { tls: Some(tls), header_timeout: Duration::from_millis(300), ..on_any_port() };
    let running = listen::start(app(), &options).unwrap();
    let mut silent = TcpStream::connect(running.address()).await.unwrap();
    let mut shaken = shake_hands(&running, &folder, &TLS13).await.unwrap();
    let patience = Duration::from_secs(5);
    assert!(tokio::time::timeout(patience, silent.read_to_end(&mut Vec::new())).await.is_ok(), "before the handshake");
    assert!(tokio::time::timeout(patience, shaken.read_to_end(&mut Vec::new())).await.is_ok(), "after the handshake");
}

#[tokio::test]
async fn a_slow_answer_outlives_the_time_for_the_head() {
    let options = Options { header_timeout: Duration::from_millis(100), ..on_any_port() };
    let running = listen::start(app(), &options).unwrap();
    assert_eq!(get("/slow").send(running.address()).await.status, 200);
}

#[tokio::test]
async fn no_more_connections_than_may_be() {
    let options = Options { max_connections: 2, ..on_any_port() };
    let running = listen::start(app(), &options).unwrap();
    let held =
        [TcpStream::connect(running.address()).await.unwrap(), TcpStream::connect(running.address()).await.unwrap()];
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut third = TcpStream::connect(running.address()).await.unwrap();
    let end = tokio::time::timeout(Duration::from_secs(5), third.read_to_end(&mut Vec::new())).await;
    assert!(end.is_ok(), "the third is closed");
    drop(held);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(get("/").send(running.address()).await.status, 200, "there is room again");
}

#[tokio::test]
async fn at_the_end_what_has_begun_is_finished_and_nothing_new_is_taken() {
    let portal = Portal::start(&EdgeConfig::default());
    let address = portal.address;
    let under_way = tokio::spawn(get("/slow").send(address));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let end = tokio::spawn(portal.running.stop(Duration::from_secs(5), pending()));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(address).await.is_err(), "still taking connections");
    assert_eq!(under_way.await.unwrap().status, 200);
    tokio::time::timeout(Duration::from_secs(2), end).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let portal = Portal::start(&EdgeConfig::default());
    let mut stuck = TcpStream::connect(portal.address).await.unwrap();
    stuck.write_all(b"GET /stuck HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let end = portal.running.stop(Duration::from_millis(100), pending());
    tokio::time::timeout(Duration::from_secs(2), end).await.unwrap();
}

#[tokio::test]
async fn an_address_in_use_is_told_by_name() {
    let portal = Portal::start(&EdgeConfig::default());
    let error = listen::start(app(), &Options::plain(portal.address)).unwrap_err();
    assert!(error.to_string().contains(&portal.address.to_string()), "{error}");
}
