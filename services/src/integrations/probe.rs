//! Trying a connection before anything of it is kept.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    integrations::{Auth, naming},
    permissions::marker::IntegrationsManage,
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Integration, form};
use crate::{
    Error, Services,
    access::Access,
    audit::{self, Outcome},
    error::FormErrors,
    outbound::Failure,
};

/// How long the whole test may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read; bytes.
const MOST: usize = 64 << 10;

/// A connection to be tried.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    /// The base address.
    pub base_url: String,
    /// The path below it.
    pub path: String,
    /// How we prove ourselves, in its stable word.
    pub auth: String,
    /// The header's name, the user's name or the client's id.
    pub auth_name: String,
    /// Where access tokens are asked for.
    pub token_url: String,
    /// The credential as typed now; nothing leaves it away.
    pub secret: Option<SecretString>,
}

impl Probe {
    /// A connection as an integration has it, without its credential.
    pub fn of(integration: &Integration) -> Self {
        Self {
            base_url: integration.base_url.clone(),
            auth: integration.auth().to_string(),
            auth_name: integration.auth_name.clone(),
            token_url: integration.token_url.clone(),
            ..Self::default()
        }
    }
}

/// How a test went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// Where the call went, without anything secret.
    pub url: String,
    /// The answer's status; nothing when there was none.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Whether the connection is encrypted.
    pub is_encrypted: bool,
    /// Whether the partner answered and took the credential.
    pub is_taken: bool,
    /// Why not; empty when it did.
    pub problem: String,
}

/// Asks a partner once, with the credential typed now, within five seconds. Nothing is kept but that it was tried.
pub async fn test_connection(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    probe: &Probe,
) -> Result<Probed, Error> {
    let checked = check(cx, probe)?;
    let begun = Instant::now();
    let came = tokio::time::timeout(PATIENCE, checked.ask(cx)).await;
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (status, problem) = match came {
        Ok(Ok(status)) => (Some(status.as_u16()), refusal(status)),
        Ok(Err(problem)) => (None, problem),
        Err(_) => (None, format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let probed = Probed {
        is_encrypted: checked.url.starts_with("https:"),
        is_taken: problem.is_empty(),
        url: checked.url,
        status,
        took_ms,
        problem,
    };
    let host = probed.url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let mut entry = audit::Entry::new("integration.connection_tested")
        .outcome(if probed.is_taken { Outcome::Done } else { Outcome::Failed })
        .detail("host", host)
        .detail("auth", checked.auth.as_str());
    if let Some(status) = status {
        entry = entry.detail("status", status);
    }
    audit::record(cx, access.actor(), entry).await?;
    Ok(probed)
}

/// Why an answer says that the connection is no good; empty when it is. Any other status is the partner's own, and shows
/// that it is there.
fn refusal(status: StatusCode) -> String {
    match status.as_u16() {
        code @ (401 | 403) => format!("the partner answered {code}: it doesn’t take this credential"),
        404 => "the partner answered 404: there is nothing at this path".to_owned(),
        code @ 300..=399 => format!("the partner answered {code}: redirects are not followed"),
        code @ 500.. => format!("the partner answered {code}: it has trouble of its own"),
        _ => String::new(),
    }
}

/// A connection that may be tried.
struct Checked<'a> {
    url: String,
    auth: Auth,
    name: &'a str,
    token_url: String,
    secret: Option<&'a SecretString>,
}

fn check<'a>(cx: &Services, probe: &'a Probe) -> Result<Checked<'a>, Error> {
    let mut errors = FormErrors::default();
    let base = form::address(&mut errors, &cx.outbound, "base_url", &probe.base_url);
    let auth: Option<Auth> = errors.parse("auth", probe.auth.parse());
    let path = if probe.path.trim().is_empty() { "/health" } else { &probe.path };
    let path = errors.parse("path", naming::operation_path(path));
    if path.as_deref().is_some_and(|path| path.contains('{')) {
        errors.push("path", "Write the path as it is called, without braces.");
    }
    let name = probe.auth_name.trim();
    match auth {
        Some(Auth::Header) => drop(form::header_name(&mut errors, name)),
        Some(Auth::Basic | Auth::OAuth2) if name.is_empty() || name.contains(':') => {
            errors.push("auth_name", "Enter the name that goes with the credential, without a colon.");
        }
        _ => {}
    }
    let token_url = match auth {
        Some(Auth::OAuth2) => form::address(&mut errors, &cx.outbound, "token_url", &probe.token_url),
        _ => Some(String::new()),
    };
    let secret = probe.secret.as_ref().filter(|secret| !secret.expose_secret().trim().is_empty());
    match (base, auth, path, token_url) {
        (Some(base), Some(auth), Some(path), Some(token_url)) if errors.is_empty() => {
            Ok(Checked { url: format!("{base}{path}"), auth, name, token_url, secret })
        }
        _ => Err(Error::invalid(errors.into_fields())),
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
}

fn sensitive(text: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| "the credential holds a character that no header can carry".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

fn basic(name: &str, secret: &str) -> Result<HeaderValue, String> {
    sensitive(&format!("Basic {}", STANDARD.encode(format!("{name}:{secret}"))))
}

impl Checked<'_> {
    async fn ask(&self, cx: &Services) -> Result<StatusCode, String> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("Keyfob/1"));
        if let Some((name, value)) = self.proof(cx).await? {
            headers.insert(name, value);
        }
        let answer = cx.outbound.ask(Method::GET, &self.url, headers, Vec::new(), (PATIENCE, MOST)).await;
        answer.map(|answer| answer.status).map_err(|failure| told(&failure))
    }

    /// The header by which we prove ourselves; none when there is no credential to prove by.
    async fn proof(&self, cx: &Services) -> Result<Option<(HeaderName, HeaderValue)>, String> {
        let Some(secret) = self.secret else { return Ok(None) };
        let secret = secret.expose_secret().trim();
        Ok(match self.auth {
            Auth::None => None,
            Auth::Bearer => Some((AUTHORIZATION, sensitive(&format!("Bearer {secret}"))?)),
            Auth::Basic => Some((AUTHORIZATION, basic(self.name, secret)?)),
            Auth::Header => {
                let name = HeaderName::from_bytes(self.name.as_bytes())
                    .map_err(|_| format!("{} is no name of a header", self.name))?;
                Some((name, sensitive(secret)?))
            }
            Auth::OAuth2 => Some((AUTHORIZATION, self.token(cx, secret).await?)),
        })
    }

    /// Client credentials (RFC 6749, section 4.4).
    async fn token(&self, cx: &Services, secret: &str) -> Result<HeaderValue, String> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, basic(self.name, secret)?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let body = b"grant_type=client_credentials".to_vec();
        let answer = cx
            .outbound
            .ask(Method::POST, &self.token_url, headers, body, (PATIENCE, MOST))
            .await
            .map_err(|failure| format!("the token address: {}", told(&failure)))?;
        let granted: Option<Granted> =
            answer.body.filter(|_| answer.status.is_success()).and_then(|body| serde_json::from_slice(&body).ok());
        match granted {
            Some(granted) => sensitive(&format!("Bearer {}", granted.access_token)),
            None => Err(format!("the token address answered {} and no token", answer.status.as_u16())),
        }
    }
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Refused(why) => format!("it is not called: {why}"),
        other => other.to_string(),
    }
}
