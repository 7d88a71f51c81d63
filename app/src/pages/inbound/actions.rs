//! What the pages of messages change.

use domain::{ids::InboundId, permissions::marker::IntegrationsOperate};
use leptos::prelude::*;
use secrecy::SecretString;
use services::inbound;

use crate::{
    context::{answer, asked, parse_id, session},
    error::AppError,
    once,
    viewer::Done,
};

/// Tries a message again.
#[server(prefix = "/_fn", endpoint = "inbound/retry")]
pub async fn retry_message(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: InboundId = parse_id(&id)?;
        inbound::retry(&cx, &actor.authorize::<IntegrationsOperate>()?, id, &reason).await?;
        Ok(Done::at(page(id), "It is tried again. Reload to see what came of it."))
    })
    .await
}

/// Leaves a message undone for good.
#[server(prefix = "/_fn", endpoint = "inbound/skip")]
pub async fn skip_message(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: InboundId = parse_id(&id)?;
        inbound::skip(&cx, &actor.authorize::<IntegrationsOperate>()?, id, &reason).await?;
        Ok(Done::at(page(id), "It was skipped. Those after it go on."))
    })
    .await
}

/// Shows once what a message says; it waits for the message's page.
#[server(prefix = "/_fn", endpoint = "inbound/reveal")]
pub async fn reveal_message(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: InboundId = parse_id(&id)?;
        let revealed = inbound::reveal(&cx, &actor.authorize::<IntegrationsOperate>()?, id, &reason).await?;
        once::leave(&cx, &session()?, id.uuid(), &SecretString::from(revealed.text)).await?;
        let notice = if revealed.is_cut {
            "The beginning of what it says is shown below, this once."
        } else {
            "What it says is shown below, this once."
        };
        Ok(Done::at(page(id), notice))
    })
    .await
}

fn page(id: InboundId) -> String {
    format!("/integrations/messages/{id}")
}
