//! What we prove ourselves by to partners, and what they prove themselves by to us: written, and never shown.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{Auth, InboundScheme, IntegrationState},
    permissions::marker::{IntegrationsManage, IntegrationsRead},
};
use rand::{Rng, TryRngCore, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Integration, Probe,
    find::load,
    probe::{self, Probed},
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::on,
    error::FormErrors,
    staff,
    vault::{self, About, NewSecret, SecretPurpose},
};

/// From then on before its end, a credential is warned of: 60 days, in milliseconds.
pub const WARNED: i64 = 60 * Timestamp::DAY;
/// The longest time for which an old secret is good beside a new one; days.
const LONGEST_OVERLAP: i64 = 7;

/// Where a secret comes from.
#[derive(Debug)]
pub enum Typed {
    /// Somebody entered it.
    Entered(SecretString),
    /// We make it, for the partner to sign by.
    Made,
}

/// A secret to be set.
#[derive(Debug)]
pub struct SetSecret {
    /// Of which integration.
    pub integration: IntegrationId,
    /// What for: a credential, or the secret by which the partner signs.
    pub purpose: SecretPurpose,
    /// The secret itself.
    pub typed: Typed,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// For how many days the one before stays good: 0 to 7.
    pub overlap_days: i64,
    /// The path at which a credential is tried before it is kept; nothing keeps it untried.
    pub tried_at: Option<String>,
    /// Why.
    pub reason: String,
}

/// Sets a secret; the one before stays good for as long as the overlap. Answers the secret that was made, once.
/// `confirmation` is what was typed to show again that it is oneself.
pub async fn set_secret(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    command: SetSecret,
    confirmation: &SecretString,
) -> Result<Option<SecretString>, Error> {
    let (actor, now) = (access.actor(), cx.clock.now());
    let why = staff::reason(&command.reason)?;
    let integration = load(cx.db.read().await?.connection(), command.integration).await?;
    fits(&integration, command.purpose)?;
    let mut errors = FormErrors::default();
    if command.expires_at.is_some_and(|end| end <= now) {
        errors.push("expires", "This day is over. Enter a later one, or leave it empty.");
    }
    if !(0..=LONGEST_OVERLAP).contains(&command.overlap_days) {
        errors.push("overlap", "Use 0 to 7 days.");
    }
    let is_made = matches!(command.typed, Typed::Made);
    let secret = match command.typed {
        Typed::Entered(entered) => entered_well(&mut errors, &integration, command.purpose, &entered),
        Typed::Made if command.purpose == SecretPurpose::Webhook => Some(made(integration.inbound_scheme())),
        Typed::Made => {
            errors.push("secret", "Enter the credential that the partner gave you.");
            None
        }
    };
    let (Some(secret), true) = (secret, errors.is_empty()) else { return Err(Error::invalid(errors.into_fields())) };
    staff::step_up(cx, actor, confirmation).await?;
    if let (Some(path), SecretPurpose::Credential) = (&command.tried_at, command.purpose) {
        try_out(cx, access, &integration, path, &secret).await?;
    }
    let mut uow = cx.db.begin().await?;
    let still = load(uow.connection(), command.integration).await?;
    fits(&still, command.purpose)?;
    if still.version != integration.version {
        return Err(Error::conflict(
            "integration.changed_meanwhile",
            "Somebody has changed this integration meanwhile. Look at where the credential would be sent, and set it again.",
        ));
    }
    let overlap = (command.overlap_days > 0).then(|| now.plus(command.overlap_days * Timestamp::DAY));
    let new = NewSecret {
        integration: command.integration,
        purpose: command.purpose,
        secret: &secret,
        expires_at: command.expires_at,
        overlap_until: overlap,
        by: &actor.name(),
    };
    vault::put(cx, uow.connection(), new).await?;
    if command.purpose == SecretPurpose::Credential {
        // A token that was got for the old credential says nothing of the new one.
        vault::remove(uow.connection(), command.integration, SecretPurpose::AccessToken).await?;
    }
    let mut entry = audit::Entry::new("integration.secret_set")
        .target("integration", command.integration)
        .reason(why)
        .detail("purpose", command.purpose.as_str())
        .detail("overlap_days", command.overlap_days)
        .detail("is_made", is_made)
        .detail("is_tried", command.tried_at.is_some());
    if let Some(end) = command.expires_at {
        entry = entry.detail("expires_at", end.millis());
    }
    uow.commit(cx, actor, entry).await?;
    Ok(is_made.then_some(secret))
}

