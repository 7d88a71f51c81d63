//! Events.

use axum::Json;
use domain::permissions::{Permission, marker::EventsRead};
use serde::{Deserialize, Serialize};
use services::events::{self, Filter};
use utoipa::ToSchema;

use super::{instant, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::Query,
        call::Call,
        operation::{Operation, Parameter, Route},
        page::{List, limit},
    },
};

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// `event`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// What happened: `area.verb`.
    r#type: String,
    /// When.
    #[schema(format = "date-time")]
    occurred_at: String,
    /// What it happened to.
    subject: Subject,
}

/// What an event happened to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "EventSubject")]
pub struct Subject {
    /// The kind of record.
    #[schema(value_type = words::EventObject)]
    r#type: String,
    /// Which one.
    #[schema(format = "uuid")]
    id: String,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventList(#[schema(inline)] List<Event>);

/// Which events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    r#type: Option<String>,
    subject_type: Option<String>,
    subject_id: Option<String>,
    order: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

const QUERY: &[Parameter] = &[
    Parameter {
        name: "type",
        description: "Only those of this type, like subscription.paused.",
        schema: r#"{"type":"string","pattern":"^[a-z_]+\\.[a-z_]+$","maxLength":80}"#,
    },
    Parameter {
        name: "subject_type",
        description: "Only those about records of this kind.",
        schema: r##"{"$ref":"#/components/schemas/EventObject"}"##,
    },
    Parameter {
        name: "subject_id",
        description: "Only those about this record.",
        schema: r#"{"type":"string","format":"uuid"}"#,
    },
    Parameter {
        name: "order",
        description: "The oldest first (`asc`, unless said), or the newest.",
        schema: r#"{"type":"string","enum":["asc","desc"]}"#,
    },
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Operation::list::<EventList>("listEvents", "GET /api/v1/events", "List events", Permission::EventsRead)
            .tag("Events")
            .note("The oldest first: keep the last `next` and go on with it later.")
            .query(QUERY),
        list,
    )]
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<EventList>, Problem> {
    let wrong = |field: &'static str, words: &'static str| services::Error::invalid_field(field, words);
    let is_kind = |kind: &String| ["customer", "vehicle", "plan", "subscription"].contains(&kind.as_str());
    if which.subject_type.as_ref().is_some_and(|kind| !is_kind(kind)) {
        return Err(wrong("subject_type", "Choose customer, vehicle, plan or subscription.").into());
    }
    if which.order.as_deref().is_some_and(|order| !["asc", "desc"].contains(&order)) {
        return Err(wrong("order", "Choose asc or desc.").into());
    }
    let is_type = |name: &str| {
        name.len() <= 80
            && name.split('.').count() == 2
            && name
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    };
    if which.r#type.as_deref().is_some_and(|name| !is_type(name)) {
        return Err(wrong("type", "Name a type like subscription.paused.").into());
    }
    let object = which.subject_id.map(|id| uuid::Uuid::try_parse(&id)).transpose();
    let filter = Filter {
        object: object.map_err(|_| wrong("subject_id", "This is not an identifier."))?,
        object_type: which.subject_type,
        action: which.r#type,
        is_descending: which.order.as_deref() == Some("desc"),
        cursor: which.cursor,
        limit: Some(limit(which.limit)?),
    };
    let page = events::list(&call.cx, &call.access::<EventsRead>()?, &filter).await?;
    Ok(Json(EventList(List::of(page, |event| Event {
        object: "event",
        id: event.id.to_string(),
        r#type: event.action,
        occurred_at: instant(event.at),
        subject: Subject { r#type: event.object_type, id: event.object_id.to_string() },
    }))))
}
