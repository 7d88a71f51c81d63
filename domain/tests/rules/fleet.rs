use domain::fleet::{Fuel, Plate, VehicleState, Vin, vin_check_digit};
use proptest::prelude::*;

#[test]
fn a_north_american_number_must_have_its_check_digit() {
    assert_eq!(vin_check_digit("1M8GDM9AXKP042788"), Some('X'));
    assert!("1m8gdm9axkp042788".parse::<Vin>().is_ok());
    assert!("1M8GDM9A1KP042788".parse::<Vin>().is_err());
    assert!("11111111111111111".parse::<Vin>().is_ok());
}

#[test]
fn a_european_number_need_not() {
    assert!("WVWZZZ1JZXW000001".parse::<Vin>().is_ok());
    for text in [
        "WVWZZZ1JZXW00000",
        "WVWZZZ1JZXW0000011",
        "WVWZZZ1JZXW00000O",
        "WVWZZZ1JZXW00000I",
        "WVWZZZ1JZXW00000-",
        "WVWZZZ1JZXW0000Ä",
    ] {
        assert!(text.parse::<Vin>().is_err(), "{text}");
    }
}

#[test]
fn plates_are_the_same_whatever_stands_between_their_letters() {
    let plate: Plate = " b-kf  2041 ".parse().unwrap();
    assert_eq!(plate.as_str(), "B-KF 2041");
    assert_eq!(plate.key(), "BKF2041");
    assert_eq!("BKF 2041".parse::<Plate>().unwrap().key(), plate.key());
    assert_eq!("tü·ab 1".parse::<Plate>().unwrap().key(), "TÜAB1");
    assert!(["", "-", "A", "B_KF 2041", "B-KF 20412345"].iter().all(|text| text.parse::<Plate>().is_err()));
}

#[test]
fn what_a_subscription_set_a_subscription_ends() {
    use VehicleState::{
        Accident, Available, Defleeted, Incoming, OnSubscription, Preparing, Reserved, Stolen, Workshop,
    };
    assert!(Incoming.may_become(Preparing) && !Incoming.may_become(Available));
    assert!(Available.may_become(Workshop) && Workshop.may_become(Available));
    assert!(!Available.may_become(Reserved), "only a subscription reserves");
    assert!(!OnSubscription.may_become(Available), "only a return frees");
    assert!(OnSubscription.may_become(Accident) && OnSubscription.may_become(Stolen));
    for state in VehicleState::ALL {
        assert!(state.may_become(*state));
        assert_eq!(Defleeted.may_become(*state), *state == Defleeted, "sold is sold");
    }
}

#[test]
fn stored_words_are_read_again() {
    for state in VehicleState::ALL {
        assert_eq!(state.as_str().parse(), Ok(*state));
    }
    for fuel in Fuel::ALL {
        assert_eq!(fuel.as_str().parse(), Ok(*fuel));
    }
    assert!("steam".parse::<Fuel>().is_err());
}

proptest! {
    #[test]
    fn parsed_numbers_and_plates_parse_again(text in "\\PC{1,20}", plate in "[a-zA-Z0-9ßüŉ ·-]{1,12}", vin in "[A-HJ-NPR-Z0-9]{17}") {
        for text in [&text, &plate] {
            if let Ok(plate) = text.parse::<Plate>() {
                prop_assert_eq!(plate.as_str().parse::<Plate>(), Ok(plate.clone()));
                prop_assert!(plate.key().chars().all(char::is_alphanumeric));
            }
        }
        if let Ok(parsed) = vin.parse::<Vin>() {
            prop_assert_eq!(parsed.as_str(), vin.as_str());
        }
    }
}
