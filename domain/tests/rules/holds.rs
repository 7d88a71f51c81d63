use domain::{
    ids::HoldId,
    permissions::Permission,
    subscription::{Command, HoldKind, HoldScope, Holds, Refusal, Subscription},
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::fixtures::{active, blocks, day, done, draft, held, hold, previewed, refused};

const TODAY: &str = "2026-05-20";

fn place(number: u128, kind: HoldKind) -> Command {
    Command::PlaceHold { hold: hold(number, kind) }
}

fn release(number: u128, kind: HoldKind) -> Command {
    Command::ReleaseHold { id: HoldId::from(Uuid::from_u128(number)), kind }
}

#[test]
fn the_car_is_drivable_when_the_last_hold_on_driving_is_released() {
    let mut subscription = active();
    for command in [place(1, HoldKind::Licence), place(2, HoldKind::Maintenance), release(1, HoldKind::Licence)] {
        subscription = done(&subscription, &command, TODAY);
        assert!(!subscription.is_drivable(), "after {command:?}");
        assert_eq!(subscription.attention(), Some("A hold blocks driving."));
    }
    assert!(done(&subscription, &release(2, HoldKind::Maintenance), TODAY).is_drivable());
}

#[test]
fn arrears_leave_the_car_drivable_and_theft_blocks_all() {
    let owing = done(&active(), &place(1, HoldKind::Arrears), TODAY);
    assert!(owing.is_drivable() && owing.is_collectable());
    let stolen = done(&owing, &place(2, HoldKind::Theft), TODAY);
    assert!(!stolen.is_drivable() && !stolen.is_collectable());
    assert_eq!(stolen.holds.counts(), (1, 2, 1));
}

#[test]
fn the_same_hold_is_not_counted_twice() {
    let one = hold(1, HoldKind::Theft);
    let holds: Holds = [one, one].into_iter().collect();
    assert_eq!((holds.len(), holds.counts()), (1, (1, 1, 1)));
}

#[test]
fn every_kind_blocks_something_and_names_who_may_place_it() {
    for kind in HoldKind::ALL {
        assert!(!kind.default_blocks().is_nothing(), "{kind}");
        let number = 1;
        for command in [place(number, *kind), release(number, *kind)] {
            assert_eq!(command.required_permission(), kind.permission());
        }
    }
    assert_eq!(HoldKind::Arrears.permission(), Permission::HoldsRisk);
    assert_eq!(HoldKind::Maintenance.permission(), Permission::HoldsOperate);
}

#[test]
fn a_hold_is_released_only_under_its_own_kind() {
    let owing = held(&active(), hold(1, HoldKind::Arrears));
    assert_eq!(
        refused(&owing, &release(1, HoldKind::Manual), TODAY),
        Refusal::HoldNotOpen,
        "whoever may release manual holds"
    );
    assert_eq!(refused(&owing, &release(2, HoldKind::Arrears), TODAY), Refusal::HoldNotOpen);
    assert_eq!(refused(&owing, &place(1, HoldKind::Arrears), TODAY), Refusal::HoldAlreadyOpen);
}

#[test]
fn a_hold_must_hold_something_and_be_looked_at_later() {
    let mut nothing = hold(1, HoldKind::Manual);
    nothing.blocks = blocks(false, false, false);
    assert_eq!(refused(&active(), &Command::PlaceHold { hold: nothing }, TODAY), Refusal::HoldBlocksNothing);
    let mut late = hold(1, HoldKind::Manual);
    late.review_on = Some(day("2026-05-19"));
    assert_eq!(refused(&active(), &Command::PlaceHold { hold: late }, TODAY), Refusal::HoldReviewInPast);
    let mut on_car = hold(1, HoldKind::Maintenance);
    on_car.scope = HoldScope::Vehicle;
    let without_car = Subscription { vehicle: None, ..draft() };
    assert_eq!(refused(&without_car, &Command::PlaceHold { hold: on_car }, TODAY), Refusal::NoCar);
}

#[test]
fn what_a_hold_blocks_reads_as_a_sentence() {
    assert_eq!(blocks(true, true, true).words(), "driving, changes and billing");
    assert_eq!(blocks(false, true, true).words(), "changes and billing");
    assert_eq!(blocks(false, false, false).words(), "nothing");
    let told = previewed(&active(), &place(1, HoldKind::Licence), TODAY);
    assert_eq!(told.summary(), "Licence hold placed; blocks driving");
    assert!(told.consequences.iter().any(|told| told.text == "The customer may not drive any more."));
}

prop_compose! {
    fn any_hold()(number in 1..6_u128, kind in proptest::sample::select(HoldKind::ALL.to_vec()), bits in 1..8_u8) -> domain::subscription::Hold {
        let mut hold = hold(number, kind);
        hold.blocks = blocks(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
        hold
    }
}

proptest! {
    #[test]
    fn placing_and_releasing_restores_what_was(open in proptest::collection::vec(any_hold(), 0..5), one in any_hold()) {
        let holds: Holds = open.into_iter().collect();
        prop_assume!(holds.find(one.id).is_none());
        let subscription = Subscription { holds, ..active() };
        let command = Command::PlaceHold { hold: one };
        let placed = done(&subscription, &command, TODAY);
        let (driving, changes, billing) = subscription.holds.counts();
        let more = (driving + i64::from(one.blocks.driving), changes + i64::from(one.blocks.changes), billing + i64::from(one.blocks.billing));
        prop_assert_eq!(placed.holds.counts(), more);
        prop_assert_eq!(done(&placed, &Command::ReleaseHold { id: one.id, kind: one.kind }, TODAY), subscription);
    }

    #[test]
    fn the_order_of_holds_does_not_matter(mut open in proptest::collection::vec(any_hold(), 0..6)) {
        open.dedup_by_key(|hold| hold.id);
        open.sort_by_key(|hold| hold.id);
        open.dedup_by_key(|hold| hold.id);
        let forward: Holds = open.iter().copied().collect();
        let backward: Holds = open.iter().rev().copied().collect();
        prop_assert_eq!(&forward, &backward);
        prop_assert_eq!(forward.blocking_driving().is_some(), open.iter().any(|hold| hold.blocks.driving));
        prop_assert_eq!(forward.blocking_changes().is_some(), open.iter().any(|hold| hold.blocks.changes));
        prop_assert_eq!(forward.blocking_billing().is_some(), open.iter().any(|hold| hold.blocks.billing));
    }
}
