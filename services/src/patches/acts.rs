//! What people do to a task.

use domain::{
    ids::PatchId,
    patches::{PatchAct, PatchState, due_on},
    permissions::marker::PatchesManage,
};
use jiff::civil::Date;

use super::tasks::{Task, load};
use crate::{
    Error, Services,
    access::Access,
    audit,
    clock::ZONE,
    db::{UnitOfWork, on},
    staff,
};

/// The longest that something may wait: a year.
const LONGEST_DAYS: i64 = 366;

/// Loads a task, and refuses what can't be done to it as it stands.
async fn begin(cx: &Services, id: PatchId, act: PatchAct) -> Result<(UnitOfWork, Task), Error> {
    let mut uow = cx.db.begin().await?;
    let task = load(uow.connection(), id).await?;
    if act.fits(task.state(), task.is_asked()) {
        return Ok((uow, task));
    }
    let state = task.state().label().to_lowercase();
    Err(Error::refused(
        "patch.other_state",
        format!("This can’t be done to it any more: it is {state}. Load it again."),
    ))
}

/// A reason, which these acts can't go without.
fn required(reason: &str) -> Result<String, Error> {
    let why = staff::reason(reason)?;
    if why.is_empty() {
        return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
    }
    Ok(why)
}

fn entry(action: &'static str, id: PatchId, task: &Task) -> audit::Entry {
    audit::Entry::new(action).target("patch", id).detail("advisory", task.osv_id.clone())
}

/// Only the change of the version that was read counts: who comes second is told so.
fn once(changed: u64) -> Result<(), Error> {
    if changed == 1 {
        return Ok(());
    }
    Err(Error::conflict("patch.changed_meanwhile", "Somebody else has just changed it. Load it again and look."))
}

