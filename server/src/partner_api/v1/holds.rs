//! Holds on subscriptions.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    ids::{HoldId, SubscriptionId},
    permissions::{Permission, marker::SubscriptionsRead},
    subscription::{Blocks, Command, Hold as PlacedHold, HoldKind, HoldScope},
    texts::Reason,
};
use serde::{Deserialize, Serialize};
use services::subscriptions::{self, HoldRow, Permitted};
use utoipa::ToSchema;

use super::{instant, parsed, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id},
        call::Call,
        operation::{Operation, Route},
        page::List,
    },
};

/// Why something may not be done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hold {
    /// `hold`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Why it is there.
    #[schema(value_type = words::HoldKind)]
    kind: String,
    /// What it is on.
    #[schema(value_type = words::HoldScope)]
    scope: String,
    /// Whether it stops driving.
    blocks_driving: bool,
    /// Whether it stops changes.
    blocks_changes: bool,
    /// Whether it stops billing.
    blocks_billing: bool,
    /// When somebody looks at it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    review_on: Option<String>,
    /// Since when.
    #[schema(format = "date-time")]
    placed_at: String,
}

/// The open holds that reach a subscription.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldList(#[schema(inline)] List<Hold>);

/// A hold to place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHold {
    /// Why: says which scope it takes, `holds:operate` or `holds:risk`.
    #[schema(value_type = words::HoldKind)]
    kind: String,
    /// When somebody looks at it again.
    #[serde(default)]
    #[schema(nullable = false, required = false, format = "date")]
    review_on: Option<String>,
    /// Why, in words; kept in the timeline.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// Why a hold is released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldRelease {
    /// Why, in words; kept in the timeline.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Operation {
                is_list: false,
                ..Operation::list::<HoldList>(
                    "listHolds",
                    "GET /api/v1/subscriptions/{id}/holds",
                    "List open holds",
                    Permission::SubscriptionsRead,
                )
            }
            .tag("Holds")
            .note("Those on the subscription, its customer and its car. There are few; they come all at once."),
            list,
        ),
        Route::new(
            Operation::create::<NewHold, Hold>(
                "createHold",
                "POST /api/v1/subscriptions/{id}/holds",
                "Place a hold",
                Permission::HoldsOperate,
            )
            .tag("Holds")
            .note(
                "It blocks what holds of its kind block. Arrears, licence, legal and theft take `holds:risk` besides.",
            ),
            create,
        ),
        Route::new(
            Operation {
                response: (204, None),
                ..Operation::write::<HoldRelease, Hold>(
                    "releaseHold",
                    "POST /api/v1/subscriptions/{id}/holds/{hold}/release",
                    "Release a hold",
                    Permission::HoldsOperate,
                )
            }
            .tag("Holds"),
            release,
        ),
    ]
}

fn shown(row: HoldRow) -> Hold {
    Hold {
        object: "hold",
        id: row.id.to_string(),
        kind: row.kind,
        scope: row.scope,
        blocks_driving: row.blocks_driving,
        blocks_changes: row.blocks_changes,
        blocks_billing: row.blocks_billing,
        review_on: row.review_on,
        placed_at: instant(row.placed_at),
    }
}

async fn list(call: Call, Id(id): Id<SubscriptionId>) -> Result<Json<HoldList>, Problem> {
    let found = subscriptions::find(&call.cx, &call.access::<SubscriptionsRead>()?, id, None).await?;
    Ok(Json(HoldList(List { data: found.holds.into_iter().map(shown).collect(), next: None })))
}

fn reason(text: &str) -> Result<Reason, Problem> {
    parsed("reason", text)
}

async fn create(call: Call, Id(id): Id<SubscriptionId>, Body(new): Body<NewHold>) -> Result<Response, Problem> {
    let kind: HoldKind = parsed("kind", &new.kind)?;
    let review_on =
        new.review_on.as_deref().map(str::parse).transpose().map_err(|_| {
            services::Error::invalid_field("review_on", "Give a date like 2026-07-03, or leave it out.")
        })?;
    let hold = PlacedHold {
        id: HoldId::from(call.token),
        kind,
        scope: HoldScope::Subscription,
        blocks: kind.default_blocks(),
        since: call.cx.clock.today(services::clock::ZONE),
        review_on,
    };
    let permitted = Permitted::ask(&call.actor, Command::PlaceHold { hold })?;
    let hash = subscriptions::review_permitted(&call.cx, &permitted, id).await?.hash;
    subscriptions::commit(&call.cx, &permitted, id, &hash, &reason(&new.reason)?).await?;
    let Blocks { driving, changes, billing } = hold.blocks;
    let placed = Hold {
        object: "hold",
        id: hold.id.to_string(),
        kind: kind.to_string(),
        scope: HoldScope::Subscription.to_string(),
        blocks_driving: driving,
        blocks_changes: changes,
        blocks_billing: billing,
        review_on: review_on.map(|day| day.to_string()),
        placed_at: instant(call.cx.clock.now().millis()),
    };
    Ok((StatusCode::CREATED, Json(placed)).into_response())
}

async fn release(
    call: Call,
    path: axum::extract::Path<(String, String)>,
    Body(release): Body<HoldRelease>,
) -> Result<StatusCode, Problem> {
    let missing =
        || Problem::new(StatusCode::NOT_FOUND, "hold.not_open", "There is no such open hold on this subscription.");
    let (Ok(id), Ok(hold)) = (path.0.0.parse::<SubscriptionId>(), path.0.1.parse::<HoldId>()) else {
        return Err(missing());
    };
    let kind = subscriptions::open_hold(&call.cx, &call.actor, id, hold).await?.ok_or_else(missing)?;
    let permitted = Permitted::ask(&call.actor, Command::ReleaseHold { id: hold, kind })?;
    let hash = subscriptions::review_permitted(&call.cx, &permitted, id).await?.hash;
    subscriptions::commit(&call.cx, &permitted, id, &hash, &reason(&release.reason)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
