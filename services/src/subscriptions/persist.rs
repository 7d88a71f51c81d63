//! Writing down what was decided, in the transaction of the change.

use domain::{
    Timestamp,
    fleet::VehicleState,
    ids::{AssignmentId, VehicleId},
    subscription::{Event, Hold, HoldScope, Pause, Preview},
    texts::Reason,
};
use jiff::civil::Date;
use uuid::Uuid;

use super::record::Stored;
use crate::{
    Error,
    access::Actor,
    clock::start_of,
    db::{Connection, dialect::is_violation, on},
    steps,
};

/// The end of an assignment whose end nobody knows yet: 9999-12-31.
const OPEN_END: i64 = 253_402_214_400_000;

/// Saves the subscription over the version that was read, and everything its events bring.
pub(super) async fn save(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    row: &Stored,
    preview: &Preview,
    reason: &Reason,
) -> Result<(), Error> {
    for event in &preview.events {
        follow(connection.again(), now, actor, row, preview, event, reason).await?;
    }
    save_row(connection.again(), now, actor, preview).await?;
    let moves_holds =
        |event: &Event| matches!(event, Event::HoldPlaced { .. } | Event::HoldReleased { .. } | Event::Swapped { .. });
    if preview.events.iter().any(moves_holds) {
        count_blocks(connection, row.id, row.customer_id, row.vehicle_id).await?;
    }
    Ok(())
}

async fn save_row(connection: Connection<'_>, now: Timestamp, actor: &Actor, preview: &Preview) -> Result<(), Error> {
    let after = &preview.after;
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    let attention = after.attention();
    let saved = on!(connection, c => sqlx::query(
        "UPDATE subscription
         SET state = $3, service_from = $4, service_until = $5, billing_from = $6, billing_until = $7,
             pause_from = $8, pause_until = $9, needs_attention = ($10 OR step_trouble > 0),
             attention_why = CASE WHEN $11 = '' AND step_trouble > 0 THEN $16 ELSE $11 END, next_due_on = $12,
             updated_at = $13, updated_by = $14, vehicle_id = $15, version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(after.id.uuid()).bind(preview.before.version).bind(after.state.as_str())
        .bind(text(after.service_from)).bind(text(after.service_until))
        .bind(text(after.billing_from)).bind(text(after.billing_until))
        .bind(text(after.pause.map(|pause| pause.service.from()))).bind(text(after.pause.map(|pause| pause.service.until())))
        .bind(attention.is_some()).bind(attention.unwrap_or_default()).bind(text(after.next_due_on()))
        .bind(now.millis()).bind(actor.name()).bind(after.vehicle.map(VehicleId::uuid))
        .bind(steps::trouble())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict(
            "subscription.changed",
            "Somebody changed this subscription at the same moment. Look at it again before you go on.",
        ));
    }
    Ok(())
}

