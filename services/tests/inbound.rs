//! Messages in from partners: what is let in, in which order it is worked off, and what it does, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fleet_fixture;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Timestamp,
    ids::{InboundId, IntegrationId, PartnerId, SubscriptionId, VehicleId},
    inbound::{MessageState, MoneyEvent},
    integrations::InboundScheme,
    money::{Currency, Money},
    permissions::marker::FleetRead,
    subscription::{Command, MoneyState, State},
};
use fleet_fixture::{access, customer, plan, publish, reason, staff, vehicle};
use hmac::{Hmac, Mac};
use http::HeaderMap;
use jiff::civil::date;
use serde_json::json;
use services::{
    Error, Services, audit,
    db::on,
    demo, fleet,
    inbound::{self, Filter, Message, Receipt},
    odometer,
    partners::{self, PartnerForm},
    plans, roles,
    subscriptions::{self, Draft, MoneyNews, Permitted},
    testing::{integration, on_both_engines, set_webhook_secret},
};
use sha2::Sha256;
use uuid::Uuid;

const SECRET: &str = "a secret that both sides know";

async fn partner(cx: &Services, name: &str) -> PartnerId {
    let form = PartnerForm { name: name.to_owned(), kind: "payments".to_owned(), contact_email: String::new() };
    let form = partners::parse(&form).unwrap();
    partners::create(cx, &access(), &form, Uuid::now_v7()).await.unwrap()
}

/// A live integration with a secret.
async fn entrance(cx: &Services, slug: &str, kind: &str, scheme: &str) -> IntegrationId {
    let partner = partner(cx, &format!("{slug} Ltd")).await;
    let id = integration(cx, partner, slug, kind, scheme).await;
    set_webhook_secret(cx, id, SECRET, None).await;
    id
}

fn hmac(secret: &str, parts: &[&str]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).unwrap();
    for part in parts {
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

/// Signs as a partner does.
fn signed(scheme: InboundScheme, secret: &str, id: &str, at: Timestamp, body: &str) -> HeaderMap {
    let seconds = (at.millis() / 1_000).to_string();
    let pairs: Vec<(&'static str, String)> = match scheme {
        InboundScheme::Standard => vec![
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.clone()),
            ("webhook-signature", format!("v1,{}", STANDARD.encode(hmac(secret, &[id, ".", &seconds, ".", body])))),
        ],
        InboundScheme::Hmac => vec![
            ("x-signature", format!("sha256={}", hex::encode(hmac(secret, &[body])))),
            ("x-event-id", id.to_owned()),
        ],
        InboundScheme::Stripe => {
            vec![("stripe-signature", format!("t={seconds},v1={}", hex::encode(hmac(secret, &[&seconds, ".", body]))))]
        }
        InboundScheme::None => Vec::new(),
    };
    pairs.into_iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
}

async fn knock(cx: &Services, slug: &str, headers: &HeaderMap, body: &str) -> Result<Receipt, Error> {
    let door = inbound::door(cx, slug).await?;
    inbound::accept(cx, &door, headers, body.as_bytes(), "203.0.113.9").await
}

/// A message of the plain scheme, let in.
async fn send(cx: &Services, slug: &str, id: &str, body: &serde_json::Value) -> InboundId {
    let body = body.to_string();
    match knock(cx, slug, &signed(InboundScheme::Hmac, SECRET, id, cx.clock.now(), &body), &body).await {
        Ok(Receipt::Kept(id)) => id,
        other => panic!("{other:?}"),
    }
}

async fn code(result: Result<Receipt, Error>) -> &'static str {
    result.expect_err("turned away").code
}

async fn found(cx: &Services, id: InboundId) -> Message {
    inbound::find(cx, &access(), id).await.unwrap().message
}

/// Where a message stands, and what came of it.
async fn ended(cx: &Services, id: InboundId) -> (MessageState, String) {
    let message = found(cx, id).await;
    (message.state(), message.outcome)
}

async fn work(cx: &Services) {
    while inbound::work_once(cx).await.unwrap() > 0 {}
}

