//! The demo data: it keeps every rule that the use cases keep, and the same seed makes the same of it.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod fleet_fixture;

use domain::ids::SubscriptionId;
use fleet_fixture::access;
use services::{
    Services, audit,
    db::on,
    demo::{self, Options},
    roles, subscriptions,
    testing::on_both_engines,
};
use uuid::Uuid;

const OPTIONS: Options = Options { customers: 800, seed: 7 };

async fn ids(cx: &Services) -> Vec<Uuid> {
    let mut reading = cx.db.read().await.expect("a reading");
    let rows: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as("SELECT id FROM subscription ORDER BY id")
        .fetch_all(c).await)
    .expect("subscriptions");
    rows.into_iter().map(|(id,)| id).collect()
}

#[tokio::test]
async fn what_is_made_keeps_every_rule() {
    on_both_engines(async |cx| {
        roles::seed(&cx).await.expect("the built-in roles");
        let filled = demo::fill(&cx, OPTIONS).await.expect("filled");
        assert_eq!((filled.customers, filled.vehicles, filled.subscriptions), (800, 600, 720));
        let ids = ids(&cx).await;
        assert_eq!(ids.len(), 720);
        let mut states = std::collections::BTreeSet::new();
        for id in &ids {
            let detail = subscriptions::find(&cx, &access(), SubscriptionId::from(*id), None).await.expect("readable");
            detail.subscription.check().unwrap_or_else(|broken| panic!("{}: {broken:?}", detail.number));
            assert!(!detail.timeline.rows.is_empty(), "{} has no history", detail.number);
            states.insert(detail.subscription.state.as_str());
        }
        assert!(states.len() >= 8, "too few states to show anything: {states:?}");
        let report = audit::verify::verify(&cx, None, None).await.expect("verified");
        assert!(report.is_sound(), "{report:?}");
        let again = demo::fill(&cx, OPTIONS).await.expect("left alone");
        assert_eq!(again.customers, 0, "a database with customers is left as it is");
    })
    .await;
}

#[tokio::test]
async fn the_same_seed_makes_the_same() {
    let mut made = Vec::new();
    for _ in 0..2 {
        let (sender, receiver) = std::sync::mpsc::channel();
        on_both_engines(async |cx| {
            roles::seed(&cx).await.expect("the built-in roles");
            demo::fill(&cx, OPTIONS).await.expect("filled");
            sender.send(ids(&cx).await).expect("somebody listens");
        })
        .await;
        drop(sender);
        made.extend(receiver);
    }
    assert!(made.len() >= 2);
    assert!(made.windows(2).all(|pair| pair[0] == pair[1]), "ids differ between two fills");
}
