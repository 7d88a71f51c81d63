//! Throw-away databases, so that each test has its own, on both engines.

use domain::Timestamp;

use crate::{Clock, Db, Keys, Services, passwords::PasswordHasher, settings::Settings};

/// The instant at which the fixed clock of tests stands: 2026-11-23T10:00:00Z.
pub const NOW: Timestamp = Timestamp(1_795_428_000_000);

/// Runs a test on a fresh SQLite file, then on a fresh PostgreSQL database when `KEYFOB_TEST_POSTGRES` names a server
/// (`cargo xtask test` starts one).
#[allow(clippy::missing_panics_doc, clippy::expect_used, clippy::print_stderr)]
pub async fn on_both_engines<F: AsyncFn(Services)>(test: F) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = Db::open(&format!("sqlite://{}", folder.path().join("keyfob.db").display())).await.expect("SQLite opens");
    run(&test, db).await;
    match std::env::var("KEYFOB_TEST_POSTGRES") {
        Ok(server) => run_on_postgres(&test, &server).await,
        Err(_) => eprintln!("PostgreSQL not tried: KEYFOB_TEST_POSTGRES is not set"),
    }
}

async fn run<F: AsyncFn(Services)>(test: &F, db: Db) {
    #[allow(clippy::expect_used)]
    db.migrate().await.expect("the migrations run");
    let cx = Services::new(
        db,
        Clock::fixed(NOW),
        Keys::from_master([7; 32]),
        PasswordHasher::for_tests(),
        Settings::default(),
    );
    test(cx.clone()).await;
    cx.db.close().await;
}

#[allow(clippy::expect_used)]
async fn run_on_postgres<F: AsyncFn(Services)>(test: &F, server: &str) {
    let name = format!("keyfob_test_{}", uuid::Uuid::now_v7().simple());
    let Db::Postgres(admin) = Db::open(server).await.expect("PostgreSQL answers") else {
        panic!("KEYFOB_TEST_POSTGRES must be a postgres:// URL")
    };
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.expect("a new database");
    let db = Db::open(&database_url(server, &name)).await.expect("the new database opens");
    run(test, db).await;
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
        .execute(&admin)
        .await
        .expect("dropped");
    admin.close().await;
}

/// Runs a statement with ids, for what a test of a floor above can't set up through a use case.
#[allow(clippy::missing_panics_doc, clippy::expect_used)]
pub async fn run_statement(cx: &Services, sql: &'static str, ids: &[uuid::Uuid]) {
    let mut uow = cx.db.begin().await.expect("a unit of work");
    crate::db::on!(uow.connection(), c => {
        let mut query = sqlx::query(sql);
        for id in ids {
            query = query.bind(*id);
        }
        query.execute(c).await.map(|_| ())
    })
    .expect("the statement runs");
    uow.commit_bookkeeping().await.expect("committed");
}

/// The URL of another database on the same server.
pub fn database_url(server: &str, name: &str) -> String {
    let (base, query) =
        server.split_once('?').map_or((server, String::new()), |(base, query)| (base, format!("?{query}")));
    let host_part = base.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    format!("{host_part}/{name}{query}")
}

/// Sets the secret by which an integration's messages are checked. The one before stays good until `overlap_until`.
#[allow(clippy::missing_panics_doc, clippy::expect_used)]
pub async fn set_webhook_secret(
    cx: &Services,
    integration: domain::ids::IntegrationId,
    secret: &str,
    overlap_until: Option<Timestamp>,
) {
    let mut uow = cx.db.begin().await.expect("a unit of work");
    let secret = secrecy::SecretString::from(secret);
    let new = crate::vault::NewSecret {
        integration,
        purpose: crate::vault::SecretPurpose::Webhook,
        secret: &secret,
        expires_at: None,
        overlap_until,
        by: "Test",
    };
    crate::vault::put(cx, uow.connection(), new).await.expect("a secret");
    uow.commit_bookkeeping().await.expect("committed");
}

/// An integration that is live and takes messages, written past its own use cases.
#[allow(clippy::missing_panics_doc, clippy::expect_used)]
pub async fn integration(
    cx: &Services,
    partner: domain::ids::PartnerId,
    slug: &str,
    kind: &str,
    scheme: &str,
) -> domain::ids::IntegrationId {
    let (id, now) = (domain::ids::IntegrationId::new(), cx.clock.now().millis());
    let mut uow = cx.db.begin().await.expect("a unit of work");
    crate::db::on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration (id, partner_id, name, sort_name, slug, kind, criticality, base_url, state, auth,
                                  inbound_scheme, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $3, $3, $4, 'high', 'https://api.partner.example', 'live', 'none', $5, $6, 'Test', $6, 'Test')")
        .bind(id.uuid()).bind(partner.uuid()).bind(slug).bind(kind).bind(scheme).bind(now)
        .execute(c).await.map(|_| ()))
    .expect("an integration");
    uow.commit_bookkeeping().await.expect("committed");
    id
}
