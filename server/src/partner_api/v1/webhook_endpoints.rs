//! Webhook endpoints: a partner's own, and nobody else's.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    ids::EndpointId,
    permissions::{Permission, marker::WebhooksManage},
    webhooks::Scheme,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use services::{
    access::Access,
    webhooks::{self, Endpoint, EndpointFields, Owner, Proof},
};
use utoipa::ToSchema;

use super::{instant, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id, Query},
        call::Call,
        conditional::{conflict_is_412, must_match, tagged},
        operation::{Operation, Route},
        page::{List, limit},
    },
};

/// An address to which events are sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookEndpoint {
    /// `webhook_endpoint`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The address.
    url: String,
    /// What it is for; may be empty.
    description: String,
    /// The types of event that are sent to it; all when empty.
    #[schema(value_type = Vec<words::EventType>)]
    event_types: Vec<String>,
    /// Whether events are sent to it.
    is_enabled: bool,
    /// How messages are signed: `v1` by a shared secret, `v1a` by a key of ours.
    #[schema(value_type = words::WebhookScheme)]
    scheme: &'static str,
    /// How many messages are sent in a second at most; as many as are taken when null.
    max_per_second: Option<u32>,
    /// The secret by which we sign; told once, when the endpoint is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    secret: Option<String>,
    /// The same secret in the form that libraries of Standard Webhooks take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    standard_secret: Option<String>,
    /// The public half of the key by which we sign; told when the endpoint is made, and in the portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    public_key: Option<String>,
    /// When it was registered.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
}

/// A page of endpoints.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookEndpointList(#[schema(inline)] List<WebhookEndpoint>);

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhookEndpoint {
    /// The address: https, with a host name.
    #[schema(
        min_length = 12,
        max_length = 2000,
        pattern = "^https://[a-z0-9]{1,30}\\.[a-z]{2,10}(/[a-z0-9/-]{0,100})?$"
    )]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    description: String,
    /// The types of event; all when empty.
    #[serde(default)]
    #[schema(max_items = 50, value_type = Vec<words::EventType>)]
    event_types: Vec<String>,
    /// How messages are signed: `v1` by a shared secret (unless said), `v1a` by a key of ours.
    #[serde(default)]
    #[schema(nullable = false, value_type = Option<words::WebhookScheme>)]
    scheme: Option<String>,
    /// How many messages are sent in a second at most.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    max_per_second: Option<u32>,
}

/// What to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookEndpointChange {
    /// The address.
    #[schema(nullable = false, min_length = 12, max_length = 2000)]
    url: Option<String>,
    /// What it is for.
    #[schema(nullable = false, max_length = 200)]
    description: Option<String>,
    /// The types of event; all when empty.
    #[schema(nullable = false, max_items = 50, value_type = Option<Vec<words::EventType>>)]
    event_types: Option<Vec<String>>,
    /// Whether events are sent to it.
    #[schema(nullable = false)]
    is_enabled: Option<bool>,
    /// How many messages are sent in a second at most.
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    max_per_second: Option<u32>,
}

/// Which endpoints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    const SCOPE: Permission = Permission::WebhooksManage;
    const TAG: &str = "Webhook endpoints";
    vec![
        Route::new(
            Operation::list::<WebhookEndpointList>(
                "listWebhookEndpoints",
                "GET /api/v1/webhook-endpoints",
                "List the partner's endpoints",
                SCOPE,
            )
            .tag(TAG),
            list,
        ),
        Route::new(
            Operation::create::<NewWebhookEndpoint, WebhookEndpoint>(
                "createWebhookEndpoint",
                "POST /api/v1/webhook-endpoints",
                "Register an endpoint",
                SCOPE,
            )
            .tag(TAG)
            .note("The secret is in the answer, this once.")
            .with_etag(),
            create,
        ),
        Route::new(
            Operation::read::<WebhookEndpoint>(
                "getWebhookEndpoint",
                "GET /api/v1/webhook-endpoints/{id}",
                "Read an endpoint",
                SCOPE,
            )
            .tag(TAG)
            .with_etag(),
            read,
        ),
        Route::new(
            Operation::write::<WebhookEndpointChange, WebhookEndpoint>(
                "updateWebhookEndpoint",
                "PATCH /api/v1/webhook-endpoints/{id}",
                "Change an endpoint",
                SCOPE,
            )
            .tag(TAG)
            .with_if_match(),
            update,
        ),
        Route::new(
            Operation {
                response: (204, None),
                class: domain::limits::RouteClass::Write,
                ..Operation::read::<WebhookEndpoint>(
                    "deleteWebhookEndpoint",
                    "DELETE /api/v1/webhook-endpoints/{id}",
                    "Delete an endpoint",
                    SCOPE,
                )
            }
            .tag(TAG),
            delete,
        ),
    ]
}

