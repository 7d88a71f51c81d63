//! One attempt: the request as the operation describes it, and what came of it.

use std::time::{Duration, Instant};

use domain::integrations::CallFailure;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, USER_AGENT},
};
use serde_json::Value;

use super::{
    auth::{self, Unproven},
    line::{Line, Operation},
};
use crate::{Error, Services, outbound};

/// The longest answer that is read; bytes.
const MOST: usize = 1 << 20;

/// How an attempt failed.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) failure: CallFailure,
    pub(super) detail: String,
    pub(super) status: Option<StatusCode>,
    pub(super) retry_after: Option<i64>,
}

impl Failed {
    pub(super) fn new(failure: CallFailure, detail: impl Into<String>) -> Self {
        Self { failure, detail: detail.into(), status: None, retry_after: None }
    }
}

/// An attempt as it ended.
#[derive(Debug)]
pub(super) struct Attempted {
    pub(super) took_ms: i64,
    pub(super) result: Result<(Value, StatusCode), Failed>,
}

/// Makes one attempt within `patience`. Faults of ours are errors; everything of the partner's is a result.
pub(super) async fn attempt(
    cx: &Services,
    line: &Line,
    payload: &Value,
    key: Option<&str>,
    patience: Duration,
) -> Result<Attempted, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static("Keyfob/1"));
    if let Some(key) = key {
        headers.insert("idempotency-key", HeaderValue::from_str(key).map_err(Error::internal)?);
    }
    let url = match url(&line.base_url, &line.operation.path, payload) {
        Ok(url) => url,
        Err(missing) => {
            let why = format!("{missing} is not in what may be sent");
            return Ok(Attempted { took_ms: 0, result: Err(Failed::new(CallFailure::Contract, why)) });
        }
    };
    let begun = Instant::now();
    let took = |begun: Instant| i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let proving = tokio::time::timeout(patience, auth::prove(cx, line, &mut headers)).await;
    match proving.unwrap_or_else(|_| Err(Unproven::Away(outbound::Failure::TimedOut(patience.as_secs())))) {
        Ok(()) => {}
        Err(Unproven::Failed(error)) => return Err(error),
        Err(Unproven::Credential(why)) => {
            let result = Err(Failed::new(CallFailure::Credential, why));
            return Ok(Attempted { took_ms: took(begun), result });
        }
        Err(Unproven::Away(failure)) => {
            return Ok(Attempted { took_ms: took(begun), result: Err(unreached(&failure)) });
        }
    }
    let method = line.operation.method.clone();
    let body = if method == Method::GET || method == Method::DELETE {
        Vec::new()
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        serde_json::to_vec(payload).map_err(Error::internal)?
    };
    let left = patience.saturating_sub(begun.elapsed());
    let came = cx.outbound.ask(method, &url, headers, body, (left, MOST)).await;
    let took_ms = took(begun);
    let result = match came {
        Ok(answer) => read(&line.operation, answer),
        Err(failure) => Err(unreached(&failure)),
    };
    if matches!(&result, Err(failed) if failed.failure == CallFailure::Credential) {
        auth::forget_token(cx, line).await?;
    }
    Ok(Attempted { took_ms, result })
}

fn unreached(failure: &outbound::Failure) -> Failed {
    let kind = match failure {
        outbound::Failure::TimedOut(_) => CallFailure::Timeout,
        // An address that we don't call is a matter of how we set it up.
        outbound::Failure::Refused(_) => CallFailure::Gate,
        outbound::Failure::Broken(_) => CallFailure::Connection,
    };
    Failed::new(kind, failure.to_string())
}

/// What an answer means.
fn read(operation: &Operation, answer: outbound::Answer) -> Result<(Value, StatusCode), Failed> {
    let status = answer.status;
    let said = format!("answered {}", status.as_u16());
    let failed =
        |failure, detail: String| Failed { failure, detail, status: Some(status), retry_after: answer.retry_after };
    match status.as_u16() {
        200..=299 => {}
        300..=399 => return Err(failed(CallFailure::Server, format!("{said}; redirects are not followed"))),
        401 | 403 => return Err(failed(CallFailure::Credential, said)),
        408 => return Err(failed(CallFailure::Timeout, said)),
        429 => return Err(failed(CallFailure::Throttled, said)),
        400..=499 => return Err(failed(CallFailure::Client, said)),
        _ => return Err(failed(CallFailure::Server, said)),
    }
    let Some(body) = answer.body else {
        return Err(failed(CallFailure::Malformed, format!("{said} with more than {MOST} bytes, or broke off")));
    };
    let value: Value = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body).map_err(|_| failed(CallFailure::Malformed, format!("{said} with no JSON")))?
    };
    if !operation.error_pointer.is_empty()
        && let Some(found) = value.pointer(&operation.error_pointer)
        && (operation.error_value.is_empty() || word(found) == operation.error_value)
    {
        // A partner that tells of the end of our credential with 200.
        let is_credential = ["token", "expired", "unauthori", "credential"]
            .iter()
            .any(|sign| word(found).to_ascii_lowercase().contains(sign));
        let failure = if is_credential { CallFailure::Credential } else { CallFailure::Server };
        return Err(failed(failure, format!("{said}, and said in it that it failed")));
    }
    Ok((value, status))
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The address of a call: `{vehicle.vin}` in a path stands for that field of the payload.
pub(super) fn url(base: &str, path: &str, payload: &Value) -> Result<String, String> {
    let mut url = base.trim_end_matches('/').to_owned();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or_else(|| "a placeholder without an end".to_owned())?;
        let pointer = format!("/{}", name.replace('.', "/"));
        let value = payload.pointer(&pointer).map(word).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| name.to_owned())?;
        url.push_str(before);
        url.push_str(&encoded(&value));
        rest = behind;
    }
    url.push_str(rest);
    Ok(url)
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

/// A part of a path (RFC 3986, section 2.3): nothing but unreserved characters stands for itself.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::url;

    #[test]
    fn a_field_in_a_path_leads_nowhere_else() {
        let payload = json!({"vehicle": {"vin": "../../admin?x=1#"}, "subscription": {"id": 7}});
        let made = url("https://partner.example/v1/", "/cars/{vehicle.vin}/of/{subscription.id}", &payload);
        assert_eq!(made.unwrap(), "https://partner.example/v1/cars/%2E%2E%2F%2E%2E%2Fadmin%3Fx%3D1%23/of/7");
        assert_eq!(url("https://partner.example", "/{driver.name}", &payload).unwrap_err(), "driver.name");
    }
}
