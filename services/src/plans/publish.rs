//! Publishing the draft of a plan: from its day on, it is what is signed.

use domain::{ids::PlanId, permissions::marker::PlansWrite, texts::Reason};
use jiff::civil::Date;

use super::{record, review::draft_of, standing::in_force, store, words};
use crate::{
    Error, Services,
    access::Access,
    audit, clock,
    db::on,
    timeline::{self, NewEntry, Subject},
};

/// What publishing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The version's number.
    pub number: i64,
    /// The first day on which it can be signed.
    pub effective_from: Date,
    /// Whether that day has come.
    pub is_at_once: bool,
}

/// Publishes the draft. `version` is that of the plan as it was reviewed: if anything changed since, nothing is
/// published.
///
/// Subscriptions keep the version they were signed with. Versions before it that could be signed until now no longer
/// can; if the new one begins later, they can until then.
pub async fn publish(
    cx: &Services,
    access: &Access<PlansWrite>,
    id: PlanId,
    version: i64,
    reason: &Reason,
) -> Result<Published, Error> {
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if !store::count_save(uow.connection(), id.uuid(), version, now, &actor.name()).await? {
        // Tells an unknown plan from a changed one.
        let plan = record::load(uow.connection(), id.uuid()).await?;
        return Err(changed_since(&plan.updated_by));
    }
    let plan = record::load(uow.connection(), id.uuid()).await?;
    let versions = record::versions(uow.connection(), plan.id).await?;
    let draft = draft_of(&plan, &versions)?;
    let today = cx.clock.today(clock::ZONE);
    let effective_from = draft.effective_from()?;
    let is_at_once = effective_from <= today;
    let before = in_force(&versions, today);
    on!(uow.connection(), c => sqlx::query("UPDATE plan SET status = 'published' WHERE id = $1")
        .bind(plan.id).execute(c).await.map(|_| ()))?;
    if is_at_once {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE plan_version SET status = 'retired' WHERE plan_id = $1 AND status = 'published'")
            .bind(plan.id).execute(c).await.map(|_| ()))?;
    }
    on!(uow.connection(), c => sqlx::query(
        "UPDATE plan_version SET status = 'published', published_at = $2 WHERE id = $1 AND status = 'draft'")
        .bind(draft.id).bind(now.millis()).execute(c).await.map(|_| ()))?;
    let changes = match before {
        Some(before) => words::changes(&before.fields(&plan)?, &draft.fields(&plan)?),
        None => Vec::new(),
    };
    let mut entry = audit::Entry::new("plan.published")
        .target("plan", id)
        .reason(reason.as_str())
        .detail("version", draft.number)
        .detail("effective_from", draft.effective_from.as_str())
        .detail("price", draft.terms()?.price.plain())
        .detail("currency", draft.currency.as_str());
    if let Some(before) = before {
        entry = entry.change("version_in_force", before.number, if is_at_once { draft.number } else { before.number });
    }
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Plan,
            id: id.uuid(),
            action: "plan.published",
            summary: if is_at_once {
                format!("Published version {}", draft.number)
            } else {
                format!(
                    "Published version {}, to be signed from {}",
                    draft.number,
                    effective_from.strftime("%-d %b %Y")
                )
            },
            reason: reason.as_str().to_owned(),
            changes,
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await?;
    Ok(Published { number: draft.number, effective_from, is_at_once })
}

/// The review that was confirmed no longer shows what would happen.
pub(super) fn changed_since(by: &str) -> Error {
    Error::conflict(
        "plan.changed",
        format!("{by} changed this plan since you opened this page. Nothing was done: look at it afresh, then decide."),
    )
}
