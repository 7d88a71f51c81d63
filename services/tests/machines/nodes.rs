//! Two nodes on one database: how soon the other one knows.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use services::{
    Services,
    credentials::{self, Revoke, Verifier},
};
use tokio::task::JoinSet;

use super::support::{console, key, on_both_engines, other_node, partner, works};

const TRIALS: usize = 1_000;

/// Revokes keys on one node, and says how long the other one took to refuse each.
async fn trials(cx: &Services, node: &Services) -> Vec<Duration> {
    let verifier = Arc::new(Verifier::default());
    let owner = partner(cx, "Acme").await;
    let mut keys = Vec::new();
    for number in 0..TRIALS {
        keys.push(key(cx, owner, &format!("Key {number}")).await);
    }
    // Twice: the first use of a secret is a change of its own, and only then is there something to remember.
    for (_, secret) in keys.iter().chain(&keys) {
        assert!(works(node, &verifier, secret).await, "the other node knows it, and remembers it");
    }
    let mut waiting = JoinSet::new();
    for (id, secret) in keys {
        let revoke = Revoke { id, reason: "trial".to_owned(), typed: String::new() };
        credentials::revoke(cx, &console(), &revoke).await.unwrap();
        let revoked = Instant::now();
        let (node, verifier) = (node.clone(), Arc::clone(&verifier));
        waiting.spawn(async move {
            while works(&node, &verifier, &secret).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            revoked.elapsed()
        });
    }
    waiting.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_by_the_other_node_within_a_second() {
    on_both_engines(async |cx: Services| {
        let node = other_node(&cx);
        let watching = tokio::spawn(credentials::watch(node.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let took = trials(&cx, &node).await;
        watching.abort();
        let slowest = took.iter().max().unwrap();
        println!("{} of {TRIALS} trials, the slowest after {slowest:?}", took.len());
        assert!(took.len() == TRIALS && *slowest < Duration::from_secs(1), "{slowest:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_notifications_it_is_refused_within_five_seconds() {
    on_both_engines(async |cx: Services| {
        let node = other_node(&cx);
        let watching = tokio::spawn(credentials::watch_by_polling(node.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let took = trials(&cx, &node).await;
        watching.abort();
        let slowest = took.iter().max().unwrap();
        println!("{} of {TRIALS} trials without notifications, the slowest after {slowest:?}", took.len());
        assert!(took.len() == TRIALS && *slowest < Duration::from_secs(5), "{slowest:?}");
    })
    .await;
}

#[tokio::test]
async fn a_node_that_hears_nothing_asks_the_database_at_each_call() {
    on_both_engines(async |cx: Services| {
        let node = other_node(&cx);
        let verifier = Verifier::default();
        let (id, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        assert!(works(&node, &verifier, &secret).await);
        let revoke = Revoke { id, reason: "trial".to_owned(), typed: String::new() };
        credentials::revoke(&cx, &console(), &revoke).await.unwrap();
        assert!(!works(&node, &verifier, &secret).await, "nobody watches: nothing remembered is trusted");
    })
    .await;
}
