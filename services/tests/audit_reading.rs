//! Reading the log: lists and their filters, one event with its proof, and the figures of the day.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod audit_fixture;

use std::collections::BTreeSet;

use audit_fixture::{attack, disarm, edit, entry, payload, reader, set, sign, staff, write};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    Timestamp,
    ids::{EventId, StaffId},
};
use services::{
    Services,
    access::{Actor, ActorKind, Trace},
    audit::{
        self, Entry, Filter, Listed, Outcome, Proof, Stream,
        chain::{Hash, leaf},
        checkpoint::{self, Checkpoint},
        merkle::proof::is_included,
        note::PublicKey,
    },
    testing::{NOW, on_both_engines},
};

async fn list(cx: &Services, filter: Filter) -> Vec<Listed> {
    audit::list(cx, &reader(), &filter).await.unwrap().rows
}

fn targets(events: &[Listed]) -> Vec<&str> {
    events.iter().map(|event| event.target_id.as_str()).collect()
}

async fn event_id(cx: &Services, place: i64) -> EventId {
    let rows = list(cx, Filter { stream: Some(Stream::Control), limit: Some(200), ..Filter::default() }).await;
    rows.iter().find(|event| event.seq == place).expect("the event is listed").id.into()
}

#[tokio::test]
async fn events_are_listed_newest_first_over_both_streams_page_by_page() {
    on_both_engines(async |cx| {
        for number in 0..25 {
            let stream = if number % 2 == 0 { Stream::Control } else { Stream::Auth };
            audit::record(&cx, &staff(), entry(number).stream(stream)).await.unwrap();
            cx.clock.advance(i64::from(number % 3 == 0));
        }
        for stream in [None, Some(Stream::Auth)] {
            let whole = list(&cx, Filter { stream, ..Filter::default() }).await;
            assert_eq!(whole.len(), if stream.is_some() { 12 } else { 25 });
            let key = |event: &Listed| (event.occurred_at, event.id);
            assert!(whole.windows(2).all(|pair| key(&pair[0]) > key(&pair[1])));
            let mut filter = Filter { stream, limit: Some(7), ..Filter::default() };
            let mut paged = Vec::new();
            loop {
                let page = audit::list(&cx, &reader(), &filter).await.unwrap();
                paged.extend(page.rows);
                filter.cursor = page.next;
                if filter.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(targets(&paged), targets(&whole));
        }
    })
    .await;
}

#[tokio::test]
async fn each_filter_narrows_the_list() {
    on_both_engines(async |cx| {
        let someone = StaffId::new();
        let kind = ActorKind::Staff { id: someone, name: "Jo".to_owned(), session: None };
        let trace = Trace { ip: "192.0.2.9".to_owned(), request_id: "r-9".to_owned(), ..Trace::default() };
        let jo = Actor::new(kind, BTreeSet::new(), trace);
        write(&cx, 3).await;
        cx.clock.advance(Timestamp::HOUR);
        let paused = Entry::new("subscription.paused").target("subscription", "s-1").outcome(Outcome::Refused);
        audit::record(&cx, &jo, paused).await.unwrap();
        audit::record(&cx, &jo, Entry::new("staff.signed_in").stream(Stream::Auth).target("staff", "t-1"))
            .await
            .unwrap();
        audit::record(&cx, &staff(), Entry::new("staff.sign_in_refused").stream(Stream::Auth).target("staff", "t-2"))
            .await
            .unwrap();
        let none = Filter::default;
        let filters = [
            (Filter { stream: Some(Stream::Auth), ..none() }, vec!["t-2", "t-1"]),
            (Filter { action: Some("staff.".to_owned()), ..none() }, vec!["t-2", "t-1"]),
            (Filter { action: Some("staff.sign".to_owned()), ..none() }, vec!["t-2", "t-1"]),
            (Filter { action: Some("staff.signed_in".to_owned()), ..none() }, vec!["t-1"]),
            (Filter { action: Some("nothing.".to_owned()), ..none() }, vec![]),
            (Filter { actor: Some(someone.to_string()), ..none() }, vec!["t-1", "s-1"]),
            (Filter { target: Some(("customer".to_owned(), "customer-1".to_owned())), ..none() }, vec!["customer-1"]),
            (Filter { outcome: Some(Outcome::Refused), ..none() }, vec!["s-1"]),
            (Filter { ip: Some("192.0.2.9".to_owned()), ..none() }, vec!["t-1", "s-1"]),
            (Filter { request: Some("r-9".to_owned()), stream: Some(Stream::Control), ..none() }, vec!["s-1"]),
            (Filter { from: Some(NOW.plus(1)), stream: Some(Stream::Control), ..none() }, vec!["s-1"]),
            (Filter { until: Some(NOW.plus(1)), ..none() }, vec!["customer-2", "customer-1", "customer-0"]),
        ];
        for (filter, expected) in filters {
            assert_eq!(targets(&list(&cx, filter.clone()).await), expected, "{filter:?}");
        }
        let about = audit::for_target(&cx, &reader(), "customer", "customer-2", 10).await.unwrap();
        assert_eq!(targets(&about), ["customer-2"]);
    })
    .await;
}

#[tokio::test]
async fn an_area_with_many_events_is_listed_like_one_with_few() {
    on_both_engines(async |cx| {
        let uow = cx.db.begin().await.unwrap();
        let entries = (0..5_100).map(|number| {
            Entry::new(if number % 2 == 0 { "customer.updated" } else { "customer.created" }).target("customer", number)
        });
        uow.commit_all(&cx, &staff(), entries.collect()).await.unwrap();
        let rows =
            list(&cx, Filter { action: Some("customer.".to_owned()), limit: Some(3), ..Filter::default() }).await;
        assert_eq!(targets(&rows), ["5099", "5098", "5097"]);
        let rows =
            list(&cx, Filter { action: Some("customer.u".to_owned()), limit: Some(2), ..Filter::default() }).await;
        assert_eq!(targets(&rows), ["5098", "5096"]);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_shown_with_what_changed_and_its_neighbours() {
    on_both_engines(async |cx| {
        write(&cx, 3).await;
        let entry = Entry::new("staff.roles_set")
            .target("staff", "t-1")
            .change("roles", vec!["agent"], vec!["owner"])
            .changed("name");
        let id = entry.id();
        audit::record(&cx, &staff(), entry).await.unwrap();
        let detail = audit::find(&cx, &reader(), id).await.unwrap();
        assert_eq!(detail.event.seq, 3);
        assert_eq!(detail.canonical, payload(&cx, 3).await);
        assert_eq!(detail.changes[0].field, "roles");
        assert_eq!(detail.changes[0].values.as_ref().unwrap().1[0], "owner");
        assert_eq!((detail.changes[1].field.as_str(), &detail.changes[1].values), ("name", &None));
        assert_eq!((detail.fault, detail.next, detail.proof), (None, None, Proof::Unsigned));
        let before = audit::find(&cx, &reader(), detail.previous.unwrap()).await.unwrap();
        assert_eq!((before.event.seq, before.next), (2, Some(id)));
        assert_eq!(before.chain_hash, detail.chain_prev);
        let missing = audit::find(&cx, &reader(), EventId::new()).await.expect_err("unknown");
        assert_eq!(missing.code, "audit.not_found");
    })
    .await;
}

/// Checks a proof as somebody would who has only it, the event's bytes and the public key.
fn holds(proof: &str, canonical: &str, key: &str) -> bool {
    let (head, note) = proof.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
    let index = lines.next().unwrap().strip_prefix("index ").unwrap().parse().unwrap();
    let path: Vec<Hash> = lines.map(|line| STANDARD.decode(line).unwrap().try_into().unwrap()).collect();
    let checkpoint = Checkpoint::open(note, &PublicKey::parse(key).unwrap()).unwrap();
    is_included(&leaf(canonical.as_bytes()), index, checkpoint.size, &path, &checkpoint.root)
}

#[tokio::test]
async fn every_event_is_proven_to_be_in_the_first_checkpoint_that_covers_it() {
    on_both_engines(async |cx| {
        for more in [1, 4, 6, 9] {
            write(&cx, more).await;
            sign(&cx).await;
        }
        write(&cx, 3).await;
        let key = checkpoint::public_key(&cx);
        for place in 0..20 {
            let id = event_id(&cx, place).await;
            let detail = audit::find(&cx, &reader(), id).await.unwrap();
            let Proof::Proven(proof) = detail.proof else { panic!("#{place} is covered: {:?}", detail.proof) };
            assert!(holds(&proof, &detail.canonical, &key), "#{place}: {proof}");
            assert!(!holds(&proof, &detail.canonical.replace("active", "closed"), &key));
            assert_eq!(audit::prove(&cx, &reader(), id).await.unwrap(), proof);
        }
        let uncovered = event_id(&cx, 21).await;
        assert_eq!(audit::find(&cx, &reader(), uncovered).await.unwrap().proof, Proof::Unsigned);
        assert_eq!(audit::prove(&cx, &reader(), uncovered).await.unwrap_err().code, "audit.not_signed");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_was_touched_is_shown_as_such() {
    on_both_engines(async |cx| {
        write(&cx, 6).await;
        sign(&cx).await;
        disarm(&cx).await;
        edit(&cx, 2, "active", "closed").await;
        let id = event_id(&cx, 2).await;
        let detail = audit::find(&cx, &reader(), id).await.unwrap();
        assert!(detail.fault.unwrap().contains("leaf hash"));
        assert_eq!(detail.proof, Proof::Broken);
        assert_eq!(audit::prove(&cx, &reader(), id).await.unwrap_err().code, "audit.not_proven");
        set(&cx, 4, "outcome", "'refused'").await;
        let detail = audit::find(&cx, &reader(), event_id(&cx, 4).await).await.unwrap();
        assert!(detail.fault.unwrap().contains("outcome"));
        attack(&cx, "DELETE FROM audit_event WHERE seq = 0").await;
        assert_eq!(audit::find(&cx, &reader(), event_id(&cx, 1).await).await.unwrap().proof, Proof::Broken);
    })
    .await;
}

#[tokio::test]
async fn a_long_log_is_not_read_for_a_page_but_for_a_proof() {
    on_both_engines(async |cx| {
        let uow = cx.db.begin().await.unwrap();
        uow.commit_all(&cx, &staff(), (0..16_384 + 2_048).map(entry).collect()).await.unwrap();
        sign(&cx).await;
        let oldest = Filter { target: Some(("customer".to_owned(), "customer-3".to_owned())), ..Filter::default() };
        let id = list(&cx, oldest).await[0].id.into();
        let detail = audit::find(&cx, &reader(), id).await.unwrap();
        // All but one of the 16,384 events of its subtree: one less than what a page reads.
        assert!(matches!(detail.proof, Proof::Proven(_)));
        let uow = cx.db.begin().await.unwrap();
        uow.commit_all(&cx, &staff(), (0..16_384).map(entry).collect()).await.unwrap();
        attack(&cx, "DELETE FROM audit_checkpoint; UPDATE audit_head SET signed_size = 0").await;
        sign(&cx).await;
        let detail = audit::find(&cx, &reader(), id).await.unwrap();
        assert_eq!(detail.proof, Proof::Long);
        let proof = audit::prove(&cx, &reader(), id).await.unwrap();
        assert!(holds(&proof, &detail.canonical, &checkpoint::public_key(&cx)));
    })
    .await;
}

#[tokio::test]
async fn the_day_is_summed_up() {
    on_both_engines(async |cx| {
        write(&cx, 2).await;
        cx.clock.advance(Timestamp::DAY + 1);
        write(&cx, 3).await;
        sign(&cx).await;
        let auth = |action| Entry::new(action).stream(Stream::Auth);
        let events = [
            auth("staff.signed_in"),
            auth("staff.sign_in_refused").outcome(Outcome::Failed),
            auth("staff.sign_in_refused").outcome(Outcome::Refused),
            Entry::new("access.refused").outcome(Outcome::Refused),
        ];
        for event in events {
            audit::record(&cx, &staff(), event).await.unwrap();
        }
        let summary = audit::summary(&cx, &reader()).await.unwrap();
        let groups: Vec<_> = summary.groups.iter().map(|(area, count)| (area.as_str(), *count)).collect();
        assert_eq!(groups, [("access", 1), ("customer", 3), ("staff", 3)]);
        let counts = (summary.events, summary.sign_ins, summary.failed_sign_ins, summary.refusals);
        assert_eq!(counts, (7, 1, 2, 3));
        assert_eq!(summary.verifications.len(), 0);
        let [newest] = summary.checkpoints.as_slice() else { panic!("one stream was signed") };
        assert_eq!((newest.stream.as_str(), newest.size), ("control", 5));
    })
    .await;
}
