use domain::{Timestamp, ids::IntegrationId, integrations::CallFailure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use services::{
    Db, Error, Services,
    access::Actor,
    demo,
    gateway::{self, Answer, Ask},
    integrations::{self, IntegrationForm, SetSecret, Typed},
    testing::NOW,
    vault::SecretPurpose,
};

use super::support::{
    Partner, console, create, fields_of, form, here, integration, make_live, on_both_engines, operation,
    operation_form, partner, person,
};

const BASE: &str = "https://api.polaris.example";

fn command(id: IntegrationId, purpose: SecretPurpose, secret: &str, overlap_days: i64) -> SetSecret {
    SetSecret {
        integration: id,
        purpose,
        typed: Typed::Entered(SecretString::from(secret)),
        expires_at: None,
        overlap_days,
        tried_at: None,
        reason: "because".to_owned(),
    }
}

async fn run(cx: &Services, command: SetSecret) -> Result<Option<SecretString>, Error> {
    integrations::set_secret(cx, &console(), command, &SecretString::from("")).await
}

pub async fn set(
    cx: &Services,
    id: IntegrationId,
    purpose: SecretPurpose,
    secret: &str,
    overlap_days: i64,
) -> Result<Option<SecretString>, Error> {
    run(cx, command(id, purpose, secret, overlap_days)).await
}

/// Everything the database holds, as bytes.
async fn dump(db: &Db) -> Vec<u8> {
    match db {
        Db::Sqlite { writer, .. } => {
            let (_, _, file): (i64, String, String) =
                sqlx::query_as("PRAGMA database_list").fetch_one(writer).await.unwrap();
            let mut bytes = std::fs::read(&file).unwrap();
            bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
            bytes
        }
        Db::Postgres(pool) => {
            let tables: Vec<(String,)> =
                sqlx::query_as("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'")
                    .fetch_all(pool)
                    .await
                    .unwrap();
            let mut bytes = Vec::new();
            for (table,) in tables {
                let rows: Vec<(String,)> =
                    sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT CAST(t AS TEXT) FROM {table} t")))
                        .fetch_all(pool)
                        .await
                        .unwrap();
                bytes.extend(rows.into_iter().flat_map(|(row,)| row.into_bytes()));
            }
            bytes
        }
    }
}

fn contains(bytes: &[u8], needle: &str) -> bool {
    let (needle, hex) = (needle.as_bytes(), hex_of(needle));
    bytes.windows(needle.len()).any(|window| window == needle)
        || bytes.windows(hex.len()).any(|window| window == hex.as_bytes())
}

/// As PostgreSQL prints bytes.
fn hex_of(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let canary = "canary-8f1d0c7e5b2a";
        set(&cx, id, SecretPurpose::Credential, canary, 0).await.unwrap();
        let typed = set(&cx, id, SecretPurpose::Webhook, "whsec_canary-4e6b9a1c", 0).await.unwrap();
        assert!(typed.is_none(), "what somebody typed is not told back");
        let making = SetSecret { typed: Typed::Made, ..command(id, SecretPurpose::Webhook, "", 1) };
        let made = run(&cx, making).await.unwrap().unwrap().expose_secret().to_owned();
        assert!(made.starts_with("whsec_") && made.len() == 50, "{}", made.len());
        let stored = dump(&cx.db).await;
        assert!(contains(&stored, "polaris"), "there is something to look through");
        for secret in [canary, "canary-4e6b9a1c", &made[6..]] {
            assert!(!contains(&stored, secret), "a secret is in the database");
        }
        let about = integrations::secrets(&cx, &console(), id).await.unwrap();
        let known = format!("{about:?} {:?}", integrations::find(&cx, &console(), id).await.unwrap());
        assert!(!known.contains("canary") && !known.contains(&made[6..]));
        let slots: Vec<_> = about.iter().map(|about| (about.purpose(), about.slot.as_str())).collect();
        assert_eq!(
            slots,
            [
                (SecretPurpose::Credential, "current"),
                (SecretPurpose::Webhook, "current"),
                (SecretPurpose::Webhook, "previous")
            ]
        );
        assert_eq!(about[2].good_until, Some(NOW.plus(Timestamp::DAY).millis()));
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_can_not_be_right_is_refused_without_a_word_of_it() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        for wrong in ["", "short", "with\nbreak-in-it", "ümlauts-in-a-header", &"long".repeat(1_100)] {
            let error = set(&cx, id, SecretPurpose::Credential, wrong, 0).await.unwrap_err();
            assert_eq!(fields_of(&error), ["secret"]);
            assert!(wrong.is_empty() || !format!("{error:?}").contains(wrong));
        }
        let long = set(&cx, id, SecretPurpose::Credential, "credential-1", 8).await.unwrap_err();
        assert_eq!(fields_of(&long), ["overlap"]);
        let over = SetSecret { expires_at: Some(NOW), ..command(id, SecretPurpose::Credential, "credential-1", 0) };
        assert_eq!(fields_of(&run(&cx, over).await.unwrap_err()), ["expires"]);
        let token = set(&cx, id, SecretPurpose::AccessToken, "access-token", 0).await.unwrap_err();
        assert_eq!(token.code, "integration.token_by_itself");
        let made = SetSecret { typed: Typed::Made, ..command(id, SecretPurpose::Credential, "", 0) };
        assert_eq!(fields_of(&run(&cx, made).await.unwrap_err()), ["secret"]);
        let owner = partner(&cx, "Open").await;
        let open = IntegrationForm {
            auth: "none".to_owned(),
            inbound_scheme: "none".to_owned(),
            ..form(owner, "Open", "open", BASE)
        };
        let open = create(&cx, &open).await.unwrap();
        let needless = set(&cx, open, SecretPurpose::Credential, "credential-1", 0).await.unwrap_err();
        assert_eq!((needless.status, needless.code), (409, "integration.no_credential"));
        let needless = set(&cx, open, SecretPurpose::Webhook, "signing-secret", 0).await.unwrap_err();
        assert_eq!(needless.code, "integration.no_messages");
    })
    .await;
}

