//! In which order messages are worked off, and what happens when that fails.

use domain::{
    Timestamp,
    inbound::MessageState,
    subscription::{Command, MoneyState, State},
};
use http::HeaderMap;
use serde_json::json;
use services::{
    Db, Services, audit,
    db::{Engine, dialect, on},
    inbound, odometer,
    testing::on_both_engines,
};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::support::{
    active, awaiting, change, code, ended, entrance, found, knock, news, send, stands, statement, told, work,
};
use crate::fleet_fixture::{access, staff};

#[tokio::test]
async fn a_message_that_fails_keeps_those_of_its_record_back_until_somebody_decides() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        let (one, one_number) = active(&cx, 1).await;
        let (other, other_number) = active(&cx, 2).await;
        let first = send(&cx, "florin", "e-1", &news("payment.failed", &one_number)).await;
        let second = send(&cx, "florin", "e-2", &news("payment.dunning", &one.to_string())).await;
        let beside = send(&cx, "florin", "e-3", &news("payment.failed", &other_number)).await;
        let good = statement(&cx, first, Some(vec![0; 8])).await;

        for attempt in 1..=5 {
            work(&cx).await;
            let message = found(&cx, first).await;
            assert_eq!(message.attempts, attempt);
            assert_eq!(ended(&cx, second).await.0, MessageState::Ready, "it waits for the first");
            match message.next_at() {
                Some(next) => cx.clock.advance(next.since(cx.clock.now())),
                None => assert_eq!((attempt, message.state()), (5, MessageState::Parked)),
            }
        }
        assert_eq!(ended(&cx, beside).await.0, MessageState::Done, "another record is none of its business");
        assert_eq!(stands(&cx, other).await.1, MoneyState::PastDue);
        let detail = inbound::find(&cx, &access(), first).await.unwrap();
        assert_eq!(detail.keeps_back, 1);
        assert_eq!(inbound::find(&cx, &access(), second).await.unwrap().waits_for, Some(first.uuid()));

        statement(&cx, first, Some(good)).await;
        assert!(inbound::retry(&cx, &access(), first, " ").await.is_err(), "a reason is needed");
        inbound::retry(&cx, &access(), first, "It can be read again").await.unwrap();
        work(&cx).await;
        assert_eq!(ended(&cx, first).await.0, MessageState::Done);
        assert_eq!(ended(&cx, second).await.0, MessageState::Done);
        assert_eq!(stands(&cx, one).await.1, MoneyState::Dunning);

        let broken = send(&cx, "florin", "e-4", &news("payment.succeeded", "S-of-nobody")).await;
        let behind = send(&cx, "florin", "e-5", &news("payment.failed", "S-of-nobody")).await;
        work(&cx).await;
        let unknown = "It names a subscription that we don’t know.".to_owned();
        assert_eq!(ended(&cx, broken).await, (MessageState::Parked, unknown.clone()));
        assert_eq!(ended(&cx, behind).await.0, MessageState::Ready);
        inbound::skip(&cx, &access(), broken, "It was sent to us by mistake").await.unwrap();
        let again = inbound::skip(&cx, &access(), broken, "Once more").await.unwrap_err();
        assert_eq!(again.code, "inbound.not_open");
        work(&cx).await;
        assert_eq!(ended(&cx, broken).await.0, MessageState::Ignored);
        assert_eq!(ended(&cx, behind).await, (MessageState::Parked, unknown), "its turn came");
        assert_eq!((told(&cx, "inbound.retried").await, told(&cx, "inbound.skipped").await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_worker_held_is_taken_up_when_its_lease_is_over_and_done_once() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        entrance(&cx, "rastersat", "telematics", "hmac").await;
        let (id, number) = active(&cx, 1).await;
        let (new, new_number, car) = awaiting(&cx, 2).await;
        let failed = send(&cx, "florin", "e-1", &news("payment.failed", &number)).await;
        let paid = send(&cx, "florin", "e-2", &news("payment.succeeded", &new_number)).await;
        let read = json!({ "type": "odometer.reading", "data": {
            "plate": "b kf 2042", "km": 1_300, "at": "2026-11-23T09:00:00Z" } });
        let reading = send(&cx, "rastersat", "e-3", &read).await;
        // A worker took all of them, did what two of them say, and ended before it could write that down.
        let mut uow = cx.db.begin().await.unwrap();
        on!(uow.connection(), c => sqlx::query(
            "UPDATE inbound_message SET state = 'running', attempts = 1, lease_id = $1, lease_until = $2")
            .bind(Uuid::new_v4()).bind(cx.clock.now().plus(60_000).millis()).execute(c).await.map(|_| ()))
        .unwrap();
        uow.commit(&cx, &staff("Test"), audit::Entry::new("test.claimed")).await.unwrap();
        change(&cx, new, Command::RecordPayment).await;
        let at = Timestamp(cx.clock.now().millis() - Timestamp::HOUR);
        let done = odometer::NewReading { vehicle: car, read_at: at, km: 1_300, source: "telematics".to_owned() };
        odometer::record(&cx, &access(), &done).await.unwrap();

        assert_eq!(inbound::work_once(&cx).await.unwrap(), 0, "the lease holds");
        cx.clock.advance(61_000);
        work(&cx).await;
        for message in [failed, paid, reading] {
            assert_eq!(ended(&cx, message).await.0, MessageState::Done, "{:?}", found(&cx, message).await);
        }
        assert_eq!(stands(&cx, id).await, (State::Active, MoneyState::PastDue));
        assert_eq!(stands(&cx, new).await, (State::Scheduled, MoneyState::Current));
        assert_eq!(told(&cx, "subscription.money_state_changed").await, 1);
        assert_eq!(told(&cx, "odometer.recorded").await, 1);
        let paid_events = told(&cx, "subscription.paid").await;
        work(&cx).await;
        assert_eq!(told(&cx, "subscription.paid").await, paid_events);

        // One that ended every worker is not given to a sixth.
        let last = send(&cx, "florin", "e-4", &news("payment.dunning", &number)).await;
        let mut uow = cx.db.begin().await.unwrap();
        on!(uow.connection(), c => sqlx::query(
            "UPDATE inbound_message SET state = 'running', attempts = 5, lease_id = $1, lease_until = 0 WHERE id = $2")
            .bind(Uuid::new_v4()).bind(last.uuid()).execute(c).await.map(|_| ()))
        .unwrap();
        uow.commit(&cx, &staff("Test"), audit::Entry::new("test.claimed")).await.unwrap();
        work(&cx).await;
        assert_eq!(ended(&cx, last).await.0, MessageState::Parked);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_worked_off_for_an_integration_that_is_not_live() {
    on_both_engines(async |cx| {
        let integration = entrance(&cx, "florin", "payments", "hmac").await;
        let turn = async |state: &'static str| {
            let mut uow = cx.db.begin().await.unwrap();
            on!(uow.connection(), c => sqlx::query("UPDATE integration SET state = $2 WHERE id = $1")
                .bind(integration.uuid()).bind(state).execute(c).await.map(|_| ()))
            .unwrap();
            uow.commit(&cx, &staff("Test"), audit::Entry::new("test.turned")).await.unwrap();
        };
        turn("held").await;
        let message = send(&cx, "florin", "e-1", &news("mandate.signed", "")).await;
        work(&cx).await;
        assert_eq!(ended(&cx, message).await.0, MessageState::Ready);
        assert!(found(&cx, message).await.is_held());
        turn("live").await;
        work(&cx).await;
        assert_eq!(ended(&cx, message).await.0, MessageState::Ignored);
        turn("retired").await;
        assert_eq!(code(knock(&cx, "florin", &HeaderMap::new(), "{}").await).await, "inbound.no_such_address");
    })
    .await;
}

#[tokio::test]
async fn what_is_due_is_found_by_an_index_and_so_is_what_stands_before_it() {
    on_both_engines(async |cx| {
        let statement = {
            let mut uow = cx.db.begin().await.unwrap();
            dialect::claim_inbound(&uow.connection())
        };
        let plan = plan_of(&cx, statement).await;
        assert!(!plan.contains("Seq Scan on inbound_message") && !plan.contains("SCAN inbound_message"), "{plan}");
        if matches!(cx.db, Db::Sqlite { .. }) {
            assert!(plan.contains("inbound_message_by_state") && plan.contains("inbound_message_open"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "the oldest is found first without sorting: {plan}");
        }
    })
    .await;
}

/// How an engine would carry a statement out that has the placeholders of a claim, when it takes indexes where it can.
async fn plan_of(cx: &Services, statement: &str) -> String {
    let values = ["'01a20d78-ebe6-7251-9a2c-3f7a4c1be9d0'", "2", "1", "32"];
    let sql = values
        .iter()
        .enumerate()
        .fold(statement.to_owned(), |sql, (place, value)| sql.replace(&format!("${}", place + 1), value));
    let mut uow = cx.db.begin().await.unwrap();
    let lines: Vec<String> = match uow.connection() {
        Engine::Sqlite(connection) => sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
            .fetch_all(connection)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get("detail"))
            .collect(),
        Engine::Postgres(connection) => {
            sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *connection).await.unwrap();
            sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}")))
                .fetch_all(connection)
                .await
                .unwrap()
                .iter()
                .map(|row| row.get(0))
                .collect()
        }
    };
    lines.join("\n")
}
