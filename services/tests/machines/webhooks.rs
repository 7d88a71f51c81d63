//! Webhooks, sent to a receiver that listens.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Timestamp,
    credentials::Environment,
    ids::{EndpointId, PartnerId},
    webhooks::{DeliveryState, Scheme},
};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use services::{
    Services, audit,
    outbound::Outbound,
    partners,
    webhooks::{
        self, Delivery, DeliveryFilter, Dispatcher, EndpointFields, Listed, Owner, Recover, deliveries, delivery,
    },
};

use super::support::{console, on_both_engines, partner};
use crate::fleet_fixture::customer;

/// A message as it came.
#[derive(Clone, Debug)]
struct Message {
    path: String,
    id: String,
    timestamp: String,
    signatures: Vec<String>,
    text: String,
    body: serde_json::Value,
}

/// Takes messages and keeps them. `/hang` never answers; others answer with the status that is their path.
#[derive(Clone, Debug, Default)]
struct Receiver {
    kept: Arc<Mutex<Vec<Message>>>,
    origin: String,
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let receiver = Self { origin, ..Self::default() };
        let app = Router::new().route("/{status}", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.origin)
    }

    fn at(&self, path: &str) -> Vec<Message> {
        self.kept.lock().unwrap().iter().filter(|message| message.path == path).cloned().collect()
    }
}

async fn take(
    State(receiver): State<Receiver>,
    axum::extract::Path(path): axum::extract::Path<String>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, &'static str) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    receiver.kept.lock().unwrap().push(Message {
        path: path.clone(),
        id: text("webhook-id"),
        signatures: text("webhook-signature").split(' ').map(ToOwned::to_owned).collect(),
        timestamp: text("webhook-timestamp"),
        body: serde_json::from_str(&body).unwrap(),
        text: body,
    });
    if path == "hang" {
        std::future::pending::<()>().await;
    }
    (path.parse().ok().and_then(|status: u16| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK), "heard")
}

/// The same services, which may call this machine.
fn here(cx: &Services) -> Services {
    Services { outbound: Arc::new(Outbound::new(BTreeSet::from(["127.0.0.1".to_owned()]))), ..cx.clone() }
}

fn fields(url: impl Into<String>) -> EndpointFields {
    EndpointFields {
        url: url.into(),
        description: String::new(),
        event_types: Vec::new(),
        scheme: Scheme::Hmac,
        max_per_second: None,
        is_enabled: true,
    }
}

async fn endpoint_of(
    cx: &Services,
    partner: PartnerId,
    environment: Environment,
    fields: EndpointFields,
) -> EndpointId {
    let owner = Owner::of_person(&console(), partner, environment).unwrap();
    webhooks::create(cx, &console(), owner, &fields, None).await.expect("an endpoint").0.id.into()
}

async fn endpoint(
    cx: &Services,
    partner: PartnerId,
    url: String,
    types: &[&str],
    environment: Environment,
) -> EndpointId {
    let event_types = types.iter().map(|name| (*name).to_owned()).collect();
    endpoint_of(cx, partner, environment, EndpointFields { event_types, ..fields(url) }).await
}

async fn log_of(cx: &Services, endpoint: EndpointId) -> Vec<Delivery> {
    deliveries(cx, &console(), endpoint, &DeliveryFilter::default()).await.expect("a log").rows
}

async fn found(cx: &Services, endpoint: EndpointId) -> Listed {
    webhooks::one(cx, &console(), endpoint).await.expect("the endpoint")
}

