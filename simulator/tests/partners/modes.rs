//! Each way in which a partner behaves.

use std::time::{Duration, Instant};

use axum::http::Method;
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};
use simulator::{Mode, Options, PARTNERS, Simulator};

use crate::client::{Answer, call, get, head, is_late, simulator, with};

const SECRET: &str = "sim-nordlicht-secret";

fn car() -> Value {
    json!({"vehicle": {"vin": "WVWZZZ1KZAW000001", "plate": "B-KF 1"}, "subscription": {"id": "1", "from": "2026-11-28"}})
}

async fn start_cover(simulator: &Simulator, key: &str) -> Result<Answer, String> {
    call(simulator, "/insurance/policies", SECRET, key, &car()).await
}

fn effects(simulator: &Simulator, key: &str) -> u64 {
    simulator.effects("nordlicht").iter().find(|effect| effect.key == key).map_or(0, |effect| effect.count)
}

#[tokio::test]
async fn a_healthy_partner_answers_every_operation() {
    let simulator = simulator().await;
    for partner in PARTNERS {
        let secret = format!("sim-{}-secret", partner.name);
        for operation in partner.operations {
            let path = format!("/{}{}", partner.place, operation.path.replace("{vin}", "WVWZZZ1KZAW000001"));
            let answer = if operation.method == "GET" {
                get(&simulator, &path, &secret).await
            } else {
                call(&simulator, &path, &secret, operation.name, &car()).await.unwrap()
            };
            assert!((200..=201).contains(&answer.status), "{path}: {answer:?}");
            assert!(answer.json().is_object(), "{path}: {answer:?}");
        }
        assert_eq!(simulator.calls(partner.name).len(), partner.operations.len());
    }
    let policy = start_cover(&simulator, "another").await.unwrap();
    assert_eq!(policy.status, 201);
    assert_eq!(policy.json(), json!({"policy": {"reference": "NL-000006", "state": "active"}}));
    let first = get(&simulator, "/telematics/vehicles/A/odometer", "sim-roadsense-secret").await.json();
    let again = get(&simulator, "/telematics/vehicles/A/odometer", "sim-roadsense-secret").await.json();
    assert!(first["vehicle"]["odometer"].as_u64().unwrap() > 0);
    assert_eq!(first["vehicle"], again["vehicle"], "a car has one odometer");
}

#[tokio::test]
async fn only_the_right_secret_is_taken() {
    let mut options = Options::default();
    options.secrets.insert("nordlicht".to_owned(), "given".to_owned());
    let simulator = with(options).await;
    assert_eq!(start_cover(&simulator, "one").await.unwrap().status, 401);
    let answer = call(&simulator, "/insurance/policies", "given", "one", &car()).await.unwrap();
    assert_eq!(answer.status, 201);
    simulator.set("nordlicht", Mode::WrongCredential);
    let answer = call(&simulator, "/insurance/policies", "given", "two", &car()).await.unwrap();
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(effects(&simulator, "two"), 0);
    let seen = simulator.calls("nordlicht");
    assert_eq!(seen.iter().map(|call| call.is_authorized).collect::<Vec<_>>(), [false, true, false]);
    assert!(!format!("{seen:?}").contains("given"), "a credential stands in no log");
}

#[tokio::test]
async fn the_same_key_has_the_same_answer_and_one_effect() {
    let simulator = simulator().await;
    let first = start_cover(&simulator, "k").await.unwrap();
    let again = start_cover(&simulator, "k").await.unwrap();
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("false", "true"));
    assert_eq!(effects(&simulator, "k"), 1);
    let other = start_cover(&simulator, "l").await.unwrap();
    assert_ne!(first.text, other.text);
    let elsewhere = call(&simulator, "/insurance/policies/end", SECRET, "k", &car()).await.unwrap();
    assert_eq!(elsewhere.json()["policy"]["state"], "ended", "another operation is another deed");
    simulator.honour_keys("nordlicht", false);
    for _ in 0..2 {
        start_cover(&simulator, "m").await.unwrap();
    }
    assert_eq!(effects(&simulator, "m"), 2, "a partner that knows no keys acts on each call");
}

