//! Where requests come from, and what they are called.

use axum::{body::Body, http::Request};
use keyfob_server::edge::{self, EdgeConfig, client_address::TrustedProxies};
use tower::ServiceExt;

use crate::{Portal, pages, wire::get};

fn behind_a_proxy(hops: usize) -> EdgeConfig {
    let trusted_proxies = TrustedProxies { networks: vec!["127.0.0.0/8".parse().unwrap()], hops };
    EdgeConfig { trusted_proxies, ..EdgeConfig::default() }
}

#[tokio::test]
async fn the_peers_address_reaches_the_pages() {
    let portal = Portal::start(&EdgeConfig::default());
    let answer = get("/seen").send(portal.address).await;
    assert!(answer.body.contains("peer=127.0.0.1 client=127.0.0.1"), "{answer:?}");
}

#[tokio::test]
async fn without_a_peers_address_nothing_is_answered() {
    let app = edge::wrap(pages(), &EdgeConfig::default());
    let answer = app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 500);
}

#[tokio::test]
async fn a_strangers_story_of_where_it_comes_from_is_not_believed() {
    let portal = Portal::start(&EdgeConfig::default());
    for field in ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip"] {
        let answer = get("/seen").header(field, "198.51.100.1").send(portal.address).await;
        assert!(answer.body.contains("client=127.0.0.1"), "{field}: {answer:?}");
    }
}

#[tokio::test]
async fn behind_a_proxy_only_what_the_proxy_added_counts() {
    let portal = Portal::start(&behind_a_proxy(1));
    let ask = get("/seen").header("x-forwarded-for", "198.51.100.1, 203.0.113.9");
    assert!(ask.send(portal.address).await.body.contains("client=203.0.113.9"));
    let ask = get("/seen").header("x-forwarded-for", "198.51.100.1").header("x-forwarded-for", "203.0.113.9");
    assert!(ask.send(portal.address).await.body.contains("client=203.0.113.9"));
    let ask = get("/seen").header("x-forwarded-for", "203.0.113.9, nonsense");
    assert!(ask.send(portal.address).await.body.contains("client=127.0.0.1"));
}

#[tokio::test]
async fn behind_two_proxies_the_second_from_the_right_counts() {
    let portal = Portal::start(&behind_a_proxy(2));
    let ask = get("/seen").header("x-forwarded-for", "198.51.100.1, 203.0.113.9").header("x-forwarded-for", "10.0.0.1");
    assert!(ask.send(portal.address).await.body.contains("client=203.0.113.9"));
    let bypassed = get("/seen").header("x-forwarded-for", "198.51.100.1").send(portal.address).await;
    assert!(bypassed.body.contains("client=127.0.0.1"), "{bypassed:?}");
}

#[tokio::test]
async fn a_requests_name_is_taken_from_a_proxy_and_from_nobody_else() {
    let ask = get("/seen").header("x-request-id", "from-outside");
    let direct = ask.clone().send(Portal::start(&EdgeConfig::default()).address).await;
    let own = direct.header("x-request-id").unwrap();
    assert_ne!(own, "from-outside");
    assert_eq!(uuid::Uuid::parse_str(own).unwrap().get_version_num(), 7);
    assert!(direct.body.contains(&format!("id={own}")));
    let proxied = ask.send(Portal::start(&behind_a_proxy(1)).address).await;
    assert_eq!(proxied.header("x-request-id"), Some("from-outside"));
    assert!(proxied.body.contains("id=from-outside"));
}
