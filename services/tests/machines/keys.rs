use domain::{
    Timestamp,
    credentials::{Credential, CredentialKind, Grace},
    permissions::Permission,
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Services,
    access::Actor,
    credentials::{self, Bulk, Finding, Revoke, Rotate, Verifier},
    db::on,
    demo, partners,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::support::{console, form, issue_as, key, on_both_engines, partner, person, refusal, works};

#[tokio::test]
async fn an_issued_key_works_and_a_mistyped_one_asks_nobody() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let (_, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        assert!(works(&cx, &verifier, &secret).await);
        let mut mistyped = secret.clone();
        let last = mistyped.pop().unwrap();
        mistyped.push(if last == '0' { '1' } else { '0' });
        // The database is closed: only the form can have refused it.
        let alone = cx.clone();
        alone.db.close().await;
        assert_eq!(refusal(&alone, &verifier, &mistyped).await, "malformed");
    })
    .await;
}

#[tokio::test]
async fn a_planted_row_with_a_plain_hash_does_not_work() {
    on_both_engines(async |cx: Services| {
        let (id, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let known: Credential = secret.parse().unwrap();
        let planted =
            Credential::assemble(known.kind(), known.environment(), known.id().clone(), &"A".repeat(43)).unwrap();
        let plain: [u8; 32] = Sha256::digest(planted.expose().as_bytes()).into();
        let mut uow = cx.db.begin().await.unwrap();
        on!(uow.connection(), c => sqlx::query(
            "INSERT INTO credential_secret (id, credential_id, digest, pepper_version, state, created_at, created_by)
             VALUES ($1, $2, $3, 1, 'current', 0, 'nobody')")
            .bind(Uuid::now_v7()).bind(id.uuid()).bind(plain.as_slice()).execute(c).await.map(|_| ()))
        .unwrap();
        uow.commit(&cx, &Actor::command_line(), services::audit::Entry::new("test.planted")).await.unwrap();
        assert_eq!(refusal(&cx, &Verifier::default(), planted.expose()).await, "unknown");
        assert!(works(&cx, &Verifier::default(), &secret).await);
    })
    .await;
}

async fn rotate(cx: &Services, id: domain::ids::CredentialId, grace: i64, hard_stop: Option<Timestamp>) -> String {
    let rotate = Rotate { id, grace: Grace::seconds(grace).unwrap(), hard_stop, reason: "routine".to_owned() };
    let secret = credentials::rotate(cx, &console(), &rotate, &SecretString::from("")).await.unwrap();
    secret.expose_secret().to_owned()
}

#[tokio::test]
async fn an_old_secret_runs_out_after_the_new_ones_first_use() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let (id, old) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        assert!(works(&cx, &verifier, &old).await);
        let new = rotate(&cx, id, 3_600, None).await;
        assert_eq!(new[..21], old[..21], "the id stays");
        // However long nobody uses the new one, the old one works.
        cx.clock.advance(30 * Timestamp::DAY);
        assert!(works(&cx, &verifier, &old).await);
        assert!(works(&cx, &verifier, &new).await);
        cx.clock.advance(59 * Timestamp::MINUTE);
        assert!(works(&cx, &verifier, &old).await);
        cx.clock.advance(Timestamp::MINUTE);
        assert_eq!(refusal(&cx, &verifier, &old).await, "SecretRetired");
        assert!(works(&cx, &verifier, &new).await);
    })
    .await;
}

#[tokio::test]
async fn a_hard_stop_holds_whether_or_not_the_new_secret_is_used() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let (id, old) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let first = rotate(&cx, id, 0, Some(cx.clock.now().plus(Timestamp::DAY))).await;
        let second = rotate(&cx, id, 0, None).await;
        assert_eq!(
            refusal(&cx, &verifier, &first).await,
            "SecretRetired",
            "a new secret that was never used is replaced"
        );
        assert!(works(&cx, &verifier, &old).await);
        cx.clock.advance(Timestamp::DAY);
        assert_eq!(refusal(&cx, &verifier, &old).await, "SecretRetired");
        assert!(works(&cx, &verifier, &second).await);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_refused_as_soon_as_it_is_switched_off_revoked_or_over() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let owner = partner(&cx, "Acme").await;
        let (id, secret) = key(&cx, owner, "Sync").await;
        credentials::disable(&cx, &console(), id, "odd calls").await.unwrap();
        assert_eq!(refusal(&cx, &verifier, &secret).await, "Disabled");
        credentials::enable(&cx, &console(), id, "explained").await.unwrap();
        assert!(works(&cx, &verifier, &secret).await);
        partners::suspend(&cx, &console(), owner, "unpaid").await.unwrap();
        assert_eq!(refusal(&cx, &verifier, &secret).await, "suspended");
        partners::resume(&cx, &console(), owner, "paid").await.unwrap();
        let revoke = Revoke { id, reason: "gone".to_owned(), typed: String::new() };
        credentials::revoke(&cx, &console(), &revoke).await.unwrap();
        assert_eq!(refusal(&cx, &verifier, &secret).await, "Revoked");
        let again = credentials::revoke(&cx, &console(), &revoke).await.unwrap_err();
        assert_eq!((again.code, again.status), ("credential.revoked", 409));

        let mut limited = form("Short", owner, "test");
        limited.expires_on = "2026-11-24".to_owned();
        let scopes = [Permission::FleetRead];
        let issued =
            issue_as(&cx, &Actor::command_line(), CredentialKind::ApiKey, &limited, &scopes, "").await.unwrap();
        let secret = issued.secret.unwrap();
        assert!(works(&cx, &verifier, secret.expose_secret()).await, "its last day counts");
        cx.clock.advance(2 * Timestamp::DAY);
        assert_eq!(refusal(&cx, &verifier, secret.expose_secret()).await, "Expired");
    })
    .await;
}

