//! Whether a message is from who it says: the three schemes of signatures, without input or output.
//!
//! Standard Webhooks (<https://www.standardwebhooks.com>), HMAC-SHA-256 of the body in hexadecimal digits, and Stripe's
//! scheme (<https://docs.stripe.com/webhooks#verify-manually>).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Timestamp,
    inbound::{Refusal, TOLERANCE},
    integrations::InboundScheme,
};
use hmac::{Hmac, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// So many signatures of one message are looked at.
const MOST_SIGNATURES: usize = 8;

/// Checks a message by every secret that is good now. Answers the id that its headers give it; nothing for a scheme whose
/// id stands in the body.
pub(super) fn verify(
    scheme: InboundScheme,
    secrets: &[SecretString],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<String>, Refusal> {
    if secrets.is_empty() {
        return Err(Refusal::NoSecret);
    }
    match scheme {
        InboundScheme::None => Err(Refusal::NoSecret),
        InboundScheme::Standard => standard(secrets, headers, body, now).map(Some),
        InboundScheme::Hmac => hmac(secrets, headers, body).map(Some),
        InboundScheme::Stripe => stripe(secrets, headers, body, now).map(|()| None),
    }
}

/// A header that is there exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| Refusal::Unsigned),
        _ => Err(Refusal::Unsigned),
    }
}

fn standard(secrets: &[SecretString], headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<String, Refusal> {
    let id = only(headers, "webhook-id")?;
    let at = only(headers, "webhook-timestamp")?;
    let claimed: Vec<Vec<u8>> = only(headers, "webhook-signature")?
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .take(MOST_SIGNATURES)
        .filter_map(|signature| STANDARD.decode(signature).ok())
        .collect();
    let message = [id.as_bytes(), b".", at.as_bytes(), b".", body];
    check(secrets.iter().filter_map(standard_key), &message, &claimed)?;
    in_time(at, now)?;
    Ok(id.to_owned())
}

/// `whsec_` and the key in Base64, or the key as it is.
fn standard_key(secret: &SecretString) -> Option<SecretSlice<u8>> {
    let secret = secret.expose_secret();
    match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).ok().map(SecretSlice::from),
        None => Some(SecretSlice::from(secret.as_bytes().to_vec())),
    }
}

fn as_it_is(secret: &SecretString) -> SecretSlice<u8> {
    SecretSlice::from(secret.expose_secret().as_bytes().to_vec())
}

fn hmac(secrets: &[SecretString], headers: &HeaderMap, body: &[u8]) -> Result<String, Refusal> {
    let signature = only(headers, "x-signature")?.strip_prefix("sha256=").ok_or(Refusal::Unsigned)?;
    let claimed: Vec<Vec<u8>> = hex::decode(signature).into_iter().collect();
    check(secrets.iter().map(as_it_is), &[body], &claimed)?;
    if headers.contains_key("x-event-id") {
        return only(headers, "x-event-id").map(str::to_owned).map_err(|_| Refusal::Unnamed);
    }
    Ok(hex::encode(Sha256::digest(body)))
}

fn stripe(secrets: &[SecretString], headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
    let parts: Vec<(&str, &str)> =
        only(headers, "stripe-signature")?.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let named = |name: &'static str| parts.iter().filter(move |(key, _)| *key == name).map(|(_, value)| *value);
    let mut times = named("t");
    let (Some(at), None) = (times.next(), times.next()) else { return Err(Refusal::Unsigned) };
    let claimed: Vec<Vec<u8>> =
        named("v1").take(MOST_SIGNATURES).filter_map(|signature| hex::decode(signature).ok()).collect();
    check(secrets.iter().map(as_it_is), &[at.as_bytes(), b".", body], &claimed)?;
    in_time(at, now)
}

/// Whether one of the keys makes one of the signatures. Every pair is looked at in constant time, whichever fits.
fn check(keys: impl Iterator<Item = SecretSlice<u8>>, message: &[&[u8]], claimed: &[Vec<u8>]) -> Result<(), Refusal> {
    if claimed.is_empty() {
        return Err(Refusal::Unsigned);
    }
    let mut is_signed = Choice::from(0);
    for key in keys {
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key.expose_secret()) else { continue };
        for part in message {
            mac.update(part);
        }
        let made = mac.finalize().into_bytes();
        for signature in claimed {
            is_signed |= made.as_slice().ct_eq(signature.as_slice());
        }
    }
    if is_signed.into() { Ok(()) } else { Err(Refusal::WrongSignature) }
}

