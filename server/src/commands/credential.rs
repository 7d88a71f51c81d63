//! `keyfob credential …` and `keyfob openapi`: for whoever has a shell on the server, and for scripts. Each goes through
//! the same use case as in the portal, and into the audit log as done on the command line.

use std::collections::BTreeSet;

use domain::{
    credentials::{CredentialKind, PublicId},
    ids::{CredentialId, PartnerId},
    permissions::{
        Permission,
        marker::{AccessManage, AccessRead, PartnersManage},
    },
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Services,
    access::Actor,
    credentials::{self, CredentialForm, Revoke},
    partners::{self, PartnerForm},
};
use uuid::Uuid;

use super::{Exit, Failure, say};
use crate::{cli::Credential, partner_api};

pub(super) async fn run(cx: &Services, command: Credential) -> Result<Exit, Failure> {
    match command {
        Credential::Issue { name, partner, kind, environment, scopes, jwks, json } => {
            let kind: CredentialKind = kind.parse().map_err(usage)?;
            let keys = match jwks {
                Some(path) => std::fs::read_to_string(&path)
                    .map_err(|error| Failure::new(Exit::Usage, format!("{} can't be read: {error}", path.display())))?,
                None => String::new(),
            };
            let authentication = if keys.is_empty() { "secret" } else { "private_key_jwt" };
            let form = CredentialForm {
                name,
                partner: partner_of(cx, &partner).await?.to_string(),
                environment,
                api_version: domain::api_version::ApiVersion::NEWEST.to_string(),
                authentication: authentication.to_owned(),
                jwks: keys,
                ..CredentialForm::default()
            };
            issue(cx, kind, form, &scopes, json).await
        }
        Credential::Revoke { id, reason } => revoke(cx, &id, reason).await,
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it stands where an error is mapped")]
fn usage(error: impl ToString) -> Failure {
    Failure::new(Exit::Usage, error.to_string())
}

async fn partner_of(cx: &Services, name: &str) -> Result<PartnerId, Failure> {
    let actor = Actor::command_line();
    let known = partners::choices(cx, &actor.authorize::<AccessRead>()?).await?;
    if let Some((id, _)) = known.into_iter().find(|(_, known)| known == name) {
        return Ok(id);
    }
    let form = PartnerForm { name: name.to_owned(), kind: "internal".to_owned(), contact_email: String::new() };
    let fields = partners::parse(&form).map_err(services::Error::invalid)?;
    Ok(partners::create(cx, &actor.authorize::<PartnersManage>()?, &fields, Uuid::now_v7()).await?)
}

async fn issue(
    cx: &Services,
    kind: CredentialKind,
    form: CredentialForm,
    scopes: &[String],
    json: bool,
) -> Result<Exit, Failure> {
    let scopes: BTreeSet<Permission> = match scopes {
        [] => Permission::scopes().collect(),
        named => named.iter().map(|scope| scope.parse().map_err(usage)).collect::<Result<_, _>>()?,
    };
    let fields = credentials::parse(kind, &form, scopes, BTreeSet::new()).map_err(services::Error::invalid)?;
    let access = Actor::command_line().authorize::<AccessManage>()?;
    let issued = credentials::issue(cx, &access, kind, &fields, &SecretString::from(""), Uuid::now_v7()).await?;
    let found = credentials::find(cx, &Actor::command_line().authorize::<AccessRead>()?, issued.id).await?;
    let secret = issued.secret.as_ref().map(ExposeSecret::expose_secret);
    if json {
        say(serde_json::json!({ "id": found.credential.public_id, "secret": secret }));
    } else {
        say(format_args!("{} {}", kind.label(), found.credential.public_id));
        if let Some(secret) = secret {
            say(format_args!("Its secret, shown this once:\n  {secret}"));
        }
    }
    Ok(Exit::Done)
}

async fn revoke(cx: &Services, id: &str, reason: String) -> Result<Exit, Failure> {
    let id: PublicId = id.parse().map_err(usage)?;
    let actor = Actor::command_line();
    let access = actor.authorize::<AccessRead>()?;
    let filter = credentials::Filter { query: Some(id.to_string()), ..credentials::Filter::default() };
    let found = credentials::list(cx, &access, &filter).await?;
    let Some(found) = found.rows.into_iter().find(|row| row.public_id == id.as_str()) else {
        return Err(Failure::new(Exit::Refused, format!("there is no key or client {id}")));
    };
    let revoke = Revoke { id: CredentialId::from(found.id), reason, typed: found.name };
    credentials::revoke(cx, &actor.authorize::<AccessManage>()?, &revoke).await?;
    say(format_args!("{id} is revoked."));
    Ok(Exit::Done)
}

pub(super) fn openapi() -> Exit {
    say(serde_json::to_string_pretty(partner_api::document()).unwrap_or_default());
    Exit::Done
}