#[tokio::test]
async fn a_slow_partner_answers_late() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::Slow { ms: 120 });
    let begun = Instant::now();
    assert_eq!(start_cover(&simulator, "one").await.unwrap().status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn an_erring_partner_does_nothing() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::Error { status: 502 });
    assert_eq!(start_cover(&simulator, "one").await.unwrap().status, 502);
    assert_eq!(get(&simulator, "/insurance/health", SECRET).await.status, 502);
    assert_eq!(effects(&simulator, "one"), 0);
    let other = call(&simulator, "/insurance-two/policies", "sim-aurora-secret", "one", &car()).await.unwrap();
    assert_eq!(other.status, 201, "the others go on");
}

#[tokio::test]
async fn a_flapping_partner_works_and_fails_in_turn() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::Flapping { good: 2, bad: 1 });
    let mut statuses = Vec::new();
    for number in 0..6 {
        statuses.push(start_cover(&simulator, &number.to_string()).await.unwrap().status);
    }
    assert_eq!(statuses, [201, 201, 503, 201, 201, 503]);
    assert_eq!((effects(&simulator, "1"), effects(&simulator, "2")), (1, 0));
}

#[tokio::test]
async fn a_limiting_partner_says_how_long_to_wait() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::RateLimited { retry_after: 7 });
    let answer = start_cover(&simulator, "one").await.unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (429, "7"));
    assert_eq!(effects(&simulator, "one"), 0);
}

#[tokio::test]
async fn a_hanging_partner_does_it_and_never_says_so() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::Hanging);
    assert!(is_late(Duration::from_millis(200), start_cover(&simulator, "one")).await);
    assert_eq!(effects(&simulator, "one"), 1);
    simulator.set("nordlicht", Mode::Healthy);
    let answer = start_cover(&simulator, "one").await.unwrap();
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, "true"));
    assert_eq!(effects(&simulator, "one"), 1, "asked again by the same key, it does it no second time");
}

#[tokio::test]
async fn answers_can_be_no_answers() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::BadJson);
    let answer = start_cover(&simulator, "one").await.unwrap();
    assert!(answer.status == 201 && serde_json::from_str::<Value>(&answer.text).is_err(), "{answer:?}");
    simulator.set("nordlicht", Mode::ErrorInBody { code: "token_expired".to_owned() });
    let answer = start_cover(&simulator, "two").await.unwrap();
    assert_eq!((answer.status, answer.json()), (200, json!({"error": {"code": "token_expired"}})));
    simulator.set("nordlicht", Mode::BrokenOff);
    assert!(start_cover(&simulator, "three").await.is_err(), "the connection ends before the answer does");
    assert_eq!((effects(&simulator, "two"), effects(&simulator, "three")), (0, 1));
}

#[tokio::test]
async fn a_redirect_leads_into_a_private_network() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::parse(json!({"mode": "redirect"})).unwrap());
    let answer = start_cover(&simulator, "one").await.unwrap();
    assert_eq!((answer.status, answer.header("location")), (302, "http://169.254.169.254/latest/meta-data/"));
}

#[tokio::test]
async fn a_huge_answer_goes_on_and_on() {
    let simulator = simulator().await;
    simulator.set("nordlicht", Mode::Huge { bytes: 8 << 20 });
    let bearer = format!("Bearer {SECRET}");
    let headers = [("authorization", bearer.as_str())];
    let answer = head(&simulator.origin(), Method::POST, "/insurance/policies", &headers, "{}").await.unwrap();
    assert!(Limited::new(answer.into_body(), 1 << 20).collect().await.is_err(), "longer than a client should read");
    let answer = start_cover(&simulator, "two").await.unwrap();
    assert!(answer.text.len() >= 8 << 20 && answer.json().is_object());
}

#[tokio::test]
async fn what_can_not_be_asked_is_told() {
    let simulator = simulator().await;
    assert_eq!(get(&simulator, "/nobody/health", SECRET).await.status, 404);
    assert_eq!(get(&simulator, "/insurance/nothing", SECRET).await.status, 404);
    assert_eq!(get(&simulator, "/nordlicht/health", SECRET).await.status, 404, "a partner has one place");
    let bad = call(&simulator, "/insurance/policies", SECRET, "k", &json!([1])).await.unwrap();
    assert_eq!(bad.status, 400);
    assert_eq!(simulator.calls("nordlicht")[0].operation, "unknown");
}

#[tokio::test]
async fn a_stopped_simulator_is_a_partner_that_is_gone() {
    let simulator = simulator().await;
    assert_eq!(start_cover(&simulator, "one").await.unwrap().status, 201);
    simulator.stop();
    let mut gone = false;
    for _ in 0..100 {
        gone = start_cover(&simulator, "two").await.is_err();
        if gone {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(gone, "nobody listens any more");
}
