use domain::{
    ids::VehicleId,
    subscription::{Command, Context, Event, HoldKind, HoldScope, Refusal, State, decide, preview},
};
use uuid::Uuid;

use crate::fixtures::{active, day, done, held, hold, on, refused};

const TODAY: &str = "2026-05-20";

fn swap() -> Command {
    Command::Swap { to: VehicleId::from(Uuid::from_u128(7)), back_km: 9_000, out_km: 612 }
}

#[test]
fn a_swap_changes_the_car_and_nothing_else() {
    let before = active();
    let after = done(&before, &swap(), TODAY);
    assert_eq!(after.vehicle, Some(VehicleId::from(Uuid::from_u128(7))));
    let again = domain::subscription::Subscription { vehicle: before.vehicle, ..after };
    assert_eq!(again, before, "state, service, billing and holds stay");
    let preview = preview(&before, &swap(), &on(TODAY)).unwrap();
    assert!(preview.amounts.is_empty());
    let car = preview.timelines.iter().find(|line| line.label == "Car").unwrap();
    assert_eq!((car.before.as_str(), car.after.as_str()), ("B-KF 2041", "B-KF 7"));
}

#[test]
fn a_hold_on_the_car_stays_with_the_car() {
    let broken = domain::subscription::Hold { scope: HoldScope::Vehicle, ..hold(1, HoldKind::Maintenance) };
    let standing = held(&active(), broken);
    assert!(!standing.is_drivable());
    let after = done(&standing, &swap(), TODAY);
    assert!(after.is_drivable() && after.holds.is_empty());
    for kind in [HoldKind::Licence, HoldKind::Legal] {
        let barred = held(&active(), hold(2, kind));
        assert!(matches!(refused(&barred, &swap(), TODAY), Refusal::DrivingHeld { .. } | Refusal::ChangesHeld { .. }));
    }
}

#[test]
fn only_a_free_car_goes_out_and_both_readings_count_forward() {
    let other = |back_km, out_km| Command::Swap { to: VehicleId::from(Uuid::from_u128(7)), back_km, out_km };
    assert_eq!(refused(&active(), &other(9, 612), TODAY), Refusal::SwapBackTooLow { least: 10 });
    assert_eq!(refused(&active(), &other(9_000, 499), TODAY), Refusal::SwapOutTooLow { least: 500 });
    let own = Command::Swap { to: active().vehicle.unwrap(), back_km: 9_000, out_km: 612 };
    assert_eq!(refused(&active(), &own, TODAY), Refusal::SwapSameCar);
    let mut taken = on(TODAY);
    taken.next_car.as_mut().unwrap().is_free = false;
    for context in [taken, Context { next_car: None, ..on(TODAY) }] {
        assert_eq!(decide(&active(), &swap(), &context).unwrap_err(), Refusal::SwapCarNotFree);
    }
}

#[test]
fn a_car_is_swapped_while_the_customer_has_one() {
    let ending = done(&active(), &Command::GiveNotice { ends_on: day("2026-09-01") }, TODAY);
    assert!(matches!(decide(&ending, &swap(), &on(TODAY)).unwrap()[..], [Event::Swapped { .. }]));
    let due = done(&ending, &Command::BeginReturn, "2026-09-01");
    let refusal = refused(&due, &swap(), "2026-09-01");
    assert!(matches!(refusal, Refusal::WrongState { state: State::ReturnDue, .. }), "{refusal:?}");
}
