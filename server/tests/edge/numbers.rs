//! The numbers for the people on call.

use std::sync::OnceLock;

use axum::{Router, routing::get as get_route};
use keyfob_server::{
    edge::{self, EdgeConfig, client_address::TrustedProxies},
    listen, metrics,
};
use metrics_exporter_prometheus::PrometheusHandle;
use services::{
    access::{Access, Actor},
    health::Observation,
    partners::{self, PartnerForm},
    testing,
};

use crate::{on_any_port, pages, wire::get};

/// A process records once.
fn installed() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| metrics::install().unwrap()).clone()
}

#[tokio::test]
async fn requests_are_counted_by_route_and_shown_to_this_machine_only() {
    let handle = installed();
    let start = |config: &EdgeConfig| {
        let pages = pages().route("/counted/{id}", get_route(|| async {}));
        let app = edge::wrap_beside(pages, metrics::local_routes(handle.clone()), config);
        listen::start(app, &on_any_port()).unwrap()
    };
    let portal = start(&EdgeConfig::default());
    get("/counted/17?token=secret").send(portal.address()).await;
    get("/made-up-by-a-scanner").send(portal.address()).await;
    let numbers = get("/metrics").send(portal.address()).await;
    assert_eq!(numbers.status, 200);
    for line in [
        "http_requests_total{method=\"GET\",route=\"/counted/{id}\",status=\"200\"} 1",
        "http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}",
        "http_request_duration_seconds_bucket{method=\"GET\",route=\"/counted/{id}\",status=\"200\",le=\"0.5\"} 1",
        "http_requests_in_flight",
    ] {
        assert!(numbers.body.contains(line), "{line} in {}", numbers.body);
    }
    assert!(!numbers.body.contains("secret") && !numbers.body.contains("scanner"));

    let forwarded = get("/metrics").header("x-forwarded-for", "127.0.0.1").send(portal.address()).await;
    assert_eq!(forwarded.status, 404, "a proxy on this machine that we don't know of");
    let trusted_proxies = TrustedProxies { networks: vec!["127.0.0.1/32".parse().unwrap()], hops: 1 };
    let behind = start(&EdgeConfig { trusted_proxies, ..EdgeConfig::default() });
    let forwarded = get("/metrics").header("x-forwarded-for", "203.0.113.9").send(behind.address()).await;
    assert_eq!(forwarded.status, 404, "a client behind a proxy");

    let side: Router = metrics::routes(handle.clone());
    let side = listen::start(side, &on_any_port()).unwrap();
    assert_eq!(get("/metrics").send(side.address()).await.status, 200);
}

#[tokio::test]
async fn calls_to_partners_are_numbered_by_integration_and_outcome() {
    use domain::{
        integrations::{CallFailure, CallOutcome},
        permissions::marker::PartnersManage,
    };

    let handle = installed();
    testing::on_both_engines(async |cx| {
        let access: Access<PartnersManage> = Actor::job("test").authorize().unwrap();
        let form = PartnerForm { name: "Nordlicht".to_owned(), kind: "insurer".to_owned(), ..PartnerForm::default() };
        let partner = partners::create(&cx, &access, &partners::parse(&form).unwrap(), uuid::Uuid::now_v7()).await;
        let id = testing::integration(&cx, partner.unwrap(), "nordlicht", "insurance", "none").await;
        for (outcome, failure) in [
            (CallOutcome::Answered, None),
            (CallOutcome::Queued, Some(CallFailure::Timeout)),
            (CallOutcome::Answered, None),
        ] {
            cx.health.record(Observation {
                at: cx.clock.now(),
                integration: id,
                operation: "cover.start".to_owned(),
                outcome,
                failure,
                took_ms: Some(80),
                attempts: 1,
                is_drill: false,
            });
        }
        metrics::count_partners(&cx).await.unwrap();
        let numbers = handle.render();
        for line in [
            "partner_calls_total{integration=\"nordlicht\",outcome=\"answered\"} 2",
            "partner_calls_total{integration=\"nordlicht\",outcome=\"queued\"} 1",
            "partner_breaker_state{integration=\"nordlicht\"} 0",
            "partner_calls_waiting{integration=\"nordlicht\"} 0",
        ] {
            assert!(numbers.contains(line), "{line} in {numbers}");
        }
    })
    .await;
}
