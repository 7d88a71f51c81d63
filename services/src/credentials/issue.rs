//! A new key or client.

use domain::{
    credentials::{ClientAuthentication, CredentialKind, Environment, State},
    ids::{CredentialId, SecretId, StaffId},
    permissions::marker::AccessManage,
    texts::fold,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{
    digest::digest,
    epoch::bump_and_commit,
    form::Fields,
    make::{new_id, new_secret},
    networks, record,
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{UnitOfWork, on},
    form_token::{self, Spent},
    roles::grants,
    staff,
    switches::{self, Switch},
};

/// What came of it.
#[derive(Debug)]
pub struct Issued {
    /// Its id.
    pub id: CredentialId,
    /// The secret, this once; nothing for a client that signs with its own key, and when the same form was sent before.
    pub secret: Option<SecretString>,
    /// Whether somebody has to approve it first.
    pub waits_for_approval: bool,
}

/// Issues a key or a client. Live ones take step-up (`confirmation`); nobody gives a scope that they don't hold; live ones
/// that can write wait for somebody else's approval where the organisation has switched that on. `token` is the form's.
pub async fn issue(
    cx: &Services,
    access: &Access<AccessManage>,
    kind: CredentialKind,
    fields: &Fields,
    confirmation: &SecretString,
    token: Uuid,
) -> Result<Issued, Error> {
    let actor = access.actor();
    if fields.environment == Environment::Live {
        staff::step_up(cx, actor, confirmation).await?;
    }
    let target = ("credential", fields.name.as_str());
    grants::told(cx, actor, "credential.issued", target, make(cx, access, kind, fields, token).await).await
}

async fn make(
    cx: &Services,
    access: &Access<AccessManage>,
    kind: CredentialKind,
    fields: &Fields,
    token: Uuid,
) -> Result<Issued, Error> {
    let actor = access.actor();
    let now = cx.clock.now();
    if fields.expires_at.is_some_and(|until| until <= now) {
        return Err(Error::invalid_field("expires_on", "This day is over. Choose a later one, or none."));
    }
    let id = CredentialId::new();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        let id = earlier.parse().map_err(Error::internal)?;
        return Ok(Issued { id, secret: None, waits_for_approval: false });
    }
    grants::must_hold(uow.connection(), actor, &fields.scopes).await?;
    must_be_open(&mut uow, fields).await?;
    let waits_for_approval = fields.environment == Environment::Live
        && fields.can_write()
        && switches::is_on(uow.connection(), Switch::ApproveLiveWriteKeys).await?;
    let state = if waits_for_approval { State::PendingApproval } else { State::Active };
    let public_id = new_id()?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO credential (id, public_id, kind, name, sort_name, partner_id, environment, state, networks, api_version,
                                 not_before, expires_at, authentication, jwks, requires_dpop, created_at, created_by, creator_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)")
        .bind(id.uuid()).bind(public_id.as_str()).bind(kind.as_str()).bind(&fields.name).bind(fold(&fields.name))
        .bind(fields.partner.uuid()).bind(fields.environment.as_str()).bind(state.as_str())
        .bind(networks::stored(&fields.networks)).bind(fields.version.as_str())
        .bind(fields.not_before.map(domain::Timestamp::millis)).bind(fields.expires_at.map(domain::Timestamp::millis))
        .bind(fields.authentication.as_str()).bind(&fields.jwks).bind(fields.requires_dpop)
        .bind(now.millis()).bind(actor.name()).bind(actor.staff_id().map(StaffId::uuid))
        .execute(c).await.map(|_| ()))?;
    record::set_scopes(uow.connection(), id.uuid(), &std::collections::BTreeSet::new(), &fields.scopes).await?;
    record::set_policies(uow.connection(), id.uuid(), &fields.policies).await?;
    let secret = if fields.authentication == ClientAuthentication::Secret {
        let secret = new_secret(kind.secret(), fields.environment, public_id.clone())?;
        insert_secret(cx, &mut uow, id, &secret, "current", 0, &actor.name()).await?;
        Some(SecretString::from(secret.expose()))
    } else {
        None
    };
    let entry = audit::Entry::new("credential.issued")
        .target("credential", id)
        .detail("public_id", public_id.as_str())
        .detail("kind", kind.as_str())
        .detail("partner", fields.partner.to_string())
        .detail("environment", fields.environment.as_str())
        .detail("scopes", record::words(&fields.scopes))
        .detail("state", state.as_str());
    bump_and_commit(cx, uow, actor, vec![entry]).await?;
    Ok(Issued { id, secret, waits_for_approval })
}

/// Refuses a partner that isn't there or is suspended.
async fn must_be_open(uow: &mut UnitOfWork, fields: &Fields) -> Result<(), Error> {
    let status: Option<(String,)> = on!(uow.connection(), c => sqlx::query_as("SELECT status FROM partner WHERE id = $1")
        .bind(fields.partner.uuid()).fetch_optional(c).await)?;
    match status.as_ref().map(|(status,)| status.as_str()) {
        Some("active") => Ok(()),
        Some(_) => {
            Err(Error::invalid_field("partner", "This partner is suspended. Lift that first, or choose another one."))
        }
        None => Err(Error::invalid_field("partner", "Choose whose it is.")),
    }
}

/// Writes a secret's row: its digest and nothing else of it.
pub(super) async fn insert_secret(
    cx: &Services,
    uow: &mut UnitOfWork,
    id: CredentialId,
    secret: &domain::credentials::Credential,
    state: &'static str,
    grace_seconds: i64,
    by: &str,
) -> Result<(), Error> {
    let version = cx.settings.pepper_version;
    let digest = digest(&cx.keys, version, secret);
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO credential_secret (id, credential_id, digest, pepper_version, state, created_at, created_by, grace_seconds)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(SecretId::new().uuid()).bind(id.uuid()).bind(digest.as_slice()).bind(version).bind(state)
        .bind(cx.clock.now().millis()).bind(by).bind(grace_seconds)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}
