//! What a change of a subscription needs of partners: cover is started, suspended, moved and ended, trackers are paired.
//!
//! A step is queued in the change's own transaction and done beside it: a partner that is down never blocks staff. What
//! failed is shown on the subscription as needing attention, until it is made good, by itself or by one press.

use domain::{
    ids::{PartnerCallId, SubscriptionId},
    integrations::IntegrationKind,
    permissions::marker::{SubscriptionsRead, SubscriptionsWrite},
    subscription::Event,
};
use serde_json::{Value, json};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::{Access, Actor},
    db::{Connection, on},
    gateway::{self, NewCall, Queued},
    staff,
};

/// What kind of record steps are queued for.
const SUBJECT: &str = "subscription";
/// What the list of subscriptions says of one with a failed step.
const TROUBLE: &str = "A partner has not done its part yet; see the partner steps.";

/// What a change was, as far as partners need to know.
pub(crate) struct Changed<'a> {
    pub(crate) subscription: Uuid,
    pub(crate) number: &'a str,
    pub(crate) customer: Uuid,
    /// The car that it had before the change, and the one that it has now.
    pub(crate) vehicles: (Option<Uuid>, Option<Uuid>),
    pub(crate) events: &'a [Event],
    /// One change, one step of each kind.
    pub(crate) event_id: Uuid,
}

/// One thing that a partner has to do.
struct Step {
    kind: IntegrationKind,
    operation: &'static str,
    title: &'static str,
    vehicle: Option<Uuid>,
}

/// The steps that an event brings.
fn steps(event: &Event, (before, after): (Option<Uuid>, Option<Uuid>)) -> Vec<Step> {
    use IntegrationKind::{Insurance, Telematics};
    let step = |kind, operation, title, vehicle| Step { kind, operation, title, vehicle };
    match event {
        Event::HandedOver { .. } => vec![
            step(Insurance, "cover.start", "Start the cover", after),
            step(Telematics, "tracker.pair", "Pair the tracker", after),
        ],
        Event::Paused { .. } => vec![step(Insurance, "cover.suspend", "Suspend the cover", after)],
        Event::Resumed { .. } => vec![step(Insurance, "cover.resume", "Resume the cover", after)],
        Event::Swapped { .. } => vec![
            step(Insurance, "cover.transfer", "Move the cover to the other car", after),
            step(Telematics, "tracker.unpair", "Unpair the old car’s tracker", before),
            step(Telematics, "tracker.pair", "Pair the new car’s tracker", after),
        ],
        Event::Returned { .. } => vec![
            step(Insurance, "cover.end", "End the cover", before),
            step(Telematics, "tracker.unpair", "Unpair the tracker", before),
        ],
        _ => Vec::new(),
    }
}

/// Queues what a change needs of partners, inside its unit of work. Where no partner is connected that does such a thing,
/// there is nothing to do.
pub(crate) async fn plan(
    cx: &Services,
    mut connection: Connection<'_>,
    actor: &Actor,
    changed: &Changed<'_>,
) -> Result<(), Error> {
    for event in changed.events {
        for step in steps(event, changed.vehicles) {
            let Some(integration) = provider(connection.again(), step.kind, step.operation).await? else { continue };
            let payload = payload(connection.again(), changed, step.vehicle).await?;
            let key = format!("{}-{}", changed.event_id, step.operation);
            let new = NewCall {
                integration: integration.into(),
                operation: step.operation,
                key: &key,
                subject: (SUBJECT, changed.subscription),
                title: step.title,
                payload: &payload,
            };
            gateway::enqueue(cx, connection.again(), &actor.name(), &new).await?;
        }
    }
    Ok(())
}

/// The integration that does such a thing: one that is nobody's second provider before one that is, the oldest first.
async fn provider(connection: Connection<'_>, kind: IntegrationKind, operation: &str) -> Result<Option<Uuid>, Error> {
    let row: Option<(Uuid,)> = on!(connection, c => sqlx::query_as(
        "SELECT i.id
         FROM integration i
         JOIN integration_operation o ON o.integration_id = i.id AND o.name = $2
         WHERE i.kind = $1 AND i.state IN ('live', 'restricted', 'held')
         ORDER BY (CASE WHEN EXISTS (SELECT 1 FROM integration_operation s WHERE s.second_id = i.id) THEN 1 ELSE 0 END),
                  i.created_at, i.id
         LIMIT 1")
        .bind(kind.as_str()).bind(operation).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| id))
}

