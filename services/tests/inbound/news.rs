//! What messages do.

use domain::{
    inbound::{MessageState, MoneyEvent},
    money::{Currency, Money},
    permissions::marker::FleetRead,
    subscription::{MoneyState, State},
};
use serde_json::json;
use services::{
    db::on,
    demo, fleet,
    inbound::{self, Filter},
    roles,
    subscriptions::{self, MoneyNews},
    testing::on_both_engines,
};

use super::support::{active, awaiting, ended, entrance, found, news, send, stands, told, work};
use crate::fleet_fixture::{access, vehicle};

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
async fn the_demo_has_messages_of_its_integrations() {
    on_both_engines(async |cx| {
        roles::seed(&cx).await.unwrap();
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
