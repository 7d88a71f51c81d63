//! Checking the log: whatever somebody with the whole database does to it, the first row that is wrong is named.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod audit_fixture;

use audit_fixture::{
    attack, bytes, check, disarm, edit, entry, findings, first_finding, number, payload, set, sign, staff, write,
};
use services::{
    Db, Services,
    audit::{
        chain::{Hash, leaf, link},
        checkpoint,
        verify::{Kind, Options, verify, verify_with},
    },
    db::on,
    testing::on_both_engines,
};

/// A log of so many events that an attacker has disarmed.
async fn disarmed_log(cx: &Services, events: usize) {
    write(cx, events).await;
    disarm(cx).await;
}

/// A hash of an event.
async fn hash_of(cx: &Services, seq: i64, column: &str) -> Hash {
    let sql = sqlx::AssertSqlSafe(format!("SELECT {column} FROM audit_event WHERE stream = 'control' AND seq = $1"));
    let mut reading = cx.db.read().await.unwrap();
    let (hash,): (Vec<u8>,) = on!(reading.connection(), c => sqlx::query_as(sql).bind(seq).fetch_one(c).await).unwrap();
    hash.try_into().unwrap()
}

/// Edits an event and recomputes its own hashes, but not those of the events after it.
async fn edit_with_hashes(cx: &Services, seq: i64) {
    edit(cx, seq, "active", "closed").await;
    let leaf = leaf(payload(cx, seq).await.as_bytes());
    let chained = link(&hash_of(cx, seq, "chain_prev").await, seq, &leaf);
    set(cx, seq, "leaf_hash", &bytes(cx, &leaf)).await;
    set(cx, seq, "chain_hash", &bytes(cx, &chained)).await;
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_sound() {
    on_both_engines(async |cx| {
        let empty = verify(&cx, None, None).await.unwrap();
        assert!(empty.is_sound(), "{empty}");
        write(&cx, 7).await;
        let notes = sign(&cx).await;
        write(&cx, 5).await;
        let report = verify(&cx, Some(&notes), Some(&checkpoint::public_key(&cx))).await.unwrap();
        assert!(report.is_sound(), "{report}");
        let control = &report.streams[0];
        assert_eq!((control.size, control.verified_from, control.checkpoints), (12, 0, 1));
        assert_eq!(control.root.len(), 64);
        assert_eq!(report.streams.len(), 2);
        assert!(report.to_string().starts_with("control: sound. 12 events, 1 checkpoints, root "), "{report}");
        let only = verify_with(&cx, Options { stream: Some("auth".parse().unwrap()), ..Options::default() }).await;
        assert_eq!(only.unwrap().streams.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_edited_event_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 6).await;
        edit(&cx, 3, "active", "closed").await;
        assert_eq!(findings(&check(&cx, None).await), [(3, Kind::Edited)]);
        let leaf = leaf(payload(&cx, 3).await.as_bytes());
        set(&cx, 3, "leaf_hash", &bytes(&cx, &leaf)).await;
        assert_eq!(findings(&check(&cx, None).await), [(3, Kind::Edited)], "with its leaf hash");
    })
    .await;
}

#[tokio::test]
async fn an_event_rewritten_with_all_its_hashes_is_named_and_not_the_one_after_it() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 6).await;
        edit_with_hashes(&cx, 3).await;
        assert_eq!(findings(&check(&cx, None).await), [(3, Kind::Edited)]);
        edit_with_hashes(&cx, 0).await;
        assert_eq!(findings(&check(&cx, None).await), [(0, Kind::Edited), (3, Kind::Edited)]);
    })
    .await;
}

#[tokio::test]
async fn the_last_event_rewritten_with_all_its_hashes_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 6).await;
        edit_with_hashes(&cx, 5).await;
        assert_eq!(findings(&check(&cx, None).await), [(5, Kind::Edited)]);
    })
    .await;
}