/// Takes a task on.
pub async fn take(cx: &Services, access: &Access<PatchesManage>, id: PatchId) -> Result<(), Error> {
    let actor = access.actor();
    let Some(owner) = actor.staff_id() else {
        return Err(Error::denied("patch.people_only", "People do this, in the portal."));
    };
    let (mut uow, task) = begin(cx, id, PatchAct::Take).await?;
    let changed = on!(uow.connection(), c => sqlx::query(
        "UPDATE patch_task
         SET state = 'in_progress', owner_id = $3, owner = $4, updated_at = $5, updated_by = $4, row_version = row_version + 1
         WHERE id = $1 AND row_version = $2")
        .bind(id.uuid()).bind(task.row_version).bind(owner.uuid()).bind(actor.name()).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    once(changed)?;
    let entry = entry("patch.taken", id, &task).change("state", task.state().as_str(), "in_progress");
    uow.commit(cx, actor, entry).await
}

/// Says that it is done.
pub async fn fixed(cx: &Services, access: &Access<PatchesManage>, id: PatchId, reason: &str) -> Result<(), Error> {
    settle(cx, access, id, reason, PatchAct::Fixed, PatchState::Fixed, "patch.fixed").await
}

/// Says that it doesn't concern us.
pub async fn not_affected(
    cx: &Services,
    access: &Access<PatchesManage>,
    id: PatchId,
    reason: &str,
) -> Result<(), Error> {
    settle(cx, access, id, reason, PatchAct::NotAffected, PatchState::NotAffected, "patch.not_affected").await
}

/// Ends a task, with whatever was asked for it.
async fn settle(
    cx: &Services,
    access: &Access<PatchesManage>,
    id: PatchId,
    reason: &str,
    act: PatchAct,
    to: PatchState,
    action: &'static str,
) -> Result<(), Error> {
    let why = required(reason)?;
    let actor = access.actor();
    let (mut uow, task) = begin(cx, id, act).await?;
    let changed = on!(uow.connection(), c => sqlx::query(
        "UPDATE patch_task
         SET state = $3, reason = $4, asked_by_id = NULL, asked_by = '', asked_why = '', asked_until = NULL,
             excepted_by = '', excepted_until = NULL, updated_at = $5, updated_by = $6, row_version = row_version + 1
         WHERE id = $1 AND row_version = $2")
        .bind(id.uuid()).bind(task.row_version).bind(to.as_str()).bind(&why).bind(cx.clock.now().millis())
        .bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    once(changed)?;
    let entry = entry(action, id, &task).reason(why).change("state", task.state().as_str(), to.as_str());
    uow.commit(cx, actor, entry).await
}

/// That something may wait: until when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The last day on which it may wait.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// Asks that a task may wait. Somebody else has to let it.
pub async fn ask_exception(
    cx: &Services,
    access: &Access<PatchesManage>,
    id: PatchId,
    exception: &Exception,
) -> Result<(), Error> {
    let why = required(&exception.reason)?;
    let actor = access.actor();
    let Some(asker) = actor.staff_id() else {
        return Err(Error::denied("patch.people_only", "People do this, in the portal."));
    };
    let days = domain::civil::days_between(cx.clock.today(ZONE), exception.until);
    if !(1..=LONGEST_DAYS).contains(&days) {
        return Err(Error::invalid_field("until", "Give a day from tomorrow on, at most a year ahead."));
    }
    let until = exception.until.to_string();
    let (mut uow, task) = begin(cx, id, PatchAct::Except).await?;
    let changed = on!(uow.connection(), c => sqlx::query(
        "UPDATE patch_task
         SET asked_by_id = $3, asked_by = $4, asked_why = $5, asked_until = $6, updated_at = $7, updated_by = $4,
             row_version = row_version + 1
         WHERE id = $1 AND row_version = $2")
        .bind(id.uuid()).bind(task.row_version).bind(asker.uuid()).bind(actor.name()).bind(&why).bind(&until)
        .bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    once(changed)?;
    let entry = entry("patch.exception_asked", id, &task).reason(why).detail("until", until);
    uow.commit(cx, actor, entry).await
}

/// Lets a task wait, as somebody else asked. Nobody approves what they asked for themselves.
pub async fn approve(cx: &Services, access: &Access<PatchesManage>, id: PatchId, reason: &str) -> Result<(), Error> {
    let note = staff::reason(reason)?;
    let actor = access.actor();
    let Some(approver) = actor.staff_id() else {
        return Err(Error::denied("patch.people_only", "People do this, in the portal."));
    };
    let (mut uow, task) = begin(cx, id, PatchAct::Approve).await?;
    if task.asked_by_id == Some(approver.uuid()) {
        return Err(Error::denied(
            "patch.own_request",
            "You asked for this exception yourself. Somebody else has to approve it.",
        ));
    }
    let until = task.asked_until.clone().unwrap_or_default();
    if until < cx.clock.today(ZONE).to_string() {
        return Err(Error::refused("patch.exception_past", "The day until which it may wait is past. Decline it."));
    }
    let changed = on!(uow.connection(), c => sqlx::query(
        "UPDATE patch_task
         SET state = 'excepted', reason = asked_why, excepted_by = $3, excepted_until = asked_until, asked_by_id = NULL,
             asked_until = NULL, updated_at = $4, updated_by = $3, row_version = row_version + 1
         WHERE id = $1 AND row_version = $2")
        .bind(id.uuid()).bind(task.row_version).bind(actor.name()).bind(cx.clock.now().millis())
        .execute(c).await.map(|done| done.rows_affected()))?;
    once(changed)?;
    let entry = entry("patch.excepted", id, &task)
        .reason(note)
        .change("state", task.state().as_str(), "excepted")
        .detail("until", until);
    uow.commit(cx, actor, entry).await
}

/// Doesn't let a task wait. It stays as it is; who asked may take their own request back by this.
pub async fn decline(cx: &Services, access: &Access<PatchesManage>, id: PatchId, reason: &str) -> Result<(), Error> {
    let why = required(reason)?;
    let actor = access.actor();
    let (mut uow, task) = begin(cx, id, PatchAct::Decline).await?;
    let changed = on!(uow.connection(), c => sqlx::query(
        "UPDATE patch_task
         SET asked_by_id = NULL, asked_by = '', asked_why = '', asked_until = NULL, updated_at = $3, updated_by = $4,
             row_version = row_version + 1
         WHERE id = $1 AND row_version = $2")
        .bind(id.uuid()).bind(task.row_version).bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    once(changed)?;
    uow.commit(cx, actor, entry("patch.exception_declined", id, &task).reason(why)).await
}

/// Says that it is not done after all. The day on which it is due stays, but for what was over: that is counted anew.
pub async fn reopen(cx: &Services, access: &Access<PatchesManage>, id: PatchId, reason: &str) -> Result<(), Error> {
    let why = required(reason)?;
    let actor = access.actor();
    let (mut uow, task) = begin(cx, id, PatchAct::Reopen).await?;
    let due = match task.state() {
        PatchState::Closed => due_on(cx.clock.today(ZONE), task.severity(), task.is_exploited).to_string(),
        _ => task.due_on.clone(),
    };
    let changed = on!(uow.connection(), c => sqlx::query(
        "UPDATE patch_task
         SET state = 'open', reason = '', owner_id = NULL, owner = '', asked_by = '', asked_why = '', excepted_by = '',
             excepted_until = NULL, overdue_at = NULL, due_on = $3, updated_at = $4, updated_by = $5,
             row_version = row_version + 1
         WHERE id = $1 AND row_version = $2
           AND NOT EXISTS (SELECT 1 FROM advisory a WHERE a.id = patch_task.advisory_id AND a.withdrawn_at IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM component u WHERE u.id = patch_task.component_id AND u.removed_at IS NOT NULL)")
        .bind(id.uuid()).bind(task.row_version).bind(&due).bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if changed == 0 {
        return Err(Error::refused(
            "patch.nothing_to_do",
            "There is nothing to do for it: the advisory was withdrawn, or the component is not in use any more.",
        ));
    }
    let entry = entry("patch.reopened", id, &task).reason(why).change("state", task.state().as_str(), "open");
    uow.commit(cx, actor, entry).await
}