async fn told(cx: &Services, action: &str) -> usize {
    let filter = audit::Filter { action: Some(action.to_owned()), ..audit::Filter::default() };
    audit::list(cx, &access(), &filter).await.unwrap().rows.len()
}

async fn change(cx: &Services, id: SubscriptionId, command: Command) {
    let permitted = Permitted::ask(&staff("Ines Albrecht"), command).unwrap();
    let hash = subscriptions::review(cx, &access(), &permitted, id).await.unwrap().hash;
    subscriptions::commit(cx, &permitted, id, &hash, &reason()).await.unwrap();
}

/// A subscription that awaits its first payment: its id, its number and its car.
async fn awaiting(cx: &Services, number: u32) -> (SubscriptionId, String, VehicleId) {
    let plan = plan(cx, &format!("Flex {number}")).await;
    publish(cx, plan).await;
    let version = plans::find(cx, &access(), plan, None).await.unwrap().newest().unwrap().id;
    let car = vehicle(cx, number, &format!("B-KF {}", 2_040 + number)).await;
    let draft = Draft {
        customer: customer(cx, "Marta Lindqvist").await,
        plan_version: version.into(),
        vehicle: Some(car),
        service_from: date(2026, 11, 23),
    };
    let id = subscriptions::create(cx, &access(), &draft, Uuid::now_v7()).await.unwrap();
    for command in [Command::Submit, Command::Approve { starts_on: date(2026, 11, 23) }, Command::RecordSignature] {
        change(cx, id, command).await;
    }
    (id, subscriptions::find(cx, &access(), id, None).await.unwrap().number, car)
}

/// A subscription whose customer has the car.
async fn active(cx: &Services, number: u32) -> (SubscriptionId, String) {
    let (id, quoted, _) = awaiting(cx, number).await;
    change(cx, id, Command::RecordPayment).await;
    change(cx, id, Command::HandOver { on: date(2026, 11, 23), odometer_km: 1_250 }).await;
    (id, quoted)
}

async fn stands(cx: &Services, id: SubscriptionId) -> (State, MoneyState) {
    let subscription = subscriptions::find(cx, &access(), id, None).await.unwrap().subscription;
    (subscription.state, subscription.money_state)
}

fn news(kind: &str, subscription: &str) -> serde_json::Value {
    json!({ "type": kind, "data": {
        "subscription": subscription, "amount_minor": 57_900, "currency": "EUR", "reference": "PAY-1" } })
}

