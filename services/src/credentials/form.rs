//! The form by which a key or client is asked for and changed.

use std::collections::BTreeSet;

use domain::{
    Timestamp,
    api_version::ApiVersion,
    credentials::{ClientAuthentication, CredentialKind, Environment},
    form,
    ids::{PartnerId, PolicyId},
    permissions::Permission,
};
use ipnet::IpNet;

use super::{find::Detail, networks::parse_networks};
use crate::{
    clock::{ZONE, date_in, start_of},
    error::{FieldError, FormErrors},
    oauth::jwks::parse_jwks,
};

form! {
    /// A key or client as typed; its scopes and limits are boxes beside it.
    pub struct CredentialForm {
        name: "Name",
        partner: "Partner",
        environment: "Environment",
        networks: "Allowed networks",
        api_version: "API version",
        not_before: "Works from",
        expires_on: "Works until",
        authentication: "Proves itself by",
        jwks: "Public keys",
        requires_dpop: "Bound tokens",
    }
}

/// A key or client as it can be stored.
#[derive(Clone, Debug)]
pub struct Fields {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub partner: PartnerId,
    /// What it works on.
    pub environment: Environment,
    /// What it may do.
    pub scopes: BTreeSet<Permission>,
    /// From where; anywhere when empty.
    pub networks: Vec<IpNet>,
    /// The version of the API its answers are in.
    pub version: ApiVersion,
    /// From when.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// The limits given to it beside those that are for everybody.
    pub policies: BTreeSet<PolicyId>,
    /// How a client proves itself.
    pub authentication: ClientAuthentication,
    /// A client's public keys (RFC 7517), or nothing.
    pub jwks: String,
    /// Whether a client's tokens are bound to a key of its own (RFC 9449).
    pub requires_dpop: bool,
}

impl Fields {
    /// Whether it can change anything.
    pub fn can_write(&self) -> bool {
        self.scopes.iter().any(|scope| !scope.is_read())
    }
}

/// Parses every field, and says everything that is wrong at once.
pub fn parse(
    kind: CredentialKind,
    form: &CredentialForm,
    scopes: BTreeSet<Permission>,
    policies: BTreeSet<PolicyId>,
) -> Result<Fields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let name = errors.required_line("name", &form.name, 120);
    let partner = form.partner.parse().ok();
    if partner.is_none() {
        errors.push("partner", "Choose whose it is.");
    }
    let environment = errors.parse("environment", form.environment.parse());
    let networks = errors.parse("networks", parse_networks(&form.networks));
    let version = errors.parse("api_version", form.api_version.parse());
    let not_before = errors.date("not_before", &form.not_before);
    let expires_on = errors.date("expires_on", &form.expires_on);
    if let (Some(Some(from)), Some(Some(until))) = (not_before, expires_on)
        && until < from
    {
        errors.push("expires_on", "It has to end after it begins.");
    }
    if scopes.is_empty() {
        errors.push("scopes", "Choose at least one scope: without any it can do nothing.");
    }
    let is_client = kind == CredentialKind::OauthClient;
    let authentication = if is_client {
        errors.parse("authentication", form.authentication.parse())
    } else {
        Some(ClientAuthentication::Secret)
    };
    let jwks = form.jwks.trim();
    let is_signed = authentication == Some(ClientAuthentication::PrivateKeyJwt);
    let jwks = if is_client && (is_signed || !jwks.is_empty()) {
        errors.parse("jwks", parse_jwks(jwks))
    } else {
        Some(String::new())
    };
    let parsed = (|| {
        Some(Fields {
            name: name?,
            partner: partner?,
            environment: environment?,
            scopes,
            networks: networks?,
            version: version?,
            not_before: not_before?.map(|day| start_of(day, ZONE)),
            // The last day counts.
            expires_at: expires_on?.map(|day| start_of(day.tomorrow().unwrap_or(day), ZONE)),
            policies,
            authentication: authentication?,
            jwks: jwks?,
            requires_dpop: is_client && form.requires_dpop == "yes",
        })
    })();
    match parsed {
        Some(fields) if errors.is_empty() => Ok(fields),
        _ => Err(errors.into_fields()),
    }
}

/// A key or client as its form shows it.
pub fn form_of(detail: &Detail) -> CredentialForm {
    let day =
        |at: Option<i64>, less: i64| at.map(|at| date_in(Timestamp(at - less), ZONE).to_string()).unwrap_or_default();
    CredentialForm {
        name: detail.credential.name.clone(),
        partner: detail.credential.partner_id.to_string(),
        environment: detail.credential.environment().to_string(),
        networks: detail.networks.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        api_version: detail.credential.api_version.clone(),
        not_before: day(detail.credential.not_before, 0),
        expires_on: day(detail.credential.expires_at, 1),
        authentication: detail.authentication.to_string(),
        jwks: detail.jwks.clone(),
        requires_dpop: if detail.requires_dpop { "yes" } else { "" }.to_owned(),
    }
}
