//! What the health pages change.

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Announces work in which nobody is alerted.
#[server(prefix = "/_fn", endpoint = "health/maintain")]
pub async fn maintain(id: String, in_hours: String, hours: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::{Timestamp, forms::FormErrors, ids::IntegrationId, permissions::marker::IntegrationsOperate};
    use services::{Error, health};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let id: IntegrationId = parse_id(&id)?;
        let mut errors = FormErrors::default();
        let mut number = |field: &str, text: &str, least: i64, most: i64| {
            let number = text.trim().parse::<i64>().ok().filter(|number| (least..=most).contains(number));
            if number.is_none() {
                errors.push(field, format!("Enter a whole number of hours, {least} to {most}."));
            }
            number
        };
        let (from, span) = (number("in_hours", &in_hours, 0, 8_760), number("hours", &hours, 1, 168));
        if reason.trim().is_empty() {
            errors.push("reason", "Say what is done. It is shown to everybody who looks.");
        }
        let (Some(from), Some(span), true) = (from, span, errors.is_empty()) else {
            return Err(Error::invalid(errors.into_fields()));
        };
        let from = cx.clock.now().plus(from * Timestamp::HOUR);
        health::maintain(&cx, &access, id, (from, from.plus(span * Timestamp::HOUR)), &reason).await?;
        Ok(Done::at(format!("/integrations/{id}/health"), "The maintenance is announced. Nobody is alerted meanwhile."))
    })
    .await
}

/// Calls announced work off.
#[server(prefix = "/_fn", endpoint = "health/call_off")]
pub async fn call_off(id: String, window: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::{ids::IntegrationId, permissions::marker::IntegrationsOperate};
    use services::health;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let id: IntegrationId = parse_id(&id)?;
        health::call_off(&cx, &access, parse_id(&window)?).await?;
        Ok(Done::at(format!("/integrations/{id}/health"), "The maintenance was called off. Alerts are on again."))
    })
    .await
}

/// Says something about an incident.
#[server(prefix = "/_fn", endpoint = "health/annotate")]
pub async fn annotate(id: String, body: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::{forms::FormErrors, ids::IncidentId, permissions::marker::IntegrationsOperate, texts::NoteBody};
    use services::{Error, health};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsOperate>()?;
        let id: IncidentId = parse_id(&id)?;
        let mut errors = FormErrors::default();
        let body: Option<NoteBody> = errors.parse("body", body.parse());
        let Some(body) = body else { return Err(Error::invalid(errors.into_fields())) };
        health::annotate(&cx, &access, id, &body).await?;
        Ok(Done::at(format!("/integrations/incidents/{id}"), "Your words were added to the incident."))
    })
    .await
}
