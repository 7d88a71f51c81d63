use serde_json::json;
use services::{Services, testing::on_both_engines};

use super::support::{Call, Portal};

fn anna() -> serde_json::Value {
    json!({ "kind": "person", "name": "Anna Test", "email": "anna@example.org", "country": "DE",
            "zone": "Europe/Berlin", "currency": "EUR" })
}

#[tokio::test]
async fn the_same_idempotency_key_makes_one_customer_and_repeats_its_answer() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let key = [("idempotency-key", "order-4711")];
        let first = portal.post("/api/v1/customers", &key, anna()).await;
        let second = portal.post("/api/v1/customers", &key, anna()).await;
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201), "{:?}", first.body);
        assert_eq!(first.body, second.body);
        assert_eq!((second.header("idempotency-replayed"), second.header("etag")), ("true", first.header("etag")));
        let mut other = anna();
        other["name"] = json!("Somebody else");
        let refused = portal.post("/api/v1/customers", &key, other).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "idempotency.other_payload"));
        let third = portal.post("/api/v1/customers", &[], anna()).await;
        assert_ne!(third.body["id"], first.body["id"], "without a key each call makes its own");
    })
    .await;
}

#[tokio::test]
async fn many_calls_at_once_with_one_key_make_one_customer() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let key = [("idempotency-key", "at-once")];
        let calls = (0..8).map(|_| portal.post("/api/v1/customers", &key, anna()));
        let answers = futures::future::join_all(calls).await;
        let ids: std::collections::BTreeSet<String> =
            answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.body["id"].to_string()).collect();
        assert_eq!(ids.len(), 1);
        assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "idempotency.in_progress"));
        let found = portal.get("/api/v1/customers?q=anna%20test").await;
        assert_eq!(found.body["data"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_read() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let made = portal.post("/api/v1/customers", &[], anna()).await;
        let path = format!("/api/v1/customers/{}", made.body["id"].as_str().unwrap());
        let change = async |headers: &[(&str, &str)], city: &str| {
            let call = Call { method: "PATCH", path: &path, headers, body: Some(json!({ "city": city })) };
            portal.call(&portal.key, call).await
        };
        let blind = change(&[], "Bonn").await;
        assert_eq!((blind.status.as_u16(), blind.code()), (428, "condition.missing"));
        let tag = made.header("etag").to_owned();
        let saved = change(&[("if-match", &tag)], "Bonn").await;
        assert_eq!((saved.status.as_u16(), saved.body["address"]["city"].as_str()), (200, Some("Bonn")));
        let stale = change(&[("if-match", &tag)], "Kiel").await;
        assert_eq!((stale.status.as_u16(), stale.code()), (412, "condition.changed"));
        let known = portal.get_with(&path, &[("if-none-match", saved.header("etag"))]).await;
        assert_eq!(known.status, 304);
        assert_eq!(portal.get_with(&path, &[("if-none-match", &tag)]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_also_while_records_are_added() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let mut seen = std::collections::BTreeSet::new();
        let mut path = "/api/v1/customers?limit=5&sort=created_at".to_owned();
        loop {
            let page = portal.get(&path).await;
            for customer in page.body["data"].as_array().unwrap() {
                assert!(seen.insert(customer["id"].to_string()), "twice");
            }
            portal.post("/api/v1/customers", &[], anna()).await;
            let Some(next) = page.body["next"].as_str() else { break };
            if seen.len() > 40 {
                break;
            }
            path = format!("/api/v1/customers?limit=5&sort=created_at&cursor={next}");
        }
        assert!(seen.len() >= 12);
        for wrong in
            ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "colour=red", "sort=colour", "fields=colour"]
        {
            let refused = portal.get(&format!("/api/v1/customers?{wrong}")).await;
            assert_eq!(refused.status, 422, "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_subscription_is_carried_out_as_previewed() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let active = portal.get("/api/v1/subscriptions?state=active&limit=1").await;
        let id = active.body["data"][0]["id"].as_str().expect("an active one").to_owned();
        let change = json!({ "change": "give_notice", "ends_on": "2027-11-01" });
        let preview =
            portal.post(&format!("/api/v1/subscriptions/{id}/changes/preview"), &[], json!({ "change": change })).await;
        assert_eq!(preview.status, 200, "{:?}", preview.body);
        let commit = |hash: &str| json!({ "change": change, "preview_hash": hash, "reason": "moving abroad" });
        let path = format!("/api/v1/subscriptions/{id}/changes");
        let stale = portal.post(&path, &[], commit(&"0".repeat(64))).await;
        assert_eq!((stale.status.as_u16(), stale.code()), (409, "subscription.review_stale"));
        let done = portal.post(&path, &[], commit(preview.body["hash"].as_str().unwrap())).await;
        assert_eq!((done.status.as_u16(), done.body["state"].as_str()), (200, Some("ending")), "{:?}", done.body);
        assert_eq!(done.body["service"]["until"], "2027-11-01");
        portal.cx.clock.advance(2_000);
        let events = portal.get(&format!("/api/v1/events?subject_id={id}&order=desc&limit=1")).await;
        assert_eq!(events.body["data"][0]["subject"]["id"], id.as_str());
    })
    .await;
}
