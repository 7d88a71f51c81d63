//! A hundred issued keys: none of their secrets is in the database, nor in the log at its most talkative.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests are tests too

use std::{
    collections::BTreeSet,
    io::Write,
    sync::{Arc, Mutex},
};

use domain::{
    credentials::{CredentialKind, SecretKind},
    permissions::{Grant, Permission},
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Db, Services,
    access::{Access, Actor},
    credentials::{self, CredentialForm, Verifier},
    partners::{self, PartnerForm},
    testing::on_both_engines,
};
use tracing::Level;
use uuid::Uuid;

/// Where the log goes.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn console<P: Grant>() -> Access<P> {
    Actor::command_line().authorize().unwrap()
}

async fn issue(cx: &Services, partner: &str, number: usize) -> String {
    let form = CredentialForm {
        name: format!("Key {number}"),
        partner: partner.to_owned(),
        environment: "live".to_owned(),
        api_version: "2026-11-01".to_owned(),
        ..CredentialForm::default()
    };
    let scopes = BTreeSet::from([Permission::CustomersRead]);
    let fields = credentials::parse(CredentialKind::ApiKey, &form, scopes, BTreeSet::new()).unwrap();
    let secret = SecretString::from("");
    let issued =
        credentials::issue(cx, &console(), CredentialKind::ApiKey, &fields, &secret, Uuid::now_v7()).await.unwrap();
    format!("{issued:?}").contains("Key").then(|| panic!("a debug print says more than it may"));
    issued.secret.unwrap().expose_secret().to_owned()
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

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_secret_is_in_the_database_or_in_the_log() {
    let heard = Heard::default();
    let writer = heard.clone();
    tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || writer.clone()).init();
    on_both_engines(async |cx: Services| {
        let form = PartnerForm { name: "Acme".to_owned(), kind: "internal".to_owned(), contact_email: String::new() };
        let fields = partners::parse(&form).unwrap();
        let partner = partners::create(&cx, &console(), &fields, Uuid::now_v7()).await.unwrap().to_string();
        let verifier = Verifier::default();
        let mut secrets = Vec::new();
        for number in 0..100 {
            let secret = issue(&cx, &partner, number).await;
            assert!(verifier.verify(&cx, &secret, SecretKind::ApiKey).await.is_ok());
            // A refused one is no reason to be talkative either.
            let mut wrong = secret.clone();
            wrong.replace_range(30..31, if &wrong[30..31] == "a" { "b" } else { "a" });
            let refused = verifier.verify(&cx, &wrong, SecretKind::ApiKey).await.unwrap_err();
            assert!(!format!("{refused:?}").contains(&secret[22..29]));
            secrets.push(secret);
        }
        let (stored, told) = (dump(&cx.db).await, heard.0.lock().unwrap().clone());
        assert!(stored.len() > 10_000 && told.len() > 10_000, "there is something to look through");
        for secret in &secrets {
            let (public, rest) = secret.split_at(21);
            // The public id is there, so the search would find what it looks for.
            assert!(contains(&stored, &public.as_bytes()[9..]));
            assert!(!contains(&stored, &rest.as_bytes()[1..20]), "a secret is in the database");
            assert!(!contains(&told, &rest.as_bytes()[1..20]), "a secret is in the log");
        }
    })
    .await;
}
