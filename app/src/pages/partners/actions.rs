//! What the partners' pages change.

use std::collections::BTreeMap;

use leptos::prelude::*;
use services::partners::PartnerForm;

use crate::{error::AppError, viewer::Done};

/// Registers a partner.
#[server(prefix = "/_fn", endpoint = "partners/create")]
pub async fn create_partner(form: PartnerForm, token: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token};
    use domain::permissions::marker::PartnersManage;
    use services::{Error, partners};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersManage>()?;
        let fields = partners::parse(&form).map_err(Error::invalid)?;
        let id = partners::create(&cx, &access, &fields, parse_token(&token)?).await?;
        let notice = format!("{} is registered. Look at what may leave for it before you issue a key.", fields.name);
        Ok(Done::at(format!("/partners/{id}"), notice))
    })
    .await
}

/// Saves a partner, and what may leave for it, over the version that was read.
#[server(prefix = "/_fn", endpoint = "partners/edit")]
pub async fn edit_partner(
    id: String,
    version: i64,
    form: PartnerForm,
    #[server(default)] fields: BTreeMap<String, String>,
    #[server(default)] policies: BTreeMap<String, String>,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::PartnersManage;
    use services::{Error, partners};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersManage>()?;
        let typed = partners::parse(&form).map_err(Error::invalid)?;
        let clearance = wire::clearance(&fields)?;
        let policies = wire::policies(&policies)?;
        partners::edit(&cx, &access, parse_id(&id)?, version, &typed, &clearance, &policies).await?;
        Ok(Done::at(wire::page(&id)?, "Your changes were saved. They hold for its next call."))
    })
    .await
}

/// Keeps a partner's machines out, at once.
#[server(prefix = "/_fn", endpoint = "partners/suspend")]
pub async fn suspend_partner(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::PartnersManage;
    use services::partners;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersManage>()?;
        partners::suspend(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "The partner is suspended. None of its keys and tokens work."))
    })
    .await
}

/// Lets a partner's machines call again.
#[server(prefix = "/_fn", endpoint = "partners/resume")]
pub async fn resume_partner(id: String, reason: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::permissions::marker::PartnersManage;
    use services::partners;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersManage>()?;
        partners::resume(&cx, &access, parse_id(&id)?, &wire::reason(&reason)?).await?;
        Ok(Done::at(wire::page(&id)?, "The suspension is lifted. Its keys and tokens work again."))
    })
    .await
}

/// What the forms of these pages send.
#[cfg(feature = "ssr")]
mod wire {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::{
        ids::{PartnerId, PolicyId},
        partners::{Clearance, Field},
    };
    use services::Error;

    use crate::context::parse_id;

    /// A partner's page.
    pub(super) fn page(id: &str) -> Result<String, Error> {
        let id: PartnerId = parse_id(id)?;
        Ok(format!("/partners/{id}"))
    }

    /// A reason, which these changes can't go without.
    pub(super) fn reason(text: &str) -> Result<String, Error> {
        let reason = text.trim();
        if reason.is_empty() {
            return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
        }
        Ok(reason.to_owned())
    }

    /// The limits whose boxes are checked.
    pub(super) fn policies(boxes: &BTreeMap<String, String>) -> Result<BTreeSet<PolicyId>, Error> {
        boxes
            .iter()
            .filter(|(_, value)| *value == "yes")
            .map(|(name, _)| {
                name.strip_prefix(crate::pages::partners::form::LIMIT).and_then(|id| id.parse().ok()).ok_or_else(|| {
                    Error::invalid_field("policies", "This form is damaged. Reload the page and try again.")
                })
            })
            .collect()
    }

    /// The fields whose boxes are checked.
    pub(super) fn clearance(boxes: &BTreeMap<String, String>) -> Result<Clearance, Error> {
        let fields: Result<Vec<Field>, Error> = boxes
            .iter()
            .filter(|(_, value)| *value == "yes")
            .map(|(key, _)| {
                key.parse()
                    .map_err(|_| Error::invalid_field("fields", "This form is damaged. Reload the page and try again."))
            })
            .collect();
        fields.map(Clearance::of)
    }
}
