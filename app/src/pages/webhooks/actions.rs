//! What the webhooks' pages change.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    forms::FormErrors,
    ids::{DeliveryId, EndpointId},
    permissions::marker::{AccessRead, WebhooksManage},
    webhooks::Scheme,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::{
    Error,
    clock::ZONE,
    webhooks::{self, EndpointFields, Owner, Proof, Recover},
};

use crate::{
    context::{answer, asked, parse_id, parse_token, session},
    error::AppError,
    once,
    viewer::Done,
};

/// An endpoint as typed. Whose it is, for which environment and how it signs is asked for once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookForm {
    partner: String,
    environment: String,
    scheme: String,
    url: String,
    description: String,
    max_per_second: String,
}

/// Registers an endpoint; its secret waits for its page.
#[server(prefix = "/_fn", endpoint = "webhooks/create")]
pub async fn create_webhook(
    form: WebhookForm,
    #[server(default)] types: BTreeMap<String, String>,
    token: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<WebhooksManage>()?;
        let partner = form.partner.parse().map_err(|_| Error::invalid_field("partner", "Choose a partner."))?;
        let environment =
            form.environment.parse().map_err(|_| Error::invalid_field("environment", "Choose an environment."))?;
        let scheme =
            form.scheme.parse().map_err(|_| Error::invalid_field("scheme", "Choose how messages are signed."))?;
        let owner = Owner::of_person(&access, partner, environment)?;
        let fields = EndpointFields { scheme, ..fields(&form, &types)? };
        let (endpoint, proof) = webhooks::create(&cx, &access, owner, &fields, Some(parse_token(&token)?)).await?;
        if let Some(Proof::Secret(secret)) = proof {
            once::leave(&cx, &session()?, endpoint.id, &secret).await?;
        }
        Ok(Done::at(page(endpoint.id.into()), "The endpoint was registered. Send a test to try it."))
    })
    .await
}

/// Changes an endpoint over the version that was read.
#[server(prefix = "/_fn", endpoint = "webhooks/edit")]
pub async fn edit_webhook(
    id: String,
    version: i64,
    form: WebhookForm,
    #[server(default)] types: BTreeMap<String, String>,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<WebhooksManage>()?;
        let id: EndpointId = parse_id(&id)?;
        let known = webhooks::one(&cx, &actor.authorize::<AccessRead>()?, id).await?;
        let owner = Owner::of_person(&access, known.partner_id.into(), known.environment())?;
        let fields = EndpointFields { is_enabled: known.is_enabled, ..fields(&form, &types)? };
        webhooks::edit(&cx, &access, owner, id, version, &fields).await?;
        Ok(Done::at(page(id), "Your changes were saved. They hold for the next message."))
    })
    .await
}

/// Deletes an endpoint with everything that was sent to it.
#[server(prefix = "/_fn", endpoint = "webhooks/delete")]
pub async fn delete_webhook(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<WebhooksManage>()?;
        let id: EndpointId = parse_id(&id)?;
        let known = webhooks::one(&cx, &actor.authorize::<AccessRead>()?, id).await?;
        let owner = Owner::of_person(&access, known.partner_id.into(), known.environment())?;
        webhooks::delete(&cx, &access, owner, id, &why(&reason)?).await?;
        Ok(Done::at("/access/webhooks", "The endpoint was deleted."))
    })
    .await
}

/// Sends to an endpoint again.
#[server(prefix = "/_fn", endpoint = "webhooks/enable")]
pub async fn enable_webhook(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id = parse_id(&id)?;
        webhooks::enable(&cx, &actor.authorize::<WebhooksManage>()?, id, &why(&reason)?).await?;
        Ok(Done::at(page(id), "It is enabled. What waited is on its way."))
    })
    .await
}

/// Sends nothing more to an endpoint.
#[server(prefix = "/_fn", endpoint = "webhooks/disable")]
pub async fn disable_webhook(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id = parse_id(&id)?;
        webhooks::disable(&cx, &actor.authorize::<WebhooksManage>()?, id, &why(&reason)?).await?;
        Ok(Done::at(page(id), "It is disabled. Nothing more is sent to it."))
    })
    .await
}

