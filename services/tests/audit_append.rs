//! Writing the log: events are sequenced without gaps or forks, with their change or not at all, and stay as they are.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod audit_fixture;

use std::collections::BTreeSet;

use audit_fixture::{attack, attempt, check, disarm, edit, entry, number, payload, staff, write};
use serde_json::{Value, json};
use services::{
    Db,
    access::{Actor, ActorKind, Trace},
    audit::{self, Entry, Outcome, Stream, verify::verify},
    db::on,
    testing::{NOW, on_both_engines},
};
use sha2::{Digest, Sha256};

const EVENTS: &str = "SELECT COUNT(*) FROM audit_event";

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_writers_at_once_never_fork() {
    on_both_engines(async |cx| {
        let writers: Vec<_> = (0..32)
            .map(|writer| {
                let cx = cx.clone();
                tokio::spawn(async move {
                    for round in 0..6 {
                        let auth = Entry::new("staff.signed_in").stream(Stream::Auth);
                        // Half of them name the streams in the other order: the locks are still taken in one.
                        let mut entries = vec![entry(round), auth, entry(round + 100)];
                        entries.rotate_left(writer % 2);
                        let uow = cx.db.begin().await.unwrap();
                        uow.commit_all(&cx, &staff(), entries).await.unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("the writer ends well");
        }
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM audit_event WHERE stream = 'control'").await, 32 * 6 * 2);
        assert_eq!(number(&cx, "SELECT MAX(seq) FROM audit_event WHERE stream = 'control'").await, 32 * 6 * 2 - 1);
        assert_eq!(number(&cx, "SELECT MAX(seq) FROM audit_event WHERE stream = 'auth'").await, 32 * 6 - 1);
        assert_eq!(number(&cx, "SELECT COUNT(DISTINCT chain_prev) FROM audit_event WHERE stream = 'auth'").await, 192);
        let report = verify(&cx, None, None).await.unwrap();
        assert!(report.is_sound(), "{report}");
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_rolled_back_leaves_no_event() {
    on_both_engines(async |cx| {
        write(&cx, 2).await;
        let mut uow = cx.db.begin().await.unwrap();
        audit::append::append(uow.connection(), NOW, &staff(), vec![entry(2), entry(3)]).await.unwrap();
        drop(uow);
        write(&cx, 1).await;
        let report = check(&cx, None).await;
        assert_eq!((report.size, report.is_sound()), (3, true), "{report}");
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_events() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        let mut statements = vec!["UPDATE audit_event SET action = 'x' WHERE seq = 1", "DELETE FROM audit_event"];
        if matches!(cx.db, Db::Postgres(_)) {
            statements.push("TRUNCATE audit_event");
        }
        for statement in statements {
            let refusal = attempt(&cx, statement).await.expect_err(statement);
            assert!(refusal.contains("audit_event_append_only"), "{statement}: {refusal}");
        }
        assert!(check(&cx, None).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn a_change_with_more_entries_than_one_statement_holds_is_one_run_of_events() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        let uow = cx.db.begin().await.unwrap();
        uow.commit_all(&cx, &staff(), (0..450).map(entry).collect()).await.unwrap();
        let report = check(&cx, None).await;
        assert_eq!((report.size, report.is_sound()), (453, true), "{report}");
        assert!(payload(&cx, 3 + 449).await.contains("\"customer-449\""));
    })
    .await;
}

#[tokio::test]
async fn a_head_that_was_turned_back_can_not_make_the_log_branch() {
    on_both_engines(async |cx| {
        write(&cx, 1).await;
        attack(&cx, "CREATE TABLE kept AS SELECT size, chain_hash, frontier FROM audit_head").await;
        write(&cx, 2).await;
        attack(
            &cx,
            "UPDATE audit_head SET size = 1, chain_hash = (SELECT chain_hash FROM kept),
                                   frontier = (SELECT frontier FROM kept)",
        )
        .await;
        let refusal = audit::record(&cx, &staff(), entry(9)).await.expect_err("the place is taken");
        assert_eq!(refusal.status, 500);
        assert_eq!(number(&cx, EVENTS).await, 3);
    })
    .await;
}

#[tokio::test]
async fn the_canonical_bytes_say_everything_in_one_order() {
    on_both_engines(async |cx| {
        let trace =
            Trace { ip: "2001:db8::1".to_owned(), user_agent: "a".repeat(9_000), request_id: "request-1".to_owned() };
        let actor = Actor::new(ActorKind::Job { name: "billing" }, BTreeSet::new(), trace);
        let entry = Entry::new("plan.published")
            .target("plan", "p-1")
            .reason("Prices of July, \"as agreed\"")
            .change("price", "579.00", "599.00")
            .changed("name")
            .detail("version", 3)
            .detail("rows", u64::MAX)
            .detail("ratio", 0.5)
            .on_behalf_of("partner-1")
            .outcome(Outcome::Refused);
        let id = entry.id();
        audit::record(&cx, &actor, entry).await.unwrap();
        let said = payload(&cx, 0).await;
        let expected = format!(
            concat!(
                r#"{{"action":"plan.published","actor":{{"id":"billing","on_behalf_of":"partner-1","session":"","#,
                r#""type":"job"}},"at":"2026-11-23T10:00:00.000Z","changes":[{{"after":"599.00","before":"579.00","#,
                r#""field":"price"}},{{"field":"name","personal":true}}],"details":{{"ratio":"0.5","#,
                r#""rows":"18446744073709551615","version":3}},"id":"{id}","outcome":"refused","#,
                r#""reason":"Prices of July, \"as agreed\"","request":{{"id":"request-1","ip":"2001:db8::1","#,
                r#""user_agent":"{agent}"}},"seq":"0","stream":"control","target":{{"id":"p-1","type":"plan"}},"v":1}}"#
            ),
            id = id,
            agent = "a".repeat(512),
        );
        assert_eq!(said, expected);
        assert!(check(&cx, None).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn the_chain_can_be_followed_with_nothing_but_a_hash_function() {
    on_both_engines(async |cx| {
        write(&cx, 4).await;
        let hash = |parts: &[&[u8]]| Sha256::digest(parts.concat()).to_vec();
        let mut chained = vec![0; 32];
        for seq in 0..4_i64 {
            let leaf = hash(&[&[0], payload(&cx, seq).await.as_bytes()]);
            chained = hash(&[&[2], &chained, &seq.to_be_bytes(), &leaf]);
        }
        let mut reading = cx.db.read().await.unwrap();
        let (head,): (Vec<u8>,) = on!(reading.connection(), c => sqlx::query_as(
            "SELECT chain_hash FROM audit_head WHERE stream = 'control'").fetch_one(c).await)
        .unwrap();
        assert_eq!(head, chained);
    })
    .await;
}

#[tokio::test]
async fn personal_data_is_noted_as_changed_and_not_kept() {
    on_both_engines(async |cx| {
        let entry = Entry::new("customer.updated").target("customer", "c-1").changed("email").change("zip", "1", "2");
        audit::record(&cx, &staff(), entry).await.unwrap();
        let said: Value = serde_json::from_str(&payload(&cx, 0).await).unwrap();
        assert_eq!(
            said["changes"],
            json!([{ "field": "email", "personal": true }, { "field": "zip", "before": "1", "after": "2" }])
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_that_was_edited_does_not_stop_those_after_it() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        disarm(&cx).await;
        edit(&cx, 1, "active", "closed").await;
        // The log goes on, so that the next thing the attacker does is in it as well.
        write(&cx, 2).await;
        assert_eq!(number(&cx, EVENTS).await, 5);
    })
    .await;
}
