//! What a gate's page changes.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Timestamp,
    assessments::Missing,
    ids::{ExceptionId, IntegrationId},
    permissions::marker::{AssessmentsDecide, IntegrationsManage},
};
use leptos::prelude::*;
use services::{Error, assessments, clock::ZONE};

use crate::{
    context::{answer, asked, parse_id, parse_token},
    error::AppError,
    viewer::Done,
};

fn page(id: IntegrationId) -> String {
    format!("/integrations/{id}/gate")
}

/// Lets an integration go live, or says what is missing.
#[server(prefix = "/_fn", endpoint = "assessments/go_live")]
pub async fn go_live(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let id: IntegrationId = parse_id(&id)?;
        assessments::go_live(&cx, &access, id, &reason).await?;
        Ok(Done::at(page(id), "It is live. Calls go out from now on."))
    })
    .await
}

/// Asks for an exception.
#[server(prefix = "/_fn", endpoint = "assessments/ask_exception")]
pub async fn ask_exception(
    id: String,
    #[server(default)] conditions: BTreeMap<String, String>,
    until: String,
    reason: String,
    token: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsManage>()?;
        let id: IntegrationId = parse_id(&id)?;
        let chosen: BTreeSet<Missing> = conditions
            .iter()
            .filter(|(_, value)| *value == "yes")
            .map(|(word, _)| word.parse())
            .collect::<Result<_, _>>()
            .map_err(|_| Error::invalid_field("conditions", "This form is damaged. Reload the page and try again."))?;
        let until = until
            .trim()
            .parse::<jiff::civil::DateTime>()
            .and_then(|at| at.in_tz(ZONE))
            .map(|at| Timestamp(at.timestamp().as_millisecond()))
            .map_err(|_| Error::invalid_field("until", "Give a day and a time, like 2026-11-24T18:30."))?;
        let token = parse_token(&token)?;
        assessments::ask_exception(&cx, &access, id, &chosen, until, &reason, token).await?;
        Ok(Done::at(page(id), "It is asked for. Somebody else who may decide on assessments has to grant it."))
    })
    .await
}

/// Grants an exception that somebody else has asked for.
#[server(prefix = "/_fn", endpoint = "assessments/grant_exception")]
pub async fn grant_exception(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsDecide>()?;
        let id: ExceptionId = parse_id(&id)?;
        let integration = assessments::grant_exception(&cx, &access, id, &reason).await?;
        Ok(Done::at(page(integration), "The exception is in force until its end."))
    })
    .await
}

/// Says no to an exception.
#[server(prefix = "/_fn", endpoint = "assessments/decline_exception")]
pub async fn decline_exception(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsDecide>()?;
        let id: ExceptionId = parse_id(&id)?;
        let integration = assessments::decline_exception(&cx, &access, id, &reason).await?;
        Ok(Done::at(page(integration), "The exception was declined. The gate stays as it is."))
    })
    .await
}

/// Ends an exception before its time.
#[server(prefix = "/_fn", endpoint = "assessments/end_exception")]
pub async fn end_exception(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsDecide>()?;
        let id: ExceptionId = parse_id(&id)?;
        let integration = assessments::end_exception(&cx, &access, id, &reason).await?;
        Ok(Done::at(page(integration), "The exception has ended. The gate asks for everything again."))
    })
    .await
}
