//! What every answer tells browsers.

use keyfob_server::edge::EdgeConfig;

use crate::{
    Portal,
    wire::{Answer, get, post},
};

fn nonce(answer: &Answer) -> &str {
    let policy = answer.header("content-security-policy").expect("a policy on every answer");
    policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap()
}

#[tokio::test]
async fn every_answer_is_guarded_refusals_too() {
    let config = EdgeConfig { body_limit: 1024, ..EdgeConfig::default() };
    let portal = Portal::start(&config);
    let asks = [
        (200, get("/")),
        (404, get("/nowhere")),
        (404, get("/pkg/nothing.css")),
        (405, post("/").with_a_browser()),
        (500, get("/panic")),
        (403, post("/echo").header("sec-fetch-site", "cross-site")),
        (413, post("/echo").with_a_browser().body(&[b'x'; 2000])),
    ];
    let mut nonces = Vec::new();
    for (status, ask) in asks {
        let answer = ask.clone().send(portal.address).await;
        assert_eq!(answer.status, status, "{ask:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{ask:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{ask:?}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{ask:?}");
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"), "{ask:?}");
        assert!(answer.header("permissions-policy").unwrap().contains("camera=()"), "{ask:?}");
        assert!(answer.header("x-request-id").is_some(), "{ask:?}");
        nonces.push(nonce(&answer).to_owned());
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 7, "a nonce was used twice");
}

#[tokio::test]
async fn pages_are_given_the_nonce_that_the_header_names() {
    let portal = Portal::start(&EdgeConfig::default());
    let answer = get("/seen").send(portal.address).await;
    assert!(answer.body.contains(&format!("nonce={}", nonce(&answer))), "{answer:?}");
}

#[tokio::test]
async fn the_policy_is_the_strict_one() {
    let portal = Portal::start(&EdgeConfig::default());
    let answer = get("/").send(portal.address).await;
    let policy = answer.header("content-security-policy").unwrap().replace(nonce(&answer), "N");
    assert_eq!(
        policy,
        "default-src 'self'; script-src 'self' 'nonce-N' 'wasm-unsafe-eval'; style-src 'self' 'nonce-N'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self'"
    );
}

#[tokio::test]
async fn https_is_demanded_by_an_https_portal_only() {
    let plain = Portal::start(&EdgeConfig::default());
    assert_eq!(get("/").send(plain.address).await.header("strict-transport-security"), None);
    let mut config = EdgeConfig::default();
    config.headers.https_only = true;
    let https = Portal::start(&config);
    let demand = get("/").send(https.address).await;
    assert!(demand.header("strict-transport-security").unwrap().starts_with("max-age=31536000"));
}
