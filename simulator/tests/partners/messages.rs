//! What partners send.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use simulator::{Fault, Message, Options, Scheme, Simulator, Unsent, signatures};

use crate::client::{post_json, with};

const NOW: i64 = 1_795_428_000_000;

type Kept = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// Keeps what comes.
async fn receiver() -> (String, Kept) {
    let kept = Kept::default();
    let take = |State(kept): State<Kept>, headers: HeaderMap, body: Bytes| async move {
        kept.lock().unwrap().push((headers, String::from_utf8(body.to_vec()).unwrap()));
        (axum::http::StatusCode::ACCEPTED, "kept")
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/inbound/ardent", listener.local_addr().unwrap());
    let app = Router::new().route("/inbound/ardent", post(take)).with_state(Arc::clone(&kept));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, kept)
}

async fn simulator() -> Simulator {
    with(Options { clock: || NOW, ..Options::default() }).await
}

fn message(to: &str, scheme: Scheme, fault: Fault) -> Message {
    Message {
        to: to.to_owned(),
        scheme,
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        kind: "charge.succeeded".to_owned(),
        data: json!({"charge": {"reference": "AR-000001"}}),
        fault,
        ..Message::default()
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn a_message_is_signed_in_each_scheme() {
    let (simulator, (url, kept)) = (simulator().await, receiver().await);
    for scheme in [Scheme::Standard, Scheme::Hmac, Scheme::Stripe] {
        let sent = message(&url, scheme, Fault::None);
        let answers = simulator.send(&sent).await.unwrap();
        assert_eq!((answers.len(), answers[0].status, answers[0].excerpt.as_str()), (1, 202, "kept"));
        let (headers, body) = kept.lock().unwrap().pop().unwrap();
        let value: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&value["type"], &value["id"]), (&json!("charge.succeeded"), &json!(answers[0].id)));
        match scheme {
            Scheme::Standard => {
                assert_eq!(text(&headers, "webhook-timestamp"), "1795428000");
                let signed = signatures::standard(&sent.secret, &answers[0].id, NOW / 1_000, &body);
                assert_eq!(text(&headers, "webhook-signature"), signed);
            }
            Scheme::Hmac => {
                let signed = format!("sha256={}", signatures::hmac(sent.secret.as_bytes(), &body));
                assert_eq!(text(&headers, "x-signature"), signed);
                assert_eq!(text(&headers, "x-event-id"), answers[0].id);
            }
            Scheme::Stripe => {
                let signed = signatures::stripe(&sent.secret, NOW / 1_000, &body);
                assert_eq!(text(&headers, "stripe-signature"), signed);
                assert_eq!(value["data"]["object"], sent.data);
            }
        }
    }
}

#[tokio::test]
async fn each_fault_is_the_one_that_was_wished_for() {
    let (simulator, (url, kept)) = (simulator().await, receiver().await);
    let right = |headers: &HeaderMap, body: &str| {
        let (id, seconds) = (text(headers, "webhook-id"), text(headers, "webhook-timestamp").parse().unwrap());
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        text(headers, "webhook-signature") == signatures::standard(secret, id, seconds, body)
    };
    let mut ids = Vec::new();
    for fault in [Fault::WrongSignature, Fault::Late, Fault::BadJson, Fault::Unsigned, Fault::Duplicate] {
        simulator.send(&message(&url, Scheme::Standard, fault)).await.unwrap();
        let came = std::mem::take(&mut *kept.lock().unwrap());
        let (headers, body) = &came[0];
        assert_eq!(came.len(), if fault == Fault::Duplicate { 2 } else { 1 });
        assert_eq!(right(headers, body), !matches!(fault, Fault::WrongSignature | Fault::Unsigned), "{fault:?}");
        assert_eq!(text(headers, "webhook-signature").is_empty(), fault == Fault::Unsigned);
        assert_eq!(text(headers, "webhook-timestamp") == "1795424400", fault == Fault::Late);
        assert_eq!(serde_json::from_str::<Value>(body).is_err(), fault == Fault::BadJson);
        assert!(
            came.iter().all(|(other, same)| text(other, "webhook-id") == text(headers, "webhook-id") && same == body)
        );
        ids.push(text(headers, "webhook-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each message has an id of its own");
}

#[tokio::test]
async fn a_message_can_be_ordered_over_http() {
    let (simulator, (url, kept)) = (simulator().await, receiver().await);
    let wish = json!({
        "to": url, "scheme": "hmac", "secret": "s", "type": "odometer.reported", "data": {"vehicle": {"odometer": 5}},
        "fault": "duplicate", "header": "x-roadsense-signature",
    });
    let told = post_json(&simulator, "/control/roadsense/send", &wish).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.json()["answers"].as_array().unwrap().len(), 2);
    let came = kept.lock().unwrap().clone();
    assert!(came.iter().all(|(headers, body)| {
        text(headers, "x-roadsense-signature") == format!("sha256={}", signatures::hmac(b"s", body))
    }));
    let wrong = json!({"to": "ftp://x", "secret": "s", "type": "t"});
    assert_eq!(post_json(&simulator, "/control/roadsense/send", &wrong).await.status, 422);
    let nobody = json!({"to": "http://127.0.0.1:1/", "secret": "s", "type": "t"});
    assert_eq!(post_json(&simulator, "/control/roadsense/send", &nobody).await.status, 502);
    let unsent = simulator.send(&message("nowhere", Scheme::Standard, Fault::None)).await;
    assert!(matches!(unsent, Err(Unsent::Unusable(_))));
}