#[tokio::test]
async fn an_edited_hash_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 6).await;
        for column in ["leaf_hash", "chain_prev", "chain_hash"] {
            let before = hash_of(&cx, 3, column).await;
            for value in [vec![7; 32], vec![7; 5], Vec::new()] {
                set(&cx, 3, column, &bytes(&cx, &value)).await;
                assert_eq!(findings(&check(&cx, None).await), [(3, Kind::Edited)], "{column}");
            }
            set(&cx, 3, column, &bytes(&cx, &before)).await;
        }
        assert!(check(&cx, None).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_no_longer_json_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 4).await;
        set(&cx, 2, "payload", &bytes(&cx, b"\xff\x00nothing")).await;
        assert_eq!(findings(&check(&cx, None).await), [(2, Kind::Edited)]);
    })
    .await;
}

#[tokio::test]
async fn a_column_that_says_something_else_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 4).await;
        let id = match cx.db {
            Db::Sqlite { .. } => "x'00000000000000000000000000000007'",
            Db::Postgres(_) => "'00000000-0000-0000-0000-000000000007'",
        };
        let columns = [
            ("id", id),
            ("occurred_at", "occurred_at + 1"),
            ("actor_type", "'job'"),
            ("actor_id", "'somebody-else'"),
            ("action", "'customer.created'"),
            ("target_type", "'vehicle'"),
            ("target_id", "'customer-9'"),
            ("outcome", "'refused'"),
            ("ip", "'192.0.2.8'"),
            ("request_id", "''"),
        ];
        attack(&cx, "CREATE TABLE kept AS SELECT * FROM audit_event").await;
        for (column, value) in columns {
            set(&cx, 2, column, value).await;
            let report = check(&cx, None).await;
            assert_eq!(findings(&report), [(2, Kind::ColumnDrift)], "{column}");
            assert!(report.findings[0].words.contains(column), "{report}");
            set(&cx, 2, column, &format!("(SELECT {column} FROM kept WHERE seq = 2)")).await;
        }
        assert!(check(&cx, None).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn a_column_that_can_not_even_be_read_is_named() {
    on_both_engines(async |cx| {
        // PostgreSQL lets nobody store such values.
        if let Db::Sqlite { .. } = cx.db {
            disarmed_log(&cx, 6).await;
            set(&cx, 2, "id", "x'00'").await;
            set(&cx, 4, "actor_id", "CAST(x'ff' AS TEXT)").await;
            let report = check(&cx, None).await;
            assert_eq!(findings(&report), [(2, Kind::ColumnDrift), (4, Kind::ColumnDrift)], "{report}");
            assert_eq!(report.size, 6);
        }
    })
    .await;
}

#[tokio::test]
async fn a_missing_event_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 9).await;
        attack(&cx, "DELETE FROM audit_event WHERE seq = 3").await;
        assert_eq!(findings(&check(&cx, None).await), [(3, Kind::Missing)]);
        attack(&cx, "DELETE FROM audit_event WHERE seq IN (0, 5, 6)").await;
        let report = check(&cx, None).await;
        assert_eq!(findings(&report), [(0, Kind::Missing), (3, Kind::Missing), (5, Kind::Missing)]);
        assert!(report.findings[2].words.contains("to #6"), "{report}");
    })
    .await;
}

#[tokio::test]
async fn a_missing_event_is_named_when_those_after_it_were_moved_up() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 9).await;
        attack(&cx, "DELETE FROM audit_event WHERE seq = 3").await;
        attack(&cx, "UPDATE audit_event SET seq = seq + 1000 WHERE seq > 3").await;
        attack(&cx, "UPDATE audit_event SET seq = seq - 1001 WHERE seq > 3").await;
        assert_eq!(findings(&check(&cx, None).await), [(3, Kind::Missing), (8, Kind::Truncated)]);
        attack(&cx, "UPDATE audit_head SET size = 8").await;
        assert_eq!(first_finding(&cx).await, (3, Kind::Missing));
    })
    .await;
}

#[tokio::test]
async fn swapped_events_are_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 9).await;
        attack(&cx, "UPDATE audit_event SET seq = 1000 WHERE seq = 2").await;
        attack(&cx, "UPDATE audit_event SET seq = 2 WHERE seq = 6").await;
        attack(&cx, "UPDATE audit_event SET seq = 6 WHERE seq = 1000").await;
        let report = check(&cx, None).await;
        assert_eq!(findings(&report), [(2, Kind::Reordered), (6, Kind::Reordered)], "{report}");
        assert!(report.findings[0].words.contains("#6 stands here"), "{report}");
    })
    .await;
}

