//! What the pages of plans change.

use domain::forms::plan::PlanForm;
use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Creates a plan with its first draft.
#[server(prefix = "/_fn", endpoint = "plans/create")]
pub async fn create_plan(form: PlanForm, token: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token};
    use domain::permissions::marker::PlansWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PlansWrite>()?;
        let id = services::plans::create(&cx, &access, &form, parse_token(&token)?).await?;
        Ok(Done::at(
            format!("/plans/{id}"),
            format!("{} was drafted. Nobody can sign it until you publish it.", form.name.trim()),
        ))
    })
    .await
}

/// Saves a plan over the version that was read.
#[server(prefix = "/_fn", endpoint = "plans/edit")]
pub async fn edit_plan(id: String, version: i64, base: String, form: PlanForm) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_base, parse_id};
    use domain::permissions::marker::PlansWrite;
    use services::plans::{self, Saved};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PlansWrite>()?;
        let saved = plans::edit(&cx, &access, parse_id(&id)?, version, &parse_base(&base)?, &form).await?;
        let notice = match saved {
            Saved::Nothing => "Nothing was changed.".to_owned(),
            Saved::Plan => "Your changes were saved.".to_owned(),
            Saved::Draft(number) => format!("The draft of version {number} was saved. It counts once you publish it."),
            Saved::NewDraft(number) => {
                format!(
                    "Version {number} was drafted. The version before it stays on offer until you publish this one."
                )
            }
        };
        Ok(Done::at(format!("/plans/{id}"), notice))
    })
    .await
}

/// Publishes the draft, as it was reviewed.
#[server(prefix = "/_fn", endpoint = "plans/publish")]
pub async fn publish_plan(id: String, version: i64, reason: String) -> Result<Done, AppError> {
    use crate::{
        context::{answer, asked, parse_id},
        words,
    };
    use domain::permissions::marker::PlansWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PlansWrite>()?;
        let reason = super::review::parse_reason(&reason)?;
        let published = services::plans::publish(&cx, &access, parse_id(&id)?, version, &reason).await?;
        let day = words::date(published.effective_from);
        let notice = if published.is_at_once {
            format!("Version {} is published and on offer now.", published.number)
        } else {
            format!("Version {} is published and will be on offer from {day}.", published.number)
        };
        Ok(Done::at(format!("/plans/{id}"), notice))
    })
    .await
}

/// Takes a plan off offer for good.
#[server(prefix = "/_fn", endpoint = "plans/retire")]
pub async fn retire_plan(id: String, version: i64, confirmed: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::PlansWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PlansWrite>()?;
        let reason = super::review::parse_reason(&reason)?;
        services::plans::retire(&cx, &access, parse_id(&id)?, version, &confirmed, &reason).await?;
        Ok(Done::at(format!("/plans/{id}"), "The plan is retired. Nobody can sign it any more."))
    })
    .await
}
