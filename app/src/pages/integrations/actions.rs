//! What the pages of the register change: integrations, operations and secrets.

use domain::{
    forms::FormErrors,
    ids::{IntegrationId, OperationId},
    permissions::marker::IntegrationsManage,
};
use leptos::prelude::*;
use secrecy::SecretString;
use services::{
    Error,
    clock::{ZONE, start_of},
    integrations::{self, IntegrationForm, OperationForm, Probe, SetSecret, Typed},
    vault::SecretPurpose,
};

use super::{reads::TestView, test, why};
use crate::{
    context::{answer, asked, parse_base, parse_id, parse_token, session},
    error::AppError,
    once,
    viewer::Done,
};

fn page(id: IntegrationId) -> String {
    format!("/integrations/{id}")
}

/// Registers an integration.
#[server(prefix = "/_fn", endpoint = "integrations/create")]
pub async fn create_integration(form: IntegrationForm, token: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let fields = integrations::parse(&cx.outbound, &form).map_err(Error::invalid)?;
        let id = integrations::create(&cx, &access, &fields, parse_token(&token)?).await?;
        let notice =
            format!("{} is registered. Add its operations and its credential; nothing is sent yet.", fields.name);
        Ok(Done::at(page(id), notice))
    })
    .await
}

/// Saves an integration over the version that was read.
#[server(prefix = "/_fn", endpoint = "integrations/edit")]
pub async fn edit_integration(id: String, version: i64, base: String, form: IntegrationForm) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let (id, base) = (parse_id(&id)?, parse_base(&base)?);
        let edited = integrations::edit(&cx, &access, id, version, &base, &form).await?;
        let notice = if edited.is_credential_gone {
            "Your changes were saved. Calls go elsewhere now, so the credential was taken out: set it again."
        } else {
            "Your changes were saved. They hold for the next call."
        };
        Ok(Done::at(page(id), notice))
    })
    .await
}

/// Takes an integration out of use.
#[server(prefix = "/_fn", endpoint = "integrations/retire")]
pub async fn retire_integration(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id = parse_id(&id)?;
        integrations::retire(&cx, &actor.authorize::<IntegrationsManage>()?, id, &why(&reason)?).await?;
        Ok(Done::at(page(id), "It is retired. Nothing more is sent, and its secrets are erased."))
    })
    .await
}

/// Adds an operation.
#[server(prefix = "/_fn", endpoint = "integrations/operation_create")]
pub async fn create_operation(id: String, form: OperationForm, token: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let id: IntegrationId = parse_id(&id)?;
        let fields = integrations::parse_operation(&form).map_err(Error::invalid)?;
        integrations::create_operation(&cx, &access, id, &fields, parse_token(&token)?).await?;
        Ok(Done::at(page(id), format!("{} can be asked of it now.", fields.name)))
    })
    .await
}

/// Saves an operation over the form as it was opened.
#[server(prefix = "/_fn", endpoint = "integrations/operation_edit")]
pub async fn edit_operation(id: String, base: String, form: OperationForm) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let (id, base): (OperationId, _) = (parse_id(&id)?, parse_base(&base)?);
        let integration = integrations::edit_operation(&cx, &access, id, &base, &form).await?;
        Ok(Done::at(page(integration), "Your changes were saved. They hold for the next call."))
    })
    .await
}

/// Deletes an operation.
#[server(prefix = "/_fn", endpoint = "integrations/operation_delete")]
pub async fn delete_operation(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let id: OperationId = parse_id(&id)?;
        let integration = integrations::delete_operation(&cx, &access, id, &why(&reason)?).await?;
        Ok(Done::at(page(integration), "The operation was deleted."))
    })
    .await
}

/// How long a secret is good, as typed: the last day counts.
fn ends(expires: &str, overlap: &str, reason: &str) -> Result<(Option<domain::Timestamp>, i64, String), Error> {
    let mut errors = FormErrors::default();
    let day = errors.date("expires", expires);
    let days = errors.number("overlap", overlap, 0, 7);
    if reason.trim().is_empty() {
        errors.push("reason", "Say why. It is kept in the audit log.");
    }
    match (day, days) {
        (Some(day), Some(days)) if errors.is_empty() => {
            let end = day.map(|day| start_of(day.tomorrow().unwrap_or(day), ZONE));
            Ok((end, days, reason.trim().to_owned()))
        }
        _ => Err(Error::invalid(errors.into_fields())),
    }
}

/// Sets a credential, or the secret by which the partner signs.
#[allow(clippy::too_many_arguments, reason = "one for each field of the form")]
#[server(prefix = "/_fn", endpoint = "integrations/set_secret")]
pub async fn set_integration_secret(
    id: String,
    purpose: String,
    secret: String,
    #[server(default)] tries: String,
    #[server(default)] path: String,
    #[server(default)] expires: String,
    overlap: String,
    reason: String,
    #[server(default)] confirmation: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let typed = Typed::Entered(SecretString::from(secret));
        let (expires_at, overlap_days, reason) = ends(&expires, &overlap, &reason)?;
        let purpose: SecretPurpose =
            purpose.parse().map_err(|_| Error::invalid_field("purpose", "This form is damaged. Reload the page."))?;
        let integration: IntegrationId = parse_id(&id)?;
        let tried_at = (tries == "yes").then_some(path);
        let command = SetSecret { integration, purpose, typed, expires_at, overlap_days, tried_at, reason };
        integrations::set_secret(&cx, &access, command, &SecretString::from(confirmation)).await?;
        Ok(Done::at(page(integration), "The secret was set. It is used from now on, and nobody can read it back."))
    })
    .await
}

/// Makes the secret by which the partner signs; it waits for the integration's page.
#[server(prefix = "/_fn", endpoint = "integrations/make_secret")]
pub async fn make_secret(
    id: String,
    #[server(default)] expires: String,
    overlap: String,
    reason: String,
    #[server(default)] confirmation: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let (expires_at, overlap_days, reason) = ends(&expires, &overlap, &reason)?;
        let integration: IntegrationId = parse_id(&id)?;
        let purpose = SecretPurpose::Webhook;
        let command =
            SetSecret { integration, purpose, typed: Typed::Made, expires_at, overlap_days, tried_at: None, reason };
        let made = integrations::set_secret(&cx, &access, command, &SecretString::from(confirmation)).await?;
        if let Some(secret) = made {
            once::leave(&cx, &session()?, integration.uuid(), &secret).await?;
        }
        Ok(Done::at(page(integration), "There is a new signing secret. Hand it over to the partner."))
    })
    .await
}

/// Asks a partner once, and leaves how it went for the page.
#[server(prefix = "/_fn", endpoint = "integrations/test")]
pub async fn test_connection(
    #[server(default)] integration: String,
    base_url: String,
    path: String,
    auth: String,
    #[server(default)] auth_name: String,
    #[server(default)] token_url: String,
    #[server(default)] secret: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let to = match integration.as_str() {
            "" => "/integrations/test#tried".to_owned(),
            id => format!("{}?act=test#tried", page(parse_id(id)?)),
        };
        let secret = (!secret.is_empty()).then(|| SecretString::from(secret));
        let probe = Probe { base_url, path, auth, auth_name, token_url, secret };
        let probed = integrations::test_connection(&cx, &access, &probe).await?;
        let Probe { base_url, path, auth, auth_name, token_url, .. } = probe;
        let tried = Some(test::in_words(&probed));
        let view = TestView { integration, base_url, path, auth, auth_name, token_url, tried };
        test::leave(&cx, &session()?, view).await?;
        Ok(Done::at(to, ""))
    })
    .await
}
