//! What the pages of keys and clients change.

use std::collections::BTreeMap;

use leptos::prelude::*;
use services::credentials::CredentialForm;

use crate::{error::AppError, viewer::Done};

/// Issues a key or a client; its secret waits for its page.
#[server(prefix = "/_fn", endpoint = "access/issue")]
pub async fn issue_key(
    kind: String,
    form: CredentialForm,
    #[server(default)] scopes: BTreeMap<String, String>,
    #[server(default)] policies: BTreeMap<String, String>,
    #[server(default)] confirmation: String,
    token: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token, session};
    use domain::permissions::marker::AccessManage;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        let kind = wire::kind(&kind)?;
        let fields = wire::fields(kind, &form, &scopes, &policies)?;
        let token = parse_token(&token)?;
        let issued = credentials::issue(&cx, &access, kind, &fields, &confirmation.into(), token).await?;
        if let Some(secret) = &issued.secret {
            crate::once::leave(&cx, &session()?, issued.id.uuid(), secret).await?;
        }
        let wait = if issued.waits_for_approval { " It works once somebody else has approved it." } else { "" };
        Ok(Done::at(format!("/access/keys/{}", issued.id), format!("{} was issued.{wait}", fields.name)))
    })
    .await
}

/// Changes what a key or client may do, over the version that was read.
#[server(prefix = "/_fn", endpoint = "access/edit")]
pub async fn edit_key(
    id: String,
    version: i64,
    form: CredentialForm,
    #[server(default)] scopes: BTreeMap<String, String>,
    #[server(default)] policies: BTreeMap<String, String>,
    #[server(default)] confirmation: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::{AccessManage, AccessRead};
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        let found = credentials::find(&cx, &actor.authorize::<AccessRead>()?, parse_id(&id)?).await?;
        let fields = wire::fields(found.credential.kind(), &form, &scopes, &policies)?;
        credentials::edit(&cx, &access, parse_id(&id)?, version, &fields, &confirmation.into()).await?;
        Ok(Done::at(wire::page(&id)?, "Your changes were saved. They took effect at once."))
    })
    .await
}

/// Issues a new secret beside the one in use; it waits for the key's page.
#[server(prefix = "/_fn", endpoint = "access/rotate")]
pub async fn rotate_key(
    id: String,
    #[server(default)] grace: String,
    #[server(default)] hard_stop: String,
    reason: String,
    #[server(default)] confirmation: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use domain::permissions::marker::AccessManage;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        let rotate = wire::rotate(&id, &grace, &hard_stop, &reason)?;
        let secret = credentials::rotate(&cx, &access, &rotate, &confirmation.into()).await?;
        crate::once::leave(&cx, &session()?, rotate.id.uuid(), &secret).await?;
        Ok(Done::at(wire::page(&id)?, "There is a new secret. The old one goes on working until its grace is over."))
    })
    .await
}

/// Switches a key or client off for now.
#[server(prefix = "/_fn", endpoint = "access/disable")]
pub async fn disable_key(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::AccessManage;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        credentials::disable(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "It is switched off. Every call with it is refused."))
    })
    .await
}

/// Switches a key or client on again.
#[server(prefix = "/_fn", endpoint = "access/enable")]
pub async fn enable_key(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::AccessManage;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        credentials::enable(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "It is switched on and works again."))
    })
    .await
}

/// Takes a key or client back, for good.
#[server(prefix = "/_fn", endpoint = "access/revoke")]
pub async fn revoke_key(id: String, reason: String, #[server(default)] typed: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::AccessManage;
    use services::credentials::{self, Revoke};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        let revoke = Revoke { id: parse_id(&id)?, reason: wire::reason(&reason)?, typed };
        credentials::revoke(&cx, &access, &revoke).await?;
        Ok(Done::at(wire::page(&id)?, "It was revoked. Within a second no call with it passes anywhere."))
    })
    .await
}

/// Lets a key or client work that somebody else asked for.
#[server(prefix = "/_fn", endpoint = "access/approve")]
pub async fn approve_key(id: String, version: i64, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::AccessApprove;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessApprove>()?;
        credentials::approve(&cx, &access, parse_id(&id)?, version, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "It was approved and works."))
    })
    .await
}

/// Refuses a key or client that somebody asked for.
#[server(prefix = "/_fn", endpoint = "access/decline")]
pub async fn decline_key(id: String, version: i64, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::AccessApprove;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessApprove>()?;
        credentials::decline(&cx, &access, parse_id(&id)?, version, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "It was declined, for good. It never worked."))
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) use wire::{kind, reason};

/// What the forms of these pages send.
#[cfg(feature = "ssr")]
mod wire {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::{
        credentials::{CredentialKind, Grace},
        forms::FormErrors,
        ids::CredentialId,
        texts::Invalid,
    };
    use services::{
        Error,
        clock::{ZONE, start_of},
        credentials::{self, CredentialForm, Fields, Rotate},
    };

    use super::super::boxes::LIMIT;
    use crate::context::parse_id;

    /// A key's page.
    pub(super) fn page(id: &str) -> Result<String, Error> {
        let id: CredentialId = parse_id(id)?;
        Ok(format!("/access/keys/{id}"))
    }

    /// Key or client.
    pub(in super::super) fn kind(text: &str) -> Result<CredentialKind, Error> {
        text.parse().map_err(|invalid: Invalid| Error::invalid_field("kind", invalid.message()))
    }

    /// A reason, which these changes can't go without.
    pub(in super::super) fn reason(text: &str) -> Result<String, Error> {
        let reason = text.trim();
        if reason.is_empty() {
            return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
        }
        Ok(reason.to_owned())
    }

    /// Fields and boxes, as they can be stored.
    pub(super) fn fields(
        kind: CredentialKind,
        form: &CredentialForm,
        scopes: &BTreeMap<String, String>,
        policies: &BTreeMap<String, String>,
    ) -> Result<Fields, Error> {
        let scopes = checked(scopes, "scopes", "")?;
        let policies = checked(policies, "policies", LIMIT)?;
        credentials::parse(kind, form, scopes, policies).map_err(Error::invalid)
    }

    /// What the checked boxes stand for.
    fn checked<T: std::str::FromStr + Ord>(
        boxes: &BTreeMap<String, String>,
        field: &str,
        prefix: &str,
    ) -> Result<BTreeSet<T>, Error> {
        boxes
            .iter()
            .filter(|(_, value)| *value == "yes")
            .map(|(name, _)| {
                name.strip_prefix(prefix)
                    .and_then(|key| key.parse().ok())
                    .ok_or_else(|| Error::invalid_field(field, "This form is damaged. Reload the page and try again."))
            })
            .collect()
    }

    /// How to rotate. The day of the hard stop counts: the old secret ends with it.
    pub(super) fn rotate(id: &str, grace: &str, hard_stop: &str, reason: &str) -> Result<Rotate, Error> {
        let mut errors = FormErrors::default();
        let seconds = grace.trim().parse().unwrap_or(-1);
        let grace = errors.parse("grace", Grace::seconds(seconds));
        let day = errors.date("hard_stop", hard_stop);
        let why = reason.trim();
        if why.is_empty() {
            errors.push("reason", "Say why. It is kept in the audit log.");
        }
        match (grace, day) {
            (Some(grace), Some(day)) if errors.is_empty() => Ok(Rotate {
                id: parse_id(id)?,
                grace,
                hard_stop: day.map(|day| start_of(day.tomorrow().unwrap_or(day), ZONE)),
                reason: why.to_owned(),
            }),
            _ => Err(Error::invalid(errors.into_fields())),
        }
    }
}
