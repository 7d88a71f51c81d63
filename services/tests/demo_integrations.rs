//! The demo's integrations: what the simulator plays, as the gateway will find it.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

use services::{
    Services,
    db::on,
    demo::{self, Options},
    keys::Purpose,
    roles,
    testing::on_both_engines,
};
use uuid::Uuid;

async fn fill(cx: &Services) {
    roles::seed(cx).await.expect("the built-in roles");
    demo::fill(cx, Options { customers: 40, seed: 7 }).await.expect("filled");
}

#[tokio::test]
async fn every_partner_of_the_simulator_is_an_integration_with_its_plans() {
    on_both_engines(async |cx| {
        fill(&cx).await;
        let mut reading = cx.db.read().await.expect("a reading");
        let rows: Vec<(String, String, String, i64)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT i.slug, i.state, i.base_url, COUNT(v.id) FROM integration i
             LEFT JOIN vault_secret v ON v.integration_id = i.id GROUP BY i.slug, i.state, i.base_url ORDER BY i.slug")
            .fetch_all(c).await)
        .expect("integrations");
        let slugs: Vec<&str> = rows.iter().map(|(slug, ..)| slug.as_str()).collect();
        let all = ["ardent", "aurora", "bosun", "kestrel", "nordlicht", "roadsense", "tollgrid", "veridrive"];
        assert_eq!(slugs, all);
        for (slug, state, base_url, secrets) in &rows {
            assert!(base_url.starts_with("http://127.0.0.1:3901/"), "{base_url}");
            let expected = match slug.as_str() {
                "tollgrid" => ("draft", 0),
                "ardent" | "roadsense" => ("live", 2),
                _ => ("live", 1),
            };
            assert_eq!((state.as_str(), *secrets), expected, "{slug}");
        }
        let plans: Vec<(String, String, Option<String>)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT o.name, o.plan, s.slug FROM integration_operation o
             JOIN integration i ON i.id = o.integration_id LEFT JOIN integration s ON s.id = o.second_id
             WHERE o.name IN ('cover.start', 'odometer.read', 'charge.create', 'licence.check') AND i.slug <> 'aurora'
             ORDER BY o.name").fetch_all(c).await)
        .expect("operations");
        let plans: Vec<(&str, &str, Option<&str>)> =
            plans.iter().map(|(name, plan, second)| (name.as_str(), plan.as_str(), second.as_deref())).collect();
        assert_eq!(
            plans,
            [
                ("charge.create", "queue", None),
                ("cover.start", "second", Some("aurora")),
                ("licence.check", "refuse", None),
                ("odometer.read", "last_known", None),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn two_days_of_calls_show_each_way_to_end() {
    on_both_engines(async |cx| {
        fill(&cx).await;
        let now = cx.clock.now().millis();
        let mut reading = cx.db.read().await.expect("a reading");
        let rows: Vec<(String, i64, i64, i64)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT outcome, COUNT(*), MIN(at), MAX(at) FROM gateway_call GROUP BY outcome ORDER BY outcome")
            .fetch_all(c).await)
        .expect("calls");
        let outcomes: Vec<&str> = rows.iter().map(|(outcome, ..)| outcome.as_str()).collect();
        assert_eq!(outcomes, ["answered", "last_known", "queued", "refused", "second"]);
        let count: i64 = rows.iter().map(|(_, count, ..)| count).sum();
        assert!((200..900).contains(&count), "{count}");
        for (outcome, _, first, last) in &rows {
            assert!(*first >= now - 49 * 3_600_000 && *last <= now, "{outcome}");
        }
        let (silent,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
            "SELECT COUNT(*) FROM integration WHERE (last_good_at IS NULL) <> (state = 'draft')").fetch_one(c).await)
        .expect("a count");
        assert_eq!(silent, 0, "what is live has answered, and what is not has not");
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_sealed_as_the_gateway_opens_it() {
    on_both_engines(async |cx| {
        fill(&cx).await;
        let mut reading = cx.db.read().await.expect("a reading");
        let rows: Vec<(Uuid, String, String, Vec<u8>)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT id, operation, state, payload FROM partner_call ORDER BY operation").fetch_all(c).await)
        .expect("calls");
        let states: Vec<&str> = rows.iter().map(|(_, _, state, _)| state.as_str()).collect();
        assert_eq!(states, ["ready", "ready", "ready", "dead", "dead"]);
        for (id, operation, _, sealed) in rows {
            let place = format!("partner_call/payload/{id}");
            let payload = cx.keys.unseal(Purpose::SealPartnerData, &place, &sealed).expect("sealed for this row");
            let payload: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
            let record =
                if operation == "slot.book" { &payload["vehicle"]["vin"] } else { &payload["subscription"]["id"] };
            assert!(record.is_string(), "{operation}: {payload}");
        }
    })
    .await;
}