#[tokio::test]
async fn a_changed_pepper_takes_in_what_was_hashed_before() {
    on_both_engines(async |cx: Services| {
        let (_, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let mut later = cx.clone();
        let settings = services::settings::Settings { pepper_version: 2, ..cx.settings.as_ref().clone() };
        later.settings = std::sync::Arc::new(settings);
        assert!(works(&later, &Verifier::default(), &secret).await);
        // It was hashed anew: whoever knows only the old pepper does not find it any more.
        assert_eq!(refusal(&cx, &Verifier::default(), &secret).await, "unknown");
        assert!(works(&later, &Verifier::default(), &secret).await);
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_a_scope_that_they_dont_hold_and_live_keys_take_step_up() {
    on_both_engines(async |cx: Services| {
        let owner = partner(&cx, "Acme").await;
        let manager = person(&cx, "integrations@demo.keyfob.example").await;
        let live = form("Sync", owner, "live");
        let refused =
            issue_as(&cx, &manager, CredentialKind::ApiKey, &live, &[Permission::CustomersRead], "").await.unwrap_err();
        assert_eq!(refused.fields[0].field, "confirmation");
        let wrong = issue_as(&cx, &manager, CredentialKind::ApiKey, &live, &[Permission::CustomersRead], "wrong")
            .await
            .unwrap_err();
        assert_eq!(wrong.fields[0].field, "confirmation");
        let beyond = issue_as(&cx, &manager, CredentialKind::ApiKey, &live, &[Permission::PlansWrite], demo::PASSWORD)
            .await
            .unwrap_err();
        assert_eq!((beyond.code, beyond.status), ("roles.beyond_own", 403));
        issue_as(&cx, &manager, CredentialKind::ApiKey, &live, &[Permission::CustomersRead], demo::PASSWORD)
            .await
            .unwrap();
        // A test key takes no step-up, and no more rights either.
        let test = form("Trial", owner, "test");
        issue_as(&cx, &manager, CredentialKind::ApiKey, &test, &[Permission::CustomersRead], "").await.unwrap();
        assert!(issue_as(&cx, &manager, CredentialKind::ApiKey, &test, &[Permission::PlansWrite], "").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn many_are_revoked_exactly_as_shown_or_not_at_all() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let owner = partner(&cx, "Acme").await;
        let mut secrets = Vec::new();
        for number in 0..5 {
            secrets.push(key(&cx, owner, &format!("Key {number}")).await.1);
        }
        let bulk = Bulk { partner: Some(owner), ..Bulk::default() };
        let shown = credentials::bulk_preview(&cx, &console(), &bulk).await.unwrap();
        assert_eq!(shown.credentials.len(), 5);
        key(&cx, owner, "One more").await;
        let stale = credentials::bulk_revoke(&cx, &console(), &bulk, &shown.hash, "leaving").await.unwrap_err();
        assert_eq!(stale.status, 409);
        assert!(works(&cx, &verifier, &secrets[0]).await);
        let shown = credentials::bulk_preview(&cx, &console(), &bulk).await.unwrap();
        assert_eq!(credentials::bulk_revoke(&cx, &console(), &bulk, &shown.hash, "leaving").await.unwrap(), 6);
        for secret in &secrets {
            assert_eq!(refusal(&cx, &verifier, secret).await, "Revoked");
        }
        let nothing = credentials::bulk_preview(&cx, &console(), &Bulk::default()).await.unwrap();
        assert!(nothing.credentials.is_empty(), "no condition chooses nothing, not everything");
    })
    .await;
}

#[tokio::test]
async fn the_board_names_keys_that_deserve_a_look() {
    on_both_engines(async |cx: Services| {
        let owner = partner(&cx, "Acme").await;
        key(&cx, owner, "Idle").await;
        let mut ending = form("Ending", owner, "test");
        ending.expires_on = "2026-12-03".to_owned();
        issue_as(&cx, &Actor::command_line(), CredentialKind::ApiKey, &ending, &[Permission::FleetRead], "")
            .await
            .unwrap();
        let findings = async |name: &str| {
            let board = credentials::hygiene(&cx, &console()).await.unwrap();
            board.into_iter().find(|line| line.credential.name == name).map(|line| line.findings).unwrap_or_default()
        };
        assert_eq!(findings("Idle").await, [Finding::NeverExpires]);
        cx.clock.advance(8 * Timestamp::DAY);
        assert_eq!(findings("Idle").await, [Finding::NeverExpires, Finding::NeverUsed]);
        assert!(matches!(findings("Ending").await[0], Finding::Expires { days: 2 }));
    })
    .await;
}
