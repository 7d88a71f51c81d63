//! Subscriptions, as seen from outside: drafted once, changed only as reviewed, moved on by their days.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod fleet_fixture;

use domain::{
    Timestamp,
    fleet::VehicleState,
    ids::{CustomerId, HoldId, PlanVersionId, SubscriptionId, VehicleId},
    permissions::marker::FleetRead,
    subscription::{Command, Hold, HoldKind, HoldScope, State},
};
use fleet_fixture::{access, customer, plan, plan_form, publish, reason, staff, vehicle};
use jiff::civil::{Date, date};
use services::{
    Error, Services, audit,
    db::on,
    fleet, plans,
    subscriptions::{self, Detail, Draft, Permitted},
    testing::on_both_engines,
};
use uuid::Uuid;

/// The day on which the tests' clock stands.
const TODAY: Date = date(2026, 11, 23);

/// A customer, a car and a plan on offer.
async fn stage(cx: &Services) -> (CustomerId, VehicleId, PlanVersionId) {
    let plan = plan(cx, "Flex").await;
    publish(cx, plan).await;
    let version = plans::find(cx, &access(), plan, None).await.expect("the plan").newest().expect("a version").id;
    (customer(cx, "Marta Lindqvist").await, vehicle(cx, 1, "B-KF 2041").await, version.into())
}

fn draft(customer: CustomerId, vehicle: VehicleId, plan_version: PlanVersionId) -> Draft {
    Draft { customer, plan_version, vehicle: Some(vehicle), service_from: TODAY }
}

async fn drafted(cx: &Services) -> SubscriptionId {
    let (customer, vehicle, version) = stage(cx).await;
    subscriptions::create(cx, &access(), &draft(customer, vehicle, version), Uuid::now_v7()).await.expect("drafted")
}

async fn found(cx: &Services, id: SubscriptionId) -> Detail {
    subscriptions::find(cx, &access(), id, None).await.expect("the subscription")
}

async fn state(cx: &Services, id: SubscriptionId) -> State {
    found(cx, id).await.subscription.state
}

fn permitted(command: Command) -> Permitted {
    Permitted::ask(&staff("Ines Albrecht"), command).expect("holds everything")
}

async fn review(cx: &Services, id: SubscriptionId, command: Command) -> Result<String, Error> {
    subscriptions::review(cx, &access(), &permitted(command), id).await.map(|reviewed| reviewed.hash)
}

/// Reviews a change and does it.
async fn change(cx: &Services, id: SubscriptionId, command: Command) -> Result<String, Error> {
    let hash = review(cx, id, command).await?;
    subscriptions::commit(cx, &permitted(command), id, &hash, &reason()).await
}

/// Brings a draft to the day on which the customer has the car.
async fn active(cx: &Services) -> SubscriptionId {
    let id = drafted(cx).await;
    for command in [
        Command::Submit,
        Command::Approve { starts_on: TODAY },
        Command::RecordSignature,
        Command::RecordPayment,
        Command::HandOver { on: TODAY, odometer_km: 1_250 },
    ] {
        change(cx, id, command).await.expect("carried out");
    }
    assert_eq!(state(cx, id).await, State::Active);
    id
}

fn hold(kind: HoldKind) -> Hold {
    Hold {
        id: HoldId::new(),
        kind,
        scope: HoldScope::Subscription,
        blocks: kind.default_blocks(),
        since: TODAY,
        review_on: Some(date(2026, 12, 1)),
    }
}

/// How many audit events there are, all told.
async fn events(cx: &Services) -> i64 {
    let mut reading = cx.db.read().await.expect("a reading");
    let (count,): (i64,) =
        on!(reading.connection(), c => sqlx::query_as("SELECT COUNT(*) FROM audit_event").fetch_one(c).await)
            .expect("a count");
    count
}