async fn statement(cx: &Services, id: InboundId, set: Option<Vec<u8>>) -> Vec<u8> {
    let mut uow = cx.db.begin().await.unwrap();
    let (before,): (Vec<u8>,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT body FROM inbound_message WHERE id = $1").bind(id.uuid()).fetch_one(c).await)
    .unwrap();
    if let Some(body) = set {
        on!(uow.connection(), c => sqlx::query("UPDATE inbound_message SET body = $2 WHERE id = $1")
            .bind(id.uuid()).bind(body).execute(c).await.map(|_| ()))
        .unwrap();
    }
    uow.commit(cx, &services::access::Actor::command_line(), audit::Entry::new("test.body")).await.unwrap();
    before
}

#[tokio::test]
async fn each_scheme_lets_in_what_is_signed_now_by_a_secret_that_is_good() {
    on_both_engines(async |cx| {
        for scheme in [InboundScheme::Standard, InboundScheme::Hmac, InboundScheme::Stripe] {
            let slug = scheme.as_str();
            let id = entrance(&cx, slug, "other", slug).await;
            let body = |id: &str| format!(r#"{{"id":"{id}","type":"something.happened"}}"#);
            let now = cx.clock.now();
            let knock_with = async |secret: &str, id: &str, at: Timestamp| {
                knock(&cx, slug, &signed(scheme, secret, id, at, &body(id)), &body(id)).await
            };
            assert!(matches!(knock_with(SECRET, "m-1", now).await, Ok(Receipt::Kept(_))), "{slug}: good");
            assert_eq!(knock_with(SECRET, "m-1", now).await.unwrap(), Receipt::Known, "{slug}: again");
            assert_eq!(code(knock_with("guessed", "m-2", now).await).await, "inbound.wrong_signature", "{slug}");
            let tampered = knock(&cx, slug, &signed(scheme, SECRET, "m-3", now, &body("m-3")), &body("m-4")).await;
            assert_eq!(code(tampered).await, "inbound.wrong_signature", "{slug}: another body");
            assert_eq!(code(knock(&cx, slug, &HeaderMap::new(), "{}").await).await, "inbound.unsigned", "{slug}");
            if scheme != InboundScheme::Hmac {
                let old = now.plus(-5 * Timestamp::MINUTE - Timestamp::SECOND);
                assert_eq!(code(knock_with(SECRET, "m-5", old).await).await, "inbound.out_of_time", "{slug}");
            }
            let signed_list = signed(scheme, SECRET, "m-6", now, "[]");
            assert_eq!(code(knock(&cx, slug, &signed_list, "[]").await).await, "inbound.malformed", "{slug}");

            set_webhook_secret(&cx, id, "a new secret", Some(now.plus(Timestamp::HOUR))).await;
            assert!(matches!(knock_with(SECRET, "m-7", now).await, Ok(Receipt::Kept(_))), "{slug}: previous");
            assert!(matches!(knock_with("a new secret", "m-8", now).await, Ok(Receipt::Kept(_))), "{slug}: current");
            cx.clock.advance(Timestamp::HOUR);
            let over = knock_with(SECRET, "m-9", cx.clock.now()).await;
            assert_eq!(code(over).await, "inbound.wrong_signature", "{slug}: the overlap is over");
        }
        assert_eq!(code(knock(&cx, "nowhere", &HeaderMap::new(), "{}").await).await, "inbound.no_such_address");
    })
    .await;
}

#[tokio::test]
async fn ten_of_one_id_at_once_are_one_message() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        let body = news("payment.failed", "S-1").to_string();
        let headers = signed(InboundScheme::Hmac, SECRET, "evt-1", cx.clock.now(), &body);
        let knocks = (0..10).map(|_| knock(&cx, "florin", &headers, &body));
        let receipts = futures::future::join_all(knocks).await;
        let kept = receipts.iter().filter(|receipt| matches!(receipt, Ok(Receipt::Kept(_)))).count();
        let known = receipts.iter().filter(|receipt| matches!(receipt, Ok(Receipt::Known))).count();
        assert_eq!((kept, known), (1, 9));
        assert_eq!(inbound::list(&cx, &access(), &Filter::default()).await.unwrap().rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_fails_keeps_those_of_its_record_back_until_somebody_decides() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        let (one, one_number) = active(&cx, 1).await;
        let (other, other_number) = active(&cx, 2).await;
        let first = send(&cx, "florin", "e-1", &news("payment.failed", &one_number)).await;
        let second = send(&cx, "florin", "e-2", &news("payment.dunning", &one.to_string())).await;
        let beside = send(&cx, "florin", "e-3", &news("payment.failed", &other_number)).await;
        let good = statement(&cx, first, Some(vec![0; 8])).await;

        for attempt in 1..=5 {
            work(&cx).await;
            let message = found(&cx, first).await;
            assert_eq!(message.attempts, attempt);
            assert_eq!(ended(&cx, second).await.0, MessageState::Ready, "it waits for the first");
            match message.next_at() {
                Some(next) => cx.clock.advance(next.since(cx.clock.now())),
                None => assert_eq!((attempt, message.state()), (5, MessageState::Parked)),
            }
        }
        assert_eq!(ended(&cx, beside).await.0, MessageState::Done, "another record is none of its business");
        assert_eq!(stands(&cx, other).await.1, MoneyState::PastDue);
        let detail = inbound::find(&cx, &access(), first).await.unwrap();
        assert_eq!(detail.keeps_back, 1);
        assert_eq!(inbound::find(&cx, &access(), second).await.unwrap().waits_for, Some(first.uuid()));

        statement(&cx, first, Some(good)).await;
        assert!(inbound::retry(&cx, &access(), first, " ").await.is_err(), "a reason is needed");
        inbound::retry(&cx, &access(), first, "It can be read again").await.unwrap();
        work(&cx).await;
        assert_eq!(ended(&cx, first).await.0, MessageState::Done);
        assert_eq!(ended(&cx, second).await.0, MessageState::Done);
        assert_eq!(stands(&cx, one).await.1, MoneyState::Dunning);

        let broken = send(&cx, "florin", "e-4", &news("payment.succeeded", "S-of-nobody")).await;
        let behind = send(&cx, "florin", "e-5", &news("payment.failed", "S-of-nobody")).await;
        work(&cx).await;
        let unknown = "It names a subscription that we don’t know.".to_owned();
        assert_eq!(ended(&cx, broken).await, (MessageState::Parked, unknown.clone()));
        assert_eq!(ended(&cx, behind).await.0, MessageState::Ready);
        inbound::skip(&cx, &access(), broken, "It was sent to us by mistake").await.unwrap();
        let again = inbound::skip(&cx, &access(), broken, "Once more").await.unwrap_err();
        assert_eq!(again.code, "inbound.not_open");
        work(&cx).await;
        assert_eq!(ended(&cx, broken).await.0, MessageState::Ignored);
        assert_eq!(ended(&cx, behind).await, (MessageState::Parked, unknown), "its turn came");
        assert_eq!((told(&cx, "inbound.retried").await, told(&cx, "inbound.skipped").await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_worker_held_is_taken_up_when_its_lease_is_over_and_done_once() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        entrance(&cx, "rastersat", "telematics", "hmac").await;
        let (id, number) = active(&cx, 1).await;
        let (new, new_number, car) = awaiting(&cx, 2).await;
        let failed = send(&cx, "florin", "e-1", &news("payment.failed", &number)).await;
        let paid = send(&cx, "florin", "e-2", &news("payment.succeeded", &new_number)).await;
        let read = json!({ "type": "odometer.reading", "data": {
            "plate": "b kf 2042", "km": 1_300, "at": "2026-11-23T09:00:00Z" } });
        let reading = send(&cx, "rastersat", "e-3", &read).await;
        // A worker took all of them, did what two of them say, and ended before it could write that down.
        let mut uow = cx.db.begin().await.unwrap();
        on!(uow.connection(), c => sqlx::query(
            "UPDATE inbound_message SET state = 'running', attempts = 1, lease_id = $1, lease_until = $2")
            .bind(Uuid::new_v4()).bind(cx.clock.now().plus(60_000).millis()).execute(c).await.map(|_| ()))
        .unwrap();
        uow.commit(&cx, &staff("Test"), audit::Entry::new("test.claimed")).await.unwrap();
        change(&cx, new, Command::RecordPayment).await;
        let at = Timestamp(cx.clock.now().millis() - Timestamp::HOUR);
        let done = odometer::NewReading { vehicle: car, read_at: at, km: 1_300, source: "telematics".to_owned() };
        odometer::record(&cx, &access(), &done).await.unwrap();

        assert_eq!(inbound::work_once(&cx).await.unwrap(), 0, "the lease holds");
        cx.clock.advance(61_000);
        work(&cx).await;
        for message in [failed, paid, reading] {
            assert_eq!(ended(&cx, message).await.0, MessageState::Done, "{:?}", found(&cx, message).await);
        }
        assert_eq!(stands(&cx, id).await, (State::Active, MoneyState::PastDue));
        assert_eq!(stands(&cx, new).await, (State::Scheduled, MoneyState::Current));
        assert_eq!(told(&cx, "subscription.money_state_changed").await, 1);
        assert_eq!(told(&cx, "odometer.recorded").await, 1);
        let paid_events = told(&cx, "subscription.paid").await;
        work(&cx).await;
        assert_eq!(told(&cx, "subscription.paid").await, paid_events);

        // One that ended every worker is not given to a sixth.
        let last = send(&cx, "florin", "e-4", &news("payment.dunning", &number)).await;
        let mut uow = cx.db.begin().await.unwrap();
        on!(uow.connection(), c => sqlx::query(
            "UPDATE inbound_message SET state = 'running', attempts = 5, lease_id = $1, lease_until = 0 WHERE id = $2")
            .bind(Uuid::new_v4()).bind(last.uuid()).execute(c).await.map(|_| ()))
        .unwrap();
        uow.commit(&cx, &staff("Test"), audit::Entry::new("test.claimed")).await.unwrap();
        work(&cx).await;
        assert_eq!(ended(&cx, last).await.0, MessageState::Parked);
    })
    .await;
}

#[tokio::test]
async fn news_of_payments_move_the_money_and_say_so() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        let (id, number) = active(&cx, 1).await;
        let steps = [
            ("payment.failed", MoneyState::PastDue),
            ("payment.dunning", MoneyState::Dunning),
            ("payment.failed", MoneyState::Dunning),
            ("payment.charged_back", MoneyState::Unpaid),
            ("payment.succeeded", MoneyState::Current),
            ("invoice.paid", MoneyState::Current),
        ];
        for (place, (kind, expected)) in steps.into_iter().enumerate() {
            let message = send(&cx, "florin", &format!("e-{place}"), &news(kind, &number)).await;
            work(&cx).await;
            assert_eq!(ended(&cx, message).await.0, MessageState::Done, "{kind}");
            assert_eq!(stands(&cx, id).await.1, expected, "{kind}");
            let detail = subscriptions::find(&cx, &access(), id, None).await.unwrap();
            assert_eq!(detail.attention.is_some(), expected != MoneyState::Current, "{kind}");
        }
        assert_eq!(told(&cx, "subscription.money_state_changed").await, 4, "what moved nothing is no change");
        let timeline = subscriptions::find(&cx, &access(), id, None).await.unwrap().timeline;
        let entry = &timeline.rows[0];
        assert_eq!(entry.summary, "Payment received: €\u{a0}579.00");
        assert_eq!(entry.reason, "Told by florin Ltd, reference PAY-1");
        assert_eq!((entry.changes()[0].before.as_str(), entry.changes()[0].after.as_str()), ("Unpaid", "Current"));
        let (events,): (i64,) = {
            let mut reading = cx.db.read().await.unwrap();
            on!(reading.connection(), c => sqlx::query_as(
                "SELECT COUNT(*) FROM event_outbox WHERE action = 'subscription.money_state_changed'")
                .fetch_one(c).await)
            .unwrap()
        };
        assert_eq!(events, 4, "endpoints are told");

        let by_hand = MoneyNews {
            event: MoneyEvent::ChargedBack,
            amount: Money::new(57_900, "EUR".parse::<Currency>().unwrap()),
            reason: "The bank wrote to us".to_owned(),
            message: None,
        };
        let moved = subscriptions::set_money_state(&cx, &access(), id, &by_hand).await.unwrap();
        assert_eq!(moved, Some(MoneyState::Unpaid));
        assert_eq!(subscriptions::set_money_state(&cx, &access(), id, &by_hand).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_first_payment_is_recorded_and_what_does_not_fit_is_parked() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        let (id, number, _) = awaiting(&cx, 1).await;
        let mut foreign = news("payment.succeeded", &number);
        foreign["data"]["currency"] = json!("CHF");
        let foreign = send(&cx, "florin", "e-1", &foreign).await;
        work(&cx).await;
        assert_eq!(ended(&cx, foreign).await.0, MessageState::Parked, "{:?}", found(&cx, foreign).await);
        assert_eq!(stands(&cx, id).await.0, State::AwaitingPayment);
        inbound::skip(&cx, &access(), foreign, "Another account").await.unwrap();

        let paid = send(&cx, "florin", "e-2", &news("payment.succeeded", &number)).await;
        work(&cx).await;
        let words = "Payment received: 579.00 EUR. The first payment was recorded. The account stands where it stood.";
        assert_eq!(ended(&cx, paid).await, (MessageState::Done, words.to_owned()));
        assert_eq!(stands(&cx, id).await, (State::Scheduled, MoneyState::Current));
        assert_eq!(told(&cx, "subscription.paid").await, 1);
        let again = send(&cx, "florin", "e-3", &news("payment.succeeded", &number)).await;
        work(&cx).await;
        assert_eq!(ended(&cx, again).await.0, MessageState::Done);
        assert_eq!(told(&cx, "subscription.paid").await, 1);

        for (place, body) in [
            json!({ "type": "payment.failed", "data": { "subscription": number, "currency": "EUR" } }),
            json!({ "type": "payment.failed", "data": { "amount_minor": 1, "currency": "EUR" } }),
            json!({ "type": "payment.failed" }),
        ]
        .iter()
        .enumerate()
        {
            let odd = send(&cx, "florin", &format!("odd-{place}"), body).await;
            work(&cx).await;
            assert_eq!(ended(&cx, odd).await.0, MessageState::Parked, "{body}");
            inbound::skip(&cx, &access(), odd, "Odd").await.unwrap();
        }
        let other = send(&cx, "florin", "e-9", &json!({ "type": "mandate.signed" })).await;
        work(&cx).await;
        assert_eq!(ended(&cx, other).await.0, MessageState::Ignored);
    })
    .await;
}