/// Lets a dispatcher work until `is_done`.
async fn dispatch(cx: &Services, is_done: impl AsyncFn() -> bool) {
    let dispatcher = Dispatcher::new(cx.clone());
    let running = tokio::spawn({
        let dispatcher = dispatcher.clone();
        async move { dispatcher.run().await }
    });
    for _ in 0..1_200 {
        if is_done().await {
            dispatcher.stop();
            running.await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it was not done in time");
}

/// Until nothing of an endpoint is due or on its way.
async fn settle(cx: &Services, endpoint: EndpointId) {
    let now = cx.clock.now();
    dispatch(cx, async || {
        let log = log_of(cx, endpoint).await;
        !log.is_empty()
            && log
                .iter()
                .all(|one| one.state() != DeliveryState::Running && one.next_at().is_none_or(|next| next > now))
    })
    .await;
}

async fn count(cx: &Services, action: &str) -> usize {
    let filter = audit::Filter { action: Some(action.to_owned()), ..audit::Filter::default() };
    audit::list(cx, &console(), &filter).await.unwrap().rows.len()
}

#[tokio::test]
async fn what_happened_reaches_those_who_want_it_and_nobody_else() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let partner = partner(&cx, "Helvetia").await;
        let all = endpoint(&cx, partner, receiver.url("all"), &[], Environment::Live).await;
        let some = endpoint(&cx, partner, receiver.url("some"), &["customer.created"], Environment::Live).await;
        endpoint(&cx, partner, receiver.url("other"), &["plan.retired"], Environment::Live).await;
        endpoint(&cx, partner, receiver.url("sandbox"), &[], Environment::Test).await;
        let id = customer(&cx, "Marta Lindqvist").await;
        settle(&cx, all).await;
        settle(&cx, some).await;

        let [message] = receiver.at("all").try_into().expect("one message");
        assert_eq!(message.body["type"], "customer.created");
        assert_eq!(message.body["data"]["subject"]["id"], id.to_string());
        assert_eq!(message.body["data"]["id"], message.id.as_str());
        assert_eq!(message.signatures.len(), 1);
        assert!(!message.body.to_string().contains("Marta"), "what it says is read from the record");
        assert_eq!(receiver.at("some").len(), 1);
        assert!(receiver.at("other").is_empty() && receiver.at("sandbox").is_empty());

        let [row] = log_of(&cx, all).await.try_into().expect("one delivery");
        let (row, attempts) = delivery(&cx, &console(), row.id.into()).await.expect("its attempts");
        assert_eq!((row.state(), row.attempts, row.last_status), (DeliveryState::Done, 1, Some(200)));
        assert_eq!((attempts.len(), attempts[0].excerpt.as_str()), (1, "heard"));
        assert!(found(&cx, all).await.last_success_at().is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_is_tried_again_until_it_is_given_up_and_can_be_sent_again() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let partner = partner(&cx, "Helvetia").await;
        let id = endpoint(&cx, partner, receiver.url("500"), &[], Environment::Live).await;
        customer(&cx, "Marta Lindqvist").await;
        for attempt in 1..=10 {
            settle(&cx, id).await;
            let [row] = log_of(&cx, id).await.try_into().expect("one delivery");
            assert_eq!(row.attempts, attempt);
            match row.next_at() {
                Some(next) => cx.clock.advance(next.since(cx.clock.now())),
                None => assert_eq!((attempt, row.state()), (10, DeliveryState::Dead)),
            }
        }
        let messages = receiver.at("500");
        assert_eq!(messages.len(), 10);
        assert!(messages.iter().all(|message| message.id == messages[0].id), "a repeat is told by its id");
        let [row] = log_of(&cx, id).await.try_into().expect("one delivery");
        assert_eq!(row.last_error, "answered 500");

        webhooks::resend(&cx, &console(), row.id.into()).await.expect("sent again");
        settle(&cx, id).await;
        assert_eq!(receiver.at("500").len(), 11);
        let range = Recover { endpoint: id, from: Timestamp(0), until: cx.clock.now().plus(1), with_delivered: false };
        let recovered = webhooks::recover(&cx, &console(), range, "It was down").await.expect("recovered");
        assert_eq!(recovered, 0, "what waits for its next attempt is not given up");
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_fails_for_days_is_stopped_and_its_work_waits() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let partner = partner(&cx, "Helvetia").await;
        let gone = endpoint(&cx, partner, receiver.url("410"), &[], Environment::Live).await;
        let failing = endpoint(&cx, partner, receiver.url("503"), &[], Environment::Live).await;
        customer(&cx, "Marta Lindqvist").await;
        settle(&cx, gone).await;
        let stopped = found(&cx, gone).await;
        assert_eq!((stopped.is_enabled, stopped.stopped_why.as_str()), (false, "gone"));
        assert_eq!(count(&cx, "webhook_endpoint.stopped").await, 1);

        settle(&cx, failing).await;
        assert!(found(&cx, failing).await.is_enabled);
        cx.clock.advance(5 * Timestamp::DAY);
        settle(&cx, failing).await;
        assert_eq!(found(&cx, failing).await.stopped_why, "failing");

        customer(&cx, "Jonas Falk").await;
        dispatch(&cx, async || log_of(&cx, failing).await.len() == 2).await;
        assert_eq!(found(&cx, failing).await.waiting, 2, "what happens meanwhile waits");
        let before = receiver.at("503").len();
        webhooks::enable(&cx, &console(), failing, "It is up again").await.expect("enabled");
        cx.clock.advance(Timestamp::DAY);
        settle(&cx, failing).await;
        assert_eq!(receiver.at("503").len(), before + 2);
    })
    .await;
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_a_day() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let partner = partner(&cx, "Helvetia").await;
        let id = endpoint(&cx, partner, receiver.url("rotated"), &[], Environment::Live).await;
        for expected in [1, 2, 1] {
            if expected == 2 {
                webhooks::rotate(&cx, &console(), id, "It is time").await.expect("rotated");
            }
            webhooks::test(&cx, &console(), id).await.expect("queued");
            settle(&cx, id).await;
            let message = receiver.at("rotated").pop().expect("a message");
            assert_eq!(message.body["type"], "webhook_endpoint.tested");
            let different: BTreeSet<&String> = message.signatures.iter().collect();
            assert_eq!(different.len(), expected);
            if expected == 2 {
                cx.clock.advance(webhooks::OVERLAP);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_public_key_of_an_endpoint_checks_its_messages() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let partner = partner(&cx, "Helvetia").await;
        let fields = EndpointFields { scheme: Scheme::Ed25519, ..fields(receiver.url("keyed")) };
        let id = endpoint_of(&cx, partner, Environment::Live, fields).await;
        for expected in [1, 2] {
            webhooks::test(&cx, &console(), id).await.expect("queued");
            settle(&cx, id).await;
            let message = receiver.at("keyed").pop().expect("a message");
            let keys = webhooks::public_keys(&cx, &console(), &found(&cx, id).await).await.expect("keys");
            assert_eq!((keys.len(), message.signatures.len()), (expected, expected));
            for (key, signature) in keys.iter().zip(&message.signatures) {
                assert!(is_signed(key, signature, &message), "{key} {signature}");
            }
            webhooks::rotate(&cx, &console(), id, "It is time").await.expect("rotated");
        }
    })
    .await;
}

