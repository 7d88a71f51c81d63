//! Changing a plan: its name, and the terms of its draft. Terms that were published stay; changing them drafts the
//! next version.

use domain::{
    forms::{
        Form, compare,
        plan::{PlanFields, PlanForm},
    },
    ids::PlanId,
    permissions::marker::PlansWrite,
    plans::PlanStatus,
    texts::fold,
};

use super::{
    record::{self, newest, normalized},
    store,
    words::{changes, has_other_terms},
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    timeline::{self, NewEntry, Subject},
};

/// What saving came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Nothing differed.
    Nothing,
    /// Name or description of the plan.
    Plan,
    /// The terms of the draft with this number.
    Draft(i64),
    /// A new draft with this number, because the version before it is published.
    NewDraft(i64),
}

/// Saves a plan over the version that was read. `base` is the form as it was opened: when somebody else saved first,
/// it tells whose change is whose.
pub async fn edit(
    cx: &Services,
    access: &Access<PlansWrite>,
    id: PlanId,
    version: i64,
    base: &PlanForm,
    form: &PlanForm,
) -> Result<Saved, Error> {
    let fields = form.parse().map_err(Error::invalid)?;
    let after = normalized(&fields);
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let plan = record::load(uow.connection(), id.uuid()).await?;
    if plan.version != version || !store::count_save(uow.connection(), plan.id, version, now, &actor.name()).await? {
        drop(uow);
        return Err(conflict(cx, id, base, &after).await?);
    }
    if plan.status() == PlanStatus::Retired {
        return Err(Error::refused(
            "plan.retired",
            format!(
                "{} is retired: who has it keeps it, and nothing about it changes. Create a new plan instead.",
                plan.name
            ),
        ));
    }
    // Nobody else can write versions from here on: that takes the save just counted.
    let versions = record::versions(uow.connection(), plan.id).await?;
    let newest = newest(&versions)?;
    let stored = newest.fields(&plan)?;
    let before = normalized(&stored);
    if before == after {
        return Ok(Saved::Nothing);
    }
    if before.name != after.name || before.description != after.description {
        rename(uow.connection(), id, &fields).await?;
    }
    let saved = match (has_other_terms(&before, &after), newest.status()) {
        (false, _) => Saved::Plan,
        (true, PlanStatus::Draft) => {
            store::update_draft(uow.connection(), newest.id, &fields).await?;
            Saved::Draft(newest.number)
        }
        (true, PlanStatus::Published | PlanStatus::Retired) => {
            let number = newest.number + 1;
            store::insert_draft(uow.connection(), plan.id, number, &fields, now, &actor.name()).await?;
            Saved::NewDraft(number)
        }
    };
    let (action, summary) = match saved {
        Saved::NewDraft(number) => ("plan.drafted", format!("Drafted version {number}")),
        Saved::Draft(number) => ("plan.updated", format!("Changed the draft of version {number}")),
        Saved::Plan | Saved::Nothing => ("plan.updated", "Changed name or description".to_owned()),
    };
    let mut entry = audit::Entry::new(action).target("plan", id);
    for (field, _) in PlanForm::FIELDS {
        if before.value(field) != after.value(field) {
            entry = entry.change(field, before.value(field), after.value(field));
        }
    }
    if let Saved::Draft(number) | Saved::NewDraft(number) = saved {
        entry = entry.detail("version", number);
    }
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Plan,
            id: id.uuid(),
            action,
            summary,
            reason: String::new(),
            changes: changes(&stored, &fields),
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await?;
    Ok(saved)
}

async fn rename(mut connection: Connection<'_>, id: PlanId, fields: &PlanFields) -> Result<(), Error> {
    store::refuse_twin(connection.again(), id.uuid(), &fields.name).await?;
    on!(connection.again(), c => sqlx::query(
        "UPDATE plan SET name = $2, sort_name = $3, description = $4 WHERE id = $1")
        .bind(id.uuid()).bind(&fields.name).bind(fold(&fields.name)).bind(&fields.description)
        .execute(c).await.map(|_| ()))
    .map_err(store::name_the_twin)?;
    store::index(connection, id.uuid(), &fields.name).await
}

/// What somebody else saved, beside what was typed.
async fn conflict(cx: &Services, id: PlanId, base: &PlanForm, mine: &PlanForm) -> Result<Error, Error> {
    let mut reading = cx.db.read().await?;
    let plan = record::load(reading.connection(), id.uuid()).await?;
    let versions = record::versions(reading.connection(), plan.id).await?;
    let theirs = record::form_of(&plan, newest(&versions)?)?;
    Ok(Error::edit_conflict(compare(plan.version, &plan.updated_by, base, &theirs, mine)))
}
