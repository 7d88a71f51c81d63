//! How a call proves that it is ours.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Timestamp, integrations::Auth};
use http::{
    HeaderMap, HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::line::Line;
use crate::{
    Error, Services,
    outbound::Failure,
    vault::{self, NewSecret, SecretPurpose},
};

/// How long before its end a token is asked for anew; milliseconds.
const EARLY: i64 = 30 * Timestamp::SECOND;
/// How long asking for a token may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// The longest answer of a token endpoint; bytes.
const MOST: usize = 64 << 10;

/// Why a call can't prove itself.
#[derive(Debug)]
pub(super) enum Unproven {
    /// There is no credential, or it was not taken.
    Credential(String),
    /// The token endpoint could not be asked.
    Away(Failure),
    /// A fault of ours.
    Failed(Error),
}

impl From<Error> for Unproven {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, Unproven> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Unproven::Credential("the credential holds a character that no header can carry".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Puts the proof into the headers of a call.
pub(super) async fn prove(cx: &Services, line: &Line, headers: &mut HeaderMap) -> Result<(), Unproven> {
    if line.auth == Auth::None {
        return Ok(());
    }
    let secret = match line.auth {
        Auth::OAuth2 => token(cx, line).await?,
        _ => credential(cx, line).await?,
    };
    let (name, value) = header(line.auth, &line.auth_name, secret.expose_secret())?;
    headers.insert(name, value);
    Ok(())
}

/// The header for a credential of each kind.
fn header(auth: Auth, name: &str, secret: &str) -> Result<(HeaderName, HeaderValue), Unproven> {
    Ok(match auth {
        Auth::Basic => (AUTHORIZATION, sensitive(&format!("Basic {}", STANDARD.encode(format!("{name}:{secret}"))))?),
        Auth::Header => {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| Unproven::Credential(format!("{name} is no name of a header")))?;
            (name, sensitive(secret)?)
        }
        Auth::None | Auth::Bearer | Auth::OAuth2 => (AUTHORIZATION, sensitive(&format!("Bearer {secret}"))?),
    })
}

async fn credential(cx: &Services, line: &Line) -> Result<SecretString, Unproven> {
    let now = cx.clock.now();
    let secrets = vault::open(cx, line.integration, SecretPurpose::Credential).await?;
    let good = secrets.into_iter().find(|(_, expires_at)| expires_at.is_none_or(|end| end > now));
    good.map(|(secret, _)| secret)
        .ok_or_else(|| Unproven::Credential("there is no credential that is good now".to_owned()))
}

async fn kept(cx: &Services, line: &Line) -> Result<Option<SecretString>, Error> {
    let now = cx.clock.now();
    let kept = vault::open(cx, line.integration, SecretPurpose::AccessToken).await?;
    Ok(kept.into_iter().find(|(_, end)| end.is_some_and(|end| end.since(now) > EARLY)).map(|(token, _)| token))
}

/// An access token: the one that is kept, or a new one. Fifty calls at once ask for one.
async fn token(cx: &Services, line: &Line) -> Result<SecretString, Unproven> {
    if let Some(token) = kept(cx, line).await? {
        return Ok(token);
    }
    let asking = cx.gateway.asking(line.integration);
    let _one = asking.lock().await;
    if let Some(token) = kept(cx, line).await? {
        return Ok(token);
    }
    ask_for_token(cx, line).await
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
}

/// Client credentials (RFC 6749, section 4.4), the client proving itself by Basic.
async fn ask_for_token(cx: &Services, line: &Line) -> Result<SecretString, Unproven> {
    let secret = credential(cx, line).await?;
    let mut headers = HeaderMap::new();
    let (name, value) = header(Auth::Basic, &line.auth_name, secret.expose_secret())?;
    headers.insert(name, value);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = b"grant_type=client_credentials".to_vec();
    let answer = cx
        .outbound
        .ask(Method::POST, &line.token_url, headers, body, (PATIENCE, MOST))
        .await
        .map_err(Unproven::Away)?;
    if matches!(answer.status.as_u16(), 400 | 401 | 403) {
        return Err(Unproven::Credential(format!("the token endpoint answered {}", answer.status.as_u16())));
    }
    let granted: Granted = answer
        .body
        .filter(|_| answer.status.is_success())
        .and_then(|body| serde_json::from_slice(&body).ok())
        .ok_or_else(|| {
            Unproven::Away(Failure::Broken(format!("the token endpoint answered {}", answer.status.as_u16())))
        })?;
    let token = SecretString::from(granted.access_token);
    let expires_at = cx.clock.now().plus(granted.expires_in.unwrap_or(300).clamp(1, 86_400) * Timestamp::SECOND);
    let mut uow = cx.db.begin().await?;
    let new = NewSecret {
        integration: line.integration,
        purpose: SecretPurpose::AccessToken,
        secret: &token,
        expires_at: Some(expires_at),
        overlap_until: None,
        by: "Gateway",
    };
    vault::put(cx, uow.connection(), new).await?;
    uow.commit_bookkeeping().await?;
    Ok(token)
}

/// Forgets an access token that was not taken, so that the next call asks for a new one.
pub(super) async fn forget_token(cx: &Services, line: &Line) -> Result<(), Error> {
    if line.auth != Auth::OAuth2 {
        return Ok(());
    }
    let mut uow = cx.db.begin().await?;
    vault::remove(uow.connection(), line.integration, SecretPurpose::AccessToken).await?;
    uow.commit_bookkeeping().await
}
