//! Plans.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    ids::PlanId,
    permissions::{Permission, marker::PlansRead},
};
use serde::{Deserialize, Serialize};
use services::plans::{self, Filter, PlanVersion, Standing};
use utoipa::ToSchema;

use super::{optional, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Id, Query},
        call::Call,
        conditional::tagged,
        operation::{Operation, Parameter, Route},
        page::{List, limit},
    },
};

/// What can be subscribed to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plan {
    /// `plan`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name.
    name: String,
    /// What it is for; may be empty.
    description: String,
    /// Whether it is on offer.
    #[schema(value_type = words::PlanStatus)]
    status: &'static str,
    /// The terms that can be signed today; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    current_version: Option<PlanTerms>,
}

/// The terms of one version of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanTerms {
    /// Its id, for a new subscription.
    #[schema(format = "uuid")]
    id: String,
    /// Its number, counted from 1.
    number: i64,
    /// The monthly price, net, in the currency's smallest unit.
    price_minor: i64,
    /// The currency.
    #[schema(value_type = words::Currency)]
    currency: String,
    /// Shortest time to stay, in months.
    minimum_term_months: i64,
    /// Days of notice.
    notice_days: i64,
    /// Kilometres included in each month.
    included_km: i64,
    /// First day on which it can be signed.
    #[schema(format = "date")]
    effective_from: String,
}

/// A page of plans.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanList(#[schema(inline)] List<PlanInList>);

/// A plan in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanInList {
    /// `plan`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name.
    name: String,
    /// What it is for; may be empty.
    description: String,
    /// Whether it is on offer.
    #[schema(value_type = words::PlanStatus)]
    status: &'static str,
}

/// Which plans.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    status: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

const QUERY: &[Parameter] = &[Parameter {
    name: "status",
    description: "Only those in this status.",
    schema: r##"{"$ref":"#/components/schemas/PlanStatus"}"##,
}];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Operation::list::<PlanList>("listPlans", "GET /api/v1/plans", "List plans", Permission::PlansRead)
                .tag("Plans")
                .query(QUERY),
            list,
        ),
        Route::new(
            Operation::read::<Plan>("getPlan", "GET /api/v1/plans/{id}", "Read a plan", Permission::PlansRead)
                .tag("Plans")
                .with_etag(),
            read,
        ),
    ]
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<PlanList>, Problem> {
    let filter = Filter {
        status: optional("status", which.status.as_deref())?,
        cursor: which.cursor,
        limit: Some(limit(which.limit)?),
        ..Filter::default()
    };
    let page = plans::list(&call.cx, &call.access::<PlansRead>()?, &filter).await?;
    Ok(Json(PlanList(List::of(page, |plan| PlanInList {
        object: "plan",
        id: plan.id.to_string(),
        name: plan.name.clone(),
        description: plan.description.clone(),
        status: plan.status().as_str(),
    }))))
}

fn terms(version: &PlanVersion) -> PlanTerms {
    PlanTerms {
        id: version.id.to_string(),
        number: version.number,
        price_minor: version.price_minor,
        currency: version.currency.clone(),
        minimum_term_months: version.minimum_term_months,
        notice_days: version.notice_days,
        included_km: version.included_km,
        effective_from: version.effective_from.clone(),
    }
}

async fn read(call: Call, headers: HeaderMap, Id(id): Id<PlanId>) -> Result<Response, Problem> {
    let found = plans::find(&call.cx, &call.access::<PlansRead>()?, id, None).await?;
    let plan = Plan {
        object: "plan",
        id: found.plan.id.to_string(),
        name: found.plan.name.clone(),
        description: found.plan.description.clone(),
        status: found.plan.status().as_str(),
        current_version: found.standing(Standing::InForce).map(terms),
    };
    Ok(tagged(&call, &headers, found.plan.version, StatusCode::OK, plan))
}
