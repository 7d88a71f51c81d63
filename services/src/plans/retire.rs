//! Taking a plan off offer for good.

use domain::{
    forms::FieldError,
    ids::PlanId,
    permissions::marker::PlansWrite,
    plans::PlanStatus,
    texts::{Reason, fold},
};

use super::{publish::changed_since, record, store};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::on,
    timeline::{self, Change, NewEntry, Subject},
};

/// Retires a plan: nobody can sign it any more, and who has it keeps it. It can't be undone, so the plan's name is
/// typed (`confirmed`); `version` is that of the plan as it was shown.
pub async fn retire(
    cx: &Services,
    access: &Access<PlansWrite>,
    id: PlanId,
    version: i64,
    confirmed: &str,
    reason: &Reason,
) -> Result<(), Error> {
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let plan = record::load(uow.connection(), id.uuid()).await?;
    if plan.status() == PlanStatus::Retired {
        return Err(Error::refused("plan.retired", format!("{} is retired already.", plan.name)));
    }
    if fold(confirmed) != fold(&plan.name) {
        return Err(Error::invalid(vec![FieldError::new(
            "confirmed",
            format!("Type the plan’s name as it stands here: {}", plan.name),
        )]));
    }
    if !store::count_save(uow.connection(), plan.id, version, now, &actor.name()).await? {
        return Err(changed_since(&plan.updated_by));
    }
    on!(uow.connection(), c => sqlx::query("UPDATE plan SET status = 'retired' WHERE id = $1")
        .bind(plan.id).execute(c).await.map(|_| ()))?;
    // A draft stays what it is: it was never signed, and now never will be.
    on!(uow.connection(), c => sqlx::query(
        "UPDATE plan_version SET status = 'retired' WHERE plan_id = $1 AND status = 'published'")
        .bind(plan.id).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("plan.retired").target("plan", id).reason(reason.as_str()).change(
        "status",
        plan.status.as_str(),
        PlanStatus::Retired.as_str(),
    );
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Plan,
            id: id.uuid(),
            action: "plan.retired",
            summary: "Retired".to_owned(),
            reason: reason.as_str().to_owned(),
            changes: Change::of("Status", plan.status().label(), PlanStatus::Retired.label()).into_iter().collect(),
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await
}