#[tokio::test]
async fn swapped_contents_are_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 9).await;
        let (second, sixth) = (payload(&cx, 2).await, payload(&cx, 6).await);
        set(&cx, 2, "payload", &bytes(&cx, sixth.as_bytes())).await;
        set(&cx, 6, "payload", &bytes(&cx, second.as_bytes())).await;
        assert_eq!(findings(&check(&cx, None).await), [(2, Kind::Reordered), (6, Kind::Reordered)]);
    })
    .await;
}

#[tokio::test]
async fn a_place_that_was_edited_into_an_event_is_an_edit() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 9).await;
        edit(&cx, 4, "\"seq\":\"4\"", "\"seq\":\"40\"").await;
        assert_eq!(findings(&check(&cx, None).await), [(4, Kind::Edited)]);
    })
    .await;
}

#[tokio::test]
async fn a_cut_tail_is_named() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 9).await;
        attack(&cx, "DELETE FROM audit_event WHERE seq >= 6").await;
        assert_eq!(findings(&check(&cx, None).await), [(6, Kind::Truncated)]);
        attack(&cx, "DELETE FROM audit_event").await;
        assert_eq!(findings(&check(&cx, None).await), [(0, Kind::Truncated)]);
    })
    .await;
}

#[tokio::test]
async fn a_head_that_was_turned_back_or_bent_is_named() {
    on_both_engines(async |cx| {
        write(&cx, 6).await;
        attack(&cx, "CREATE TABLE kept AS SELECT size, chain_hash, frontier FROM audit_head").await;
        let restore = "UPDATE audit_head SET size = 6, chain_hash = (SELECT chain_hash FROM kept),
                                             frontier = (SELECT frontier FROM kept)";
        let nothing = bytes(&cx, &[0; 64]);
        let changes = [
            ("size = 4".to_owned(), (4, Kind::Fork)),
            (format!("chain_hash = {nothing}"), (5, Kind::Edited)),
            (format!("frontier = {nothing}"), (5, Kind::Edited)),
        ];
        for (change, named) in changes {
            attack(&cx, &format!("UPDATE audit_head SET {change}")).await;
            assert_eq!(findings(&check(&cx, None).await), [named], "{change}");
            attack(&cx, restore).await;
        }
        assert!(check(&cx, None).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn a_wrong_row_is_named_across_pages() {
    on_both_engines(async |cx| {
        for _ in 0..3 {
            let uow = cx.db.begin().await.unwrap();
            uow.commit_all(&cx, &staff(), (0..900).map(entry).collect()).await.unwrap();
            sign(&cx).await;
        }
        let report = check(&cx, None).await;
        assert_eq!((report.size, report.checkpoints, report.is_sound()), (2_700, 3, true), "{report}");
        disarm(&cx).await;
        edit_with_hashes(&cx, 1_999).await;
        assert_eq!(findings(&check(&cx, None).await), [(1_999, Kind::Edited)], "the last row of a page");
        attack(&cx, "DELETE FROM audit_event WHERE seq >= 1000 AND seq < 2600").await;
        assert_eq!(findings(&check(&cx, None).await), [(1_000, Kind::Missing)], "a page and more");
    })
    .await;
}

#[tokio::test]
async fn a_check_ends_when_all_is_wrong() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 40).await;
        attack(&cx, "UPDATE audit_event SET action = 'x'").await;
        let report = check(&cx, None).await;
        assert_eq!(report.first().map(|finding| finding.seq), Some(0));
        assert_eq!((report.findings.len(), report.size), (20, 20));
    })
    .await;
}

#[tokio::test]
async fn what_a_check_found_is_kept_for_the_security_page() {
    on_both_engines(async |cx| {
        disarmed_log(&cx, 4).await;
        check(&cx, None).await;
        edit(&cx, 2, "active", "closed").await;
        cx.clock.advance(1_000);
        check(&cx, None).await;
        let summary = services::audit::summary(&cx, &audit_fixture::reader()).await.unwrap();
        let control = summary.verifications.iter().find(|check| check.stream == "control").unwrap();
        assert!(!control.is_sound);
        assert!(control.finding.starts_with("#2: "), "{}", control.finding);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM audit_verification").await, 4);
    })
    .await;
}
