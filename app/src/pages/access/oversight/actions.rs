//! What the pages about many keys change.

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Revokes exactly what was shown, all or none.
#[server(prefix = "/_fn", endpoint = "access/revoke_many")]
pub async fn revoke_many(
    #[server(default)] partner: String,
    #[server(default)] created_by: String,
    #[server(default)] unused_days: String,
    hash: String,
    reason: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use domain::permissions::marker::AccessManage;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessManage>()?;
        let bulk = super::bulk::chosen(&partner, &created_by, &unused_days)?;
        let many = credentials::bulk_revoke(&cx, &access, &bulk, &hash, &reason).await?;
        let notice = match many {
            1 => "One was revoked. Within a second no call with it passes.".to_owned(),
            many => format!("{many} were revoked. Within a second no call with any of them passes."),
        };
        Ok(Done::at("/access/keys?state=revoked", notice))
    })
    .await
}

/// Finds out whose a found credential is. What was pasted goes no further than this call.
#[server(prefix = "/_fn", endpoint = "access/trace")]
pub async fn trace_leak(#[server(default)] found: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use domain::permissions::marker::AccessRead;
    use services::credentials;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let leak = credentials::trace(&cx, &access, &found).await?;
        let notice = match leak.works {
            Some(true) => "This is one of its secrets, and it works. Revoke it now, or rotate it.",
            Some(false) => "What was pasted is no secret that works any more.",
            None => "Only the id was recognised, so whether a secret works can’t be said.",
        };
        Ok(Done::at(format!("/access/leaks?id={}", leak.detail.credential.public_id), notice))
    })
    .await
}

/// Switches on or off that live keys which can write need somebody else's approval.
#[server(prefix = "/_fn", endpoint = "access/switch")]
pub async fn switch_approval(#[server(default)] on: String, reason: String) -> Result<Done, AppError> {
    use crate::{
        context::{answer, asked},
        pages::access::actions,
    };
    use domain::permissions::marker::AccessApprove;
    use services::switches::{self, Switch};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessApprove>()?;
        let (is_on, reason) = (on == "yes", actions::reason(&reason)?);
        switches::set(&cx, &access, Switch::ApproveLiveWriteKeys, is_on, &reason).await?;
        let notice = if is_on {
            "From now on, live keys that can write wait for somebody else’s approval."
        } else {
            "From now on, live keys that can write work as soon as they are issued."
        };
        Ok(Done::at("/access/approvals", notice))
    })
    .await
}
