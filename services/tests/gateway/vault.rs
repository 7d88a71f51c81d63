//! The vault: nothing readable in the database, the old secret good for its overlap, another master key without a gap.

use domain::{Timestamp, ids::IntegrationId};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Keys, Services,
    access::Actor,
    audit::Entry,
    db::on,
    testing::on_both_engines,
    vault::{self, NewSecret, SecretPurpose},
};

use super::{
    fleet_fixture::access,
    partner::{Described, integration},
};

const CANARY: &str = "canary-4b1f-of-the-vault";

async fn put(cx: &Services, integration: IntegrationId, secret: &str, overlap_until: Option<Timestamp>) {
    let secret = SecretString::from(secret);
    let mut uow = cx.db.begin().await.unwrap();
    let new = NewSecret {
        integration,
        purpose: SecretPurpose::Webhook,
        secret: &secret,
        expires_at: None,
        overlap_until,
        by: "test",
    };
    vault::put(cx, uow.connection(), new).await.unwrap();
    uow.commit(cx, &Actor::command_line(), Entry::new("test.set_up")).await.unwrap();
}

async fn good(cx: &Services, id: IntegrationId) -> Vec<String> {
    let secrets = vault::open(cx, id, SecretPurpose::Webhook).await.expect("they open");
    secrets.into_iter().map(|(secret, _)| secret.expose_secret().to_owned()).collect()
}

#[tokio::test]
async fn the_old_secret_is_good_until_its_overlap_ends_and_nothing_stands_in_the_database() {
    on_both_engines(async |cx| {
        let id =
            integration(&cx, "Helvetia", ("insurance", "insurer"), "http://127.0.0.1:1", Described::default()).await;
        put(&cx, id, CANARY, None).await;
        put(&cx, id, "another", Some(cx.clock.now().plus(Timestamp::HOUR))).await;
        assert_eq!(good(&cx, id).await, ["another", CANARY]);
        cx.clock.advance(Timestamp::HOUR);
        assert_eq!(good(&cx, id).await, ["another"]);
        put(&cx, id, CANARY, None).await;
        assert_eq!(good(&cx, id).await, [CANARY], "without an overlap the old one is over at once");
        let mut reading = cx.db.read().await.unwrap();
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT s.sealed, k.wrapped FROM vault_secret s JOIN vault_key k ON k.id = s.key_id").fetch_all(c).await)
        .unwrap();
        for (sealed, wrapped) in rows {
            assert!(
                [sealed, wrapped].iter().all(|bytes| !bytes.windows(6).any(|part| part == &CANARY.as_bytes()[..6]))
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_vault_goes_under_another_master_key_step_by_step_and_without_a_gap() {
    on_both_engines(async |cx| {
        let mut ids = Vec::new();
        for number in 0..3 {
            let name = format!("Partner {number}");
            let id = integration(&cx, &name, ("insurance", "insurer"), "http://127.0.0.1:1", Described::default()).await;
            put(&cx, id, &format!("{CANARY}-{number}"), None).await;
            ids.push(id);
        }
        let masters = vec![[7; 32], [9; 32]];
        let newer = Services { keys: Keys::from_masters(masters), ..cx.clone() };
        let before = vault::progress(&newer, &access::<domain::permissions::marker::IntegrationsManage>()).await.unwrap();
        assert_eq!((before.done, before.left), (0, 3));
        assert_eq!(good(&newer, ids[0]).await, [format!("{CANARY}-0")], "before it begins");
        let reached = vault::rewrap(&newer, &access()).await.unwrap();
        assert_eq!((reached.done, reached.left), (3, 0));
        for (number, id) in ids.iter().enumerate() {
            assert_eq!(good(&newer, *id).await, [format!("{CANARY}-{number}")]);
        }
        assert_eq!(vault::rewrap(&newer, &access()).await.unwrap(), reached, "once more does nothing");
        let left_behind = vault::open(&cx, ids[0], SecretPurpose::Webhook).await.unwrap_err();
        assert_eq!(left_behind.status, 500, "a node without the new master key opens nothing");
        // What another row says can't be put in this one's place.
        let mut uow = newer.db.begin().await.unwrap();
        on!(uow.connection(), c => sqlx::query(
            "UPDATE vault_secret SET sealed = (SELECT sealed FROM vault_secret WHERE integration_id = $2) WHERE integration_id = $1")
            .bind(ids[0].uuid()).bind(ids[1].uuid()).execute(c).await.map(|_| ()))
        .unwrap();
        uow.commit(&newer, &Actor::command_line(), Entry::new("test.set_up")).await.unwrap();
        assert!(vault::open(&newer, ids[0], SecretPurpose::Webhook).await.is_err());
    })
    .await;
}

#[test]
fn a_master_key_is_added_to_its_file_and_the_first_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let first = Keys::open(&path).unwrap();
    let fingerprint = Keys::add_master(&path).unwrap();
    let both = Keys::open(&path).unwrap();
    assert_eq!(both.vault_master(), fingerprint);
    assert_ne!(first.vault_master(), fingerprint);
    let purpose = services::keys::Purpose::SealTotp;
    assert_eq!(first.derive(purpose), both.derive(purpose), "everything else stays under the first");
    std::fs::write(&path, "no key").unwrap();
    assert!(Keys::open(&path).is_err());
}
