use domain::{credentials::CredentialKind, permissions::Permission};
use secrecy::ExposeSecret;
use services::{
    Services,
    credentials::{self, Verifier},
    demo,
    switches::{self, Switch},
};

use super::support::{console, form, issue_as, on_both_engines, partner, person, refusal, works};

#[tokio::test]
async fn a_live_key_that_can_write_waits_for_a_second_person() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let owner = partner(&cx, "Acme").await;
        switches::set(&cx, &console(), Switch::ApproveLiveWriteKeys, true, "policy").await.unwrap();
        let asker = person(&cx, "administrator@demo.keyfob.example").await;
        let second = person(&cx, "owner@demo.keyfob.example").await;
        let scopes = [Permission::CustomersWrite];
        let issued =
            issue_as(&cx, &asker, CredentialKind::ApiKey, &form("Sync", owner, "live"), &scopes, demo::PASSWORD)
                .await
                .unwrap();
        assert!(issued.waits_for_approval);
        let secret = issued.secret.unwrap();
        assert_eq!(refusal(&cx, &verifier, secret.expose_secret()).await, "PendingApproval");
        let version = credentials::find(&cx, &console(), issued.id).await.unwrap().credential.version;
        let own = credentials::approve(&cx, &asker.authorize().unwrap(), issued.id, version, "mine").await.unwrap_err();
        assert_eq!((own.code, own.status), ("credential.own_request", 403));
        let stale =
            credentials::approve(&cx, &second.authorize().unwrap(), issued.id, version + 1, "").await.unwrap_err();
        assert_eq!(stale.status, 409);
        credentials::approve(&cx, &second.authorize().unwrap(), issued.id, version, "known partner").await.unwrap();
        assert!(works(&cx, &verifier, secret.expose_secret()).await);
        let twice = credentials::approve(&cx, &second.authorize().unwrap(), issued.id, version, "").await.unwrap_err();
        assert_eq!(twice.code, "credential.not_pending");

        // What reads only, or works on the sandbox, waits for nobody.
        let reads = [Permission::CustomersRead];
        let reading =
            issue_as(&cx, &asker, CredentialKind::ApiKey, &form("Reads", owner, "live"), &reads, demo::PASSWORD)
                .await
                .unwrap();
        let trial =
            issue_as(&cx, &asker, CredentialKind::ApiKey, &form("Trial", owner, "test"), &scopes, "").await.unwrap();
        assert!(!reading.waits_for_approval && !trial.waits_for_approval);
    })
    .await;
}

#[tokio::test]
async fn a_declined_key_never_works() {
    on_both_engines(async |cx: Services| {
        switches::set(&cx, &console(), Switch::ApproveLiveWriteKeys, true, "policy").await.unwrap();
        let owner = partner(&cx, "Acme").await;
        let asker = person(&cx, "administrator@demo.keyfob.example").await;
        let form = form("Sync", owner, "live");
        let issued = issue_as(&cx, &asker, CredentialKind::ApiKey, &form, &[Permission::FleetWrite], demo::PASSWORD)
            .await
            .unwrap();
        credentials::decline(&cx, &asker.authorize().unwrap(), issued.id, 1, "a mistake").await.unwrap();
        let secret = issued.secret.unwrap();
        assert_eq!(refusal(&cx, &Verifier::default(), secret.expose_secret()).await, "Revoked");
    })
    .await;
}
