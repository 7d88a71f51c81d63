//! Signing checkpoints: when, never one that contradicts the last, and in a form that others can read.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod audit_fixture;

use std::sync::Arc;

use audit_fixture::{
    attack, bytes, cut, disarm, edit, entry, forget_checkpoints, number, rewrite_hashes, sign, staff, write,
};
use domain::Timestamp;
use services::{
    Services,
    audit::{
        self, Entry, Stream,
        checkpoint::{self, Checkpoint, Why, notes_of, sign_if_due, sign_with},
        note::{self, NoteError, PublicKey},
        verify::verify,
    },
    settings::Settings,
    testing::on_both_engines,
};

const CHECKPOINTS: &str = "SELECT COUNT(*) FROM audit_checkpoint";

/// Writes many events in one change.
async fn write_at_once(cx: &Services, events: usize) {
    let uow = cx.db.begin().await.unwrap();
    uow.commit_all(cx, &staff(), (0..events).map(entry).collect()).await.unwrap();
}

async fn refusal(cx: &Services, kept: Option<&str>) -> String {
    let error = sign_with(cx, Why::Asked, kept).await.expect_err("refused");
    std::error::Error::source(&error).expect("says why").to_string()
}

#[test]
fn notes_of_other_programs_are_read() {
    // The example of the specification's readers in other languages.
    let key = PublicKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").unwrap();
    let signed = "This is an example message.\n\n\
                  — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    assert_eq!(note::open(signed, &key), Ok("This is an example message.\n"));
    assert_eq!(note::open(&signed.replace("This", "That"), &key), Err(NoteError::NotSigned));
    // The example of Go's sumdb/note.
    let peter = PublicKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let signed = "If you think cryptography is the answer to your problem,\n\
                  then you don't know what your problem is.\n\n\
                  — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    assert!(note::open(signed, &peter).is_ok());
    assert_eq!(note::open(signed, &key), Err(NoteError::NotSigned), "not this key's");
}

#[test]
fn a_note_is_believed_only_as_a_whole() {
    let signing = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let other = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
    let key = PublicKey::of("portal.example", &signing);
    assert_eq!(PublicKey::parse(&key.to_string()), Some(key.clone()));
    let text = "portal.example/control\n1\nAAAA\n";
    let signed = note::sign("portal.example", &signing, text);
    assert_eq!(note::open(&signed, &key), Ok(text));
    // A witness's line before or after ours changes nothing.
    let witness = note::sign("witness.example", &other, text);
    let line = witness.lines().last().unwrap();
    assert_eq!(note::open(&format!("{signed}{line}\n"), &key), Ok(text));
    assert_eq!(note::open(&signed.replace("\n— ", &format!("\n{line}\n— ")), &key), Ok(text));
    // The portal has moved: another name, the same key.
    assert_eq!(note::open(&note::sign("old.example", &signing, text), &key), Ok(text));
    // Our line copied under another name is nobody's.
    assert_eq!(note::open(&signed.replace("— portal", "— other"), &key), Err(NoteError::NotSigned));
    // A line of ours that fails spoils the note.
    let broken = note::sign("portal.example", &signing, "something else\n");
    let broken = broken.lines().last().unwrap();
    assert_eq!(note::open(&format!("{signed}{broken}\n"), &key), Err(NoteError::NotSigned));
    for unreadable in
        ["", "text\n", "text\n\nnothing\n", "text\n\n— name\n", "text\n\n— name AA==\n", "a\tb\n\n— n AAAAAA==\n"]
    {
        assert_eq!(note::open(unreadable, &key), Err(NoteError::Unreadable), "{unreadable:?}");
    }
    assert_eq!(note::open("text\n\n", &key), Err(NoteError::NotSigned));
}