fn is_signed(key: &str, signature: &str, message: &Message) -> bool {
    let bytes = |text: &str, prefix: &str| STANDARD.decode(text.strip_prefix(prefix).unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(bytes(key, "whpk_").as_slice().try_into().unwrap()).unwrap();
    let signature = Signature::from_slice(&bytes(signature, "v1a,")).unwrap();
    let text = format!("{}.{}.{}", message.id, message.timestamp, message.text);
    key.verify(text.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn an_endpoint_with_a_rate_gets_no_more_than_that() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let partner = partner(&cx, "Helvetia").await;
        let fields = EndpointFields { max_per_second: Some(5), ..fields(receiver.url("slowly")) };
        let id = endpoint_of(&cx, partner, Environment::Live, fields).await;
        for _ in 0..40 {
            webhooks::test(&cx, &console(), id).await.expect("queued");
        }
        let dispatcher = Dispatcher::new(cx.clone());
        let began = std::time::Instant::now();
        let running = tokio::spawn(async move { dispatcher.run().await });
        while receiver.at("slowly").len() < 12 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(began.elapsed() >= Duration::from_secs(2), "the third five come two seconds after the first");
        running.abort();
    })
    .await;
}

#[tokio::test]
async fn one_that_hangs_delays_no_other_and_a_suspended_partner_gets_nothing() {
    let receiver = Receiver::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        receiver.kept.lock().unwrap().clear();
        let (one, other) = (partner(&cx, "Helvetia").await, partner(&cx, "Axa").await);
        endpoint(&cx, one, receiver.url("hang"), &[], Environment::Live).await;
        let healthy = endpoint(&cx, one, receiver.url("healthy"), &[], Environment::Live).await;
        let closed = endpoint(&cx, other, receiver.url("closed"), &[], Environment::Live).await;
        partners::suspend(&cx, &console(), other, "Under review").await.expect("suspended");
        for number in 0..40 {
            customer(&cx, &format!("Customer {number}")).await;
        }
        let dispatcher = Dispatcher::new(cx.clone());
        let running = tokio::spawn(async move { dispatcher.run().await });
        tokio::time::timeout(Duration::from_mins(1), async {
            // Endpoints are called beside one another, in no order: the one that hangs may be called last.
            while receiver.at("hang").is_empty()
                || receiver.at("healthy").len() < 40
                || found(&cx, healthy).await.waiting > 0
            {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        })
        .await
        .expect("the healthy one has all while the other hangs");
        // Its one call is still under way.
        running.abort();
        assert!(receiver.at("closed").is_empty());
        assert_eq!(found(&cx, closed).await.waiting, 40);
    })
    .await;
}

#[tokio::test]
async fn addresses_inside_our_network_are_refused_with_their_field() {
    on_both_engines(async |cx| {
        let partner = partner(&cx, "Helvetia").await;
        let owner = Owner::of_person(&console(), partner, Environment::Live).unwrap();
        for url in ["http://example.com/hook", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "no address"] {
            let refused = webhooks::create(&cx, &console(), owner, &fields(url), None).await.expect_err(url);
            assert_eq!((refused.status, refused.fields[0].field.as_str()), (422, "url"), "{url}");
        }
    })
    .await;
}
