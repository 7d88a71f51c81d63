//! What the pages of updates change.

use domain::{
    forms::FormErrors,
    ids::{ComponentId, PatchId},
    permissions::marker::PatchesManage,
};
use leptos::prelude::*;
use services::{
    Error,
    patches::{self, ComponentForm, Exception, Imported},
};

use super::PATH;
use crate::{
    context::{answer, asked, parse_id, parse_token},
    error::AppError,
    viewer::Done,
    words::grouped,
};

/// Takes an update on.
#[server(prefix = "/_fn", endpoint = "updates/take")]
pub async fn take_update(id: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PatchId = parse_id(&id)?;
        patches::take(&cx, &actor.authorize::<PatchesManage>()?, id).await?;
        Ok(Done::at(page(id), "It is yours now."))
    })
    .await
}

/// Says that an update is made.
#[server(prefix = "/_fn", endpoint = "updates/fixed")]
pub async fn mark_fixed(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PatchId = parse_id(&id)?;
        patches::fixed(&cx, &actor.authorize::<PatchesManage>()?, id, &reason).await?;
        Ok(Done::at(page(id), "It is marked as fixed."))
    })
    .await
}

/// Says that an advisory doesn't concern us.
#[server(prefix = "/_fn", endpoint = "updates/not_affected")]
pub async fn mark_not_affected(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PatchId = parse_id(&id)?;
        patches::not_affected(&cx, &actor.authorize::<PatchesManage>()?, id, &reason).await?;
        Ok(Done::at(page(id), "It is marked as not affected."))
    })
    .await
}

/// Asks that an update may wait.
#[server(prefix = "/_fn", endpoint = "updates/except")]
pub async fn ask_for_exception(id: String, until: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        let id: PatchId = parse_id(&id)?;
        let mut errors = FormErrors::default();
        let until = errors.date("until", &until);
        if until == Some(None) {
            errors.push("until", "Say until when it may wait.");
        }
        if reason.trim().is_empty() {
            errors.push("reason", "Say why. It is kept in the audit log.");
        }
        let (Some(Some(until)), true) = (until, errors.is_empty()) else {
            return Err(Error::invalid(errors.into_fields()));
        };
        patches::ask_exception(&cx, &access, id, &Exception { until, reason }).await?;
        Ok(Done::at(page(id), "The exception is asked for. Somebody else has to approve it."))
    })
    .await
}

/// Lets an update wait, as somebody else asked.
#[server(prefix = "/_fn", endpoint = "updates/approve")]
pub async fn approve_exception(id: String, #[server(default)] reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PatchId = parse_id(&id)?;
        patches::approve(&cx, &actor.authorize::<PatchesManage>()?, id, &reason).await?;
        Ok(Done::at(page(id), "The exception is approved. When it ends, the update is open again."))
    })
    .await
}

/// Doesn't let an update wait.
#[server(prefix = "/_fn", endpoint = "updates/decline")]
pub async fn decline_exception(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PatchId = parse_id(&id)?;
        patches::decline(&cx, &actor.authorize::<PatchesManage>()?, id, &reason).await?;
        Ok(Done::at(page(id), "The exception is declined. The update is due as before."))
    })
    .await
}

/// Says that an update is not made after all.
#[server(prefix = "/_fn", endpoint = "updates/reopen")]
pub async fn reopen_update(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let id: PatchId = parse_id(&id)?;
        patches::reopen(&cx, &actor.authorize::<PatchesManage>()?, id, &reason).await?;
        Ok(Done::at(page(id), "It is open again."))
    })
    .await
}

/// Enters a component.
#[server(prefix = "/_fn", endpoint = "updates/create_component")]
pub async fn create_component(form: ComponentForm, token: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        let fields = patches::parse_form(&form).map_err(Error::invalid)?;
        patches::create(&cx, &access, &fields, parse_token(&token)?).await?;
        let notice = format!("{} {} is in the inventory.", fields.name, fields.version);
        Ok(Done::at(inventory(), notice))
    })
    .await
}

/// Changes a component over the version that was read.
#[server(prefix = "/_fn", endpoint = "updates/edit_component")]
pub async fn edit_component(id: String, version: i64, form: ComponentForm) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        let id: ComponentId = parse_id(&id)?;
        let fields = patches::parse_form(&form).map_err(Error::invalid)?;
        patches::edit(&cx, &access, id, version, &fields).await?;
        Ok(Done::at(inventory(), "Your changes were saved. What was published was compared with them."))
    })
    .await
}

/// Takes a component out of the inventory.
#[server(prefix = "/_fn", endpoint = "updates/remove_component")]
pub async fn remove_component(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        let id: ComponentId = parse_id(&id)?;
        if reason.trim().is_empty() {
            return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
        }
        patches::remove(&cx, &access, id, &reason).await?;
        Ok(Done::at(inventory(), "The component is not in the inventory any more."))
    })
    .await
}

/// Imports what was pasted.
#[server(prefix = "/_fn", endpoint = "updates/import")]
pub async fn import_advisories(text: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PatchesManage>()?;
        if text.trim().is_empty() {
            return Err(Error::invalid_field("text", "Paste an advisory, or a list of them."));
        }
        let done = patches::import(&cx, &access, &text).await?;
        Ok(Done::at(PATH, said(done)))
    })
    .await
}

fn page(id: PatchId) -> String {
    format!("{PATH}/{id}")
}

fn inventory() -> String {
    format!("{PATH}/components")
}

/// What an import came to: "3 advisories are new, 2 were known already. 1 update was opened."
fn said(done: Imported) -> String {
    let count = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let parts: Vec<String> = [
        (done.added, "new"),
        (done.replaced, "newer than what we had"),
        (done.unchanged, "known already"),
        (done.marked, "marked as known exploited"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, words)| format!("{} {words}", count(number)))
    .collect();
    let parts = if parts.is_empty() { "nothing that we didn’t know".to_owned() } else { parts.join(", ") };
    let tasks = match (done.opened, done.closed) {
        (0, 0) => "No update follows from it.".to_owned(),
        (opened, 0) => format!("Updates opened: {}.", count(opened)),
        (0, closed) => format!("Updates closed: {}.", count(closed)),
        (opened, closed) => format!("Updates opened: {}, closed: {}.", count(opened), count(closed)),
    };
    format!("Advisories: {parts}. {tasks}")
}
