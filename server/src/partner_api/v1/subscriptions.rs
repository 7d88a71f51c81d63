//! Subscriptions: found and drafted. What changes them stands in [`super::subscription_changes`].

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    ids::SubscriptionId,
    partners::Field,
    permissions::{
        Permission,
        marker::{SubscriptionsRead, SubscriptionsWrite},
    },
};
use serde::{Deserialize, Serialize};
use services::{
    FieldError,
    subscriptions::{self, Draft, Filter, Row},
};
use utoipa::ToSchema;

use super::{instant, optional, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id, Query},
        call::Call,
        conditional::tagged,
        operation::{Operation, Parameter, Route},
        page::{List, limit},
    },
};

/// A customer, a plan and a car for a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// `subscription`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The number people quote.
    number: String,
    /// Where it stands.
    #[schema(value_type = words::SubscriptionState)]
    state: String,
    /// Where its money stands; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, value_type = Option<words::MoneyState>)]
    money_state: Option<String>,
    /// Whose.
    #[schema(format = "uuid")]
    customer_id: String,
    /// Its plan.
    #[schema(format = "uuid")]
    plan_id: String,
    /// The version of the plan it was signed with.
    #[schema(format = "uuid")]
    plan_version_id: String,
    /// Its car, once it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "uuid")]
    vehicle_id: Option<String>,
    /// When the customer may drive.
    service: Period,
    /// When the customer pays.
    billing: Period,
    /// The planned or running pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    pause: Option<Period>,
    /// The monthly price, net; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    price: Option<Amount>,
    /// How many open holds stop driving.
    driving_holds: i64,
    /// When it was drafted.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
}

/// Civil days: from the first, until the first that is no longer in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Period {
    /// The first day; absent when it is not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    from: Option<String>,
    /// The first day that is no longer in it; absent when it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    until: Option<String>,
}

/// An amount of money.
#[derive(Debug, Serialize, ToSchema)]
pub struct Amount {
    /// In the currency's smallest unit.
    minor: i64,
    /// The currency.
    #[schema(value_type = words::Currency)]
    currency: String,
}

/// A page of subscriptions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionList(#[schema(inline)] List<Subscription>);

/// A new subscription, as a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// Whose.
    #[schema(format = "uuid")]
    customer_id: String,
    /// The terms: a plan's `current_version.id`.
    #[schema(format = "uuid")]
    plan_version_id: String,
    /// Which car; may be chosen later.
    #[serde(default)]
    #[schema(nullable = false, required = false, format = "uuid")]
    vehicle_id: Option<String>,
    /// The first day of service that is wished for.
    #[schema(format = "date")]
    service_from: String,
}

/// Which subscriptions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    state: Option<String>,
    customer_id: Option<String>,
    vehicle_id: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

const QUERY: &[Parameter] = &[
    Parameter {
        name: "state",
        description: "Only those in this state.",
        schema: r##"{"$ref":"#/components/schemas/SubscriptionState"}"##,
    },
    Parameter {
        name: "customer_id",
        description: "Only those of this customer.",
        schema: r#"{"type":"string","format":"uuid"}"#,
    },
    Parameter {
        name: "vehicle_id",
        description: "Only those with this car.",
        schema: r#"{"type":"string","format":"uuid"}"#,
    },
];

pub(super) fn routes() -> Vec<Route> {
    use Permission::{SubscriptionsRead as Read, SubscriptionsWrite as Write};
    vec![
        Route::new(
            Operation::list::<SubscriptionList>(
                "listSubscriptions",
                "GET /api/v1/subscriptions",
                "List subscriptions",
                Read,
            )
            .tag("Subscriptions")
            .note("The newest first.")
            .query(QUERY),
            list,
        ),
        Route::new(
            Operation::create::<NewSubscription, Subscription>(
                "createSubscription",
                "POST /api/v1/subscriptions",
                "Draft a subscription",
                Write,
            )
            .tag("Subscriptions")
            .with_etag(),
            create,
        ),
        Route::new(
            Operation::read::<Subscription>(
                "getSubscription",
                "GET /api/v1/subscriptions/{id}",
                "Read a subscription",
                Read,
            )
            .tag("Subscriptions")
            .with_etag(),
            read,
        ),
    ]
}

