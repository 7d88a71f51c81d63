//! What happens to tasks by the calendar: exceptions end, and what is late is marked.

use uuid::Uuid;

use crate::{Error, Services, access::Actor, audit, clock::ZONE, db::on};

/// So many at a time.
const BATCH: i64 = 200;
/// Whether something is late that is not marked so.
const LATE: &str = "SELECT id FROM patch_task
    WHERE state IN ('open', 'in_progress') AND due_on < $1 AND overdue_at IS NULL LIMIT 1";

/// Opens what may not wait any longer, and marks what is late. Two nodes may do it at once: each task is turned once.
/// Answers how many there were.
pub async fn run_due(cx: &Services) -> Result<u64, Error> {
    let mut turned = 0;
    loop {
        let count = end_exceptions(cx).await? + mark_overdue(cx).await?;
        turned += count;
        if count == 0 {
            return Ok(turned);
        }
    }
}

/// An exception holds through its last day.
async fn end_exceptions(cx: &Services) -> Result<u64, Error> {
    let (now, today, actor) = (cx.clock.now(), cx.clock.today(ZONE).to_string(), Actor::job("updates"));
    if !is_any(cx, "SELECT id FROM patch_task WHERE state = 'excepted' AND excepted_until < $1 LIMIT 1", &today).await?
    {
        return Ok(0);
    }
    let mut uow = cx.db.begin().await?;
    let ended: Vec<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE patch_task
         SET state = 'open', excepted_by = '', excepted_until = NULL, asked_by = '', asked_why = '', overdue_at = NULL,
             reason = '', updated_at = $2, updated_by = $3, row_version = row_version + 1
         WHERE state = 'excepted'
           AND id IN (SELECT id FROM patch_task WHERE state = 'excepted' AND excepted_until < $1
                      ORDER BY excepted_until, id LIMIT $4)
         RETURNING id")
        .bind(&today).bind(now.millis()).bind(actor.name()).bind(BATCH).fetch_all(c).await)?;
    told(cx, uow, &actor, "patch.exception_ended", &ended).await
}

async fn mark_overdue(cx: &Services) -> Result<u64, Error> {
    let (now, today, actor) = (cx.clock.now(), cx.clock.today(ZONE).to_string(), Actor::job("updates"));
    if !is_any(cx, LATE, &today).await? {
        return Ok(0);
    }
    let mut uow = cx.db.begin().await?;
    let late: Vec<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE patch_task SET overdue_at = $2
         WHERE overdue_at IS NULL
           AND id IN (SELECT id FROM patch_task
                      WHERE state IN ('open', 'in_progress') AND due_on < $1 AND overdue_at IS NULL
                      ORDER BY due_on, id LIMIT $3)
         RETURNING id")
        .bind(&today).bind(now.millis()).bind(BATCH).fetch_all(c).await)?;
    told(cx, uow, &actor, "patch.overdue", &late).await
}

/// Whether there is anything to do: a look that takes no lock.
async fn is_any(cx: &Services, statement: &'static str, today: &str) -> Result<bool, Error> {
    let mut reading = cx.db.read().await?;
    let found: Option<(Uuid,)> =
        on!(reading.connection(), c => sqlx::query_as(statement).bind(today).fetch_optional(c).await)?;
    Ok(found.is_some())
}

async fn told(
    cx: &Services,
    uow: crate::db::UnitOfWork,
    actor: &Actor,
    action: &'static str,
    tasks: &[(Uuid,)],
) -> Result<u64, Error> {
    if tasks.is_empty() {
        return Ok(0);
    }
    let entries = tasks.iter().map(|(id,)| audit::Entry::new(action).target("patch", id)).collect();
    uow.commit_all(cx, actor, entries).await?;
    Ok(tasks.len() as u64)
}
