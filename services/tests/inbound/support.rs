//! Integrations, subscriptions and partners that sign.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Timestamp,
    ids::{InboundId, IntegrationId, PartnerId, SubscriptionId, VehicleId},
    inbound::MessageState,
    integrations::InboundScheme,
    subscription::{Command, MoneyState, State},
};
use hmac::{Hmac, Mac};
use http::HeaderMap;
use jiff::civil::date;
use serde_json::json;
use services::{
    Error, Services, audit,
    db::on,
    inbound::{self, Message, Receipt},
    partners::{self, PartnerForm},
    plans,
    subscriptions::{self, Draft, Permitted},
    testing::{integration, set_webhook_secret},
};
use sha2::Sha256;
use uuid::Uuid;

use crate::fleet_fixture::{access, customer, plan, publish, reason, staff, vehicle};

pub const SECRET: &str = "a secret that both sides know";

pub async fn partner(cx: &Services, name: &str) -> PartnerId {
    let form = PartnerForm { name: name.to_owned(), kind: "payments".to_owned(), contact_email: String::new() };
    let form = partners::parse(&form).unwrap();
    partners::create(cx, &access(), &form, Uuid::now_v7()).await.unwrap()
}

/// A live integration with a secret.
pub async fn entrance(cx: &Services, slug: &str, kind: &str, scheme: &str) -> IntegrationId {
    let partner = partner(cx, &format!("{slug} Ltd")).await;
    let id = integration(cx, partner, slug, kind, scheme).await;
    set_webhook_secret(cx, id, SECRET, None).await;
    id
}

pub fn hmac(secret: &str, parts: &[&str]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).unwrap();
    for part in parts {
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

/// Signs as a partner does.
pub fn signed(scheme: InboundScheme, secret: &str, id: &str, at: Timestamp, body: &str) -> HeaderMap {
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

pub async fn knock(cx: &Services, slug: &str, headers: &HeaderMap, body: &str) -> Result<Receipt, Error> {
    let door = inbound::door(cx, slug).await?;
    inbound::accept(cx, &door, headers, body.as_bytes(), "203.0.113.9").await
}

/// A message of the plain scheme, let in.
pub async fn send(cx: &Services, slug: &str, id: &str, body: &serde_json::Value) -> InboundId {
    let body = body.to_string();
    match knock(cx, slug, &signed(InboundScheme::Hmac, SECRET, id, cx.clock.now(), &body), &body).await {
        Ok(Receipt::Kept(id)) => id,
        other => panic!("{other:?}"),
    }
}

pub async fn code(result: Result<Receipt, Error>) -> &'static str {
    result.expect_err("turned away").code
}

pub async fn found(cx: &Services, id: InboundId) -> Message {
    inbound::find(cx, &access(), id).await.unwrap().message
}

/// Where a message stands, and what came of it.
pub async fn ended(cx: &Services, id: InboundId) -> (MessageState, String) {
    let message = found(cx, id).await;
    (message.state(), message.outcome)
}

pub async fn work(cx: &Services) {
    while inbound::work_once(cx).await.unwrap() > 0 {}
}

pub async fn told(cx: &Services, action: &str) -> usize {
    let filter = audit::Filter { action: Some(action.to_owned()), ..audit::Filter::default() };
    audit::list(cx, &access(), &filter).await.unwrap().rows.len()
}

pub async fn change(cx: &Services, id: SubscriptionId, command: Command) {
    let permitted = Permitted::ask(&staff("Ines Albrecht"), command).unwrap();
    let hash = subscriptions::review(cx, &access(), &permitted, id).await.unwrap().hash;
    subscriptions::commit(cx, &permitted, id, &hash, &reason()).await.unwrap();
}

/// A subscription that awaits its first payment: its id, its number and its car.
pub async fn awaiting(cx: &Services, number: u32) -> (SubscriptionId, String, VehicleId) {
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
pub async fn active(cx: &Services, number: u32) -> (SubscriptionId, String) {
    let (id, quoted, _) = awaiting(cx, number).await;
    change(cx, id, Command::RecordPayment).await;
    change(cx, id, Command::HandOver { on: date(2026, 11, 23), odometer_km: 1_250 }).await;
    (id, quoted)
}

pub async fn stands(cx: &Services, id: SubscriptionId) -> (State, MoneyState) {
    let subscription = subscriptions::find(cx, &access(), id, None).await.unwrap().subscription;
    (subscription.state, subscription.money_state)
}

pub fn news(kind: &str, subscription: &str) -> serde_json::Value {
    json!({ "type": kind, "data": {
        "subscription": subscription, "amount_minor": 57_900, "currency": "EUR", "reference": "PAY-1" } })
}

pub async fn statement(cx: &Services, id: InboundId, set: Option<Vec<u8>>) -> Vec<u8> {
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
