//! A new plan, with its first version as a draft.

use domain::{forms::plan::PlanForm, ids::PlanId, permissions::marker::PlansWrite, texts::fold};
use uuid::Uuid;

use super::store;
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::on,
    form_token::{self, Spent},
    timeline::{self, NewEntry, Subject},
};

/// Creates a plan. `token` is the form's: the same form sent twice answers with the one plan it made.
pub async fn create(cx: &Services, access: &Access<PlansWrite>, form: &PlanForm, token: Uuid) -> Result<PlanId, Error> {
    let fields = form.parse().map_err(Error::invalid)?;
    let id = PlanId::new();
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    store::refuse_twin(uow.connection(), id.uuid(), &fields.name).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO plan (id, name, sort_name, description, status, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, 'draft', $5, $6, $5, $6)")
        .bind(id.uuid()).bind(&fields.name).bind(fold(&fields.name)).bind(&fields.description)
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(store::name_the_twin)?;
    store::insert_draft(uow.connection(), id.uuid(), 1, &fields, now, &actor.name()).await?;
    store::index(uow.connection(), id.uuid(), &fields.name).await?;
    let entry = audit::Entry::new("plan.created")
        .target("plan", id)
        .detail("name", fields.name.as_str())
        .detail("price", fields.price.plain())
        .detail("currency", fields.price.currency().as_str());
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Plan,
            id: id.uuid(),
            action: "plan.created",
            summary: format!("Drafted version 1 for {} a month", fields.price),
            reason: String::new(),
            changes: Vec::new(),
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}