#[tokio::test]
async fn a_car_tells_its_kilometres_and_one_wrong_reading_keeps_none_back() {
    on_both_engines(async |cx| {
        entrance(&cx, "rastersat", "telematics", "hmac").await;
        let car = vehicle(&cx, 1, "B-KF 2041").await;
        let said = |km: i64, at: &str| {
            json!({ "type": "odometer.reading", "data": { "vin": "WVWZZZAUZ00000001", "km": km, "at": at } })
        };
        let first = send(&cx, "rastersat", "e-1", &said(1_500, "2026-11-23T08:00:00Z")).await;
        let wrong = send(&cx, "rastersat", "e-2", &said(90, "2026-11-23T08:30:00Z")).await;
        let third = send(&cx, "rastersat", "e-3", &said(1_600, "2026-11-23T09:00:00Z")).await;
        let nobody = json!({ "type": "odometer.reading", "data": { "plate": "X 1", "km": 1, "at": "2026-11-23T09:00:00Z" }});
        let unknown = send(&cx, "rastersat", "e-4", &nobody).await;
        work(&cx).await;
        assert_eq!(ended(&cx, first).await, (MessageState::Done, "Recorded 1500 km.".to_owned()));
        assert_eq!(ended(&cx, wrong).await.0, MessageState::Ignored);
        assert_eq!(ended(&cx, third).await.0, MessageState::Done);
        assert_eq!(ended(&cx, unknown).await.0, MessageState::Parked);
        let detail = fleet::find(&cx, &access::<FleetRead>(), car, None).await.unwrap();
        assert_eq!(detail.vehicle.odometer_km, 1_600);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_worked_off_for_an_integration_that_is_not_live() {
    on_both_engines(async |cx| {
        let integration = entrance(&cx, "florin", "payments", "hmac").await;
        let turn = async |state: &'static str| {
            let mut uow = cx.db.begin().await.unwrap();
            on!(uow.connection(), c => sqlx::query("UPDATE integration SET state = $2 WHERE id = $1")
                .bind(integration.uuid()).bind(state).execute(c).await.map(|_| ()))
            .unwrap();
            uow.commit(&cx, &staff("Test"), audit::Entry::new("test.turned")).await.unwrap();
        };
        turn("held").await;
        let message = send(&cx, "florin", "e-1", &news("mandate.signed", "")).await;
        work(&cx).await;
        assert_eq!(ended(&cx, message).await.0, MessageState::Ready);
        assert!(found(&cx, message).await.is_held());
        turn("live").await;
        work(&cx).await;
        assert_eq!(ended(&cx, message).await.0, MessageState::Ignored);
        turn("retired").await;
        assert_eq!(code(knock(&cx, "florin", &HeaderMap::new(), "{}").await).await, "inbound.no_such_address");
    })
    .await;
}

#[tokio::test]
async fn what_is_turned_away_is_counted_and_what_it_says_is_shown_for_a_reason_and_erased_in_time() {
    on_both_engines(async |cx| {
        let integration = entrance(&cx, "florin", "payments", "hmac").await;
        for _ in 0..3 {
            let headers = signed(InboundScheme::Hmac, "guessed", "e-1", cx.clock.now(), "{}");
            assert_eq!(code(knock(&cx, "florin", &headers, "{}").await).await, "inbound.wrong_signature");
        }
        assert_eq!(code(knock(&cx, "florin", &HeaderMap::new(), "{}").await).await, "inbound.unsigned");
        let message = send(&cx, "florin", "e-2", &news("payment.failed", "S-1")).await;
        for of in [None, Some(integration)] {
            let figures = inbound::figures(&cx, &access(), of).await.unwrap();
            assert_eq!((figures.received, figures.waiting, figures.parked), (1, 1, 0));
            let refused: Vec<(&str, i64, &str)> =
                figures.refused.iter().map(|one| (one.reason(), one.count, one.last_from.as_str())).collect();
            assert_eq!(refused, [("Wrong signature", 3, "203.0.113.9"), ("Not signed", 1, "203.0.113.9")]);
            let entrances = inbound::entrances(&cx, &access(), of).await.unwrap();
            assert_eq!(entrances.len(), 1);
            assert_eq!(entrances[0].address(&cx), "http://127.0.0.1:3000/hooks/florin");
            assert!(entrances[0].secret_set_at.is_some());
        }
        let kept = statement(&cx, message, None).await;
        assert!(!String::from_utf8_lossy(&kept).contains("PAY-1"), "it is sealed");
        assert!(inbound::reveal(&cx, &access(), message, "").await.is_err(), "a reason is needed");
        let revealed = inbound::reveal(&cx, &access(), message, "The partner asks about it").await.unwrap();
        assert!(revealed.text.contains("PAY-1") && !revealed.is_cut);
        assert_eq!(told(&cx, "inbound.revealed").await, 1);

        cx.clock.advance(91 * Timestamp::DAY);
        assert_eq!(inbound::sweep(&cx).await.unwrap(), 1);
        assert_eq!(inbound::sweep(&cx).await.unwrap(), 0);
        assert_eq!(told(&cx, "inbound.erased").await, 1);
        assert!(!found(&cx, message).await.has_body);
        assert_eq!(inbound::reveal(&cx, &access(), message, "Too late").await.unwrap_err().code, "inbound.erased");
        work(&cx).await;
        assert_eq!(ended(&cx, message).await.0, MessageState::Parked, "what it says is gone");
        let body = news("payment.failed", "S-1").to_string();
        let again = signed(InboundScheme::Hmac, SECRET, "e-2", cx.clock.now(), &body);
        assert_eq!(knock(&cx, "florin", &again, &body).await.unwrap(), Receipt::Known, "a repeat is still told");
    })
    .await;
}

#[tokio::test]
async fn the_demo_has_messages_of_its_integrations() {
    on_both_engines(async |cx| {
        roles::seed(&cx).await.unwrap();
        entrance(&cx, "florin", "payments", "standard").await;
        entrance(&cx, "rastersat", "telematics", "hmac").await;
        demo::fill(&cx, demo::Options { customers: 40, seed: 3 }).await.unwrap();
        let of = async |state| {
            let filter = Filter { state: Some(state), ..Filter::default() };
            inbound::list(&cx, &access(), &filter).await.unwrap().rows
        };
        assert!(of(MessageState::Done).await.len() > 10);
        let [parked] = of(MessageState::Parked).await.try_into().expect("one is parked");
        let detail = inbound::find(&cx, &access(), parked.id.into()).await.unwrap();
        assert_eq!(detail.keeps_back, 1);
        assert!(inbound::reveal(&cx, &access(), parked.id.into(), "To see").await.unwrap().text.contains("S-99-00417"));
    })
    .await;
}
