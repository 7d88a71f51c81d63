//! What the clock brings: pauses begin and end, returns fall due, unpaid bookings expire.

use domain::{
    Timestamp,
    ids::SubscriptionId,
    subscription::{Command, PAYMENT_WINDOW_HOURS, State},
    texts::Reason,
};
use uuid::Uuid;

use super::{
    Permitted,
    change::{commit, review},
    record,
};
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    clock::date_in,
    db::{
        dialect::{LockedTable, lock_row},
        on,
    },
};

/// How many subscriptions one round looks at; the next round takes the next ones.
const ROUND: i64 = 200;

/// Carries out what is due, as the actor of a job. What the rules refuse is marked for a person. Answers how many
/// subscriptions were changed. Two nodes may run it at once: what one has done, the other finds done.
pub async fn run_due(cx: &Services) -> Result<u64, Error> {
    let actor = Actor::job("due changes");
    let access = actor.authorize()?;
    let reason: Reason = "Its day has come".parse().map_err(Error::internal)?;
    let mut changed = 0;
    for (id, command) in due(cx).await? {
        let permitted = Permitted::ask(&actor, command)?;
        match step(cx, &access, &permitted, id, &reason).await {
            Ok(()) => changed += 1,
            Err(error) if error.status == 409 => ask_for_help(cx, &actor, id, command, &error.message).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

async fn step(
    cx: &Services,
    access: &Access<domain::permissions::marker::SubscriptionsRead>,
    permitted: &Permitted,
    id: SubscriptionId,
    reason: &Reason,
) -> Result<(), Error> {
    let reviewed = review(cx, access, permitted, id).await?;
    commit(cx, permitted, id, &reviewed.hash, reason).await.map(|_| ())
}

async fn due(cx: &Services) -> Result<Vec<(SubscriptionId, Command)>, Error> {
    let now = cx.clock.now();
    // No zone is more than 14 hours ahead of UTC; each contract's own day is asked below.
    let horizon = date_in(now.plus(14 * Timestamp::HOUR), "UTC").to_string();
    let mut reading = cx.db.read().await?;
    let ids: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id FROM subscription
         WHERE next_due_on IS NOT NULL AND next_due_on <= $1 AND state IN ('active', 'paused', 'ending') AND attention_why NOT LIKE 'Could not happen by itself: %'
         ORDER BY next_due_on
         LIMIT $2")
        .bind(&horizon).bind(ROUND).fetch_all(c).await)?;
    let mut due = Vec::new();
    for (id,) in ids {
        let row = record::stored(reading.connection(), id).await?;
        let subscription = record::subscription(reading.connection(), &row).await?;
        if let Some(command) = subscription.due_command(date_in(now, &row.zone)) {
            due.push((id.into(), command));
        }
    }
    let unpaid: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id FROM subscription WHERE state = 'awaiting_payment' AND updated_at < $1 ORDER BY created_at LIMIT $2")
        .bind(now.plus(-PAYMENT_WINDOW_HOURS * Timestamp::HOUR).millis()).bind(ROUND).fetch_all(c).await)?;
    due.extend(unpaid.into_iter().map(|(id,)| (id.into(), Command::Expire)));
    Ok(due)
}

/// Marks the subscription for a person, unless the command is not due any more: another node has carried it out.
async fn ask_for_help(
    cx: &Services,
    actor: &Actor,
    id: SubscriptionId,
    command: Command,
    why: &str,
) -> Result<(), Error> {
    let words = format!("Could not happen by itself: {why}");
    let mut uow = cx.db.begin().await?;
    lock_row(uow.connection(), LockedTable::Subscription, id.uuid()).await?;
    let row = record::stored(uow.connection(), id.uuid()).await?;
    let subscription = record::subscription(uow.connection(), &row).await?;
    let is_still_due = match command {
        Command::Expire => subscription.state == State::AwaitingPayment,
        other => subscription.due_command(date_in(cx.clock.now(), &row.zone)) == Some(other),
    };
    if !is_still_due {
        return Ok(());
    }
    let marked = on!(uow.connection(), c => sqlx::query(
        "UPDATE subscription SET needs_attention = TRUE, attention_why = $2 WHERE id = $1 AND attention_why <> $2")
        .bind(id.uuid()).bind(&words).execute(c).await.map(|done| done.rows_affected()))?;
    if marked == 0 {
        return Ok(());
    }
    let entry = audit::Entry::new("subscription.due_refused")
        .target("subscription", id)
        .outcome(audit::Outcome::Refused)
        .detail("why", why);
    uow.commit(cx, actor, entry).await
}