#[tokio::test]
async fn a_secret_takes_a_proof_that_it_is_oneself() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let luc = person(&cx, "integrations@demo.keyfob.example").await;
        let try_with = async |confirmation: &str| {
            let command = command(id, SecretPurpose::Credential, "credential-1", 0);
            integrations::set_secret(&cx, &luc.authorize().unwrap(), command, &SecretString::from(confirmation)).await
        };
        assert_eq!(fields_of(&try_with("").await.unwrap_err()), ["confirmation"]);
        assert_eq!(fields_of(&try_with("not-my-password").await.unwrap_err()), ["confirmation"]);
        assert!(integrations::secrets(&cx, &console(), id).await.unwrap().is_empty());
        try_with(demo::PASSWORD).await.unwrap();
        let about = integrations::secrets(&cx, &console(), id).await.unwrap();
        assert_eq!(about[0].set_by, "Luc Moreau");
    })
    .await;
}

#[tokio::test]
async fn the_old_credential_is_good_until_its_time_and_no_longer() {
    on_both_engines(async |cx: Services| {
        let cx = here(&cx);
        let partner = Partner::start("").await;
        let id = integration(&cx, "Polaris", "polaris", &partner.origin).await;
        operation(&cx, id, &operation_form("cover.read")).await.unwrap();
        make_live(&cx, id).await;
        let ask = async || {
            let ask = Ask {
                integration: id,
                operation: "cover.read".to_owned(),
                payload: json!({}),
                subject: None,
                key: None,
            };
            gateway::call(&cx, &Actor::command_line(), ask).await.unwrap()
        };
        set(&cx, id, SecretPurpose::Credential, "old-credential", 0).await.unwrap();
        ask().await;
        let ends = Some(NOW.plus(Timestamp::DAY));
        run(&cx, SetSecret { expires_at: ends, ..command(id, SecretPurpose::Credential, "new-credential", 3) })
            .await
            .unwrap();
        ask().await;
        cx.clock.advance(2 * Timestamp::DAY);
        ask().await;
        assert_eq!(partner.seen(), ["Bearer old-credential", "Bearer new-credential", "Bearer old-credential"]);
        cx.clock.advance(2 * Timestamp::DAY);
        assert!(matches!(ask().await, Answer::Refused(CallFailure::Credential, _)));
        assert_eq!(partner.seen().len(), 3, "nothing is sent without a credential");
        cx.clock.advance(-4 * Timestamp::DAY);
        set(&cx, id, SecretPurpose::Credential, "third-credential", 0).await.unwrap();
        assert_eq!(integrations::secrets(&cx, &console(), id).await.unwrap().len(), 1, "without overlap, at once");
    })
    .await;
}

#[tokio::test]
async fn what_ends_within_sixty_days_is_warned_of() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let ends = |days: i64| Some(NOW.plus(days * Timestamp::DAY));
        run(&cx, SetSecret { expires_at: ends(59), ..command(id, SecretPurpose::Credential, "credential-1", 0) })
            .await
            .unwrap();
        run(&cx, SetSecret { expires_at: ends(61), ..command(id, SecretPurpose::Webhook, "signing-secret", 0) })
            .await
            .unwrap();
        let warned = integrations::expiring(&cx, &console(), Some(id)).await.unwrap();
        assert_eq!(warned.iter().map(integrations::Expiring::purpose).collect::<Vec<_>>(), [SecretPurpose::Credential]);
        cx.clock.advance(2 * Timestamp::DAY);
        assert_eq!(integrations::expiring(&cx, &console(), Some(id)).await.unwrap().len(), 2);
        cx.clock.advance(-2 * Timestamp::DAY);
    })
    .await;
}

#[tokio::test]
async fn a_credential_that_is_not_taken_is_not_kept() {
    on_both_engines(async |cx: Services| {
        let cx = here(&cx);
        let partner = Partner::start("Bearer right-credential").await;
        let id = integration(&cx, "Polaris", "polaris", &partner.origin).await;
        let tried = |secret: &str| SetSecret {
            tried_at: Some("/health".to_owned()),
            ..command(id, SecretPurpose::Credential, secret, 0)
        };
        let error = run(&cx, tried("wrong-credential")).await.unwrap_err();
        assert_eq!(fields_of(&error), ["secret"]);
        assert!(error.message.contains("401"), "{}", error.message);
        assert!(integrations::secrets(&cx, &console(), id).await.unwrap().is_empty());
        run(&cx, tried("right-credential")).await.unwrap();
        assert_eq!(integrations::secrets(&cx, &console(), id).await.unwrap().len(), 1);
    })
    .await;
}
