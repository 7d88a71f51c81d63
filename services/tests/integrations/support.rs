//! Integrations to try things with, and a partner that listens.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::ids::{IntegrationId, OperationId, PartnerId};
use serde_json::json;
use services::{
    Db, Error, Services,
    db::on,
    integrations::{self, IntegrationForm, OperationForm},
    outbound::Outbound,
};
use uuid::Uuid;

pub use super::machines::{console, on_both_engines, partner, person};

/// A form that is right as it stands.
pub fn form(partner: PartnerId, name: &str, slug: &str, base_url: &str) -> IntegrationForm {
    IntegrationForm {
        partner: partner.to_string(),
        name: name.to_owned(),
        slug: slug.to_owned(),
        kind: "insurance".to_owned(),
        criticality: "high".to_owned(),
        base_url: base_url.to_owned(),
        auth: "bearer".to_owned(),
        max_concurrent: "8".to_owned(),
        per_minute: "600".to_owned(),
        availability: "99.5".to_owned(),
        latency_ms: "2000".to_owned(),
        inbound_scheme: "standard".to_owned(),
        ..IntegrationForm::default()
    }
}

pub async fn create(cx: &Services, form: &IntegrationForm) -> Result<IntegrationId, Error> {
    let fields = integrations::parse(&cx.outbound, form).map_err(Error::invalid)?;
    integrations::create(cx, &console(), &fields, Uuid::now_v7()).await
}

/// An integration of a partner of its own.
pub async fn integration(cx: &Services, name: &str, slug: &str, base_url: &str) -> IntegrationId {
    let partner = partner(cx, &format!("Partner of {name}")).await;
    create(cx, &form(partner, name, slug, base_url)).await.unwrap()
}

/// An operation that is right as it stands: a question that is refused when it can't be had.
pub fn operation_form(name: &str) -> OperationForm {
    OperationForm {
        name: name.to_owned(),
        method: "GET".to_owned(),
        path: "/cover".to_owned(),
        timeout_ms: "500".to_owned(),
        deadline_ms: "1000".to_owned(),
        max_attempts: "1".to_owned(),
        plan: "refuse".to_owned(),
        ..OperationForm::default()
    }
}

pub async fn operation(cx: &Services, of: IntegrationId, form: &OperationForm) -> Result<OperationId, Error> {
    let fields = integrations::parse_operation(form).map_err(Error::invalid)?;
    integrations::create_operation(cx, &console(), of, &fields, Uuid::now_v7()).await
}

/// What is said at each field of a refused form.
pub fn fields_of(error: &Error) -> Vec<&str> {
    error.fields.iter().map(|field| field.field.as_str()).collect()
}

/// The gate is another's work: here an integration is simply live.
pub async fn make_live(cx: &Services, id: IntegrationId) {
    execute(cx, "UPDATE integration SET state = 'live' WHERE id = $1", id.uuid()).await;
}

pub async fn execute(cx: &Services, statement: &'static str, id: Uuid) {
    match &cx.db {
        Db::Sqlite { writer, .. } => drop(sqlx::query(statement).bind(id).execute(writer).await.unwrap()),
        Db::Postgres(pool) => drop(sqlx::query(statement).bind(id).execute(pool).await.unwrap()),
    }
}

pub async fn count(cx: &Services, statement: &'static str) -> i64 {
    let mut reading = cx.db.read().await.unwrap();
    let (count,): (i64,) = on!(reading.connection(), c => sqlx::query_as(statement).fetch_one(c).await).unwrap();
    count
}

/// A call that waits for an integration's operation.
pub async fn queue_one(cx: &Services, id: IntegrationId, operation: &'static str) {
    let statement =
        "INSERT INTO partner_call (id, integration_id, operation, idempotency_key, subject_type, subject_id,
                                               title, payload, state, next_at, created_at, created_by, updated_at)
                     VALUES ($1, $2, $3, 'key', 'vehicle', $1, 'Begin cover', $4, 'ready', 1, 1, 'Test', 1)";
    let (call, payload) = (Uuid::now_v7(), b"{}".to_vec());
    match &cx.db {
        Db::Sqlite { writer, .. } => drop(
            sqlx::query(statement)
                .bind(call)
                .bind(id.uuid())
                .bind(operation)
                .bind(payload)
                .execute(writer)
                .await
                .unwrap(),
        ),
        Db::Postgres(pool) => drop(
            sqlx::query(statement)
                .bind(call)
                .bind(id.uuid())
                .bind(operation)
                .bind(payload)
                .execute(pool)
                .await
                .unwrap(),
        ),
    }
}

/// The same services, which may call this machine.
pub fn here(cx: &Services) -> Services {
    Services { outbound: Arc::new(Outbound::new(BTreeSet::from(["127.0.0.1".to_owned()]))), ..cx.clone() }
}

/// A partner: `/hang` never answers, a path that is a number answers that status, `/token` gives a token to the client
/// `us` with the secret `client-secret`; everything else answers whoever proves to be `expected`.
#[derive(Clone, Debug, Default)]
pub struct Partner {
    seen: Arc<Mutex<Vec<String>>>,
    expected: String,
    pub origin: String,
}

impl Partner {
    pub async fn start(expected: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let partner = Self { origin, expected: expected.to_owned(), ..Self::default() };
        let app = Router::new().fallback(answer).with_state(partner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        partner
    }

    /// What each call proved itself by.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(State(partner): State<Partner>, uri: Uri, headers: HeaderMap) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let path = uri.path().trim_start_matches("/v1").to_owned();
    if path == "/token" {
        // us:client-secret
        let is_right = header("authorization") == "Basic dXM6Y2xpZW50LXNlY3JldA==";
        return if is_right {
            Json(json!({ "access_token": "token-of-the-day", "expires_in": 3_600 })).into_response()
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        };
    }
    let proof = format!("{}{}", header("authorization"), header("x-api-key"));
    partner.seen.lock().unwrap().push(proof.clone());
    if path == "/hang" {
        std::future::pending::<()>().await;
    }
    if let Some(status) =
        path.trim_start_matches('/').parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok())
    {
        return status.into_response();
    }
    if partner.expected.is_empty() || proof == partner.expected {
        Json(json!({ "is": "well" })).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}
