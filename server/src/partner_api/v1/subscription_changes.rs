//! Changes of a subscription: previewed, then carried out exactly as previewed.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    ids::{SubscriptionId, VehicleId},
    permissions::{Permission, marker::SubscriptionsRead},
    subscription::{AmountLine, Command},
    texts::Reason,
};
use serde::{Deserialize, Serialize};
use services::subscriptions::{self, Permitted};
use utoipa::ToSchema;

use super::{
    parsed,
    subscriptions::{Subscription, one, shown},
};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id},
        call::Call,
        conditional::tagged,
        operation::{Operation, Route},
    },
};

/// What is to be done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Ask for approval (`subscriptions:write`).
    Submit {},
    /// Grant it and reserve the car (`subscriptions:approve`).
    Approve {
        /// First day of service.
        #[schema(format = "date")]
        starts_on: String,
    },
    /// Refuse it (`subscriptions:approve`).
    Decline {},
    /// The customer has signed (`subscriptions:settle`).
    RecordSignature {},
    /// The first payment has arrived (`subscriptions:settle`).
    RecordPayment {},
    /// The customer has got the car (`subscriptions:hand_over`).
    HandOver {
        /// On which day.
        #[schema(format = "date")]
        on: String,
        /// What the odometer shows.
        #[schema(minimum = 0, maximum = 3_000_000)]
        odometer_km: i64,
    },
    /// Let service rest (`subscriptions:pause`).
    Pause {
        /// First day without service.
        #[schema(format = "date")]
        from: String,
        /// Day of the resumption.
        #[schema(format = "date")]
        until: String,
    },
    /// End the pause (`subscriptions:pause`).
    Resume {
        /// Day of the resumption.
        #[schema(format = "date")]
        on: String,
    },
    /// Drop a planned pause (`subscriptions:pause`).
    CallOffPause {},
    /// The customer has got another car for the one they had, today (`subscriptions:hand_over`).
    Swap {
        /// The car they have now.
        #[schema(format = "uuid")]
        vehicle_id: String,
        /// What the odometer of the car that came back shows.
        #[schema(minimum = 0, maximum = 3_000_000)]
        back_km: i64,
        /// What the odometer of the car that went out shows.
        #[schema(minimum = 0, maximum = 3_000_000)]
        out_km: i64,
    },
    /// Set the end (`subscriptions:end`).
    GiveNotice {
        /// The first day that is not billed.
        #[schema(format = "date")]
        ends_on: String,
    },
    /// Drop the end (`subscriptions:end`).
    WithdrawNotice {},
    /// The car is back (`subscriptions:hand_over`).
    Return {
        /// On which day.
        #[schema(format = "date")]
        on: String,
        /// What the odometer shows.
        #[schema(minimum = 0, maximum = 3_000_000)]
        odometer_km: i64,
    },
    /// Everything is settled (`subscriptions:settle`).
    Close {},
    /// Call it off before the hand-over (`subscriptions:end`).
    Cancel {},
}

/// A change to preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeToPreview {
    /// What is to be done.
    change: Change,
}

/// A change to carry out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeToCommit {
    /// What is to be done.
    change: Change,
    /// The `hash` of its preview: when anything it rests on has changed since, nothing is done.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    preview_hash: String,
    /// Why; kept in the timeline.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// A pause to carry out without a preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPause {
    /// First day without service.
    #[schema(format = "date")]
    from: String,
    /// Day of the resumption.
    #[schema(format = "date")]
    until: String,
    /// Why; kept in the timeline.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// The end of a pause, without a preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResumption {
    /// Day of the resumption.
    #[schema(format = "date")]
    on: String,
    /// Why; kept in the timeline.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// A cancellation before the hand-over, without a preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCancellation {
    /// Why; kept in the timeline.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePreview {
    /// `subscription_change_preview`.
    object: &'static str,
    /// In a sentence.
    summary: String,
    /// Give this as `preview_hash` to carry out exactly this.
    hash: String,
    /// State, service and billing, before and after, in words.
    lines: Vec<PreviewLine>,
    /// What it means for the car, driving, cover and money.
    consequences: Vec<String>,
    /// What is charged (positive) or given back (negative).
    amounts: Vec<PreviewAmount>,
}

