//! How integrations do: counted, added up over nodes and stretches, judged, and told once.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fleet_fixture;
#[path = "health/scale.rs"]
mod scale;
mod statements;

use std::sync::Arc;

use domain::{
    Timestamp,
    health::Health,
    ids::IntegrationId,
    integrations::{CallFailure, CallOutcome},
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
};
use fleet_fixture::access;
use services::{
    Services,
    access::Access,
    db::on,
    health::{self, Grain, IncidentFilter, Observation},
    partners::{self, PartnerForm},
    testing::{self, on_both_engines},
};
use uuid::Uuid;

async fn integration(cx: &Services, slug: &str) -> IntegrationId {
    let form = PartnerForm { name: slug.to_owned(), kind: "insurer".to_owned(), contact_email: String::new() };
    let partner = partners::create(cx, &access(), &partners::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap();
    testing::integration(cx, partner, slug, "insurance", "none").await
}

/// The same database, seen by another process.
fn other_node(cx: &Services) -> Services {
    Services { health: Arc::default(), ..cx.clone() }
}

fn see(cx: &Services, id: IntegrationId, at: Timestamp, failure: Option<CallFailure>, took_ms: i64) {
    cx.health.record(Observation {
        at,
        integration: id,
        operation: "cover.start".to_owned(),
        outcome: if failure.is_none() { CallOutcome::Answered } else { CallOutcome::Queued },
        failure,
        took_ms: Some(took_ms),
        attempts: 1,
        is_drill: false,
    });
}

async fn health_of(cx: &Services, id: IntegrationId) -> health::Standing {
    let all = health::overview(cx, &access()).await.unwrap();
    all.into_iter().find(|standing| standing.id == id).unwrap()
}

#[tokio::test]
async fn nodes_count_beside_one_another_and_stretches_add_up() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        let (one, other) = (cx.clone(), other_node(&cx));
        let now = cx.clock.now();
        for number in 0..1_000_i64 {
            let node = if number % 2 == 0 { &one } else { &other };
            let failure = (number % 100 == 0).then_some(CallFailure::Server);
            see(node, id, now.plus(-number * Timestamp::SECOND), failure, number + 1);
            if number % 200 == 0 {
                health::flush(&one).await.unwrap();
            }
        }
        health::flush(&one).await.unwrap();
        health::flush(&other).await.unwrap();
        let standing = health_of(&cx, id).await;
        assert_eq!((standing.day.calls, standing.day.failed), (1_000, 10));
        for (found, exact) in [(standing.p50_ms, 500), (standing.p99_ms, 990)] {
            assert!((found.unwrap() - exact).abs() * 50 <= exact, "{found:?}");
        }
        let sums = async |grain| {
            let series = health::series(&cx, &access(), id, grain, 60).await.unwrap();
            let sum = |of: fn(&health::Point) -> i64| series.points.iter().map(of).sum::<i64>();
            assert_eq!(series.operations.len(), 1);
            assert_eq!(series.operations[0].1.calls, 1_000);
            (sum(|point| point.calls), sum(|point| point.failed), sum(|point| point.fallbacks))
        };
        for grain in [Grain::Minute, Grain::Hour, Grain::Day] {
            assert_eq!(sums(grain).await, (1_000, 10, 10), "{grain}");
        }
    })
    .await;
}

#[tokio::test]
async fn five_hundred_failures_make_one_incident_that_closes_by_itself_and_is_told() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        let read: Access<IntegrationsRead> = access();
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0));
        for number in 0..500 {
            see(&cx, id, cx.clock.now(), Some(CallFailure::Timeout), 1_000 + number);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health_of(&cx, id).await.health, Health::Failing);
        let node = other_node(&cx);
        let (one, other) = tokio::join!(health::judge(&cx), health::judge(&node));
        assert_eq!(one.unwrap().0 + other.unwrap().0, 1, "two nodes that judge at once open one");
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0), "it goes on");
        let open = health::open_incidents(&cx, &read).await.unwrap();
        assert_eq!((open.len(), open[0].kind.as_str()), (1, "failing"));
        let words = "We called them; a certificate ran out.".parse().unwrap();
        health::annotate(&cx, &access::<IntegrationsOperate>(), open[0].id.into(), &words).await.unwrap();
        // The slowest rule looks back over six hours.
        cx.clock.advance(7 * Timestamp::HOUR);
        for _ in 0..50 {
            see(&cx, id, cx.clock.now(), None, 100);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 1));
        let (incident, entries) = health::incident(&cx, &read, open[0].id.into()).await.unwrap();
        assert!(incident.closed_at.is_some());
        assert_eq!(entries.len(), 3, "opened, annotated, closed");
        let mut reading = cx.db.read().await.unwrap();
        let told: Vec<(String,)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT action FROM event_outbox WHERE object_type = 'integration' ORDER BY id").fetch_all(c).await)
        .unwrap();
        let told: Vec<&str> = told.iter().map(|(action,)| action.as_str()).collect();
        assert_eq!(told, ["integration.incident_opened", "integration.incident_closed"]);
        let still_open = IncidentFilter { is_open: true, ..IncidentFilter::default() };
        assert!(health::incidents(&cx, &read, &still_open).await.unwrap().rows.is_empty());
    })
    .await;
}

