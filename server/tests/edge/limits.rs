//! How often one client may come. The counting over time is tested beside the code, with a clock of its own.

use keyfob_server::edge::{EdgeConfig, client_address::TrustedProxies, limits::Quota};

use crate::{Portal, wire::get};

/// Three at once, and practically none given back while a test runs.
fn three() -> EdgeConfig {
    EdgeConfig { quota: Quota { per_second: 1, burst: 3, max_addresses: 100 }, ..EdgeConfig::default() }
}

fn three_behind_a_proxy() -> EdgeConfig {
    let trusted_proxies = TrustedProxies { networks: vec!["127.0.0.1/32".parse().unwrap()], hops: 1 };
    EdgeConfig { trusted_proxies, ..three() }
}

#[tokio::test]
async fn a_client_that_comes_too_often_is_told_when_to_come_back() {
    let portal = Portal::start(&three());
    for _ in 0..3 {
        assert_eq!(get("/").send(portal.address).await.status, 200);
    }
    let page = get("/").with_a_browser().send(portal.address).await;
    assert_eq!((page.status, page.header("content-type")), (429, Some("text/html; charset=utf-8")));
    assert_eq!(page.header("ratelimit-policy"), Some("\"address\";q=3;w=3"));
    assert!(page.header("ratelimit").unwrap().starts_with("\"address\";r=0;t="));
    assert!(page.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    let document = get("/").send(portal.address).await;
    assert_eq!((document.status, document.header("content-type")), (429, Some("application/problem+json")));
    assert!(document.body.contains("limit.exceeded"), "{document:?}");
}

#[tokio::test]
async fn changing_the_forwarded_address_does_not_help() {
    let portal = Portal::start(&three());
    let mut statuses = Vec::new();
    for number in 0..5 {
        let ask = get("/").header("x-forwarded-for", &format!("198.51.100.{number}"));
        statuses.push(ask.send(portal.address).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
}

#[tokio::test]
async fn behind_a_proxy_clients_are_counted_apart() {
    let portal = Portal::start(&three_behind_a_proxy());
    for number in 0..5 {
        let ask = get("/").header("x-forwarded-for", &format!("198.51.100.{number}"));
        assert_eq!(ask.send(portal.address).await.status, 200);
    }
}

#[tokio::test]
async fn behind_a_proxy_a_made_up_left_part_does_not_help() {
    let portal = Portal::start(&three_behind_a_proxy());
    let mut statuses = Vec::new();
    for number in 0..4 {
        let ask = get("/").header("x-forwarded-for", &format!("192.0.2.{number}, 198.51.100.1"));
        statuses.push(ask.send(portal.address).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
}

#[tokio::test]
async fn one_ipv6_network_is_one_client() {
    let portal = Portal::start(&three_behind_a_proxy());
    let mut statuses = Vec::new();
    for number in 0..4 {
        let ask = get("/").header("x-forwarded-for", &format!("2001:db8:1:2:{number}::1"));
        statuses.push(ask.send(portal.address).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    let other = get("/").header("x-forwarded-for", "2001:db8:1:3::1").send(portal.address).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn what_does_not_exist_counts_and_files_and_probes_do_not() {
    let portal = Portal::start(&three());
    for _ in 0..5 {
        assert_eq!(get("/pkg/missing.css").send(portal.address).await.status, 404);
        assert_eq!(get("/healthz").send(portal.address).await.status, 200);
    }
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(get("/nowhere").send(portal.address).await.status);
    }
    assert_eq!(statuses, [404, 404, 404, 429]);
}
