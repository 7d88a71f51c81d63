//! An API over a small sandbox of its own, and keys to call it with.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use domain::{
    credentials::CredentialKind,
    permissions::{Grant, Permission},
};
use keyfob_server::partner_api::{self, Api};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use services::{
    Services,
    access::{Access, Actor},
    credentials::{self, CredentialForm},
    demo,
    partners::{self, PartnerForm},
    roles,
};
use tower::ServiceExt;
use uuid::Uuid;

pub fn console<P: Grant>() -> Access<P> {
    Actor::command_line().authorize().unwrap()
}

/// The API, its router, and a key that may do everything a machine may.
pub struct Portal {
    pub cx: Services,
    pub api: Arc<Api>,
    pub router: Router,
    pub key: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// A call to be made.
pub struct Call<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Option<Value>,
}

impl Portal {
    /// Live and sandbox are the same data here: both are this test's own.
    pub async fn new(cx: Services) -> Self {
        roles::seed(&cx).await.unwrap();
        demo::fill_business(&cx, demo::Options { customers: 12, seed: 5 }).await.unwrap();
        let api = Api::new(cx.clone(), Some(cx.clone()));
        let router = partner_api::router(&api);
        let scopes: Vec<Permission> = Permission::scopes().collect();
        let key = key(&cx, "Everything", "internal", &scopes, |_| {}).await;
        Self { cx, api, router, key }
    }

    pub async fn call(&self, key: &str, call: Call<'_>) -> Answer {
        let mut request = Request::builder().method(call.method).uri(call.path);
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        let body = match call.body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 22).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(&self.key, Call { method: "GET", path, headers: &[], body: None }).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call(&self.key, Call { method: "GET", path, headers, body: None }).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.call(&self.key, Call { method: "POST", path, headers, body: Some(body) }).await
    }
}

/// A key of a partner of a kind, changed before it is issued.
pub async fn key(
    cx: &Services,
    name: &str,
    partner_kind: &str,
    scopes: &[Permission],
    change: impl FnOnce(&mut CredentialForm),
) -> String {
    let partner =
        PartnerForm { name: format!("{name} Ltd"), kind: partner_kind.to_owned(), contact_email: String::new() };
    let partner = partners::create(cx, &console(), &partners::parse(&partner).unwrap(), Uuid::now_v7()).await.unwrap();
    let mut form = CredentialForm {
        name: name.to_owned(),
        partner: partner.to_string(),
        environment: "test".to_owned(),
        api_version: "2026-11-01".to_owned(),
        ..CredentialForm::default()
    };
    change(&mut form);
    let scopes: BTreeSet<Permission> = scopes.iter().copied().collect();
    let fields = credentials::parse(CredentialKind::ApiKey, &form, scopes, BTreeSet::new()).unwrap();
    let secret = SecretString::from("");
    let issued =
        credentials::issue(cx, &console(), CredentialKind::ApiKey, &fields, &secret, Uuid::now_v7()).await.unwrap();
    issued.secret.unwrap().expose_secret().to_owned()
}