#[tokio::test]
async fn a_form_sent_twice_drafts_one_subscription() {
    on_both_engines(async |cx| {
        let (customer, vehicle, version) = stage(&cx).await;
        let token = Uuid::now_v7();
        let wanted = draft(customer, vehicle, version);
        let first = subscriptions::create(&cx, &access(), &wanted, token).await.expect("drafted");
        let second = subscriptions::create(&cx, &access(), &wanted, token).await.expect("the same again");
        assert_eq!(first, second);
        let (access, token) = (access(), Uuid::now_v7());
        let send = || Box::pin(subscriptions::create(&cx, &access, &wanted, token));
        let (one, two, three) = tokio::join!(send(), send(), send());
        let one = one.expect("drafted");
        assert_eq!([two.expect("the same"), three.expect("the same")], [one, one], "at once as one after the other");
        let detail = found(&cx, first).await;
        assert_eq!((detail.subscription.state, detail.customer.1.as_str()), (State::Draft, "Marta Lindqvist"));
        assert_eq!(detail.timeline.rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_on_offer_is_refused_at_its_field() {
    on_both_engines(async |cx| {
        let (customer, vehicle, version) = stage(&cx).await;
        let later = plans::create(
            &cx,
            &access(),
            &domain::forms::plan::PlanForm { effective_from: "2027-01-01".to_owned(), ..plan_form("Next year") },
            Uuid::now_v7(),
        )
        .await
        .expect("a plan");
        publish(&cx, later).await;
        let later = plans::find(&cx, &access(), later, None).await.expect("the plan").newest().expect("one").id;
        let offered = subscriptions::startable(&cx, &access(), Some(customer)).await.expect("offers");
        assert_eq!(offered.plans.iter().map(|plan| plan.0).collect::<Vec<_>>(), [version.uuid()]);
        let right = draft(customer, vehicle, version);
        for (field, wrong) in [
            ("customer", Draft { customer: CustomerId::new(), ..right.clone() }),
            ("plan_version", Draft { plan_version: later.into(), ..right.clone() }),
            ("plan_version", Draft { plan_version: PlanVersionId::new(), ..right.clone() }),
            ("vehicle", Draft { vehicle: Some(VehicleId::new()), ..right.clone() }),
            ("service_from", Draft { service_from: TODAY.yesterday().expect("a day"), ..right.clone() }),
        ] {
            let refused = subscriptions::create(&cx, &access(), &wrong, Uuid::now_v7()).await.expect_err(field);
            assert_eq!((refused.status, refused.fields[0].field.as_str()), (422, field), "{refused:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_life_from_draft_to_closed_is_told_and_proven() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        let (from, until) = (date(2026, 11, 25), date(2026, 12, 10));
        change(&cx, id, Command::Pause { from, until }).await.expect("planned");
        assert_eq!(state(&cx, id).await, State::Active, "it begins on its day");
        cx.clock.advance(2 * Timestamp::DAY);
        assert_eq!(subscriptions::run_due(&cx).await.expect("run"), 1);
        assert_eq!(subscriptions::run_due(&cx).await.expect("run again"), 0, "what is done is done");
        assert_eq!(state(&cx, id).await, State::Paused);
        cx.clock.advance(15 * Timestamp::DAY);
        assert_eq!(subscriptions::run_due(&cx).await.expect("run"), 1);
        assert_eq!(state(&cx, id).await, State::Active);

        let ends_on = date(2027, 6, 23);
        change(&cx, id, Command::GiveNotice { ends_on }).await.expect("in time");
        assert_eq!(state(&cx, id).await, State::Ending);
        cx.clock.advance(200 * Timestamp::DAY);
        assert_eq!(subscriptions::run_due(&cx).await.expect("run"), 1);
        assert_eq!(state(&cx, id).await, State::ReturnDue);
        change(&cx, id, Command::Return { on: date(2027, 6, 28), odometer_km: 9_000 }).await.expect("back");
        change(&cx, id, Command::Close).await.expect("settled");

        let detail = found(&cx, id).await;
        assert_eq!(detail.subscription.state, State::Closed);
        assert_eq!(detail.timeline.rows.len(), 13);
        assert!(detail.timeline.rows.iter().all(|entry| entry.event_id.is_some()), "each leads to its audit event");
        let report = audit::verify::verify(&cx, None, None).await.expect("verified");
        assert!(report.is_sound(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_due_happens_once_when_two_nodes_look_at_once() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        change(&cx, id, Command::Pause { from: date(2026, 11, 25), until: date(2026, 12, 10) }).await.expect("planned");
        cx.clock.advance(2 * Timestamp::DAY);
        let node = || Box::pin(subscriptions::run_due(&cx));
        let (one, two, three) = tokio::join!(node(), node(), node());
        assert_eq!(one.expect("run") + two.expect("run") + three.expect("run"), 1);
        let detail = found(&cx, id).await;
        assert_eq!(detail.subscription.state, State::Paused);
        assert_eq!(detail.attention, None, "a node that comes too late has nothing to complain of");
    })
    .await;
}

#[tokio::test]
async fn only_what_was_reviewed_is_done() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        let pause = Command::Pause { from: date(2026, 12, 1), until: date(2026, 12, 20) };
        let hash = review(&cx, id, pause).await.expect("reviewed");
        change(&cx, id, Command::PlaceHold { hold: hold(HoldKind::Maintenance) }).await.expect("held");
        let before = events(&cx).await;
        let stale = subscriptions::commit(&cx, &permitted(pause), id, &hash, &reason()).await.expect_err("stale");
        assert_eq!((stale.status, stale.code), (409, "subscription.review_stale"));
        let other = Command::Pause { from: date(2026, 12, 1), until: date(2026, 12, 21) };
        let hash = review(&cx, id, pause).await.expect("reviewed again");
        let other = subscriptions::commit(&cx, &permitted(other), id, &hash, &reason()).await.expect_err("another");
        assert_eq!(other.code, "subscription.review_stale");
        assert_eq!(events(&cx).await, before, "a refusal of this kind leaves nothing half done");
        assert!(found(&cx, id).await.subscription.pause.is_none());
    })
    .await;
}

#[tokio::test]
async fn of_two_presses_at_once_one_is_done() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        let pause = Command::Pause { from: date(2026, 12, 1), until: date(2026, 12, 20) };
        let hash = review(&cx, id, pause).await.expect("reviewed");
        let (allowed, reason) = (permitted(pause), reason());
        let press = || subscriptions::commit(&cx, &allowed, id, &hash, &reason);
        let (one, two, three) = tokio::join!(Box::pin(press()), Box::pin(press()), Box::pin(press()));
        let done = [&one, &two, &three].into_iter().filter(|result| result.is_ok()).count();
        assert_eq!(done, 1, "{one:?} {two:?} {three:?}");
        for refused in [one, two, three].into_iter().filter_map(Result::err) {
            assert_eq!(refused.status, 409, "{refused:?}");
        }
        let told = found(&cx, id).await.timeline.rows;
        assert_eq!(told.iter().filter(|entry| entry.action.contains("pause")).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn holds_add_up_and_are_released_one_by_one() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        let (arrears, insurance) = (hold(HoldKind::Arrears), hold(HoldKind::Insurance));
        change(&cx, id, Command::PlaceHold { hold: arrears }).await.expect("placed");
        change(&cx, id, Command::PlaceHold { hold: insurance }).await.expect("placed");
        let pause = Command::Pause { from: date(2026, 12, 1), until: date(2026, 12, 20) };
        let refused = review(&cx, id, pause).await.expect_err("arrears stop changes");
        assert_eq!(refused.status, 409, "{refused:?}");
        assert!(!found(&cx, id).await.subscription.is_drivable());
        change(&cx, id, Command::ReleaseHold { id: arrears.id, kind: arrears.kind }).await.expect("released");
        change(&cx, id, pause).await.expect("nothing stops it now");
        let detail = found(&cx, id).await;
        assert!(!detail.subscription.is_drivable(), "the other hold is still there");
        assert_eq!(detail.holds.len(), 1);
        let again = Command::ReleaseHold { id: arrears.id, kind: arrears.kind };
        assert_eq!(change(&cx, id, again).await.expect_err("it is released").status, 409);
    })
    .await;
}

#[tokio::test]
async fn who_lacks_the_permission_can_not_even_ask() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        let reader = services::access::Actor::new(
            services::access::ActorKind::Staff {
                id: domain::ids::StaffId::new(),
                name: "Sam Okafor".to_owned(),
                session: None,
            },
            [domain::permissions::Permission::SubscriptionsRead].into(),
            services::access::Trace::default(),
        );
        for command in [
            Command::Pause { from: date(2026, 12, 1), until: date(2026, 12, 20) },
            Command::GiveNotice { ends_on: date(2027, 6, 23) },
            Command::PlaceHold { hold: hold(HoldKind::Theft) },
            Command::Close,
        ] {
            let refused = Permitted::ask(&reader, command).expect_err("not theirs");
            assert_eq!(refused.status, 403, "{refused:?}");
        }
        assert_eq!(state(&cx, id).await, State::Active);
    })
    .await;
}

