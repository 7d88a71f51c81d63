//! What the pages of staff change.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Invites somebody; the link is told once, to be sent on.
#[server(prefix = "/_fn", endpoint = "staff/invite")]
pub async fn invite(email: String, name: String, role: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use domain::{permissions::marker::StaffManage, texts::Invalid};
    use services::{
        Error,
        staff::{self, Invite},
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffManage>()?;
        let role =
            role.parse().map_err(|_: Invalid| Error::invalid_field("role", "Choose the role they begin with."))?;
        let link = staff::invite(&cx, &access, Invite { email: email.clone(), name, role }).await?;
        Ok(Done::at("/settings/staff", wire::sent_on(&cx, &link, &format!("{} is invited.", email.trim()))))
    })
    .await
}

/// Takes a one-time link back.
#[server(prefix = "/_fn", endpoint = "staff/revoke_invitation")]
pub async fn revoke_invitation(id: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::StaffManage;
    use services::staff;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffManage>()?;
        staff::revoke_invitation(&cx, &access, parse_id(&id)?).await?;
        Ok(Done::at("/settings/staff", "The link was revoked. It no longer opens anything."))
    })
    .await
}

/// Keeps somebody out, at once.
#[server(prefix = "/_fn", endpoint = "staff/disable")]
pub async fn disable(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::StaffManage;
    use services::staff;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffManage>()?;
        staff::disable(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "They can’t sign in any more, and their sessions were ended."))
    })
    .await
}

/// Lets somebody in again.
#[server(prefix = "/_fn", endpoint = "staff/enable")]
pub async fn enable(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::StaffManage;
    use services::staff;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffManage>()?;
        staff::enable(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "They can sign in again."))
    })
    .await
}

/// Ends all sessions of somebody.
#[server(prefix = "/_fn", endpoint = "staff/end_sessions")]
pub async fn end_sessions(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::StaffManage;
    use services::sessions;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffManage>()?;
        let ended = sessions::end_all_of(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        let notice = match ended {
            0 => "There was no open session.".to_owned(),
            1 => "One session was ended.".to_owned(),
            many => format!("{many} sessions were ended."),
        };
        Ok(Done::at(wire::page(&id)?, notice))
    })
    .await
}

/// Gives somebody a link for a new password, or takes their second factor away.
#[server(prefix = "/_fn", endpoint = "staff/reset")]
pub async fn reset(
    id: String,
    #[server(default)] what: String,
    #[server(default)] at_once: String,
    reason: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::StaffManage;
    use services::{
        Error,
        staff::{self, ResetPassword},
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<StaffManage>()?;
        let (member, reason) = (parse_id(&id)?, wire::reason(&reason)?);
        let notice = match what.as_str() {
            "password" => {
                let reset = ResetPassword { id: member, at_once: at_once == "yes", reason };
                let link = staff::reset_link(&cx, &access, reset).await?;
                wire::sent_on(&cx, &link, "They can choose a new password.")
            }
            "second_factor" => {
                staff::reset_second_factor(&cx, &access, member, &reason).await?;
                "Their second factor was taken away. They set up a new one when they next sign in.".to_owned()
            }
            _ => return Err(Error::invalid_field("what", "Choose what to reset.")),
        };
        Ok(Done::at(wire::page(&id)?, notice))
    })
    .await
}

/// Gives and takes roles: the boxes that are checked are all they have from now on.
#[server(prefix = "/_fn", endpoint = "staff/set_roles")]
pub async fn set_roles(
    id: String,
    #[server(default)] roles: BTreeMap<String, String>,
    reason: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::RolesManage;
    use services::staff::{self, SetRoles};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<RolesManage>()?;
        let set = SetRoles { id: parse_id(&id)?, roles: wire::roles(&roles)?, reason: wire::reason(&reason)? };
        staff::set_roles(&cx, &access, set).await?;
        Ok(Done::at(
            wire::page(&id)?,
            "Their roles were changed. It took effect at once, and their sessions were ended.",
        ))
    })
    .await
}

/// What the forms of these pages send, and what they are told.
#[cfg(feature = "ssr")]
mod wire {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::ids::{RoleId, StaffId};
    use secrecy::ExposeSecret;
    use services::{Error, Services, staff::Link};

    use crate::{context::parse_id, words};

    /// A person's page.
    pub(super) fn page(id: &str) -> Result<String, Error> {
        let id: StaffId = parse_id(id)?;
        Ok(format!("/settings/staff/{id}"))
    }

    /// A reason, which these changes can't go without.
    pub(super) fn reason(text: &str) -> Result<String, Error> {
        let reason = text.trim();
        if reason.is_empty() {
            return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
        }
        Ok(reason.to_owned())
    }

    /// The roles whose boxes are checked. The names on the wire begin with a letter, because the form's decoder takes a
    /// digit for the beginning of a list's index.
    pub(super) fn roles(boxes: &BTreeMap<String, String>) -> Result<BTreeSet<RoleId>, Error> {
        boxes
            .iter()
            .filter(|(_, value)| *value == "yes")
            .map(|(name, _)| {
                name.strip_prefix(crate::pages::staff::acts::BOX).and_then(|id| id.parse().ok()).ok_or_else(|| {
                    Error::invalid_field("roles", "This form is damaged. Reload the page and try again.")
                })
            })
            .collect()
    }

    /// What happened, and a link that is told only now.
    pub(super) fn sent_on(cx: &Services, link: &Link, what: &str) -> String {
        let until = words::when(link.expires_at, cx.clock.now()).exact;
        format!(
            "{what} Send them this link, it is shown only now and works once, until {until}: {}",
            link.url.expose_secret()
        )
    }
}