/// Whether seconds since the epoch are near enough to now.
fn in_time(seconds: &str, now: Timestamp) -> Result<(), Refusal> {
    let at = seconds.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(Timestamp::SECOND));
    match at {
        Some(at) if (now.millis().saturating_sub(at)).saturating_abs() <= TOLERANCE => Ok(()),
        _ => Err(Refusal::OutOfTime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn secrets(texts: &[&str]) -> Vec<SecretString> {
        texts.iter().map(|text| SecretString::from(*text)).collect()
    }

    const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const STANDARD_BODY: &[u8] = br#"{"test": 2432232314}"#;

    /// The example of the specification's own libraries.
    fn standard_at(now: i64, signature: &str, secret: &str, body: &[u8]) -> Result<Option<String>, Refusal> {
        let headers = headers(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature),
        ]);
        verify(InboundScheme::Standard, &secrets(&["another", secret]), &headers, body, Timestamp(now))
    }

    #[test]
    fn the_example_of_standard_webhooks_passes_and_nothing_else_does() {
        let (now, good) = (1_614_265_330_000, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let passed = Ok(Some("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()));
        assert_eq!(standard_at(now, good, STANDARD_SECRET, STANDARD_BODY), passed);
        assert_eq!(standard_at(now, &format!("v1a,AAAA v1,AAAA {good}"), STANDARD_SECRET, STANDARD_BODY), passed);
        assert_eq!(standard_at(now + TOLERANCE, good, STANDARD_SECRET, STANDARD_BODY), passed);
        let old = standard_at(now + TOLERANCE + 1, good, STANDARD_SECRET, STANDARD_BODY);
        assert_eq!(old, Err(Refusal::OutOfTime));
        assert_eq!(standard_at(now - TOLERANCE - 1, good, STANDARD_SECRET, STANDARD_BODY), Err(Refusal::OutOfTime));
        assert_eq!(standard_at(now, good, "whsec_AAAA", STANDARD_BODY), Err(Refusal::WrongSignature));
        assert_eq!(standard_at(now, good, "whsec_!", STANDARD_BODY), Err(Refusal::WrongSignature));
        assert_eq!(standard_at(now, good, STANDARD_SECRET, b"{}"), Err(Refusal::WrongSignature));
        assert_eq!(standard_at(now, "v2,AAAA", STANDARD_SECRET, STANDARD_BODY), Err(Refusal::Unsigned));
    }

    #[test]
    fn what_is_not_signed_or_signed_twice_is_told_apart_from_a_wrong_signature() {
        let now = Timestamp(0);
        let bare = verify(InboundScheme::Standard, &secrets(&["a"]), &HeaderMap::new(), b"{}", now);
        assert_eq!(bare, Err(Refusal::Unsigned));
        let twice = headers(&[("x-signature", "sha256=00"), ("x-signature", "sha256=01")]);
        assert_eq!(verify(InboundScheme::Hmac, &secrets(&["a"]), &twice, b"{}", now), Err(Refusal::Unsigned));
        assert_eq!(verify(InboundScheme::Hmac, &[], &twice, b"{}", now), Err(Refusal::NoSecret));
    }

    #[test]
    fn the_example_of_github_passes_as_an_hmac_of_the_body() {
        // From GitHub's page on validating webhook deliveries, whose signature has this very form.
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let secret = secrets(&["It's a Secret to Everybody"]);
        let check = |pairs: &[(&'static str, &str)], body: &[u8]| {
            verify(InboundScheme::Hmac, &secret, &headers(pairs), body, Timestamp(0))
        };
        let named = check(&[("x-signature", signature), ("x-event-id", "e-1")], b"Hello, World!");
        assert_eq!(named, Ok(Some("e-1".to_owned())));
        let unnamed = check(&[("x-signature", signature)], b"Hello, World!").unwrap().unwrap();
        assert_eq!(unnamed, "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f", "the body's SHA-256");
        assert_eq!(check(&[("x-signature", signature)], b"Hello, World"), Err(Refusal::WrongSignature));
        assert_eq!(check(&[("x-signature", &signature[7..])], b"Hello, World!"), Err(Refusal::Unsigned));
    }

    #[test]
    fn a_signature_as_stripe_makes_it_passes_within_five_minutes() {
        // Reckoned with Node's crypto, as Stripe's page on manual verification says.
        let body = br#"{"id":"evt_1","type":"payment.failed","data":{}}"#;
        let good = "182947ec49b72fe4deb55abe68eea7d8fb4af2dc8df5c3fbfbf032c1752977f7";
        let now = 1_795_428_000_000;
        let check = |header: &str, at: i64, secret: &str| {
            let headers = headers(&[("stripe-signature", header)]);
            verify(InboundScheme::Stripe, &secrets(&[secret, "old"]), &headers, body, Timestamp(at))
        };
        let header = format!("t=1795428000,v1={good},v0=00");
        assert_eq!(check(&header, now, "whsec_test_secret"), Ok(None));
        assert_eq!(check(&format!("t=1795428000,v1=00,v1={good}"), now, "whsec_test_secret"), Ok(None));
        assert_eq!(check(&header, now + TOLERANCE + 1, "whsec_test_secret"), Err(Refusal::OutOfTime));
        assert_eq!(check(&header, now, "whsec_other"), Err(Refusal::WrongSignature));
        assert_eq!(check(&format!("t=1795428001,v1={good}"), now, "whsec_test_secret"), Err(Refusal::WrongSignature));
        assert_eq!(check(&format!("t=1,t=1795428000,v1={good}"), now, "whsec_test_secret"), Err(Refusal::Unsigned));
        assert_eq!(check("t=1795428000", now, "whsec_test_secret"), Err(Refusal::Unsigned));
    }
}
