//! Checking the log against signed checkpoints: what the database alone can't show, since everything in it was made to
//! fit, shows against what was signed with a key that is not in it.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod audit_fixture;

use audit_fixture::{
    attack, bytes, check, cut, disarm, edit, findings, forget_checkpoints, rewrite_hashes, sign, write,
};
use services::{
    Services,
    audit::{
        checkpoint,
        verify::{Kind, verify},
    },
    testing::on_both_engines,
};

#[tokio::test]
async fn a_cut_tail_with_a_head_that_fits_contradicts_the_stored_checkpoint() {
    on_both_engines(async |cx| {
        write(&cx, 9).await;
        sign(&cx).await;
        disarm(&cx).await;
        cut(&cx, 6).await;
        assert_eq!(findings(&check(&cx, None).await), [(6, Kind::Truncated)]);
    })
    .await;
}

#[tokio::test]
async fn a_cut_tail_with_everything_made_to_fit_shows_against_a_checkpoint_kept_elsewhere() {
    on_both_engines(async |cx| {
        write(&cx, 9).await;
        let kept = sign(&cx).await;
        disarm(&cx).await;
        cut(&cx, 6).await;
        forget_checkpoints(&cx).await;
        let alone = check(&cx, None).await;
        assert!(alone.is_sound(), "the database alone can't show it: {alone}");
        assert_eq!(findings(&check(&cx, Some(&kept)).await), [(6, Kind::Truncated)]);
        // Nor does it help to fill the log up again and have that signed.
        write(&cx, 3).await;
        assert_eq!(findings(&check(&cx, Some(&kept)).await), [(0, Kind::InconsistentCheckpoint)]);
        sign(&cx).await;
        assert_eq!(findings(&check(&cx, Some(&kept)).await), [(8, Kind::Fork)]);
    })
    .await;
}

#[tokio::test]
async fn a_log_rewritten_with_all_hashes_contradicts_the_first_checkpoint_after_the_change() {
    on_both_engines(async |cx| {
        for _ in 0..3 {
            write(&cx, 4).await;
            sign(&cx).await;
        }
        disarm(&cx).await;
        edit(&cx, 6, "active", "closed").await;
        rewrite_hashes(&cx, 12).await;
        let report = check(&cx, None).await;
        assert_eq!(findings(&report), [(4, Kind::InconsistentCheckpoint)], "{report}");
        assert!(report.findings[0].words.contains("the first 8 events"), "{report}");
        assert!(report.findings[0].words.contains("up to #7"), "{report}");
    })
    .await;
}

#[tokio::test]
async fn stored_checkpoints_that_were_touched_are_named() {
    on_both_engines(async |cx| {
        for _ in 0..2 {
            write(&cx, 4).await;
            sign(&cx).await;
        }
        attack(&cx, "CREATE TABLE kept AS SELECT stream, size, signed_at, root, note FROM audit_checkpoint").await;
        let other = bytes(&cx, &[7; 32]);
        let changes = [
            (
                "UPDATE audit_checkpoint SET note = replace(note, '4', '5') WHERE size = 4".to_owned(),
                (3, Kind::BadSignature),
            ),
            ("UPDATE audit_checkpoint SET note = 'nothing' WHERE size = 4".to_owned(), (3, Kind::BadSignature)),
            (format!("UPDATE audit_checkpoint SET root = {other} WHERE size = 4"), (3, Kind::ColumnDrift)),
            ("UPDATE audit_checkpoint SET size = 5 WHERE size = 4".to_owned(), (4, Kind::ColumnDrift)),
            ("DELETE FROM audit_checkpoint WHERE size = 8".to_owned(), (7, Kind::InconsistentCheckpoint)),
            ("UPDATE audit_head SET signed_size = 4".to_owned(), (3, Kind::InconsistentCheckpoint)),
        ];
        for (change, named) in changes {
            attack(&cx, &change).await;
            let report = check(&cx, None).await;
            assert_eq!(findings(&report), [named], "{change}: {report}");
            attack(
                &cx,
                "DELETE FROM audit_checkpoint;
                 INSERT INTO audit_checkpoint SELECT stream, size, signed_at, root, note FROM kept;
                 UPDATE audit_head SET signed_size = 8",
            )
            .await;
        }
        assert!(check(&cx, None).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_by_another_key_is_refused() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        let kept = sign(&cx).await;
        let other = Services { keys: services::Keys::from_master([8; 32]), ..cx.clone() };
        let key = checkpoint::public_key(&other);
        let report = verify(&cx, Some(&kept), Some(&key)).await.unwrap();
        let named = findings(&report.streams[0]);
        assert_eq!(named, [(2, Kind::BadSignature), (2, Kind::BadSignature)], "stored and kept: {report}");
        // A note that somebody else has signed does not vouch for anything, however well it fits.
        forget_checkpoints(&cx).await;
        let foreign = sign(&other).await;
        forget_checkpoints(&cx).await;
        assert_eq!(findings(&check(&cx, Some(&foreign)).await), [(2, Kind::BadSignature)]);
        assert!(check(&cx, Some(&kept)).await.is_sound());
    })
    .await;
}

#[tokio::test]
async fn what_is_no_key_or_no_checkpoint_is_a_mistake_and_not_a_finding() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        let kept = sign(&cx).await;
        for text in ["", "nothing", "a\n1\nAA==\n", "other.example/dataplane\n1\nAA==\n\n— x AA==\n"] {
            let refusal = verify(&cx, Some(text), None).await.expect_err("no checkpoint");
            assert_eq!(refusal.fields[0].field, "against", "{text}");
        }
        let key = checkpoint::public_key(&cx);
        for text in ["", "a+b+c", &key[1..], &key[..key.len() - 4]] {
            let refusal = verify(&cx, Some(&kept), Some(text)).await.expect_err("no key");
            assert_eq!(refusal.fields[0].field, "pubkey", "{text}");
        }
        // A file that went through a mail program, with more than one note in it.
        write(&cx, 1).await;
        let more = sign(&cx).await;
        let file = format!("\r\n{}\r\n\r\n{}\r\n", kept.replace('\n', "\r\n"), more.replace('\n', "\r\n"));
        let report = verify(&cx, Some(&file), Some(&format!(" {key}\n"))).await.unwrap();
        assert!(report.is_sound(), "{report}");
        assert_eq!(report.streams[0].checkpoints, 2);
    })
    .await;
}