/// A retired integration gets no secret, and one that needs none neither.
fn fits(integration: &Integration, purpose: SecretPurpose) -> Result<(), Error> {
    let refuse = |code, words: &str| Err(Error::refused(code, words));
    if integration.state() == IntegrationState::Retired {
        return refuse("integration.retired", "This integration is retired. It needs no secret any more.");
    }
    match purpose {
        SecretPurpose::Credential if integration.auth() == Auth::None => refuse(
            "integration.no_credential",
            "It proves itself by nothing. Choose how it does, then set a credential.",
        ),
        SecretPurpose::Webhook if integration.inbound_scheme() == InboundScheme::None => {
            refuse("integration.no_messages", "No messages come in. Choose how they are signed, then set a secret.")
        }
        SecretPurpose::AccessToken => {
            refuse("integration.token_by_itself", "Access tokens are got by the gateway itself. Set the credential.")
        }
        SecretPurpose::Credential | SecretPurpose::Webhook => Ok(()),
    }
}

/// A secret as it can be sent. What is wrong with it is said without a word of it.
fn entered_well(
    errors: &mut FormErrors,
    integration: &Integration,
    purpose: SecretPurpose,
    entered: &SecretString,
) -> Option<SecretString> {
    let text = entered.expose_secret().trim();
    let goes_into_header =
        purpose == SecretPurpose::Credential && matches!(integration.auth(), Auth::Bearer | Auth::Header);
    let is_right = match (text.len(), goes_into_header) {
        (..8, _) => {
            errors.push("secret", "Enter it whole: at least 8 characters.");
            false
        }
        (4_097.., _) => {
            errors.push("secret", "Use at most 4096 characters.");
            false
        }
        (_, true) if !text.bytes().all(|letter| letter.is_ascii_graphic() || letter == b' ') => {
            errors.push("secret", "It goes into a header: only letters, digits and plain signs can.");
            false
        }
        _ if text.chars().any(char::is_control) => {
            errors.push("secret", "Remove line breaks and other control characters.");
            false
        }
        _ => true,
    };
    is_right.then(|| SecretString::from(text))
}

/// A new secret of 256 bits, in the form that the scheme's libraries take.
fn made(scheme: InboundScheme) -> SecretString {
    let bytes: [u8; 32] = OsRng.unwrap_err().random();
    SecretString::from(match scheme {
        InboundScheme::Standard => format!("whsec_{}", STANDARD.encode(bytes)),
        InboundScheme::Stripe => format!("whsec_{}", hex::encode(bytes)),
        InboundScheme::None | InboundScheme::Hmac => hex::encode(bytes),
    })
}

/// Tries a credential where it would be used. One that the partner doesn't take is not kept.
async fn try_out(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    integration: &Integration,
    path: &str,
    secret: &SecretString,
) -> Result<(), Error> {
    let probe = Probe { path: path.to_owned(), secret: Some(secret.clone()), ..Probe::of(integration) };
    let Probed { is_taken, problem, .. } = probe::test_connection(cx, access, &probe).await?;
    if is_taken {
        return Ok(());
    }
    Err(Error::invalid_field("secret", format!("It was tried, and not kept: {problem}. Nothing was changed.")))
}

/// What may be known of an integration's secrets: what for, when they end, and who set them.
pub async fn secrets(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
) -> Result<Vec<About>, Error> {
    vault::about(cx.db.read().await?.connection(), id).await
}

/// A secret that ends soon, or has ended.
#[derive(Clone, Debug, FromRow)]
pub struct Expiring {
    /// Of which integration.
    pub integration_id: Uuid,
    /// Its name.
    pub integration_name: String,
    purpose: String,
    expires_at: i64,
}

impl Expiring {
    /// What it is for; what the database's own check admits always parses.
    pub fn purpose(&self) -> SecretPurpose {
        self.purpose.parse().unwrap_or(SecretPurpose::Credential)
    }

    /// When it ends.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp(self.expires_at)
    }
}

/// The secrets that end within [`WARNED`] or have ended, the soonest first; of all integrations, or of one.
pub async fn expiring(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    only: Option<IntegrationId>,
) -> Result<Vec<Expiring>, Error> {
    let until = cx.clock.now().plus(WARNED).millis();
    let mut reading = cx.db.read().await?;
    let mut rows: Vec<Expiring> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT s.integration_id, i.name AS integration_name, s.purpose, s.expires_at
         FROM vault_secret s JOIN integration i ON i.id = s.integration_id
         WHERE s.expires_at IS NOT NULL AND s.expires_at < $1 AND s.slot = 'current' AND s.purpose <> 'access_token'
         ORDER BY s.expires_at, s.integration_id LIMIT 500")
        .bind(until).fetch_all(c).await)?;
    rows.retain(|row| only.is_none_or(|only| only.uuid() == row.integration_id));
    Ok(rows)
}
