//! What the limits' pages change.

use leptos::prelude::*;
use services::limits::PolicyForm;

use crate::{error::AppError, viewer::Done};

/// Makes a limit.
#[server(prefix = "/_fn", endpoint = "limits/create")]
pub async fn create_limit(form: PolicyForm, token: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token};
    use domain::permissions::marker::LimitsManage;
    use services::{Error, limits};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<LimitsManage>()?;
        let policy = limits::parse(&form).map_err(Error::invalid)?;
        limits::create(&cx, &access, &policy, parse_token(&token)?).await?;
        let holds =
            if policy.is_default { "It holds for everybody’s next call." } else { "Give it to the keys it is for." };
        Ok(Done::at("/access/limits", format!("The limit {} was made. {holds}", policy.name)))
    })
    .await
}

/// Saves a limit over the version that was read.
#[server(prefix = "/_fn", endpoint = "limits/edit")]
pub async fn edit_limit(id: String, version: i64, form: PolicyForm) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::LimitsManage;
    use services::{Error, limits};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<LimitsManage>()?;
        let policy = limits::parse(&form).map_err(Error::invalid)?;
        limits::edit(&cx, &access, parse_id(&id)?, version, &policy).await?;
        Ok(Done::at("/access/limits", format!("The limit {} was changed. It holds for the next call.", policy.name)))
    })
    .await
}

/// Deletes a limit, for everybody it was given to.
#[server(prefix = "/_fn", endpoint = "limits/delete")]
pub async fn delete_limit(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::LimitsManage;
    use services::{Error, limits};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<LimitsManage>()?;
        if reason.trim().is_empty() {
            return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
        }
        limits::delete(&cx, &access, parse_id(&id)?, &reason).await?;
        Ok(Done::at("/access/limits", "The limit was deleted. It holds for nobody any more."))
    })
    .await
}
