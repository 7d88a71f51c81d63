//! Versions of the API: each older one is a step away from its successor, taken here and nowhere else.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use domain::{
    Timestamp,
    api_version::{ApiVersion, Retirement},
};
use serde_json::{Map, Value, json};
use services::{Services, oauth::issuer};

use crate::error_page::Problem;

/// The header by which a call chooses another version than its key's, and by which the answer says which it is.
pub(super) const HEADER: HeaderName = HeaderName::from_static("keyfob-version");

/// The version of a call: the header's, or the key's.
pub(super) fn asked(headers: &HeaderMap, pinned: ApiVersion) -> Result<ApiVersion, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(pinned) };
    value.to_str().ok().and_then(|text| text.trim().parse().ok()).ok_or_else(|| {
        let known: Vec<&str> = ApiVersion::ALL.iter().map(|version| version.as_str()).collect();
        Problem::new(
            StatusCode::BAD_REQUEST,
            "version.unknown",
            format!(
                "This version of the API was never published. Leave Keyfob-Version out, or use one of: {}.",
                known.join(", ")
            ),
        )
    })
}

/// Turns what was sent in an older version into the newest.
pub(super) fn upgrade_request(from: ApiVersion, operation: &str, body: &mut Value) {
    if from < ApiVersion::V2026_11_01 {
        from_2026_09_01(operation, body);
    }
}

/// Turns an answer of the newest version into an older one.
pub(super) fn downgrade_answer(to: ApiVersion, answer: &mut Value) {
    if to < ApiVersion::V2026_11_01 {
        let Value::Object(object) = answer else { return };
        match object.get_mut("data") {
            Some(Value::Array(things)) => things.iter_mut().for_each(to_2026_09_01),
            _ => to_2026_09_01(answer),
        }
    }
}

/// `mileage` became `odometer_km`, `start_date` became `service_from`.
fn from_2026_09_01(operation: &str, body: &mut Value) {
    let Value::Object(object) = body else { return };
    match operation {
        "createVehicle" | "updateVehicle" => rename(object, "mileage", "odometer_km"),
        "createSubscription" => rename(object, "start_date", "service_from"),
        "createOdometerReading" => rename(object, "mileage", "km"),
        _ => {}
    }
}

fn to_2026_09_01(thing: &mut Value) {
    let Value::Object(object) = thing else { return };
    match object.get("object").and_then(Value::as_str) {
        Some("vehicle") => rename(object, "odometer_km", "mileage"),
        Some("odometer_reading") => rename(object, "km", "mileage"),
        Some("subscription") => {
            flatten(object, "service", "start_date", "end_date");
            flatten(object, "billing", "billing_start_date", "billing_end_date");
        }
        _ => {}
    }
}

fn rename(object: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.insert(to.to_owned(), value);
    }
}

fn flatten(object: &mut Map<String, Value>, period: &str, from: &str, until: &str) {
    let Some(Value::Object(mut period)) = object.remove(period) else { return };
    object.insert(from.to_owned(), period.remove("from").unwrap_or(json!(null)));
    object.insert(until.to_owned(), period.remove("until").unwrap_or(json!(null)));
}

/// Says in the answer that what was used goes away, and when.
pub(super) fn tell(cx: &Services, headers: &mut HeaderMap, retirement: Retirement) {
    let put = |headers: &mut HeaderMap, name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    // RFC 9745: a structured date; RFC 8594: an HTTP date, and never before the former.
    put(headers, "deprecation", format!("@{}", retirement.deprecated.millis() / Timestamp::SECOND));
    put(headers, "sunset", http_date(retirement.sunset.max(retirement.deprecated)));
    put(
        headers,
        "link",
        format!("<{}/access/reference#versions>; rel=\"deprecation\"; type=\"text/html\"", issuer(cx)),
    );
}

/// An HTTP date (RFC 9110 section 5.6.7).
fn http_date(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}
