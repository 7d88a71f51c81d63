//! What a subscription needs of partners: queued with the change, done beside it, and told when it fails.

use domain::{
    Timestamp,
    ids::SubscriptionId,
    integrations::CallState,
    subscription::{Command, State},
};
use jiff::civil::{Date, date};
use services::{
    Services, gateway, plans, steps,
    subscriptions::{self, Draft, Permitted},
    testing::on_both_engines,
};
use uuid::Uuid;

use super::{
    fleet_fixture::{access, customer, plan, publish, reason, staff, vehicle},
    partner::{Described, Mode, Partner, add, here, integration},
};

const TODAY: Date = date(2026, 11, 23);

async fn change(cx: &Services, id: SubscriptionId, command: Command) {
    let permitted = Permitted::ask(&staff("Ines Albrecht"), command).expect("holds everything");
    let hash = subscriptions::review(cx, &access(), &permitted, id).await.expect("reviewed").hash;
    subscriptions::commit(cx, &permitted, id, &hash, &reason()).await.expect("carried out");
}

async fn handed_over(cx: &Services) -> SubscriptionId {
    let plan = plan(cx, "Flex").await;
    publish(cx, plan).await;
    let version = plans::find(cx, &access(), plan, None).await.unwrap().newest().unwrap().id;
    let draft = Draft {
        customer: customer(cx, "Marta Lindqvist").await,
        vehicle: Some(vehicle(cx, 1, "B-KF 2041").await),
        plan_version: version.into(),
        service_from: TODAY,
    };
    let id = subscriptions::create(cx, &access(), &draft, Uuid::now_v7()).await.expect("drafted");
    for command in [
        Command::Submit,
        Command::Approve { starts_on: TODAY },
        Command::RecordSignature,
        Command::RecordPayment,
        Command::HandOver { on: TODAY, odometer_km: 1_250 },
    ] {
        change(cx, id, command).await;
    }
    id
}

async fn attention(cx: &Services, id: SubscriptionId) -> Option<String> {
    let found = subscriptions::find(cx, &access(), id, None).await.unwrap();
    assert_eq!(found.subscription.state, State::Active, "a partner never holds up what staff does");
    found.attention
}

#[tokio::test]
async fn cover_starts_with_the_hand_over_and_a_partner_that_is_down_is_made_good() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let queues = Described { plan: "queue", attempts: 1, ..Described::default() };
        let insurer = integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, queues).await;
        let mut uow = cx.db.begin().await.unwrap();
        add(uow.connection(), insurer, Described { name: "cover.suspend", ..queues }).await;
        uow.commit(&cx, &services::access::Actor::command_line(), services::audit::Entry::new("test.set_up"))
            .await
            .unwrap();
        partner.behave(Mode::Status(500));
        let id = handed_over(&cx).await;
        assert_eq!(attention(&cx, id).await, None);
        gateway::work_once(&cx).await.unwrap();
        assert!(attention(&cx, id).await.is_some_and(|why| why.contains("partner")), "it failed and is told");
        change(&cx, id, Command::Pause { from: date(2026, 12, 1), until: date(2026, 12, 20) }).await;
        assert!(attention(&cx, id).await.is_some(), "another change keeps it");

        partner.behave(Mode::Good);
        cx.clock.advance(Timestamp::MINUTE);
        gateway::work_once(&cx).await.unwrap();
        assert_eq!(attention(&cx, id).await, None, "made good by itself");
        let step = steps::of_subscription(&cx, &access(), id).await.unwrap().remove(0);
        assert_eq!((step.state(), step.operation.as_str()), (CallState::Done, "cover.start"));
        let body = partner.seen().last().unwrap().body.clone();
        assert_eq!(body["vehicle"]["plate"], "B-KF 2041");
        assert_eq!(body["subscription"]["id"], id.to_string());
        assert!(body["vehicle"].get("odometer").is_none(), "an insurer needs no odometer");
    })
    .await;
}

#[tokio::test]
async fn a_step_that_was_given_up_is_made_good_by_one_press() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let queues = Described { plan: "queue", attempts: 1, ..Described::default() };
        integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, queues).await;
        partner.behave(Mode::Status(422));
        let id = handed_over(&cx).await;
        gateway::work_once(&cx).await.unwrap();
        let step = steps::of_subscription(&cx, &access(), id).await.unwrap().remove(0);
        assert_eq!(step.state(), CallState::Dead, "what the partner refuses is not tried again by itself");
        assert!(attention(&cx, id).await.is_some());
        partner.behave(Mode::Good);
        steps::try_again(&cx, &access(), id, step.id.into()).await.expect("queued again");
        gateway::work_once(&cx).await.unwrap();
        assert_eq!(attention(&cx, id).await, None);
        let elsewhere = SubscriptionId::new();
        assert_eq!(steps::try_again(&cx, &access(), elsewhere, step.id.into()).await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test]
async fn where_no_partner_is_connected_nothing_is_needed() {
    on_both_engines(async |cx| {
        let id = handed_over(&cx).await;
        assert!(steps::of_subscription(&cx, &access(), id).await.unwrap().is_empty());
        assert_eq!(attention(&cx, id).await, None);
    })
    .await;
}