#[tokio::test]
async fn nobody_is_alerted_in_a_maintenance_window_or_by_a_drill() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        let operate: Access<IntegrationsOperate> = access();
        let now = cx.clock.now();
        health::maintain(&cx, &operate, id, (now, now.plus(Timestamp::HOUR)), "They move house").await.unwrap();
        for _ in 0..50 {
            see(&cx, id, now, Some(CallFailure::Server), 10);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health_of(&cx, id).await.health, Health::Maintenance);
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0));
        let window = health::windows(&cx, &access()).await.unwrap().remove(0);
        health::call_off(&cx, &operate, window.id).await.unwrap();
        assert!(health::call_off(&cx, &operate, window.id).await.is_err());
        let standing = health_of(&cx, id).await;
        assert_eq!((standing.day.calls, standing.day.failed, standing.budget_left), (50, 0, 100));
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0), "what failed meanwhile is held against nobody");
        for _ in 0..50 {
            see(&cx, id, now, Some(CallFailure::Server), 10);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (1, 0));
        let wrong = health::maintain(&cx, &operate, id, (now, now), "Nothing").await.unwrap_err();
        assert_eq!(wrong.status, 422);

        let drilled = integration(&cx, "roadsense").await;
        for _ in 0..50 {
            cx.health.record(Observation {
                at: now,
                integration: drilled,
                operation: "odometer.read".to_owned(),
                outcome: CallOutcome::LastKnown,
                failure: Some(CallFailure::Drill),
                took_ms: None,
                attempts: 0,
                is_drill: true,
            });
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health_of(&cx, drilled).await.day.calls, 0);
    })
    .await;
}

#[tokio::test]
async fn an_incident_is_over_only_when_calls_show_it_for_a_quarter_of_an_hour() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        for _ in 0..10 {
            see(&cx, id, cx.clock.now(), Some(CallFailure::Timeout), 1_000);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (1, 0));

        // The slowest rule looks back over six hours; then nothing burns, but nobody has called either.
        cx.clock.advance(7 * Timestamp::HOUR);
        assert_eq!(health_of(&cx, id).await.health, Health::Healthy);
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0), "no call, no proof");

        let operate: Access<IntegrationsOperate> = access();
        let now = cx.clock.now();
        health::maintain(&cx, &operate, id, (now, now.plus(Timestamp::HOUR)), "They move house").await.unwrap();
        cx.clock.advance(55 * Timestamp::MINUTE);
        see(&cx, id, cx.clock.now(), None, 100);
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0), "work on it proves nothing");
        cx.clock.advance(6 * Timestamp::MINUTE);
        assert_eq!(health_of(&cx, id).await.health, Health::Healthy);
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0), "the work is over since a moment ago");
        cx.clock.advance(10 * Timestamp::MINUTE);
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn while_anything_is_wrong_no_incident_closes_and_each_that_does_is_told() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        let read: Access<IntegrationsRead> = access();
        let turn = async |sql| testing::run_statement(&cx, sql, &[id.uuid()]).await;
        for _ in 0..10 {
            see(&cx, id, cx.clock.now(), Some(CallFailure::Timeout), 1_000);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (1, 0));
        turn(
            "INSERT INTO integration_breaker (integration_id, record, state, changed_at) VALUES ($1, '{}', 'open', 0)",
        )
        .await;
        assert_eq!(health::judge(&cx).await.unwrap(), (1, 0));
        cx.clock.advance(7 * Timestamp::HOUR);
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0));
        assert_eq!(health::open_incidents(&cx, &read).await.unwrap().len(), 2);

        turn("UPDATE integration_breaker SET state = 'closed' WHERE integration_id = $1").await;
        see(&cx, id, cx.clock.now(), None, 100);
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0), "well since a moment ago");
        cx.clock.advance(16 * Timestamp::MINUTE);
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 2));
        let mut reading = cx.db.read().await.unwrap();
        let (told,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
            "SELECT COUNT(*) FROM event_outbox WHERE action = 'integration.incident_closed'").fetch_one(c).await)
        .unwrap();
        assert_eq!(told, 2);
    })
    .await;
}

#[tokio::test]
async fn a_retired_integration_leaves_no_incident_open() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        for _ in 0..10 {
            see(&cx, id, cx.clock.now(), Some(CallFailure::Timeout), 1_000);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (1, 0));
        testing::run_statement(&cx, "UPDATE integration SET state = 'retired' WHERE id = $1", &[id.uuid()]).await;
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 1));
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn who_is_called_each_hour_and_is_not_any_more_is_silent_until_heard_of() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        let now = cx.clock.now();
        for hour in 4..28 {
            see(&cx, id, now.plus(-hour * Timestamp::HOUR), None, 100);
        }
        health::flush(&cx).await.unwrap();
        assert_eq!(health_of(&cx, id).await.health, Health::Silent);
        assert_eq!(health::judge(&cx).await.unwrap(), (1, 0));
        cx.clock.advance(8 * Timestamp::HOUR);
        assert_eq!(health_of(&cx, id).await.health, Health::Silent, "half a day later too");
        see(&cx, id, cx.clock.now(), None, 100);
        health::flush(&cx).await.unwrap();
        assert_eq!(health::judge(&cx).await.unwrap(), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn the_numbers_tell_how_calls_ended_in_this_process() {
    on_both_engines(async |cx| {
        let id = integration(&cx, "nordlicht").await;
        for failure in [None, None, Some(CallFailure::Timeout)] {
            see(&cx, id, cx.clock.now(), failure, 100);
        }
        health::flush(&cx).await.unwrap();
        let numbers = health::numbers(&cx, &access()).await.unwrap();
        assert_eq!((numbers.len(), numbers[0].slug.as_str(), numbers[0].waiting), (1, "nordlicht", 0));
        let of = |outcome| numbers[0].calls.iter().find(|(each, _)| *each == outcome).map(|(_, calls)| *calls);
        assert_eq!((of(CallOutcome::Answered), of(CallOutcome::Queued)), (Some(2), Some(1)));
        let elsewhere = health::numbers(&other_node(&cx), &access()).await.unwrap();
        assert!(elsewhere[0].calls.iter().all(|(_, calls)| *calls == 0));
    })
    .await;
}
