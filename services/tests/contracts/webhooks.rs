//! What webhooks carry: ids, and nothing of the catalogue.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, routing::post};
use domain::{credentials::Environment, partners::Field, webhooks::Scheme};
use services::{
    Services, customers,
    outbound::Outbound,
    testing::on_both_engines,
    webhooks::{self, Dispatcher, EndpointFields, Owner},
};
use uuid::Uuid;

use super::support::{console, partner};
use crate::fleet_fixture::{access, customer_form, vehicle};

type Kept = Arc<Mutex<Vec<String>>>;

async fn keep(State(kept): State<Kept>, body: String) {
    kept.lock().unwrap().push(body);
}

/// A receiver, and what it was sent.
async fn receiver() -> (String, Kept) {
    let kept = Kept::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = Router::new().route("/hook", post(keep)).with_state(Arc::clone(&kept));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, kept)
}

#[tokio::test]
async fn a_message_carries_nothing_of_the_catalogue() {
    let (url, kept) = receiver().await;
    on_both_engines(async |cx: Services| {
        kept.lock().unwrap().clear();
        let allowed = Outbound::new(BTreeSet::from(["127.0.0.1".to_owned()]));
        let cx = Services { outbound: Arc::new(allowed), ..cx };
        let owner = Owner::of_person(&console(), partner(&cx, "Helvetia").await, Environment::Live).unwrap();
        let fields = EndpointFields {
            url: url.clone(),
            description: String::new(),
            event_types: Vec::new(),
            scheme: Scheme::Hmac,
            max_per_second: None,
            is_enabled: true,
        };
        webhooks::create(&cx, &console(), owner, &fields, None).await.unwrap();
        let mut form = customer_form("Marta Lindqvist");
        (form.email, form.phone) = ("marta@example.org".to_owned(), "+49 431 555 0190".to_owned());
        (form.street, form.city) = ("Hafenweg 9".to_owned(), "Kiel".to_owned());
        form.external_key = "CRM-4711".to_owned();
        customers::create(&cx, &access(), &form, Uuid::now_v7()).await.unwrap();
        vehicle(&cx, 42, "KI-KF 42").await;

        let dispatcher = Dispatcher::new(cx.clone());
        let running = tokio::spawn({
            let dispatcher = dispatcher.clone();
            async move { dispatcher.run().await }
        });
        for _ in 0..800 {
            if kept.lock().unwrap().len() >= 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        dispatcher.stop();
        running.await.unwrap();
        let sent = kept.lock().unwrap().join("\n");
        assert!(sent.contains("customer.created") && sent.contains("vehicle.created"), "{sent}");
        for secret in
            ["Marta", "marta@", "555 0190", "Hafenweg", "Kiel", "CRM-4711", "KI-KF", "WVWZZZ", "Berlin", "1200"]
        {
            assert!(!sent.contains(secret), "{secret} was sent: {sent}");
        }
    })
    .await;
}

#[test]
fn no_type_of_event_has_a_field_of_the_catalogue() {
    for kind in domain::webhooks::CATALOGUE {
        let example: serde_json::Value = serde_json::from_str(&webhooks::example(*kind)).unwrap();
        let mut keys = Vec::new();
        walk(&example, &mut keys);
        for field in Field::ALL {
            let (_, name) = field.as_str().split_once('.').unwrap();
            assert!(!keys.iter().any(|key| key == name), "{} in {}", field.as_str(), kind.name);
        }
    }
}

fn walk(value: &serde_json::Value, keys: &mut Vec<String>) {
    if let serde_json::Value::Object(parts) = value {
        for (key, part) in parts {
            keys.push(key.clone());
            walk(part, keys);
        }
    }
}
