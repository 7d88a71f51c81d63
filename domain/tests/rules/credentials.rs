use std::{collections::BTreeSet, str::FromStr};

use domain::{
    Timestamp,
    credentials::{Credential, Environment, PATTERN, PublicId, SecretKind, SecretState, Standing, State, standing},
};
use proptest::prelude::*;

fn valid() -> impl Strategy<Value = Credential> {
    let kinds = prop::sample::select(SecretKind::ALL.to_vec());
    let environments = prop::sample::select(Environment::ALL.to_vec());
    let word = |length: usize| {
        prop::collection::vec(
            prop::sample::select(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".to_vec()),
            length,
        )
        .prop_map(|bytes| String::from_utf8(bytes).unwrap())
    };
    (kinds, environments, word(12), word(43)).prop_map(|(kind, environment, id, secret)| {
        Credential::assemble(kind, environment, id.parse().unwrap(), &secret).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_assembled_is_read_back(credential in valid()) {
        let again: Credential = credential.expose().parse().unwrap();
        prop_assert_eq!(&again, &credential);
        prop_assert_eq!(credential.expose().len(), 71);
        let shown = format!("{credential:?}");
        let (_, secret) = credential.expose().rsplit_once('_').unwrap();
        prop_assert!(!shown.contains(secret), "{}", shown);
    }
}

/// The acceptance number: a million single-character mutations, each refused by the form alone.
#[test]
fn a_million_single_character_mutations_are_all_refused() {
    let letters: Vec<char> = (' '..='~').chain(['ä', '\u{0}', '\u{200B}']).collect();
    let mut tried = 0_u32;
    for seed in 0_u32.. {
        if tried >= 1_000_000 {
            break;
        }
        let id: PublicId = format!("{seed:012}").parse().unwrap();
        let secret: String = (0..43_u32)
            .map(|place| {
                let digit = (seed.wrapping_mul(2_654_435_761).rotate_left(place) ^ place.wrapping_mul(97)) % 62;
                char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digit as usize])
            })
            .collect();
        let kind = SecretKind::ALL[seed as usize % 3];
        let credential = Credential::assemble(kind, Environment::ALL[seed as usize % 2], id, &secret).unwrap();
        let text: Vec<char> = credential.expose().chars().collect();
        for place in 0..text.len() {
            for letter in letters.iter().filter(|letter| **letter != text[place]) {
                let mut mutated = text.clone();
                mutated[place] = *letter;
                let mutated: String = mutated.into_iter().collect();
                assert!(Credential::from_str(&mutated).is_err(), "{mutated} is taken for {credential:?}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 1_000_000);
}

#[test]
fn what_is_longer_or_shorter_is_refused() {
    let credential =
        Credential::assemble(SecretKind::ApiKey, Environment::Live, "abcdefGHIJ01".parse().unwrap(), &"x".repeat(43))
            .unwrap();
    let text = credential.expose();
    for end in 0..text.len() {
        assert!(Credential::from_str(&text[..end]).is_err());
    }
    assert!(Credential::from_str(&format!("{text}0")).is_err());
    assert!(Credential::from_str(&format!(" {text}")).is_err());
    assert!(
        Credential::assemble(SecretKind::ApiKey, Environment::Live, "abcdefGHIJ01".parse().unwrap(), "short").is_err()
    );
    assert!("abc".parse::<PublicId>().is_err() && "abcdefghijk_".parse::<PublicId>().is_err());
}

#[test]
fn the_pattern_is_that_of_the_form() {
    // The pattern stands in documentation and scanners; it must say what the form is.
    assert_eq!(PATTERN, format!("kf[{}]_({})_[0-9A-Za-z]{{12}}_[0-9A-Za-z]{{49}}", letters(), environments()));
}

fn letters() -> String {
    SecretKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

fn environments() -> String {
    Environment::ALL.iter().map(|environment| environment.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn a_credential_works_only_in_its_time() {
    let at = Timestamp;
    let ask = |now, state, secret, retires| standing(at(now), state, Some(at(100)), Some(at(200)), secret, retires);
    let active = |now| ask(now, State::Active, SecretState::Current, None);
    assert_eq!(active(99), Standing::NotYet);
    assert_eq!(active(100), Standing::Works);
    assert_eq!(active(199), Standing::Works);
    assert_eq!(active(200), Standing::Expired);
    assert_eq!(ask(150, State::Active, SecretState::Pending, None), Standing::Works);
    assert_eq!(ask(150, State::Active, SecretState::Retiring, Some(at(151))), Standing::Works);
    assert_eq!(ask(150, State::Active, SecretState::Retiring, Some(at(150))), Standing::SecretRetired);
    assert_eq!(ask(150, State::Active, SecretState::Retired, None), Standing::SecretRetired);
    let refused: BTreeSet<_> = [State::PendingApproval, State::Disabled, State::Revoked]
        .map(|state| format!("{:?}", ask(150, state, SecretState::Current, None)))
        .into();
    assert_eq!(refused.len(), 3);
    assert!(!refused.contains("Works"));
}