async fn follow(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    row: &Stored,
    preview: &Preview,
    event: &Event,
    reason: &Reason,
) -> Result<(), Error> {
    let subscription = row.id;
    match event {
        Event::Approved { starts_on } => reserve(connection.again(), now, row, *starts_on).await?,
        Event::HandedOver { on, odometer_km } => {
            on!(connection.again(), c => sqlx::query(
                "UPDATE vehicle_assignment SET starts_at = $2, odometer_start_km = $3 WHERE subscription_id = $1 AND odometer_end_km IS NULL")
                .bind(subscription).bind(start_of(*on, &row.zone).millis()).bind(*odometer_km)
                .execute(c).await.map(|_| ())).map_err(name_the_clash)?;
            read_odometer(connection.again(), row, *odometer_km).await?;
        }
        Event::Swapped { to, back_km, out_km } => {
            swap(connection.again(), now, actor, row, (*to, *back_km, *out_km)).await?;
        }
        Event::NoticeGiven { ends_on, .. } => end_assignment(connection.again(), row, day_after(*ends_on)).await?,
        Event::NoticeWithdrawn => end_assignment(connection.again(), row, None).await?,
        Event::Returned { on, odometer_km } => {
            on!(connection.again(), c => sqlx::query(
                "UPDATE vehicle_assignment SET odometer_end_km = $2 WHERE subscription_id = $1 AND odometer_end_km IS NULL")
                .bind(subscription).bind(*odometer_km).execute(c).await.map(|_| ()))?;
            end_assignment(connection.again(), row, day_after(*on)).await?;
            read_odometer(connection.again(), row, *odometer_km).await?;
        }
        Event::Cancelled { frees_car: true, .. } | Event::Expired => {
            on!(connection.again(), c => sqlx::query("DELETE FROM vehicle_assignment WHERE subscription_id = $1 AND odometer_start_km IS NULL")
                .bind(subscription).execute(c).await.map(|_| ()))?;
        }
        Event::PausePlanned { pause } => keep_pause(connection.again(), now, subscription, pause).await?,
        Event::Paused { pause } if preview.before.pause.is_none() => {
            keep_pause(connection.again(), now, subscription, pause).await?;
        }
        // Paused and resumed on the same day: as if it had not been, so that another pause can begin on that day.
        Event::Resumed { pause } if pause.service.is_empty() => {
            drop_pause(connection.again(), now, subscription, pause).await?;
        }
        Event::Paused { pause } | Event::ResumePlanned { pause } | Event::Resumed { pause } => {
            move_pause(connection.again(), subscription, pause).await?;
        }
        Event::PauseCalledOff { pause } => drop_pause(connection.again(), now, subscription, pause).await?,
        Event::HoldPlaced { hold } => place_hold(connection.again(), now, actor, row, hold, reason).await?,
        Event::HoldReleased { hold } => {
            on!(connection.again(), c => sqlx::query(
                "UPDATE hold SET released_at = $2, released_by = $3, release_reason = $4 WHERE id = $1 AND released_at IS NULL")
                .bind(hold.id.uuid()).bind(now.millis()).bind(actor.name()).bind(reason.as_str()).execute(c).await.map(|_| ()))?;
        }
        Event::Submitted
        | Event::Declined
        | Event::Signed
        | Event::Paid
        | Event::ReturnFellDue
        | Event::Closed
        | Event::Cancelled { .. } => {}
    }
    if let (Some(state), Some(vehicle)) = (event.vehicle_state(), row.vehicle_id) {
        // An accident or a theft outweighs what a subscription says of its car.
        on!(connection, c => sqlx::query(
            "UPDATE vehicle SET state = $2, updated_at = $3, updated_by = $4, version = version + 1
             WHERE id = $1 AND state NOT IN ('accident', 'stolen', 'defleeted')")
            .bind(vehicle).bind(state.as_str()).bind(now.millis()).bind(actor.name()).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

fn day_after(date: Date) -> Option<Date> {
    domain::civil::plus_days(date, 1)
}

/// The database itself refuses two subscriptions with one car at one time.
fn name_the_clash(error: sqlx::Error) -> Error {
    if is_violation(&error, "vehicle_assignment_no_overlap", "vehicle_assignment_no_overlap") {
        Error::conflict(
            "subscription.car_taken",
            "This car is promised to somebody else for part of that time. Choose another car or another day.",
        )
    } else {
        error.into()
    }
}

async fn reserve(connection: Connection<'_>, now: Timestamp, row: &Stored, starts_on: Date) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "INSERT INTO vehicle_assignment (id, subscription_id, vehicle_id, starts_at, ends_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(AssignmentId::new().uuid()).bind(row.id).bind(row.vehicle_id)
        .bind(start_of(starts_on, &row.zone).millis()).bind(OPEN_END).bind(now.millis())
        .execute(c).await.map(|_| ()))
    .map_err(name_the_clash)
}

/// One assignment ends and the other begins at this moment; whoever is to end keeps that day.
async fn swap(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    row: &Stored,
    (to, back_km, out_km): (VehicleId, i64, i64),
) -> Result<(), Error> {
    let ends: Option<(i64,)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT ends_at FROM vehicle_assignment WHERE subscription_id = $1 AND odometer_end_km IS NULL")
        .bind(row.id).fetch_optional(c).await)?;
    on!(connection.again(), c => sqlx::query(
        "UPDATE vehicle_assignment SET ends_at = $2, odometer_end_km = $3 WHERE subscription_id = $1 AND odometer_end_km IS NULL")
        .bind(row.id).bind(now.millis()).bind(back_km).execute(c).await.map(|_| ()))?;
    on!(connection.again(), c => sqlx::query(
        "INSERT INTO vehicle_assignment (id, subscription_id, vehicle_id, starts_at, ends_at, odometer_start_km, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(AssignmentId::new().uuid()).bind(row.id).bind(to.uuid()).bind(now.millis())
        .bind(ends.map_or(OPEN_END, |(ends,)| ends)).bind(out_km).bind(now.millis())
        .execute(c).await.map(|_| ()))
    .map_err(name_the_clash)?;
    read_odometer(connection.again(), row, back_km).await?;
    on!(connection, c => sqlx::query(
        "UPDATE vehicle SET state = $2, odometer_km = $3, updated_at = $4, updated_by = $5, version = version + 1 WHERE id = $1")
        .bind(to.uuid()).bind(VehicleState::OnSubscription.as_str()).bind(out_km).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn end_assignment(connection: Connection<'_>, row: &Stored, until: Option<Date>) -> Result<(), Error> {
    let ends_at = until.map_or(OPEN_END, |until| start_of(until, &row.zone).millis());
    on!(connection, c => sqlx::query("UPDATE vehicle_assignment SET ends_at = $3 WHERE subscription_id = $1 AND vehicle_id = $2 AND starts_at < $3")
        .bind(row.id).bind(row.vehicle_id).bind(ends_at).execute(c).await.map(|_| ()))
        .map_err(name_the_clash)
}

async fn read_odometer(connection: Connection<'_>, row: &Stored, odometer_km: i64) -> Result<(), Error> {
    on!(connection, c => sqlx::query("UPDATE vehicle SET odometer_km = $2 WHERE id = $1 AND odometer_km <= $2")
        .bind(row.vehicle_id).bind(odometer_km).execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn keep_pause(
    connection: Connection<'_>,
    now: Timestamp,
    subscription: Uuid,
    pause: &Pause,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "INSERT INTO subscription_pause (id, subscription_id, service_from, service_until, billing_from, billing_until, credit_minor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(Uuid::now_v7()).bind(subscription)
        .bind(pause.service.from().to_string()).bind(pause.service.until().to_string())
        .bind(pause.billing.map(|billing| billing.from().to_string())).bind(pause.billing.map(|billing| billing.until().to_string()))
        .bind(pause.credit.minor()).bind(now.millis())
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn move_pause(connection: Connection<'_>, subscription: Uuid, pause: &Pause) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE subscription_pause SET service_until = $3, billing_from = $4, billing_until = $5, credit_minor = $6
         WHERE subscription_id = $1 AND service_from = $2 AND called_off_at IS NULL")
        .bind(subscription).bind(pause.service.from().to_string()).bind(pause.service.until().to_string())
        .bind(pause.billing.map(|billing| billing.from().to_string())).bind(pause.billing.map(|billing| billing.until().to_string()))
        .bind(pause.credit.minor())
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn drop_pause(
    connection: Connection<'_>,
    now: Timestamp,
    subscription: Uuid,
    pause: &Pause,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE subscription_pause SET called_off_at = $3, credit_minor = 0
         WHERE subscription_id = $1 AND service_from = $2 AND called_off_at IS NULL")
        .bind(subscription).bind(pause.service.from().to_string()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn place_hold(
    connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    row: &Stored,
    hold: &Hold,
    reason: &Reason,
) -> Result<(), Error> {
    let of = |scope: HoldScope, id: Option<Uuid>| (hold.scope == scope).then_some(id).flatten();
    on!(connection, c => sqlx::query(
        "INSERT INTO hold (id, kind, scope, customer_id, vehicle_id, subscription_id, blocks_driving, blocks_changes,
                           blocks_billing, reason, review_on, placed_at, placed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
        .bind(hold.id.uuid()).bind(hold.kind.as_str()).bind(hold.scope.as_str())
        .bind(of(HoldScope::Customer, Some(row.customer_id))).bind(of(HoldScope::Vehicle, row.vehicle_id))
        .bind(of(HoldScope::Subscription, Some(row.id)))
        .bind(hold.blocks.driving).bind(hold.blocks.changes).bind(hold.blocks.billing)
        .bind(reason.as_str()).bind(hold.review_on.map(|on| on.to_string())).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Counts the open holds anew on every subscription that the customer or the car has part in.
pub(crate) async fn count_blocks(
    connection: Connection<'_>,
    subscription: Uuid,
    customer: Uuid,
    vehicle: Option<Uuid>,
) -> Result<(), Error> {
    on!(connection, c => sqlx::query(
        "UPDATE subscription SET
             drive_blocks = (SELECT COUNT(*) FROM hold h WHERE h.released_at IS NULL AND h.blocks_driving
                 AND (h.subscription_id = subscription.id OR h.customer_id = subscription.customer_id OR h.vehicle_id = subscription.vehicle_id)),
             change_blocks = (SELECT COUNT(*) FROM hold h WHERE h.released_at IS NULL AND h.blocks_changes
                 AND (h.subscription_id = subscription.id OR h.customer_id = subscription.customer_id OR h.vehicle_id = subscription.vehicle_id)),
             billing_blocks = (SELECT COUNT(*) FROM hold h WHERE h.released_at IS NULL AND h.blocks_billing
                 AND (h.subscription_id = subscription.id OR h.customer_id = subscription.customer_id OR h.vehicle_id = subscription.vehicle_id))
         WHERE id = $1 OR customer_id = $2 OR vehicle_id = $3")
        .bind(subscription).bind(customer).bind(vehicle).execute(c).await.map(|_| ()))?;
    Ok(())
}