/// Makes a new secret; it waits for the endpoint's page.
#[server(prefix = "/_fn", endpoint = "webhooks/rotate")]
pub async fn rotate_webhook(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: EndpointId = parse_id(&id)?;
        let access = actor.authorize::<WebhooksManage>()?;
        let notice = match webhooks::rotate(&cx, &access, id, &why(&reason)?).await? {
            Proof::Secret(secret) => {
                once::leave(&cx, &session()?, id.uuid(), &secret).await?;
                "There is a new secret. The old one signs beside it for a day."
            }
            Proof::PublicKey(_) => "There is a new key. The old one signs beside it for a day.",
        };
        Ok(Done::at(page(id), notice))
    })
    .await
}

/// Sends a test to an endpoint.
#[server(prefix = "/_fn", endpoint = "webhooks/test")]
pub async fn test_webhook(id: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let delivery = webhooks::test(&cx, &actor.authorize::<WebhooksManage>()?, parse_id(&id)?).await?;
        Ok(Done::at(
            format!("/access/webhooks/deliveries/{delivery}"),
            "The test is on its way. Reload to see how it went.",
        ))
    })
    .await
}

/// Sends one delivery again.
#[server(prefix = "/_fn", endpoint = "webhooks/resend")]
pub async fn resend_delivery(id: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: DeliveryId = parse_id(&id)?;
        webhooks::resend(&cx, &actor.authorize::<WebhooksManage>()?, id).await?;
        Ok(Done::at(format!("/access/webhooks/deliveries/{id}"), "It is on its way again. Reload to see how it went."))
    })
    .await
}

/// Sends everything of a range of time again.
#[server(prefix = "/_fn", endpoint = "webhooks/recover")]
pub async fn recover_webhook(
    id: String,
    from: String,
    until: String,
    #[server(default)] delivered: String,
    reason: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let mut errors = FormErrors::default();
        let (from, until) = (instant(&mut errors, "from", &from), instant(&mut errors, "until", &until));
        if reason.trim().is_empty() {
            errors.push("reason", "Say why. It is kept in the audit log.");
        }
        let (Some(from), Some(until), true) = (from, until, errors.is_empty()) else {
            return Err(Error::invalid(errors.into_fields()));
        };
        let command = Recover { endpoint: parse_id(&id)?, from, until, with_delivered: delivered == "yes" };
        let count = webhooks::recover(&cx, &actor.authorize::<WebhooksManage>()?, command, &reason).await?;
        let notice = match count {
            0 => "Nothing in that range had to be sent again.".to_owned(),
            1 => "One message is on its way again.".to_owned(),
            many => format!("{many} messages are on their way again."),
        };
        Ok(Done::at(page(command.endpoint), notice))
    })
    .await
}

fn page(id: EndpointId) -> String {
    format!("/access/webhooks/{id}")
}

/// A reason, which these changes can't go without.
fn why(text: &str) -> Result<String, Error> {
    let reason = text.trim();
    if reason.is_empty() {
        return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
    }
    Ok(reason.to_owned())
}

fn fields(form: &WebhookForm, types: &BTreeMap<String, String>) -> Result<EndpointFields, Error> {
    let mut errors = FormErrors::default();
    let description = errors.line("description", &form.description, 200);
    let most = form.max_per_second.trim();
    let max_per_second = (!most.is_empty()).then(|| most.parse().unwrap_or(0));
    let Some(description) = description else { return Err(Error::invalid(errors.into_fields())) };
    Ok(EndpointFields {
        url: form.url.trim().to_owned(),
        description,
        event_types: types.iter().filter(|(_, value)| *value == "yes").map(|(name, _)| name.clone()).collect(),
        scheme: Scheme::Hmac,
        max_per_second,
        is_enabled: true,
    })
}

/// An instant as a browser's field sends it, in the business's zone.
fn instant(errors: &mut FormErrors, field: &str, text: &str) -> Option<Timestamp> {
    let Ok(at) = text.trim().parse::<jiff::civil::DateTime>().and_then(|at| at.in_tz(ZONE)) else {
        errors.push(field, "Give a day and a time, like 2026-11-24T18:30.");
        return None;
    };
    Some(Timestamp(at.timestamp().as_millisecond()))
}
