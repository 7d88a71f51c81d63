use std::{fmt::Debug, str::FromStr};

use domain::texts::{
    CountryCode, EmailAddress, ExternalKey, Invalid, Name, NoteBody, Phone, Reason, TagName, ZoneName, fold, optional,
};
use proptest::prelude::*;

#[test]
fn names_have_one_line_of_at_most_160_characters() {
    assert_eq!("  Marta Lindqvist ".parse::<Name>().unwrap().as_str(), "Marta Lindqvist");
    assert!("ø".repeat(160).parse::<Name>().is_ok());
    for text in ["", "   ", "two\nlines", "null\0byte", &"x".repeat(161)] {
        assert!(text.parse::<Name>().is_err(), "{text:?}");
    }
}

#[test]
fn reasons_and_notes_have_bounds() {
    assert!("ok".parse::<Reason>().is_err());
    assert!("Holiday until July".parse::<Reason>().is_ok());
    assert!("x".repeat(501).parse::<Reason>().is_err());
    assert!("two\r\nlines".parse::<NoteBody>().is_ok());
    assert!("x".repeat(4_001).parse::<NoteBody>().is_err());
}

#[test]
fn addresses_keep_their_name_and_lower_their_domain() {
    assert_eq!("Anna.B@Example.ORG".parse::<EmailAddress>().unwrap().as_str(), "Anna.B@example.org");
    assert!("anna+tag@bücher.example".parse::<EmailAddress>().is_ok());
    for text in [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@host",
        "a b@example.org",
        ".a@example.org",
        "a..b@example.org",
        "anna@-x.org",
        "anna@x..org",
        "anna@1.2.3.4",
        "anna@example.org\nBcc: x@y.z",
        "<a@example.org>",
    ] {
        assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
    }
    assert!(format!("{}@example.org", "a".repeat(65)).parse::<EmailAddress>().is_err());
}

#[test]
fn telephone_numbers_have_5_to_15_digits() {
    assert!(["+49 30 1234567", "(030) 123-4567", "030/1234567"].iter().all(|text| text.parse::<Phone>().is_ok()));
    assert!(["1234", "49+30 1234567", "call me", "1234567890123456"].iter().all(|text| text.parse::<Phone>().is_err()));
}

#[test]
fn short_codes_have_their_shape() {
    assert_eq!("de".parse::<CountryCode>().unwrap().as_str(), "DE");
    assert!(["D", "DEU", "D1", "ÄÖ"].iter().all(|text| text.parse::<CountryCode>().is_err()));
    assert!(
        ["Europe/Berlin", "UTC", "America/Port-au-Prince", "Etc/GMT+3"]
            .iter()
            .all(|text| text.parse::<ZoneName>().is_ok())
    );
    assert!(
        ["", "Europe//Berlin", "/etc/passwd", "Europe/../UTC", "a b"]
            .iter()
            .all(|text| text.parse::<ZoneName>().is_err())
    );
    assert!("crm:4711".parse::<ExternalKey>().is_ok() && "two words".parse::<ExternalKey>().is_err());
    assert_eq!("  VIP  Kunde ".parse::<TagName>().unwrap().as_str(), "vip kunde");
    assert!("a,b".parse::<TagName>().is_err() && "".parse::<TagName>().is_err());
}

#[test]
fn a_field_may_be_left_empty() {
    assert_eq!(optional::<Phone>("  "), Ok(None));
    assert!(optional::<Phone>("x").is_err());
    assert!(optional::<Phone>("+49 30 1234567").unwrap().is_some());
}

#[test]
fn folding_finds_what_people_type() {
    for (text, key) in [
        ("Łukasz Ŝtraße", "lukasz strasse"),
        ("ÆRØ", "aero"),
        ("  Jürgen   Müller\t", "jurgen muller"),
        ("I\u{307}stanbul", "istanbul"),
        ("İstanbul", "istanbul"),
        ("e\u{301}te\u{301}", "ete"),
        ("Þórr", "thorr"),
        ("ẞ", "ss"),
        ("Ελλάδα", "ελλάδα"),
    ] {
        assert_eq!(fold(text), key);
    }
}

#[test]
fn a_text_from_elsewhere_is_checked_too() {
    assert!(serde_json::from_str::<Reason>("\"no\"").is_err());
    let name: Name = serde_json::from_str("\" Ada \"").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"Ada\"");
}

/// What was parsed once is parsed again, to the same.
fn holds_its_own<T: FromStr<Err = Invalid> + ToString + PartialEq + Debug>(text: &str) -> Result<(), TestCaseError> {
    if let Ok(parsed) = text.parse::<T>() {
        prop_assert_eq!(parsed.to_string().parse::<T>(), Ok(parsed));
    }
    Ok(())
}

proptest! {
    #[test]
    fn folding_a_folded_text_changes_nothing(text in any::<String>()) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded.clone());
        prop_assert!(!folded.contains("  ") && folded.trim() == folded);
    }

    #[test]
    fn parsed_texts_parse_again(text in any::<String>(), short in "\\PC{1,4}", mail in "[a-zA-Z.İß]{1,9}@[a-zA-Zİß.-]{1,12}\\.[a-zA-Z]{2,3}") {
        holds_its_own::<Name>(&text)?;
        holds_its_own::<NoteBody>(&text)?;
        holds_its_own::<Reason>(&text)?;
        holds_its_own::<TagName>(&text)?;
        holds_its_own::<TagName>(&short)?;
        holds_its_own::<ExternalKey>(&short)?;
        holds_its_own::<CountryCode>(&short)?;
        holds_its_own::<ZoneName>(&short)?;
        holds_its_own::<Phone>(&short)?;
        holds_its_own::<EmailAddress>(&mail)?;
    }
}
