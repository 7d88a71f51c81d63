//! What is refused, and in which words.

use std::time::Duration;

use keyfob_server::edge::EdgeConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    Portal,
    wire::{Ask, get, post},
};

#[tokio::test]
async fn a_panic_is_a_page_with_the_requests_id_and_no_cause() {
    let portal = Portal::start(&EdgeConfig::default());
    let page = get("/panic").with_a_browser().send(portal.address).await;
    assert_eq!((page.status, page.header("content-type")), (500, Some("text/html; charset=utf-8")));
    assert!(page.body.contains(page.header("x-request-id").unwrap()), "{page:?}");
    assert!(!page.body.contains("the cause is internal"), "{page:?}");
    let document = get("/panic").send(portal.address).await;
    assert_eq!(document.header("content-type"), Some("application/problem+json"));
    let document: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!((document["status"].as_u64(), document["code"].as_str()), (Some(500), Some("internal")));
    assert_eq!(get("/").send(portal.address).await.status, 200, "the listener lives on");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let portal = Portal::start(&EdgeConfig { body_limit: 1000, ..EdgeConfig::default() });
    let fits = post("/echo").with_a_browser().body(&[b'x'; 1000]).send(portal.address).await;
    assert_eq!((fits.status, fits.body.as_str()), (200, "1000"));
    let said = post("/echo").with_a_browser().body(&[b'x'; 1001]).send(portal.address).await;
    assert_eq!(said.status, 413);
    assert!(said.body.contains("request.too_large") && said.body.contains("Send less"), "{said:?}");
    let unsaid = post("/echo").with_a_browser().chunked(&[&[b'x'; 600], &[b'x'; 600]]).send(portal.address).await;
    assert_eq!(unsaid.status, 413);
    assert!(unsaid.body.contains("request.too_large"), "{unsaid:?}");
}

#[tokio::test]
async fn who_sends_far_too_much_can_still_read_that() {
    let portal = Portal::start(&EdgeConfig { body_limit: 1000, ..EdgeConfig::default() });
    for _ in 0..10 {
        let answer = post("/echo").with_a_browser().body(&vec![b'x'; 6_000_000]).send(portal.address).await;
        assert_eq!(answer.status, 413);
        assert!(answer.body.contains("request.too_large"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_over_the_usual_limit_of_the_library_passes_when_ours_is_larger() {
    let portal = Portal::start(&EdgeConfig { body_limit: 4_000_000, ..EdgeConfig::default() });
    let large = post("/echo").with_a_browser().body(&vec![b'x'; 3_000_000]).send(portal.address).await;
    assert_eq!((large.status, large.body.as_str()), (200, "3000000"));
}

#[tokio::test]
async fn our_slowness_is_503_and_the_clients_is_408() {
    let portal = Portal::start(&EdgeConfig { request_timeout: Duration::from_millis(200), ..EdgeConfig::default() });
    let ours = get("/stuck").send(portal.address).await;
    assert_eq!((ours.status, ours.header("retry-after")), (503, Some("5")));
    assert!(ours.body.contains("request.timeout"), "{ours:?}");
    // Says that ten bytes will come, and sends three.
    let theirs = post("/echo").with_a_browser().header("content-length", "10");
    let stream = TcpStream::connect(portal.address).await.unwrap();
    let theirs = theirs.header("host", "localhost").send_over(stream).await;
    assert_eq!(theirs.status, 408);
    assert!(theirs.body.contains("request.slow"), "{theirs:?}");
}

#[tokio::test]
async fn writes_come_from_our_own_pages_only() {
    let portal = Portal::start(&EdgeConfig::default());
    let own = format!("http://{}", portal.address);
    let status = async |ask: Ask| ask.body(b"x").send(portal.address).await.status;
    assert_eq!(status(post("/echo").header("sec-fetch-site", "same-origin")).await, 200);
    assert_eq!(status(post("/echo").header("origin", &own)).await, 200);
    for site in ["cross-site", "same-site", "none", "nonsense"] {
        assert_eq!(status(post("/echo").header("sec-fetch-site", site)).await, 403, "{site}");
    }
    assert_eq!(status(post("/echo")).await, 403, "neither field");
    assert_eq!(status(post("/echo").header("origin", "null")).await, 403);
    assert_eq!(status(post("/echo").header("origin", "http://evil.example")).await, 403);
    assert_eq!(status(post("/echo").header("origin", &own).header("sec-fetch-site", "cross-site")).await, 403);
    for method in ["PUT", "PATCH", "DELETE"] {
        assert_eq!(status(Ask::new(method, "/echo")).await, 403, "{method}");
    }
    assert_eq!(status(post("/api/v1/echo")).await, 200, "keys, not cookies");
    assert_eq!(get("/").header("sec-fetch-site", "cross-site").send(portal.address).await.status, 200, "a link to us");
}

#[tokio::test]
async fn a_refused_write_says_what_happened() {
    let portal = Portal::start(&EdgeConfig::default());
    let ask = post("/echo").header("accept", "text/html").header("sec-fetch-site", "cross-site");
    let answer = ask.send(portal.address).await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.body.contains("nothing was changed") && answer.body.contains("request.cross_site"), "{answer:?}");
}

#[tokio::test]
async fn the_librarys_own_words_reach_nobody() {
    let portal = Portal::start(&EdgeConfig::default());
    let missing = get("/nowhere").with_a_browser().send(portal.address).await;
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("page.not_found") && missing.body.contains("Go to the overview"), "{missing:?}");
    let method = post("/seen").with_a_browser().send(portal.address).await;
    assert_eq!((method.status, method.header("allow")), (405, Some("GET,HEAD")));
    assert!(method.body.contains("request.method"), "{method:?}");
}

#[tokio::test]
async fn a_request_that_is_not_http_does_no_harm() {
    let portal = Portal::start(&EdgeConfig::default());
    let mut stream = TcpStream::connect(portal.address).await.unwrap();
    stream.write_all(b"\x16\x03\x01 hello\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    assert!(bytes.is_empty() || bytes.starts_with(b"HTTP/1.1 400"), "{bytes:?}");
    assert_eq!(get("/").send(portal.address).await.status, 200);
}
