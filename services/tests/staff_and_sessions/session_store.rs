//! The store behind tower-sessions.

use std::{collections::HashMap, sync::Arc};

use services::{
    Services,
    db::on,
    sessions::{self, Store},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    Session, SessionStore,
    session::{Id, Record},
};

use crate::{
    browser::Browser,
    support::{member, number, on_both_engines, run},
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn record(id: i128) -> Record {
    Record {
        id: Id(id),
        data: HashMap::from([("colour".to_owned(), "lilac".into())]),
        expiry_date: OffsetDateTime::UNIX_EPOCH,
    }
}

async fn created(store: &Store) -> Record {
    let mut record = record(1);
    store.create(&mut record).await.unwrap();
    record
}

async fn is_open(store: &Store, id: &Id) -> bool {
    store.load(id).await.unwrap().is_some()
}

/// A browser in which somebody is signed in, and the id in its cookie.
async fn signed_in(cx: &Services) -> (Browser, Id) {
    let browser = Browser::signed_in(cx, "anna").await;
    let id = browser.cookie.as_ref().unwrap().parse().unwrap();
    (browser, id)
}

fn opened(cx: &Services, id: Id) -> Session {
    Session::new(Some(id), Arc::new(Store::new(cx.clone())), None)
}

#[tokio::test]
async fn what_is_saved_is_found_again() {
    on_both_engines(async |cx| {
        let store = Store::new(cx);
        let mut record = created(&store).await;
        assert_eq!(store.load(&record.id).await.unwrap().unwrap().data["colour"], "lilac");
        record.data.insert("colour".to_owned(), "ochre".into());
        store.save(&record).await.unwrap();
        assert_eq!(store.load(&record.id).await.unwrap().unwrap().data["colour"], "ochre");
        assert!(!is_open(&store, &Id(7)).await);
    })
    .await;
}

#[tokio::test]
async fn only_the_hash_of_an_id_is_stored() {
    on_both_engines(async |cx| {
        let record = created(&Store::new(cx.clone())).await;
        let bytes = record.id.0.to_le_bytes();
        let mut reading = cx.db.read().await.unwrap();
        let (key_hash, payload): (Vec<u8>, Vec<u8>) =
            on!(reading.connection(), c => sqlx::query_as("SELECT key_hash, record FROM session").fetch_one(c).await)
                .unwrap();
        assert_eq!(key_hash, Sha256::digest(bytes).to_vec());
        let payload = String::from_utf8(payload).unwrap();
        assert!(!payload.contains(&record.id.to_string()) && !payload.contains(&record.id.0.to_string()), "{payload}");
    })
    .await;
}

#[tokio::test]
async fn the_store_mints_ids_and_takes_none_that_is_proposed() {
    on_both_engines(async |cx| {
        let store = Store::new(cx);
        let (first, second) = (created(&store).await, created(&store).await);
        assert_ne!(first.id, Id(1));
        assert_ne!(first.id, second.id);
        assert!(!is_open(&store, &Id(1)).await);
    })
    .await;
}

#[tokio::test]
async fn saving_never_inserts_and_never_revives() {
    on_both_engines(async |cx| {
        let store = Store::new(cx.clone());
        store.save(&record(99)).await.unwrap();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM session").await, 0);
        let ended = created(&store).await;
        store.delete(&ended.id).await.unwrap();
        store.save(&ended).await.unwrap();
        assert!(!is_open(&store, &ended.id).await);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM session WHERE ended_at IS NULL").await, 0);
        assert_eq!(
            number(&cx, "SELECT COUNT(*) FROM session WHERE ended_at IS NOT NULL AND length(record) = 0").await,
            1
        );
        run(&cx, "DELETE FROM session").await;
        store.save(&ended).await.unwrap();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_request_under_way_does_not_save_a_session_back_that_was_ended_meanwhile() {
    on_both_engines(async |cx| {
        let id = member(&cx, "anna", "support_agent").await;
        let (mut browser, _) = signed_in(&cx).await;
        let late = cx.clone();
        browser
            .visit(async move |auth| {
                sessions::end_all_of(&late, &crate::support::console(), id, "").await.unwrap();
                auth.session.insert("colour", "lilac").await.unwrap();
            })
            .await;
        assert_eq!(browser.who().await, None);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_its_idle_time() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let (_, id) = signed_in(&cx).await;
        let store = Store::new(cx.clone());
        cx.clock.advance(cx.settings.session_idle - 1);
        assert!(is_open(&store, &id).await);
        cx.clock.advance(1);
        assert!(!is_open(&store, &id).await);
        // Not even a late note of its use brings it back.
        assert!(!store.touch(&opened(&cx, id)).await.unwrap());
        assert!(!is_open(&store, &id).await);
    })
    .await;
}

#[tokio::test]
async fn a_session_in_use_ends_at_its_absolute_time() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let (_, id) = signed_in(&cx).await;
        let store = Store::new(cx.clone());
        let mut left = cx.settings.session_absolute;
        while left > 20 * MINUTE {
            cx.clock.advance(20 * MINUTE);
            left -= 20 * MINUTE;
            assert!(store.touch(&opened(&cx, id)).await.unwrap());
        }
        assert_eq!(number(&cx, "SELECT expires_at - idle_until FROM session").await, 0, "never idle beyond its end");
        run(&cx, "UPDATE session SET idle_until = idle_until + 3600000").await;
        cx.clock.advance(left - 1);
        assert!(is_open(&store, &id).await);
        cx.clock.advance(1);
        assert!(!is_open(&store, &id).await);
    })
    .await;
}

#[tokio::test]
async fn use_is_noted_at_most_once_a_minute_and_outside_of_the_payload() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let (_, id) = signed_in(&cx).await;
        let store = Store::new(cx.clone());
        let begun = number(&cx, "SELECT last_seen_at FROM session").await;
        let payload = number(&cx, "SELECT CAST(length(record) AS BIGINT) FROM session").await;
        for _ in 0..5 {
            cx.clock.advance(MINUTE / 6);
            assert!(!store.touch(&opened(&cx, id)).await.unwrap());
        }
        assert_eq!(number(&cx, "SELECT last_seen_at FROM session").await, begun);
        cx.clock.advance(MINUTE / 6);
        let session = opened(&cx, id);
        // Of two requests at the same moment, one writes.
        let twin = opened(&cx, id);
        sessions::id(&twin).await.unwrap();
        assert!(store.touch(&session).await.unwrap());
        assert!(!store.touch(&twin).await.unwrap());
        assert_eq!(number(&cx, "SELECT last_seen_at FROM session").await, begun + MINUTE);
        assert_eq!(number(&cx, "SELECT idle_until - last_seen_at FROM session").await, cx.settings.session_idle);
        assert_eq!(number(&cx, "SELECT CAST(length(record) AS BIGINT) FROM session").await, payload);
        assert!(!session.is_modified());
        // Whoever has loaded a session that was used just now doesn't ask the database to write.
        let fresh = opened(&cx, id);
        sessions::id(&fresh).await.unwrap();
        run(&cx, "UPDATE session SET last_seen_at = 0").await;
        assert!(!store.touch(&fresh).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_session_without_anybody_lives_for_an_hour() {
    on_both_engines(async |cx| {
        let store = Store::new(cx.clone());
        let record = created(&store).await;
        for _ in 0..3 {
            cx.clock.advance(20 * MINUTE - 1);
            assert!(is_open(&store, &record.id).await);
            store.touch(&opened(&cx, record.id)).await.unwrap();
        }
        cx.clock.advance(3);
        assert!(!is_open(&store, &record.id).await);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_ended_does_not_go_on_under_another_id() {
    on_both_engines(async |cx| {
        let staff = member(&cx, "anna", "support_agent").await;
        for moment in ["before", "between"] {
            let (mut browser, id) = signed_in(&cx).await;
            let actor = browser.actor().await.unwrap();
            let services::access::ActorKind::Staff { session: Some(public), .. } = *actor.kind() else {
                panic!("no session")
            };
            // A request that has loaded the session, and is about to give it a new id.
            let session = opened(&cx, id);
            session.insert("colour", "lilac").await.unwrap();
            if moment == "before" {
                sessions::end_one(&cx, &actor, public).await.unwrap();
            }
            session.cycle_id().await.unwrap();
            if moment == "between" {
                sessions::end_one(&cx, &actor, public).await.unwrap();
            }
            assert!(session.save().await.is_err(), "ended {moment} its renewal");
            assert!(session.save().await.is_err(), "and not when it is tried again");
            assert_eq!(browser.who().await, None);
            assert_eq!(sessions::of_staff(&cx, &crate::support::console(), staff).await.unwrap(), []);
        }
    })
    .await;
}

#[tokio::test]
async fn tower_sessions_own_renewal_keeps_beginning_end_and_owner() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let (mut browser, before) = signed_in(&cx).await;
        let who = browser.who().await;
        cx.clock.advance(10 * MINUTE);
        browser.renew().await.unwrap();
        let after: Id = browser.cookie.as_ref().unwrap().parse().unwrap();
        assert_ne!(before, after);
        assert!(!is_open(&Store::new(cx.clone()), &before).await, "the old id opens nothing");
        assert_eq!(browser.who().await, who);
        let life = number(&cx, "SELECT expires_at - created_at FROM session WHERE ended_at IS NULL").await;
        assert_eq!(life, cx.settings.session_absolute);
        let spent = number(&cx, "SELECT last_seen_at - created_at FROM session WHERE ended_at IS NULL").await;
        assert_eq!(spent, 10 * MINUTE);
    })
    .await;
}

#[tokio::test]
async fn tombstones_are_swept_after_thirty_days_and_empty_sessions_when_they_expire() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        signed_in(&cx).await;
        created(&Store::new(cx.clone())).await;
        assert_eq!(sessions::sweep(&cx).await.unwrap(), 0);
        cx.clock.advance(2 * HOUR);
        assert_eq!(sessions::sweep(&cx).await.unwrap(), 1);
        cx.clock.advance(30 * DAY);
        assert_eq!(sessions::sweep(&cx).await.unwrap(), 0);
        cx.clock.advance(DAY);
        assert_eq!(sessions::sweep(&cx).await.unwrap(), 1);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_session_can_not_be_filled_without_end() {
    on_both_engines(async |cx| {
        let store = Store::new(cx);
        let mut record = created(&store).await;
        record.data.insert("much".to_owned(), "x".repeat(20_000).into());
        assert!(store.save(&record).await.is_err());
        assert!(store.create(&mut record).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn nobody_is_signed_in_past_the_steps() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let user = crate::support::user(&cx, anna).await.unwrap();
        for has_session in [false, true] {
            let mut browser = Browser::new(&cx);
            if has_session {
                browser.visit(async |auth| auth.session.insert("colour", "lilac").await.unwrap()).await;
            }
            // What a page might do that knows axum-login and not us.
            let user = user.clone();
            browser.visit(async move |mut auth| auth.login(&user).await.unwrap()).await;
            assert_eq!(browser.who().await, None);
        }
        // Nor as somebody else, in a session of one's own.
        let mut browser = Browser::signed_in(&cx, "anna").await;
        let boss = crate::support::owner(&cx, "boss").await;
        let boss = crate::support::user(&cx, boss).await.unwrap();
        browser.visit(async move |mut auth| auth.login(&boss).await.unwrap()).await;
        assert_eq!(browser.who().await, Some(anna));
    })
    .await;
}
