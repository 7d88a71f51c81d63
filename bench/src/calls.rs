//! Calls of machines: what the checks cost in process, and what a whole server bears.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Instant};

use domain::{
    credentials::{CredentialKind, SecretKind},
    ids::PolicyId,
    limits::{Subject, WhenAway, Window},
    permissions::{Grant, Permission},
};
use hdrhistogram::Histogram;
use secrecy::{ExposeSecret, SecretString};
use services::{
    Clock, Db, Keys, Services,
    access::{Access, Actor},
    credentials::{self, CredentialForm, Verifier},
    limits::{Ask, Policy, Verdict},
    partners::{self, PartnerForm},
    passwords::PasswordHasher,
    settings::Settings,
};
use uuid::Uuid;

use crate::{
    bare,
    client::{Portal, Trouble},
    load::{Load, Measured},
};

/// So many checks in process.
const CHECKS: usize = 200_000;
/// The cheapest call that goes through every check.
const PATH: &str = "/api/v1/me";

/// Verifies a cached key and asks its limits, again and again.
pub async fn checks(folder: &str) -> Result<(), Trouble> {
    let path = Path::new(folder).join("checks.db");
    let db = Db::open(&format!("sqlite://{}", path.display())).await?;
    db.migrate().await?;
    let passwords = PasswordHasher::new(1);
    let cx = Services::new(db, Clock::system(), Keys::from_master([1; 32]), passwords, Settings::default());
    let secret = key(&cx).await?;
    let watching = tokio::spawn(credentials::watch_by_polling(cx.clone()));
    let verifier = Verifier::default();
    let policy = Arc::new(wide()?);
    let mut micros: Histogram<u64> = Histogram::new(3)?;
    for nth in 0..CHECKS + CHECKS / 10 {
        // No policy allows as many calls in a second as this asks, so the work is that of several callers.
        let asks = [Ask { policy: Arc::clone(&policy), subject: format!("bench-{}", nth / 50_000) }];
        let began = Instant::now();
        let caller =
            verifier.verify(&cx, &secret, SecretKind::ApiKey).await.map_err(|refused| format!("{refused:?}"))?;
        let verdict = cx.limiter.ask(&cx.clock, &asks).await;
        let took = began.elapsed();
        if !matches!(verdict, Verdict::Passes(_)) || caller.scopes.is_empty() {
            return Err("the key is refused".into());
        }
        // The first tenth warms up, and the first call asks the database.
        if nth >= CHECKS / 10 {
            micros.record(u64::try_from(took.as_nanos())?)?;
        }
        if nth % 1_000 == 0 {
            tokio::task::yield_now().await;
        }
    }
    watching.abort();
    #[allow(clippy::cast_precision_loss, reason = "nanoseconds of one check")]
    let at = |quantile: f64| micros.value_at_quantile(quantile) as f64 / 1_000.0;
    println!(
        "  key check and limit, cached: mean {:.2} µs, median {:.2} µs, p99 {:.2} µs over {CHECKS} checks (bar: 20 µs)",
        micros.mean() / 1_000.0,
        at(0.5),
        at(0.99)
    );
    Ok(())
}

fn wide() -> Result<Policy, Trouble> {
    Ok(Policy {
        id: PolicyId::new(),
        name: "bench".to_owned(),
        description: String::new(),
        subject: Subject::Credential,
        route_class: None,
        windows: vec![Window::new(100_000, 1)?, Window::new(1_000_000, 60)?],
        when_away: WhenAway::Closed,
        is_default: false,
        given_to: 0,
        version: 1,
    })
}

async fn key(cx: &Services) -> Result<String, Trouble> {
    fn access<P: Grant>() -> Result<Access<P>, services::Error> {
        Actor::command_line().authorize()
    }
    let form = PartnerForm { name: "Bench".to_owned(), kind: "internal".to_owned(), contact_email: String::new() };
    let fields = partners::parse(&form).map_err(services::Error::invalid)?;
    let partner = partners::create(cx, &access()?, &fields, Uuid::now_v7()).await?;
    let form = CredentialForm {
        name: "Bench".to_owned(),
        partner: partner.to_string(),
        environment: "live".to_owned(),
        api_version: "2026-11-01".to_owned(),
        ..CredentialForm::default()
    };
    let scopes = BTreeSet::from([Permission::CustomersRead]);
    let kind = CredentialKind::ApiKey;
    let fields = credentials::parse(kind, &form, scopes, BTreeSet::new()).map_err(services::Error::invalid)?;
    let issued = credentials::issue(cx, &access()?, kind, &fields, &SecretString::from(""), Uuid::now_v7()).await?;
    Ok(issued.secret.ok_or("a key without a secret")?.expose_secret().to_owned())
}

/// Calls with a key against a bare route with the same bytes: as many as go, then at steady rates.
pub async fn calls(address: &str, key: &str, load: Load) -> Result<(), Trouble> {
    let portal = Portal::with_key(address, key)?;
    let page = portal.get(PATH).await?;
    let bare = bare::start(&page)?;
    let (mut ours, mut floor) = (Measured::default(), Measured::default());
    for _ in 0..2 {
        floor.add(&load.on(&bare.portal(), "/").await?);
        ours.add(&load.on(&portal, PATH).await?);
    }
    println!("  {}", floor.line("bare axum route"));
    println!("  {}", ours.line("call with a key"));
    println!("  the bare route answers {:.1} times as many", floor.rate() / ours.rate());
    for rate in [2_000, 5_000, 10_000] {
        let floor = load.at_rate(&bare.portal(), "/", rate).await?;
        let ours = load.at_rate(&portal, PATH, rate).await?;
        println!("  {}", floor.line(&format!("bare, {rate} a second wanted")));
        println!("  {}", ours.line(&format!("key, {rate} a second wanted")));
    }
    Ok(())
}