pub(super) fn shown(call: &Call, row: Row) -> Subscription {
    let shown = Subscription {
        object: "subscription",
        id: row.id.to_string(),
        number: row.number,
        state: row.state,
        money_state: call.terms.is_whole(Field::SubscriptionMoneyState).then_some(row.money_state),
        customer_id: row.customer_id.to_string(),
        plan_id: row.plan_id.to_string(),
        plan_version_id: row.plan_version_id.to_string(),
        vehicle_id: row.vehicle_id.map(|id| id.to_string()),
        service: Period { from: row.service_from, until: row.service_until },
        billing: Period { from: row.billing_from, until: row.billing_until },
        pause: row.pause_from.map(|from| Period { from: Some(from), until: row.pause_until }),
        price: call
            .terms
            .number(Field::SubscriptionPrice, row.price_minor)
            .map(|minor| Amount { minor, currency: row.currency }),
        driving_holds: row.drive_blocks,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    };
    let fields = [
        (Field::SubscriptionMoneyState, shown.money_state.is_some()),
        (Field::SubscriptionPrice, shown.price.is_some()),
    ];
    call.given.note("subscription", row.id, &fields);
    shown
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<SubscriptionList>, Problem> {
    let filter = Filter {
        state: optional("state", which.state.as_deref())?,
        customer: optional("customer_id", which.customer_id.as_deref())?,
        vehicle: optional("vehicle_id", which.vehicle_id.as_deref())?,
        is_descending: true,
        cursor: which.cursor,
        limit: Some(limit(which.limit)?),
        ..Filter::default()
    };
    let page = subscriptions::list(&call.cx, &call.access::<SubscriptionsRead>()?, &filter).await?;
    Ok(Json(SubscriptionList(List::of(page, |row| shown(&call, row)))))
}

/// A subscription as its row, for whoever may read it or change it.
pub(super) async fn one(call: &Call, id: SubscriptionId) -> Result<Row, Problem> {
    Ok(match call.actor.authorize::<SubscriptionsRead>() {
        Ok(access) => subscriptions::row(&call.cx, &access, id).await?,
        Err(_) => subscriptions::written(&call.cx, &call.access::<SubscriptionsWrite>()?, id).await?,
    })
}

async fn read(call: Call, headers: HeaderMap, Id(id): Id<SubscriptionId>) -> Result<Response, Problem> {
    let row = one(&call, id).await?;
    let version = row.version;
    Ok(tagged(&call, &headers, version, StatusCode::OK, shown(&call, row)))
}

async fn create(call: Call, headers: HeaderMap, Body(new): Body<NewSubscription>) -> Result<Response, Problem> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, words: &str| errors.push(FieldError::new(field, words));
    let customer = new.customer_id.parse().ok();
    let plan_version = new.plan_version_id.parse().ok();
    let vehicle = new.vehicle_id.as_deref().map(str::parse).transpose();
    let service_from = new.service_from.parse().ok();
    if customer.is_none() {
        wrong("customer_id", "Give the id of a customer.");
    }
    if plan_version.is_none() {
        wrong("plan_version_id", "Give the id of a plan's version that is on offer.");
    }
    if vehicle.is_err() {
        wrong("vehicle_id", "Give the id of a vehicle that is on offer, or leave it out.");
    }
    if service_from.is_none() {
        wrong("service_from", "Give a date like 2026-07-03.");
    }
    let (Some(customer), Some(plan_version), Ok(vehicle), Some(service_from)) =
        (customer, plan_version, vehicle, service_from)
    else {
        return Err(services::Error::invalid(errors).into());
    };
    let draft = Draft { customer, plan_version, vehicle, service_from };
    let id = subscriptions::create(&call.cx, &call.access::<SubscriptionsWrite>()?, &draft, call.token).await?;
    let row = one(&call, id).await?;
    let version = row.version;
    Ok(tagged(&call, &headers, version, StatusCode::CREATED, shown(&call, row)))
}