#[tokio::test]
async fn a_swap_moves_the_subscription_to_another_car() {
    on_both_engines(async |cx| {
        let id = active(&cx).await;
        let old = found(&cx, id).await.subscription.vehicle.expect("a car");
        let other = vehicle(&cx, 2, "B-KF 77").await;
        let broken = Hold { scope: HoldScope::Vehicle, ..hold(HoldKind::Maintenance) };
        change(&cx, id, Command::PlaceHold { hold: broken }).await.expect("held");
        assert!(!found(&cx, id).await.subscription.is_drivable());
        cx.clock.advance(Timestamp::DAY);
        let swap = |to| Command::Swap { to, back_km: 2_000, out_km: 3_000 };
        let unknown = review(&cx, id, swap(VehicleId::new())).await.expect_err("there is no such car");
        assert_eq!((unknown.status, unknown.code), (409, "subscription.swap.car_not_free"));
        let hash = review(&cx, id, swap(other)).await.expect("reviewed");
        let (allowed, reason) = (permitted(swap(other)), reason());
        let press = || subscriptions::commit(&cx, &allowed, id, &hash, &reason);
        let (one, two) = tokio::join!(Box::pin(press()), Box::pin(press()));
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");

        let after = found(&cx, id).await.subscription;
        assert_eq!((after.vehicle, after.state), (Some(other), State::Active));
        assert!(after.is_drivable(), "the hold stays with the car that came back");
        let cars = fleet::assignments(&cx, &access(), other).await.expect("its times");
        assert_eq!(cars.len(), 1);
        let state = |id| {
            let cx = &cx;
            async move {
                let car = fleet::one(cx, &access::<FleetRead>(), id).await.expect("the car");
                (car.state(), car.odometer_km)
            }
        };
        assert_eq!(state(old).await, (VehicleState::Inspection, 2_000));
        assert_eq!(state(other).await, (VehicleState::OnSubscription, 3_000));
        let taken = review(&cx, id, swap(other)).await.expect_err("they have it");
        assert_eq!(taken.code, "subscription.swap.same_car");
        change(&cx, id, swap(old)).await.expect_err("it is at inspection, and held");
        let report = audit::verify::verify(&cx, None, None).await.expect("verified");
        assert!(report.is_sound(), "{report:?}");
    })
    .await;
}
