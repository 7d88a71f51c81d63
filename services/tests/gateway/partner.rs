//! A partner that behaves as it is told, and integrations with it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use domain::ids::{IntegrationId, PartnerId};
use serde_json::{Value, json};
use services::{Services, access::Actor, db::on, gateway, outbound::Outbound, partners, partners::PartnerForm};
use uuid::Uuid;

use crate::fleet_fixture::access;

/// How a partner behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Good,
    Slow(u64),
    Status(u16),
    Hanging,
    BadJson,
    SaysFailed,
    LeadsInside,
}

/// What it was sent.
#[derive(Clone, Debug)]
pub struct Seen {
    pub authorization: String,
    pub key: String,
    pub body: Value,
}

#[derive(Clone, Debug)]
pub struct Partner {
    pub origin: String,
    mode: Arc<Mutex<Mode>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// How often each piece of work was done.
    done: Arc<Mutex<HashMap<String, usize>>>,
    pub connections: Arc<AtomicUsize>,
    pub tokens: Arc<AtomicUsize>,
    number: Arc<AtomicU64>,
}

impl Partner {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let partner = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            mode: Arc::new(Mutex::new(Mode::Good)),
            seen: Arc::default(),
            done: Arc::default(),
            connections: Arc::default(),
            tokens: Arc::default(),
            number: Arc::default(),
        };
        let app = Router::new().route("/oauth/token", any(token)).fallback(any(answer)).with_state(partner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        partner
    }

    pub fn behave(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
        self.done.lock().unwrap().clear();
        self.connections.store(0, Ordering::SeqCst);
        self.tokens.store(0, Ordering::SeqCst);
        self.behave(Mode::Good);
    }

    /// How often the work with a key was done; a partner does it once.
    pub fn works(&self) -> usize {
        self.done.lock().unwrap().len()
    }
}

async fn token(State(partner): State<Partner>, headers: HeaderMap) -> Response {
    tokio::time::sleep(Duration::from_millis(20)).await;
    if !headers.get("authorization").is_some_and(|value| value.to_str().unwrap().starts_with("Basic ")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let number = partner.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    Json(json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 600})).into_response()
}

async fn answer(State(partner): State<Partner>, request: Request) -> Response {
    partner.connections.fetch_add(1, Ordering::SeqCst);
    let mode = *partner.mode.lock().expect("nobody panicked");
    let (parts, body) = request.into_parts();
    let text =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (authorization, key) = (text("authorization"), text("idempotency-key"));
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    partner.seen.lock().unwrap().push(Seen { authorization, key: key.clone(), body });
    match mode {
        Mode::Hanging => std::future::pending().await,
        Mode::Slow(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        Mode::Status(429) => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "60")]).into_response(),
        Mode::Status(status) => return StatusCode::from_u16(status).unwrap().into_response(),
        Mode::BadJson => return "<html>Welcome".into_response(),
        Mode::SaysFailed => return Json(json!({"error": "token expired"})).into_response(),
        Mode::LeadsInside => {
            return (StatusCode::FOUND, [("location", "http://169.254.169.254/latest/meta-data")]).into_response();
        }
        Mode::Good => {}
    }
    if !key.is_empty() {
        *partner.done.lock().unwrap().entry(key).or_default() += 1;
    }
    Json(json!({"number": partner.number.fetch_add(1, Ordering::SeqCst)})).into_response()
}

/// The same services, which may call this machine.
pub fn here(cx: &Services) -> Services {
    Services { outbound: Arc::new(Outbound::new(BTreeSet::from(["127.0.0.1".to_owned()]))), ..cx.clone() }
}

/// Another node on the same database.
pub fn other_node(cx: &Services) -> Services {
    here(&Services::new(
        cx.db.clone(),
        cx.clock.clone(),
        cx.keys.clone(),
        cx.passwords.clone(),
        cx.settings.as_ref().clone(),
    ))
}

pub async fn register(cx: &Services, name: &str, kind: &str) -> PartnerId {
    let form = PartnerForm { name: name.to_owned(), kind: kind.to_owned(), contact_email: String::new() };
    partners::create(cx, &access(), &partners::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap()
}

/// How an operation is described, and what is done when it fails.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    pub name: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    pub plan: &'a str,
    pub second: Option<IntegrationId>,
    pub attempts: i64,
    pub timeout_ms: i64,
    pub deadline_ms: i64,
}

impl Default for Described<'_> {
    fn default() -> Self {
        Self {
            name: "cover.start",
            method: "POST",
            path: "/policies",
            plan: "refuse",
            second: None,
            attempts: 3,
            timeout_ms: 300,
            deadline_ms: 900,
        }
    }
}

/// A live integration with a partner, with one operation.
pub async fn integration(
    cx: &Services,
    name: &str,
    (kind, partner_kind): (&str, &str),
    origin: &str,
    described: Described<'_>,
) -> IntegrationId {
    let partner = register(cx, name, partner_kind).await;
    let id = IntegrationId::new();
    let now = cx.clock.now().millis();
    let slug = name.to_lowercase().replace(' ', "-");
    let mut uow = cx.db.begin().await.unwrap();
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration (id, partner_id, name, sort_name, slug, kind, criticality, base_url, state, auth,
                                  per_minute, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $3, $4, $5, 'high', $6, 'live', 'none', 100000, $7, 'test', $7, 'test')")
        .bind(id.uuid()).bind(partner.uuid()).bind(name).bind(slug).bind(kind).bind(origin).bind(now)
        .execute(c).await.map(|_| ()))
    .unwrap();
    add(uow.connection(), id, described).await;
    uow.commit(cx, &Actor::command_line(), services::audit::Entry::new("test.set_up")).await.unwrap();
    id
}

/// One more operation.
pub async fn add(connection: services::db::Connection<'_>, id: IntegrationId, described: Described<'_>) {
    let seconds = (described.plan == "last_known").then_some(3_600_i64);
    on!(connection, c => sqlx::query(
        "INSERT INTO integration_operation (id, integration_id, name, method, path, is_idempotent, timeout_ms, deadline_ms,
                                            max_attempts, plan, second_id, last_known_seconds, error_pointer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '/error')")
        .bind(Uuid::now_v7()).bind(id.uuid()).bind(described.name).bind(described.method).bind(described.path)
        .bind(described.method == "GET").bind(described.timeout_ms).bind(described.deadline_ms)
        .bind(described.attempts).bind(described.plan).bind(described.second.map(IntegrationId::uuid)).bind(seconds)
        .execute(c).await.map(|_| ()))
    .unwrap();
}

/// Changes columns of an integration.
pub async fn set(cx: &Services, id: IntegrationId, statement: &'static str) {
    let mut uow = cx.db.begin().await.unwrap();
    on!(uow.connection(), c => sqlx::query(statement).bind(id.uuid()).execute(c).await.map(|_| ())).unwrap();
    uow.commit(cx, &Actor::command_line(), services::audit::Entry::new("test.set_up")).await.unwrap();
}

pub fn ask(id: IntegrationId, key: &str) -> gateway::Ask {
    gateway::Ask {
        integration: id,
        operation: "cover.start".to_owned(),
        payload: json!({"vehicle": {"vin": "WVWZZZ1JZXW000001", "plate": "B-KF 2041", "location": "Yard 4"},
                        "subscription": {"id": "s-1"}}),
        subject: None,
        key: Some(key.to_owned()),
    }
}

pub async fn call(cx: &Services, ask: gateway::Ask) -> gateway::Answer {
    gateway::call(cx, &Actor::job("test"), ask).await.expect("no fault of ours")
}