#[test]
fn a_checkpoint_has_three_lines_and_a_plain_number() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let text = format!("portal.example/control\n0\n{root}\n");
    let checkpoint = Checkpoint::parse(&text).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("portal.example/control", 0));
    assert_eq!(checkpoint.to_string(), text);
    for size in ["", "01", "+1", "-1", "1.0", "x", "18446744073709551616"] {
        assert_eq!(Checkpoint::parse(&format!("o\n{size}\n{root}\n")), None, "{size}");
    }
    for wrong in ["", "o\n", "o\n1\n", "o\n1\nAAAA\n", &format!("\n1\n{root}\n")] {
        assert_eq!(Checkpoint::parse(wrong), None, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_checkpoint_says_whose_log_how_long_and_which_root() {
    on_both_engines(async |cx| {
        let settings = Settings { public_url: "https://portal.example".to_owned(), ..Settings::default() };
        let cx = Services { settings: Arc::new(settings), ..cx.clone() };
        write(&cx, 3).await;
        let signed = checkpoint::sign(&cx).await.unwrap();
        let [note] = signed.0.as_slice() else { panic!("one stream has events: {signed}") };
        assert!(note.starts_with("portal.example/control\n3\n"), "{note}");
        assert!(note.contains("\n\n— portal.example "), "{note}");
        let key = checkpoint::public_key(&cx);
        assert!(key.starts_with("portal.example+"), "{key}");
        let checkpoint = Checkpoint::open(note, &PublicKey::parse(&key).unwrap()).unwrap();
        let report = verify(&cx, None, None).await.unwrap();
        assert_eq!(hex::encode(checkpoint.root), report.streams[0].root);
        assert_eq!(notes_of(&signed.to_string()), signed.0);
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_is_signed_when_it_is_due_and_not_before() {
    on_both_engines(async |cx| {
        let due = async || sign_if_due(&cx).await.unwrap().0.len();
        assert_eq!(due().await, 0, "an empty log");
        write(&cx, 1).await;
        assert_eq!(due().await, 1, "the first");
        assert_eq!(due().await, 0, "nothing new");
        write(&cx, 1).await;
        cx.clock.advance(Timestamp::MINUTE - 1);
        assert_eq!(due().await, 0, "too soon");
        cx.clock.advance(1);
        assert_eq!(due().await, 1, "after a minute");
        cx.clock.advance(Timestamp::DAY);
        assert_eq!(due().await, 0, "nothing new");
        write(&cx, 1).await;
        assert_eq!(due().await, 1, "after a long pause");
        write_at_once(&cx, 999).await;
        assert_eq!(due().await, 0, "not enough");
        write(&cx, 1).await;
        assert_eq!(due().await, 1, "a thousand");
        write(&cx, 1).await;
        assert_eq!(checkpoint::sign(&cx).await.unwrap().0.len(), 1, "asked for");
        assert_eq!(checkpoint::sign(&cx).await.unwrap().0.len(), 0, "nothing new");
        let report = verify(&cx, None, None).await.unwrap();
        assert!(report.is_sound(), "{report}");
    })
    .await;
}

#[tokio::test]
async fn every_checkpoint_holds_all_of_the_one_before_at_whatever_size() {
    on_both_engines(async |cx| {
        let mut kept = Vec::new();
        // Steps that cross powers of two by a little, by much, and not at all.
        for step in [1, 1, 1, 4, 1, 8, 1, 3, 13, 31, 64, 1, 127, 2, 254] {
            write_at_once(&cx, step).await;
            let signed = checkpoint::sign(&cx).await.unwrap();
            assert_eq!(signed.0.len(), 1, "after {step} more");
            kept.extend(signed.0);
        }
        assert_eq!(number(&cx, CHECKPOINTS).await, 15);
        let report = verify(&cx, Some(&kept.concat()), None).await.unwrap();
        assert!(report.is_sound(), "{report}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_nodes_that_sign_at_once_one_does() {
    on_both_engines(async |cx| {
        write(&cx, 5).await;
        let nodes: Vec<_> = (0..8)
            .map(|_| {
                tokio::spawn({
                    let cx = cx.clone();
                    async move { checkpoint::sign(&cx).await.unwrap().0.len() }
                })
            })
            .collect();
        let mut signed = 0;
        for node in nodes {
            signed += node.await.unwrap();
        }
        assert_eq!((signed, number(&cx, CHECKPOINTS).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_signed_that_contradicts_the_last_checkpoint() {
    on_both_engines(async |cx| {
        write(&cx, 9).await;
        sign(&cx).await;
        write(&cx, 4).await;
        disarm(&cx).await;
        attack(&cx, "CREATE TABLE kept AS SELECT * FROM audit_head").await;
        let restore = "UPDATE audit_head SET size = 13, signed_size = 9, chain_hash = (SELECT chain_hash FROM kept),
                                             frontier = (SELECT frontier FROM kept)";
        let nothing = bytes(&cx, &[0; 96]);
        let changes = [
            (format!("UPDATE audit_head SET frontier = {nothing}"), "does not begin with what was signed"),
            ("UPDATE audit_head SET frontier = chain_hash".to_owned(), "head is damaged"),
            ("UPDATE audit_head SET signed_size = 0".to_owned(), "name different last ones"),
            ("UPDATE audit_head SET signed_size = 13".to_owned(), "name different last ones"),
        ];
        for (change, why) in changes {
            attack(&cx, &change).await;
            let said = refusal(&cx, None).await;
            assert!(said.contains(why), "{change}: {said}");
            attack(&cx, restore).await;
        }
        edit(&cx, 8, "active", "closed").await;
        rewrite_hashes(&cx, 13).await;
        assert!(refusal(&cx, None).await.contains("does not begin with what was signed"));
        cut(&cx, 7).await;
        assert!(refusal(&cx, None).await.contains("shorter than what was signed"));
        attack(&cx, "UPDATE audit_checkpoint SET note = replace(note, '9', '5')").await;
        assert!(refusal(&cx, None).await.contains("not signed by our key"));
        assert_eq!(number(&cx, CHECKPOINTS).await, 1);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_signed_that_contradicts_a_note_kept_outside_a_database_that_forgot() {
    on_both_engines(async |cx| {
        write(&cx, 9).await;
        let kept = sign(&cx).await;
        disarm(&cx).await;
        cut(&cx, 7).await;
        forget_checkpoints(&cx).await;
        assert!(refusal(&cx, Some(&kept)).await.contains("shorter than what was signed"));
        write(&cx, 4).await;
        assert!(refusal(&cx, Some(&kept)).await.contains("does not begin with what was signed"));
        assert_eq!(number(&cx, CHECKPOINTS).await, 0);
        assert_eq!(checkpoint::sign(&cx).await.unwrap().0.len(), 1, "who keeps nothing outside can't know");
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_can_not_be_signed_does_not_hold_up_the_other() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        sign(&cx).await;
        write(&cx, 1).await;
        audit::record(&cx, &staff(), Entry::new("staff.signed_in").stream(Stream::Auth)).await.unwrap();
        attack(&cx, "DELETE FROM audit_checkpoint").await;
        assert!(refusal(&cx, None).await.contains("stream control"));
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM audit_checkpoint WHERE stream = 'auth'").await, 1);
    })
    .await;
}