/// The calling machine's own.
fn own(call: &Call, access: &Access<WebhooksManage>) -> Result<Owner, Problem> {
    Ok(Owner::of_machine(access, call.environment())?)
}

fn shown(endpoint: &Endpoint, proof: Option<&Proof>) -> WebhookEndpoint {
    let (secret, public_key) = match proof {
        Some(Proof::Secret(secret)) => (Some(secret.expose_secret().to_owned()), None),
        Some(Proof::PublicKey(key)) => (None, Some(key.clone())),
        None => (None, None),
    };
    WebhookEndpoint {
        object: "webhook_endpoint",
        id: endpoint.id.to_string(),
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        event_types: endpoint.event_types(),
        is_enabled: endpoint.is_enabled,
        scheme: endpoint.scheme().as_str(),
        max_per_second: endpoint.max_per_second(),
        public_key,
        standard_secret: secret.as_deref().map(webhooks::standard_secret),
        secret,
        created_at: instant(endpoint.created_at),
        updated_at: instant(endpoint.updated_at),
    }
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<WebhookEndpointList>, Problem> {
    let rows = limit(which.limit)?;
    let access = call.access::<WebhooksManage>()?;
    let page = webhooks::list(&call.own, &access, own(&call, &access)?, which.cursor.as_deref(), rows).await?;
    Ok(Json(WebhookEndpointList(List::of(page, |endpoint| shown(&endpoint, None)))))
}

async fn read(call: Call, headers: HeaderMap, Id(id): Id<EndpointId>) -> Result<Response, Problem> {
    let access = call.access::<WebhooksManage>()?;
    let endpoint = webhooks::find(&call.own, &access, own(&call, &access)?, id).await?;
    Ok(tagged(&call, &headers, endpoint.version, StatusCode::OK, shown(&endpoint, None)))
}

fn names(types: Vec<String>) -> Result<Vec<String>, Problem> {
    if types.len() > 50 {
        return Err(services::Error::invalid_field("event_types", "Name at most 50 types, or none for all.").into());
    }
    Ok(types)
}

fn line(text: &str) -> Result<String, Problem> {
    if text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(services::Error::invalid_field("description", "Use at most 200 characters on one line.").into());
    }
    Ok(text.to_owned())
}

async fn create(call: Call, headers: HeaderMap, Body(new): Body<NewWebhookEndpoint>) -> Result<Response, Problem> {
    let fields = EndpointFields {
        url: new.url,
        description: line(&new.description)?,
        event_types: names(new.event_types)?,
        scheme: match new.scheme.as_deref().map(str::parse).transpose() {
            Ok(scheme) => scheme.unwrap_or(Scheme::Hmac),
            Err(_) => return Err(services::Error::invalid_field("scheme", "Choose v1 or v1a.").into()),
        },
        max_per_second: new.max_per_second,
        is_enabled: true,
    };
    let access = call.access::<WebhooksManage>()?;
    let (endpoint, proof) = webhooks::create(&call.own, &access, own(&call, &access)?, &fields, None).await?;
    Ok(tagged(&call, &headers, endpoint.version, StatusCode::CREATED, shown(&endpoint, proof.as_ref())))
}

async fn update(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<EndpointId>,
    Body(change): Body<WebhookEndpointChange>,
) -> Result<Response, Problem> {
    let access = call.access::<WebhooksManage>()?;
    let owner = own(&call, &access)?;
    let stored = webhooks::find(&call.own, &access, owner, id).await?;
    let version = must_match(&headers, stored.version)?;
    let fields = EndpointFields {
        url: change.url.unwrap_or_else(|| stored.url.clone()),
        description: line(&change.description.unwrap_or_else(|| stored.description.clone()))?,
        event_types: match change.event_types {
            Some(types) => names(types)?,
            None => stored.event_types(),
        },
        scheme: stored.scheme(),
        max_per_second: change.max_per_second.or(stored.max_per_second()),
        is_enabled: change.is_enabled.unwrap_or(stored.is_enabled),
    };
    let endpoint = webhooks::edit(&call.own, &access, owner, id, version, &fields).await.map_err(conflict_is_412)?;
    Ok(tagged(&call, &headers, endpoint.version, StatusCode::OK, shown(&endpoint, None)))
}

async fn delete(call: Call, Id(id): Id<EndpointId>) -> Result<Response, Problem> {
    let access = call.access::<WebhooksManage>()?;
    webhooks::delete(&call.own, &access, own(&call, &access)?, id, "").await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
