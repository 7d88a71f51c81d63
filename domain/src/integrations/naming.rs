//! How integrations and their operations may be named, and what is expected of them, as people type it.

use crate::texts::Invalid;

/// The part of an address at which a partner's messages come in: 3 to 40 small letters, digits and hyphens.
pub fn slug(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    let is_word = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let ends = |text: &str| {
        text.bytes().next().is_some_and(|letter| letter.is_ascii_lowercase())
            && text.bytes().last().is_some_and(is_word)
    };
    if (3..=40).contains(&text.len()) && ends(text) && text.bytes().all(|letter| is_word(letter) || letter == b'-') {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new(
            "Use 3 to 40 small letters, digits and hyphens, beginning with a letter, like nordlicht-cover.",
        ))
    }
}

fn is_dotted(text: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes().next().is_some_and(|letter| letter.is_ascii_lowercase())
            && part.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_')
    };
    text.contains('.') && text.split('.').all(is_part)
}

/// Our own word for an operation: small words with a dot between them, as in `cover.start`.
pub fn operation_name(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if (3..=60).contains(&text.len()) && is_dotted(text) {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new("Use small words with a dot between them, at most 60 letters, like cover.start."))
    }
}

/// The path of an operation, below the base address. Fields of what is sent stand in braces: `/cars/{vehicle.vin}`.
pub fn operation_path(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if !(1..=500).contains(&text.len()) || !text.starts_with('/') || text.starts_with("//") {
        return Err(Invalid::new(
            "Begin with one slash, and use at most 500 characters, like /cars/{vehicle.vin}/cover.",
        ));
    }
    if text.bytes().any(|letter| !letter.is_ascii_graphic() || b"\\#\"<>^`|".contains(&letter)) {
        return Err(Invalid::new("Use letters, digits and the signs of addresses, without spaces and without #."));
    }
    if text.split(['/', '?']).any(|step| matches!(step, "." | "..")) {
        return Err(Invalid::new("Write the path without steps back (..)."));
    }
    if placeholders(text).is_none() {
        return Err(Invalid::new("In braces, name one field of what is sent, like {vehicle.vin}."));
    }
    Ok(text.to_owned())
}

/// The fields that a path names in braces, in order; nothing when its braces don't fit.
pub fn placeholders(path: &str) -> Option<Vec<&str>> {
    let mut fields = Vec::new();
    let mut pieces = path.split('{');
    if pieces.next()?.contains('}') {
        return None;
    }
    for piece in pieces {
        let (field, rest) = piece.split_once('}')?;
        if !is_dotted(field) || rest.contains('}') {
            return None;
        }
        fields.push(field);
    }
    Some(fields)
}

/// A part of calls that succeed, typed per cent with at most four decimals, as successes in a million: `99.5` is
/// 995,000.
pub fn availability(text: &str) -> Result<i64, Invalid> {
    let wrong = || Invalid::new("Enter a percentage from 50 to 99.9999, like 99.5.");
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if !(1..=2).contains(&whole.len()) || part.len() > 4 || !is_number(whole) || !is_number(part) {
        return Err(wrong());
    }
    let parts = format!("{whole}{part:0<4}").parse().ok();
    parts.filter(|parts| (500_000..=999_999).contains(parts)).ok_or_else(wrong)
}

/// Successes in a million as people read them, per cent: 995,000 is `99.5`.
pub fn availability_words(parts: i64) -> String {
    let text = format!("{}.{:04}", parts / 10_000, parts % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A JSON pointer (RFC 6901) with something in it.
pub fn pointer(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    let is_sound = text.len() <= 200
        && text.starts_with('/')
        && !text.chars().any(char::is_control)
        && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    is_sound.then(|| text.to_owned()).ok_or_else(|| Invalid::new("Begin with a slash, like /error/code."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_small_and_plain() {
        assert_eq!(slug(" nordlicht-cover ").as_deref(), Ok("nordlicht-cover"));
        for wrong in ["", "ab", "Nordlicht", "nord licht", "-nord", "nord-", "nörd", "1nord", "a/b/c", &"a".repeat(41)]
        {
            assert!(slug(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_operation_is_named_by_words_with_a_dot() {
        assert_eq!(operation_name("cover.start").as_deref(), Ok("cover.start"));
        assert_eq!(operation_name("car.cover.start_2").as_deref(), Ok("car.cover.start_2"));
        for wrong in ["cover", "cover.", ".start", "Cover.start", "cover start", "cover..start", "cover.2start"] {
            assert!(operation_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_names_fields_in_braces() {
        for right in ["/", "/v1/cover", "/cars/{vehicle.vin}/cover?on={cover.begins_on}", "/v1/a:b@c"] {
            assert_eq!(operation_path(right).as_deref(), Ok(right));
        }
        for wrong in [
            "",
            "cover",
            "//elsewhere.example/",
            "/a b",
            "/a#b",
            "/a\\b",
            "/../admin",
            "/a/..",
            "/cars/{vin}",
            "/cars/{vehicle.vin",
            "/cars/vehicle.vin}",
            "/cars/{{vehicle.vin}}",
            "/cars/{}",
        ] {
            assert!(operation_path(wrong).is_err(), "{wrong}");
        }
        assert_eq!(placeholders("/cars/{vehicle.vin}/{cover.id}"), Some(vec!["vehicle.vin", "cover.id"]));
    }

    #[test]
    fn availability_is_read_and_shown_alike() {
        for (text, parts) in [("99.5", 995_000), ("99", 990_000), ("50", 500_000), ("99.9999", 999_999)] {
            assert_eq!(availability(text), Ok(parts));
            assert_eq!(availability_words(parts), text);
        }
        for wrong in ["", "100", "49.9999", "99.99999", "99,5", "-99", "+99.5", "9 9"] {
            assert!(availability(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pointer_begins_with_a_slash() {
        assert_eq!(pointer("/error/code").as_deref(), Ok("/error/code"));
        assert!(pointer("error").is_err() && pointer("/a~2b").is_err() && pointer("").is_err());
    }
}
