//! An integration as typed, and as it can be stored.

use domain::{
    form,
    ids::{PartnerId, StaffId},
    integrations::{Auth, Criticality, InboundScheme, IntegrationKind, naming},
};
use http::HeaderName;

use super::find::Integration;
use crate::{
    error::{FieldError, FormErrors},
    outbound::Outbound,
};

form! {
    /// An integration as typed.
    pub struct IntegrationForm {
        partner: "Partner",
        name: "Name",
        slug: "Short name",
        kind: "What it is for",
        purpose: "Purpose",
        criticality: "Criticality",
        owner: "Looked after by",
        base_url: "Base address",
        auth: "How we prove ourselves",
        auth_name: "Name that goes with it",
        token_url: "Token address",
        max_concurrent: "Calls at once",
        per_minute: "Calls in a minute",
        availability: "Availability",
        latency_ms: "Time for an answer",
        inbound_scheme: "How its messages are signed",
    }
}

/// An integration as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrationFields {
    /// Whose it is. It can't be changed later.
    pub partner: PartnerId,
    /// The name people know.
    pub name: String,
    /// Its part of the address at which the partner's messages come in.
    pub slug: String,
    /// What it does for us.
    pub kind: IntegrationKind,
    /// What we use it for; may be empty.
    pub purpose: String,
    /// How much depends on it.
    pub criticality: Criticality,
    /// Who looks after it.
    pub owner: Option<StaffId>,
    /// Where calls go, without a slash at its end.
    pub base_url: String,
    /// How we prove ourselves.
    pub auth: Auth,
    /// The header's name, the user's name or the client's id; empty where none is needed.
    pub auth_name: String,
    /// Where access tokens are asked for; empty where none is needed.
    pub token_url: String,
    /// How many calls are under way at once, at most.
    pub max_concurrent: i64,
    /// How many calls begin in a minute, at most.
    pub per_minute: i64,
    /// Successes in a million that are expected.
    pub availability_ppm: i64,
    /// What counts as slow, in milliseconds.
    pub latency_ms: i64,
    /// How the partner signs its messages.
    pub inbound_scheme: InboundScheme,
}

/// An integration as its form shows it.
pub fn form_of(integration: &Integration) -> IntegrationForm {
    IntegrationForm {
        partner: integration.partner_id.to_string(),
        name: integration.name.clone(),
        slug: integration.slug.clone(),
        kind: integration.kind().to_string(),
        purpose: integration.purpose.clone(),
        criticality: integration.criticality().to_string(),
        owner: integration.owner_id.map(|id| id.to_string()).unwrap_or_default(),
        base_url: integration.base_url.clone(),
        auth: integration.auth().to_string(),
        auth_name: integration.auth_name.clone(),
        token_url: integration.token_url.clone(),
        max_concurrent: integration.max_concurrent.to_string(),
        per_minute: integration.per_minute.to_string(),
        availability: naming::availability_words(integration.availability_ppm),
        latency_ms: integration.latency_ms.to_string(),
        inbound_scheme: integration.inbound_scheme().to_string(),
    }
}

/// Parses every field, and says everything that is wrong at once. Addresses are checked against what may be called.
pub fn parse(outbound: &Outbound, form: &IntegrationForm) -> Result<IntegrationFields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let partner = form.partner.parse().map_err(|_| errors.push("partner", "Choose a partner.")).ok();
    let name = errors.required_line("name", &form.name, 120);
    let slug = errors.parse("slug", naming::slug(&form.slug));
    let kind = errors.parse("kind", form.kind.parse());
    let purpose = errors.line("purpose", &form.purpose, 500);
    let criticality = errors.parse("criticality", form.criticality.parse());
    let owner = owner(&mut errors, &form.owner);
    let base_url = address(&mut errors, outbound, "base_url", &form.base_url);
    let proof = proof(&mut errors, outbound, form);
    let max_concurrent = errors.number("max_concurrent", &form.max_concurrent, 1, 256);
    let per_minute = errors.number("per_minute", &form.per_minute, 1, 100_000);
    let availability = errors.parse("availability", naming::availability(&form.availability));
    let latency = errors.number("latency_ms", &form.latency_ms, 1, 120_000);
    let scheme = errors.parse("inbound_scheme", form.inbound_scheme.parse());
    let parsed = || {
        let (auth, auth_name, token_url) = proof?;
        Some(IntegrationFields {
            partner: partner?,
            name: name?,
            slug: slug?,
            kind: kind?,
            purpose: purpose?,
            criticality: criticality?,
            owner: owner?,
            base_url: base_url?,
            auth,
            auth_name,
            token_url,
            max_concurrent: max_concurrent?,
            per_minute: per_minute?,
            availability_ppm: availability?,
            latency_ms: latency?,
            inbound_scheme: scheme?,
        })
    };
    parsed().ok_or_else(|| errors.into_fields())
}