/// Something before and after.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewLine {
    /// What it is.
    label: &'static str,
    /// How it reads now.
    before: String,
    /// How it will read.
    after: String,
}

/// An amount of a preview.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewAmount {
    /// What for.
    label: String,
    /// How it was reckoned; may be empty.
    note: String,
    /// Net, in the currency's smallest unit.
    net_minor: i64,
    /// Tax, in the currency's smallest unit.
    tax_minor: i64,
    /// Both.
    total_minor: i64,
    /// ISO 4217.
    currency: String,
}

pub(super) fn routes() -> Vec<Route> {
    use Permission::{SubscriptionsEnd as End, SubscriptionsPause as Pause, SubscriptionsRead as Read};
    let named =
        |operation: Operation| Operation { response: (200, operation.response.1.clone()), creates: true, ..operation };
    vec![
        Route::new(
            Operation::write::<ChangeToPreview, ChangePreview>(
                "previewSubscriptionChange",
                "POST /api/v1/subscriptions/{id}/changes/preview",
                "Preview a change",
                Read,
            )
            .tag("Subscriptions")
            .note("Changes nothing. The scope that the change itself takes is needed besides."),
            preview,
        ),
        Route::new(
            named(Operation::write::<ChangeToCommit, Subscription>(
                "changeSubscription",
                "POST /api/v1/subscriptions/{id}/changes",
                "Carry out a change",
                Read,
            ))
            .tag("Subscriptions")
            .note("Does exactly what its preview showed. The scope that the change itself takes is needed besides.")
            .with_etag(),
            commit,
        ),
        Route::new(
            named(Operation::write::<NewPause, Subscription>(
                "pauseSubscription",
                "POST /api/v1/subscriptions/{id}/pause",
                "Pause",
                Pause,
            ))
            .tag("Subscriptions")
            .with_etag(),
            pause,
        ),
        Route::new(
            named(Operation::write::<NewResumption, Subscription>(
                "resumeSubscription",
                "POST /api/v1/subscriptions/{id}/resume",
                "Resume",
                Pause,
            ))
            .tag("Subscriptions")
            .with_etag(),
            resume,
        ),
        Route::new(
            named(Operation::write::<NewCancellation, Subscription>(
                "cancelSubscription",
                "POST /api/v1/subscriptions/{id}/cancel",
                "Cancel before the hand-over",
                End,
            ))
            .tag("Subscriptions")
            .with_etag(),
            cancel,
        ),
    ]
}

fn day(field: &str, text: &str) -> Result<jiff::civil::Date, Problem> {
    let date = text.parse::<jiff::civil::Date>().ok().filter(|date| (1950..=2200).contains(&date.year()));
    Ok(date.ok_or_else(|| services::Error::invalid_field(field, "Give a date like 2026-07-03."))?)
}

fn kilometres(field: &str, km: i64) -> Result<i64, Problem> {
    if (0..=services::odometer::MOST_KM).contains(&km) {
        Ok(km)
    } else {
        Err(services::Error::invalid_field(field, "Give kilometres from 0 to 3000000.").into())
    }
}

fn command(change: &Change) -> Result<Command, Problem> {
    Ok(match change {
        Change::Submit {} => Command::Submit,
        Change::Approve { starts_on } => Command::Approve { starts_on: day("/change/starts_on", starts_on)? },
        Change::Decline {} => Command::Decline,
        Change::RecordSignature {} => Command::RecordSignature,
        Change::RecordPayment {} => Command::RecordPayment,
        Change::HandOver { on, odometer_km } => Command::HandOver {
            on: day("/change/on", on)?,
            odometer_km: kilometres("/change/odometer_km", *odometer_km)?,
        },
        Change::Pause { from, until } => {
            Command::Pause { from: day("/change/from", from)?, until: day("/change/until", until)? }
        }
        Change::Resume { on } => Command::Resume { on: day("/change/on", on)? },
        Change::CallOffPause {} => Command::CallOffPause,
        Change::Swap { vehicle_id, back_km, out_km } => Command::Swap {
            to: parsed::<VehicleId>("/change/vehicle_id", vehicle_id)?,
            back_km: kilometres("/change/back_km", *back_km)?,
            out_km: kilometres("/change/out_km", *out_km)?,
        },
        Change::GiveNotice { ends_on } => Command::GiveNotice { ends_on: day("/change/ends_on", ends_on)? },
        Change::WithdrawNotice {} => Command::WithdrawNotice,
        Change::Return { on, odometer_km } => Command::Return {
            on: day("/change/on", on)?,
            odometer_km: kilometres("/change/odometer_km", *odometer_km)?,
        },
        Change::Close {} => Command::Close,
        Change::Cancel {} => Command::Cancel,
    })
}

