//! A new subscription, as a draft.

use domain::{
    ids::{CustomerId, PlanVersionId, SubscriptionId, VehicleId},
    permissions::marker::{SubscriptionsRead, SubscriptionsWrite},
};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use super::persist;
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    form_token::{self, Spent},
    plans, running_number, search,
    timeline::{self, NewEntry, Subject},
};

/// What a draft is made of.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whose.
    pub customer: CustomerId,
    /// On which terms.
    pub plan_version: PlanVersionId,
    /// Which car; may be chosen later, before approval.
    pub vehicle: Option<VehicleId>,
    /// The first day of service that is wished for.
    pub service_from: Date,
}

/// What the form offers: plan versions on offer, and cars on offer.
#[derive(Clone, Debug)]
pub struct Startable {
    /// Version id, plan name with version, price in minor units, currency.
    pub plans: Vec<(Uuid, String, i64, String)>,
    /// Vehicle id, plate, make and model; at most 200, by name.
    pub vehicles: Vec<(Uuid, String, String)>,
    /// The customer's name, when one was asked for.
    pub customer_name: Option<String>,
}

#[derive(FromRow)]
struct Customer {
    name: String,
    zone: String,
    currency: String,
}

/// What can be started today.
pub async fn startable(
    cx: &Services,
    _access: &Access<SubscriptionsWrite>,
    customer: Option<CustomerId>,
) -> Result<Startable, Error> {
    let mut reading = cx.db.read().await?;
    let customer: Option<(String, String)> = match customer {
        Some(id) => on!(reading.connection(), c => sqlx::query_as("SELECT name, currency FROM customer WHERE id = $1")
            .bind(id.uuid()).fetch_optional(c).await)?,
        None => None,
    };
    let currency = customer.as_ref().map(|(_, currency)| currency.clone());
    let plans = plans::offers(cx, reading.connection()).await?;
    let vehicles = on_offer(reading.connection()).await?;
    Ok(Startable {
        plans: plans
            .into_iter()
            .filter(|offer| currency.as_ref().is_none_or(|currency| *currency == offer.currency))
            .map(|offer| {
                let name = format!("{} (version {})", offer.plan_name, offer.number);
                (offer.version_id, name, offer.price_minor, offer.currency)
            })
            .collect(),
        vehicles,
        customer_name: customer.map(|(name, _)| name),
    })
}

async fn on_offer(connection: Connection<'_>) -> Result<Vec<(Uuid, String, String)>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, plate, make || ' ' || model FROM vehicle WHERE state = 'available' ORDER BY sort_name, id LIMIT 200")
        .fetch_all(c).await)?)
}

/// The cars a customer could get today: id, plate, make and model; at most 200, by name.
pub async fn cars_on_offer(
    cx: &Services,
    _access: &Access<SubscriptionsRead>,
) -> Result<Vec<(Uuid, String, String)>, Error> {
    let mut reading = cx.db.read().await?;
    on_offer(reading.connection()).await
}

/// Drafts a subscription. `token` is the form's: the same form sent twice answers with the one draft it made.
pub async fn create(
    cx: &Services,
    access: &Access<SubscriptionsWrite>,
    draft: &Draft,
    token: Uuid,
) -> Result<SubscriptionId, Error> {
    let id = SubscriptionId::new();
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    let customer: Customer = on!(uow.connection(), c => sqlx::query_as(
        "SELECT name, zone, currency FROM customer WHERE id = $1 AND status <> 'closed'")
        .bind(draft.customer.uuid()).fetch_optional(c).await)?
    .ok_or_else(|| Error::invalid_field("customer", "Choose a customer whose record is open."))?;
    let offers = plans::offers(cx, uow.connection()).await?;
    let version = offers.into_iter().find(|offer| offer.version_id == draft.plan_version.uuid()).ok_or_else(|| {
        Error::invalid_field("plan_version", "This plan is not on offer any more. Choose another one.")
    })?;
    if version.currency != customer.currency {
        return Err(Error::invalid_field(
            "plan_version",
            format!(
                "This plan is in {}, and the customer is invoiced in {}. Choose a plan in that currency.",
                version.currency, customer.currency
            ),
        ));
    }
    let today = cx.clock.today(&customer.zone);
    if draft.service_from < today {
        return Err(Error::invalid_field("service_from", "Service begins today or later."));
    }
    if let Some(vehicle) = draft.vehicle {
        let state: Option<(String,)> = on!(uow.connection(), c => sqlx::query_as("SELECT state FROM vehicle WHERE id = $1")
            .bind(vehicle.uuid()).fetch_optional(c).await)?;
        if state.is_none_or(|(state,)| state != "available") {
            return Err(Error::invalid_field(
                "vehicle",
                "This car is not on offer any more. Choose another one, or none for now.",
            ));
        }
    }
    let number = running_number::next(uow.connection(), "S").await?;
    let from = draft.service_from.to_string();
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO subscription (id, number, customer_id, plan_version_id, vehicle_id, state, zone, currency, price_minor,
                                   anchor_day, service_from, billing_from, customer_name,
                                   created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $10, $11, $12, $13, $12, $13)")
        .bind(id.uuid()).bind(&number).bind(draft.customer.uuid()).bind(draft.plan_version.uuid())
        .bind(draft.vehicle.map(VehicleId::uuid)).bind(&customer.zone).bind(&customer.currency).bind(version.price_minor)
        .bind(i64::from(draft.service_from.day())).bind(&from).bind(&customer.name)
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    let vehicle = draft.vehicle.map(VehicleId::uuid);
    persist::count_blocks(uow.connection(), id.uuid(), draft.customer.uuid(), vehicle).await?;
    search::replace(uow.connection(), search::Kind::Subscription, id.uuid(), &[&number, &customer.name]).await?;
    let entry = audit::Entry::new("subscription.drafted")
        .target("subscription", id)
        .detail("number", number.as_str())
        .detail("customer", draft.customer.to_string())
        .detail("plan_version", draft.plan_version.to_string())
        .detail("service_from", from.as_str());
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Subscription,
            id: id.uuid(),
            action: "subscription.drafted",
            summary: format!("Drafted as {number}"),
            reason: String::new(),
            changes: Vec::new(),
            event: entry.id(),
        },
    )
    .await?;
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}
