//! Control, by programs and by people.

use axum::http::Method;
use serde_json::{Value, json};
use simulator::Simulator;

use crate::client::{ask, call, get, post_form, post_json, simulator};

async fn about(simulator: &Simulator, name: &str) -> Value {
    get(simulator, &format!("/control/{name}"), "").await.json()
}

#[tokio::test]
async fn modes_are_set_and_told_over_http() {
    let simulator = simulator().await;
    let told = post_json(&simulator, "/control/nordlicht", &json!({"mode": "slow", "ms": 5})).await;
    assert_eq!((told.status, &told.json()["mode"]), (200, &json!({"mode": "slow", "ms": 5})));
    let told = post_json(&simulator, "/control/insurance", &json!({"honours_keys": false})).await.json();
    assert_eq!((&told["mode"]["mode"], &told["honours_keys"]), (&json!("slow"), &json!(false)));
    for _ in 0..2 {
        call(&simulator, "/insurance/policies", "sim-nordlicht-secret", "k", &json!({})).await.unwrap();
    }
    let all = get(&simulator, "/control", "").await.json();
    let nordlicht = &all["partners"][0];
    assert_eq!((&nordlicht["calls"], &nordlicht["effects"], &nordlicht["repeated"]), (&json!(2), &json!(2), &json!(1)));
    let effects = get(&simulator, "/control/nordlicht/effects", "").await.json();
    assert_eq!(effects["effects"], json!([{"operation": "cover.start", "key": "k", "count": 2}]));
    post_json(&simulator, "/control/nordlicht/reset", &json!({})).await;
    let reset = about(&simulator, "nordlicht").await;
    assert_eq!(
        (&reset["mode"]["mode"], &reset["calls"], &reset["honours_keys"]),
        (&json!("healthy"), &json!(0), &json!(true))
    );
}

#[tokio::test]
async fn what_is_unclear_is_refused_and_changes_nothing() {
    let simulator = simulator().await;
    for wish in [json!({"mode": "on fire"}), json!({"mode": "error", "status": 99}), json!({"honours_keys": "yes"})] {
        assert_eq!(post_json(&simulator, "/control/ardent", &wish).await.status, 422, "{wish}");
    }
    assert_eq!(post_json(&simulator, "/control/nobody", &json!({"mode": "healthy"})).await.status, 404);
    assert_eq!(about(&simulator, "ardent").await["mode"]["mode"], "healthy");
}

#[tokio::test]
async fn the_calls_are_kept_as_they_came_but_for_credentials() {
    let simulator = simulator().await;
    let headers = [
        ("authorization", "Bearer sim-ardent-secret"),
        ("content-type", "application/json"),
        ("idempotency-key", "charge-1"),
        ("x-secret", "never kept"),
    ];
    let long = json!({"subscription": {"id": "1", "price": "1".repeat(20_000)}}).to_string();
    ask(&simulator.origin(), Method::POST, "/payments/charges?a=b", &headers, &long).await.unwrap();
    let calls = get(&simulator, "/control/ardent/calls", "").await.json();
    let seen = &calls["calls"][0];
    assert_eq!((&seen["operation"], &seen["path"]), (&json!("charge.create"), &json!("/payments/charges?a=b")));
    let kept = json!({"content-type": "application/json", "idempotency-key": "charge-1"});
    assert_eq!(seen["headers"], kept);
    assert_eq!((seen["body"].as_str().unwrap().len(), &seen["is_cut"]), (10_000, &json!(true)));
}

#[tokio::test]
async fn a_person_sets_modes_with_a_form() {
    let simulator = simulator().await;
    let page = get(&simulator, "/", "").await;
    assert!(
        page.status == 200
            && page.text.contains("Nordlicht Versicherung")
            && page.text.contains("/partners/ardent/mode")
    );
    assert!(page.header("content-security-policy").contains("default-src 'none'") && !page.text.contains("<script"));
    let set = post_form(&simulator, "/partners/ardent/mode", &[], "mode=flapping&numbers=4%2C+1&back=%2F").await;
    assert_eq!((set.status, set.header("location")), (303, "/"));
    assert_eq!(about(&simulator, "ardent").await["mode"], json!({"mode": "flapping", "good": 4, "bad": 1}));
    assert!(get(&simulator, "/", "").await.text.contains("Flapping (4, 1)"));
    let wrong = post_form(&simulator, "/partners/ardent/mode", &[], "mode=slow&numbers=%3Cb%3E").await;
    assert!(wrong.status == 422 && wrong.text.contains("&lt;b&gt;") && !wrong.text.contains("<b>"), "{wrong:?}");
    let away =
        post_form(&simulator, "/partners/ardent/mode", &[], "mode=healthy&back=https%3A%2F%2Fevil.example").await;
    assert_eq!(away.header("location"), "/", "it leads nowhere else");
}

#[tokio::test]
async fn what_callers_sent_is_text_on_the_page() {
    let simulator = simulator().await;
    let path = "/payments/charges";
    let body = json!({"note": "<script>alert(1)</script>"});
    call(&simulator, path, "sim-ardent-secret", "\"><img src=x>", &body).await.unwrap();
    let page = get(&simulator, "/partners/ardent?sent=%3Cscript%3E", "").await.text;
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script") && !page.contains("<img"), "{page}");
}

#[tokio::test]
async fn another_site_may_not_play() {
    let simulator = simulator().await;
    let other = [("origin", "https://evil.example")];
    let set = post_form(&simulator, "/partners/ardent/mode", &other, "mode=hanging").await;
    assert_eq!(set.status, 403);
    assert_eq!(about(&simulator, "ardent").await["mode"]["mode"], "healthy");
}