fn amount(line: &AmountLine) -> PreviewAmount {
    PreviewAmount {
        label: line.label.clone(),
        note: line.note.clone(),
        net_minor: line.amount.net.minor(),
        tax_minor: line.amount.tax.minor(),
        total_minor: line.amount.total.minor(),
        currency: line.amount.total.currency().as_str().to_owned(),
    }
}

async fn preview(
    call: Call,
    Id(id): Id<SubscriptionId>,
    Body(asked): Body<ChangeToPreview>,
) -> Result<Json<ChangePreview>, Problem> {
    let access = call.access::<SubscriptionsRead>()?;
    let permitted = Permitted::ask(&call.actor, command(&asked.change)?)?;
    let reviewed = subscriptions::review(&call.cx, &access, &permitted, id).await?;
    let preview = reviewed.preview;
    // What a change costs tells the price; it leaves as it is or not at all.
    let price = domain::partners::Field::SubscriptionPrice;
    let sees_money = call.terms.is_whole(price);
    call.given.note("subscription", id.uuid(), &[(price, sees_money && !preview.amounts.is_empty())]);
    Ok(Json(ChangePreview {
        object: "subscription_change_preview",
        summary: preview.summary(),
        hash: reviewed.hash,
        lines: preview
            .timelines
            .into_iter()
            .map(|line| PreviewLine { label: line.label, before: line.before, after: line.after })
            .collect(),
        consequences: preview.consequences.into_iter().map(|consequence| consequence.text).collect(),
        amounts: if sees_money { preview.amounts.iter().map(amount).collect() } else { Vec::new() },
    }))
}

async fn carry_out(
    call: &Call,
    headers: &HeaderMap,
    id: SubscriptionId,
    command: Command,
    hash: Option<&str>,
    reason: &str,
) -> Result<Response, Problem> {
    let access = call.access::<SubscriptionsRead>();
    let reason: Reason = parsed("reason", reason)?;
    let permitted = Permitted::ask(&call.actor, command)?;
    let hash = match hash {
        Some(hash) => hash.to_owned(),
        // Not previewed: what would be shown now is what is meant.
        None => subscriptions::review_permitted(&call.cx, &permitted, id).await?.hash,
    };
    subscriptions::commit(&call.cx, &permitted, id, &hash, &reason).await?;
    let row = match access {
        Ok(access) => subscriptions::row(&call.cx, &access, id).await?,
        Err(_) => one(call, id).await?,
    };
    let version = row.version;
    Ok(tagged(call, headers, version, StatusCode::OK, shown(call, row)))
}

async fn commit(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<SubscriptionId>,
    Body(asked): Body<ChangeToCommit>,
) -> Result<Response, Problem> {
    carry_out(&call, &headers, id, command(&asked.change)?, Some(&asked.preview_hash), &asked.reason).await
}

async fn pause(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<SubscriptionId>,
    Body(asked): Body<NewPause>,
) -> Result<Response, Problem> {
    let command = Command::Pause { from: day("from", &asked.from)?, until: day("until", &asked.until)? };
    carry_out(&call, &headers, id, command, None, &asked.reason).await
}

async fn resume(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<SubscriptionId>,
    Body(asked): Body<NewResumption>,
) -> Result<Response, Problem> {
    carry_out(&call, &headers, id, Command::Resume { on: day("on", &asked.on)? }, None, &asked.reason).await
}

async fn cancel(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<SubscriptionId>,
    Body(asked): Body<NewCancellation>,
) -> Result<Response, Problem> {
    carry_out(&call, &headers, id, Command::Cancel, None, &asked.reason).await
}
