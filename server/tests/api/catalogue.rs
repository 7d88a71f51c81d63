use std::collections::BTreeSet;

use domain::permissions::Permission;
use keyfob_server::partner_api::{document, v1};
use serde_json::Value;
use services::{Services, testing::on_both_engines};

use super::support::{Call, Portal, key};

#[test]
fn every_operation_says_its_name_its_scope_its_limit_and_its_refusals() {
    let routes = v1::routes();
    assert!(routes.len() > 30);
    let mut ids = BTreeSet::new();
    let tags: BTreeSet<&str> = v1::TAGS.iter().map(|(name, _)| *name).collect();
    for route in &routes {
        let operation = &route.operation;
        assert!(ids.insert(operation.id), "{} is there twice", operation.id);
        assert!(tags.contains(operation.tag), "{} has no heading", operation.id);
        assert!(!operation.summary.is_empty(), "{} has no words", operation.id);
        assert!(operation.scope.is_none_or(Permission::is_scope), "{}: no machine can hold its scope", operation.id);
        assert!(operation.scope.is_some() || operation.id == "getCredentialInUse", "{} needs no scope", operation.id);
        let path = format!(
            "/paths/{}/{}",
            format!("/api/v1{}", operation.path).replace('/', "~1"),
            operation.method.to_lowercase()
        );
        let described = document().pointer(&path).unwrap_or_else(|| panic!("{path} is not in the document"));
        assert!(described["x-limit-class"].is_string(), "{}", operation.id);
        let responses = described["responses"].as_object().unwrap();
        for status in ["400", "401", "403", "410", "422", "429", "500", "503"] {
            let schema = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/ProblemDocument", "{} {status}", operation.id);
        }
        assert_eq!(operation.path.contains('{'), responses.contains_key("404"), "{}", operation.id);
    }
}

#[test]
fn the_old_addresses_are_those_that_the_portal_lists() {
    let old: BTreeSet<&str> = v1::routes()
        .iter()
        .filter(|route| route.operation.retirement.is_some())
        .map(|route| route.operation.route)
        .collect();
    assert_eq!(old, domain::api_version::DEPRECATED_ROUTES.iter().copied().collect());
}

/// Every reference within the document leads somewhere.
#[test]
fn the_document_holds_together() {
    fn walk(document: &Value, value: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                object.values().for_each(|value| walk(document, value));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(document, value)),
            _ => {}
        }
    }
    walk(document(), document());
    assert_eq!(document()["openapi"], "3.1.0");
}

#[tokio::test]
async fn nobody_gets_past_a_scope_and_nobody_without_a_key_gets_anywhere() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        // A key with the one scope that no other operation needs.
        let narrow = key(&portal.cx, "Narrow", "internal", &[Permission::LeaksReport], |_| {}).await;
        for route in v1::routes() {
            let operation = &route.operation;
            let path = format!("/api/v1{}", operation.path)
                .replace("{id}", "00000000-0000-0000-0000-000000000000")
                .replace("{hold}", "00000000-0000-0000-0000-000000000000");
            let body = operation.request.as_ref().map(|_| serde_json::json!({}));
            let call =
                |body: &Option<Value>| Call { method: operation.method, path: &path, headers: &[], body: body.clone() };
            let nobody = portal.call("", call(&body)).await;
            assert_eq!((nobody.status.as_u16(), nobody.code()), (401, "credential.missing"), "{}", operation.id);
            assert!(nobody.header("www-authenticate").starts_with("Bearer"), "{}", operation.id);
            let refused = portal.call(&narrow, call(&body)).await;
            if operation.scope.is_some_and(|scope| scope != Permission::LeaksReport) {
                assert_eq!((refused.status.as_u16(), refused.code()), (403, "scope.missing"), "{}", operation.id);
                assert!(refused.header("www-authenticate").contains("insufficient_scope"), "{}", operation.id);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_that_a_partner_is_not_cleared_for_never_leaves() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let scopes = [Permission::CustomersRead, Permission::FleetRead, Permission::SubscriptionsRead];
        let telematics = key(&portal.cx, "Tracker", "telematics", &scopes, |_| {}).await;
        let get = |path: &'static str| Call { method: "GET", path, headers: &[], body: None };
        let customers = portal.call(&telematics, get("/api/v1/customers")).await;
        let first = &customers.body["data"][0];
        for field in ["name", "email", "phone", "address", "external_key"] {
            assert!(first.get(field).is_none(), "{field} left");
        }
        assert!(first["number"].is_string());
        let asked = portal.call(&telematics, get("/api/v1/customers?fields=id,email")).await;
        assert!(asked.body["data"][0].get("email").is_none(), "asking for it doesn't help");
        let searched = portal.call(&telematics, get("/api/v1/customers?q=anna")).await;
        assert_eq!(searched.status, 422, "nor does searching by it");
        let vehicles = portal.call(&telematics, get("/api/v1/vehicles")).await;
        assert!(vehicles.body["data"][0]["vin"].is_string() && vehicles.body["data"][0].get("plate").is_none());
        let subscriptions = portal.call(&telematics, get("/api/v1/subscriptions")).await;
        assert!(subscriptions.body["data"][0].get("price").is_none());
        assert!(portal.get("/api/v1/customers").await.body["data"][0]["email"].is_string());
    })
    .await;
}