#[allow(clippy::option_option, reason = "wrong, nobody, somebody")]
fn owner(errors: &mut FormErrors, text: &str) -> Option<Option<StaffId>> {
    if text.trim().is_empty() {
        return Some(None);
    }
    let owner = text.trim().parse().ok();
    if owner.is_none() {
        errors.push("owner", "Choose somebody from the list.");
    }
    owner.map(Some)
}

/// An address that we may call: `https`, a host outside our network, and nothing behind the path.
pub(super) fn address(errors: &mut FormErrors, outbound: &Outbound, field: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let mut wrong = |words: String| errors.push(field, words);
    if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) || !(9..=2_000).contains(&text.len()) {
        wrong("Give an https address, like https://api.example.com/v1.".to_owned());
        return None;
    }
    if text.contains(['?', '#', '\\', '{', '}']) {
        wrong("Leave away what stands behind the path (? and #), like https://api.example.com/v1.".to_owned());
        return None;
    }
    let uri = match outbound.check(text) {
        Ok(uri) => uri,
        Err(refusal) => {
            wrong(format!("This address is {refusal}. Give one like https://api.example.com/v1."));
            return None;
        }
    };
    if uri.host().is_some_and(is_number_in_disguise) {
        wrong("Write the host as a name: this spelling of a number stands for an address.".to_owned());
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

/// Browsers and resolvers read `2130706433`, `0x7f.1` and `127.1` as addresses, though they are no literals.
fn is_number_in_disguise(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|letter| letter.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .or_else(|| last.strip_prefix("0X"))
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    is_number && host.parse::<std::net::Ipv4Addr>().is_err()
}

/// How we prove ourselves, with what that kind needs and nothing else.
fn proof(errors: &mut FormErrors, outbound: &Outbound, form: &IntegrationForm) -> Option<(Auth, String, String)> {
    let auth: Auth = errors.parse("auth", form.auth.parse())?;
    let none = String::new;
    let name = match auth {
        Auth::None | Auth::Bearer => Some(none()),
        Auth::Header => header_name(errors, &form.auth_name),
        Auth::Basic => user_name(errors, &form.auth_name, "Enter the user name, without a colon."),
        Auth::OAuth2 => user_name(errors, &form.auth_name, "Enter the client’s id, without a colon."),
    };
    let token_url = match auth {
        Auth::OAuth2 => address(errors, outbound, "token_url", &form.token_url),
        _ => Some(none()),
    };
    Some((auth, name?, token_url?))
}

fn user_name(errors: &mut FormErrors, text: &str, words: &str) -> Option<String> {
    let name = errors.line("auth_name", text, 200)?;
    if name.is_empty() || name.contains(':') {
        errors.push("auth_name", words);
        return None;
    }
    Some(name)
}

/// Headers that say how a message is carried are not for keys.
const CARRYING: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "upgrade",
    "idempotency-key",
    "accept",
];

pub(super) fn header_name(errors: &mut FormErrors, text: &str) -> Option<String> {
    let text = text.trim();
    let is_name = text.len() <= 100
        && HeaderName::from_bytes(text.as_bytes()).is_ok_and(|name| !CARRYING.contains(&name.as_str()));
    if !is_name {
        errors.push(
            "auth_name",
            "Enter the header’s name, like X-Api-Key. Headers that carry the message can’t be used.",
        );
        return None;
    }
    Some(text.to_owned())
}
