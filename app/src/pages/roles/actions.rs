//! What the pages of roles change.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Goes on from the form to the review of what it would do. Changes nothing.
#[server(prefix = "/_fn", endpoint = "roles/review")]
pub async fn review_role(
    #[server(default)] id: String,
    name: String,
    #[server(default)] description: String,
    #[server(default)] permissions: BTreeMap<String, String>,
) -> Result<Done, AppError> {
    use super::proposal::Proposal;
    use crate::context::{answer, asked};
    use domain::permissions::marker::RolesManage;

    answer(async {
        let (_, actor) = asked()?;
        actor.authorize::<RolesManage>()?;
        let proposal = Proposal::sent(&id, &name, &description, &permissions)?;
        Ok(Done::at(proposal.review_href(), ""))
    })
    .await
}

/// Saves a role as it was reviewed: `version` is the one that the review was compared with.
#[server(prefix = "/_fn", endpoint = "roles/save")]
pub async fn save_role(
    #[server(default)] id: String,
    version: i64,
    name: String,
    #[server(default)] description: String,
    #[server(default)] permissions: BTreeMap<String, String>,
    #[server(default)] reason: String,
) -> Result<Done, AppError> {
    use super::proposal::Proposal;
    use crate::context::{answer, asked};
    use domain::permissions::marker::RolesManage;
    use services::{
        Error,
        roles::{self, Update},
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<RolesManage>()?;
        let proposal = Proposal::sent(&id, &name, &description, &permissions)?;
        let name = proposal.form.name.clone();
        let Some(id) = proposal.id else {
            roles::create(&cx, &access, proposal.form.into()).await?;
            return Ok(Done::at("/settings/roles", format!("The role “{name}” was created.")));
        };
        if reason.trim().is_empty() {
            return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
        }
        let update = Update { id, version, form: proposal.form.into(), reason: reason.trim().to_owned() };
        roles::update(&cx, &access, update).await?;
        Ok(Done::at("/settings/roles", format!("The role “{name}” was changed. It took effect at once.")))
    })
    .await
}

/// Deletes a role that nobody has.
#[server(prefix = "/_fn", endpoint = "roles/delete")]
pub async fn delete_role(id: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::RolesManage;
    use services::roles;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<RolesManage>()?;
        roles::delete(&cx, &access, parse_id(&id)?).await?;
        Ok(Done::at("/settings/roles", "The role was deleted."))
    })
    .await
}