#[derive(FromRow)]
struct Person {
    name: String,
    street: String,
    postal_code: String,
    city: String,
    country: String,
}

/// Everything that a partner could need; the contract with it lets pass what it may have.
async fn payload(mut connection: Connection<'_>, changed: &Changed<'_>, vehicle: Option<Uuid>) -> Result<Value, Error> {
    let person: Person = on!(connection.again(), c => sqlx::query_as(
        "SELECT name, street, postal_code, city, country FROM customer WHERE id = $1")
        .bind(changed.customer).fetch_one(c).await)?;
    let driver: Option<(String,)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT name FROM driver WHERE customer_id = $1 AND status = 'active' ORDER BY created_at, id LIMIT 1")
        .bind(changed.customer).fetch_optional(c).await)?;
    let car: Option<(String, String, i64)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT vin, plate, odometer_km FROM vehicle WHERE id = $1").bind(vehicle).fetch_optional(c).await)?;
    let (from, until): (Option<String>, Option<String>) = on!(connection, c => sqlx::query_as(
        "SELECT service_from, service_until FROM subscription WHERE id = $1")
        .bind(changed.subscription).fetch_one(c).await)?;
    let address = format!("{}, {} {}, {}", person.street, person.postal_code, person.city, person.country);
    let mut payload = json!({
        "subscription": {"id": changed.subscription, "number": changed.number, "from": from, "until": until},
        "customer": {"name": person.name, "address": address},
        "driver": {"name": driver.map_or(person.name.clone(), |(name,)| name)},
    });
    if let (Some((vin, plate, odometer)), Some(object)) = (car, payload.as_object_mut()) {
        object.insert("vehicle".to_owned(), json!({"vin": vin, "plate": plate, "odometer": odometer}));
    }
    Ok(payload)
}

/// The steps that a subscription needed, the newest first.
pub async fn of_subscription(
    cx: &Services,
    _access: &Access<SubscriptionsRead>,
    id: SubscriptionId,
) -> Result<Vec<Queued>, Error> {
    let mut reading = cx.db.read().await?;
    gateway::of_subject(reading.connection(), SUBJECT, id.uuid()).await
}

/// Tries a step of a subscription again, now.
pub async fn try_again(
    cx: &Services,
    access: &Access<SubscriptionsWrite>,
    id: SubscriptionId,
    call: PartnerCallId,
) -> Result<(), Error> {
    let mut reading = cx.db.read().await?;
    let steps = gateway::of_subject(reading.connection(), SUBJECT, id.uuid()).await?;
    drop(reading);
    if !steps.iter().any(|step| step.id == call.uuid()) {
        return Err(Error::not_found("partner_call.not_found", "This subscription has no such step. Load it again."));
    }
    gateway::again(cx, access.actor(), call, staff::reason("Tried again from the subscription")?).await
}

/// Counts anew which steps of a record failed and are not done: called whenever one of its calls moves.
pub(crate) async fn settle(connection: Connection<'_>, kind: &str, id: Uuid) -> Result<(), Error> {
    if kind != SUBJECT {
        return Ok(());
    }
    on!(connection, c => {
        let (trouble,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM partner_call
             WHERE subject_type = $1 AND subject_id = $2
               AND (state = 'dead' OR (state IN ('ready', 'running') AND last_error <> ''))")
            .bind(kind).bind(id).fetch_one(&mut *c).await?;
        sqlx::query(
            "UPDATE subscription
             SET step_trouble = $2,
                 needs_attention = CASE WHEN $2 > 0 THEN TRUE WHEN attention_why = $3 THEN FALSE
                                        ELSE needs_attention END,
                 attention_why = CASE WHEN $2 > 0 AND attention_why = '' THEN $3
                                      WHEN $2 = 0 AND attention_why = $3 THEN '' ELSE attention_why END
             WHERE id = $1")
            .bind(id).bind(trouble).bind(TROUBLE).execute(c).await.map(|_| ())
    })?;
    Ok(())
}

/// The words on a subscription with a failed step, for whoever writes its row anew.
pub(crate) const fn trouble() -> &'static str {
    TROUBLE
}
