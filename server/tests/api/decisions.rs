use axum::http::Request;
use domain::permissions::Permission;
use serde_json::json;
use services::{Services, testing::on_both_engines, usage};

use super::support::{Call, Portal, console, key};

#[tokio::test]
async fn a_refused_call_can_be_explained_by_its_request_and_no_secret_is_in_it() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let secret = key(&portal.cx, "Somewhere", "insurer", &[Permission::FleetRead], |form| {
            form.networks = "192.0.2.0/24".to_owned();
        })
        .await;
        let call = Call { method: "GET", path: "/api/v1/vehicles", headers: &[], body: None };
        let mut request = Request::builder()
            .uri(call.path)
            .header("authorization", format!("Bearer {secret}"))
            .body(axum::body::Body::empty())
            .unwrap();
        request.extensions_mut().insert(keyfob_server::edge::request_id::RequestId::fresh());
        let id = request.extensions().get::<keyfob_server::edge::request_id::RequestId>().unwrap().as_str().to_owned();
        let response = tower::ServiceExt::oneshot(portal.router.clone(), request).await.unwrap();
        assert_eq!(response.status(), 403);
        usage::flush(&portal.cx, portal.api.recorder()).await.unwrap();
        let decision = usage::find_decision(&portal.cx, &console(), &id).await.unwrap().expect("it is kept");
        assert_eq!((decision.status, decision.code.as_str()), (403, "network.not_allowed"));
        let steps: Vec<(String, usage::Outcome)> =
            decision.steps().into_iter().map(|step| (step.check, step.outcome)).collect();
        assert_eq!(
            steps,
            [("Credential".to_owned(), usage::Outcome::Passed), ("Network".to_owned(), usage::Outcome::Refused)]
        );
        let told = format!("{decision:?}");
        assert!(!told.contains(&secret[22..]), "{told}");
    })
    .await;
}

#[tokio::test]
async fn answers_say_what_is_left_and_a_refusal_names_the_limit() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let first = portal.get("/api/v1/me").await;
        assert_eq!(first.header("ratelimit-policy"), "\"standard-1s\";q=50;w=1, \"standard-1m\";q=1000;w=60");
        assert!(first.header("ratelimit").starts_with("\"standard-1s\";r=49;t=1"), "{}", first.header("ratelimit"));
        let mut refused = None;
        for _ in 0..60 {
            let answer = portal.get("/api/v1/me").await;
            if answer.status == 429 {
                refused = Some(answer);
            }
        }
        let refused = refused.expect("more than fifty in one second");
        assert_eq!(refused.body["type"], "https://iana.org/assignments/http-problem-types#quota-exceeded");
        assert_eq!(refused.body["violated-policies"], json!(["standard-1s"]));
        assert_eq!(refused.header("retry-after"), "1");
        portal.cx.clock.advance(1_000);
        assert_eq!(portal.get("/api/v1/me").await.status, 200);
    })
    .await;
}
