//! Webhooks: how many messages a dispatcher sends, how soon the first attempt comes, and what one receiver that hangs does
//! to the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
    serve::ListenerExt,
};
use domain::{
    credentials::Environment,
    ids::PartnerId,
    permissions::Grant,
    webhooks::{DeliveryState, Scheme},
};
use futures::{StreamExt, stream};
use hdrhistogram::Histogram;
use services::{
    Clock, Db, Keys, Services,
    access::{Access, Actor},
    db::on,
    outbound::{AllowedHosts, Outbound},
    partners::{self, PartnerForm},
    passwords::PasswordHasher,
    settings::Settings,
    webhooks::{self, DeliveryFilter, Dispatcher, EndpointFields, Owner},
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::client::Trouble;

/// So many messages are sent as fast as they go.
const MESSAGES: usize = 20_000;
/// So many healthy receivers stand beside one that hangs.
const HEALTHY: usize = 50;
/// Events in a second while the time to the first attempt is taken, and for how long.
const PACE: u64 = 200;
const SECONDS: u64 = 15;

/// Takes messages: counts them, and notes when each came first, by its event. `/hang` never answers.
#[derive(Clone, Debug, Default)]
struct Receiver {
    count: Arc<AtomicUsize>,
    came: Arc<Mutex<BTreeMap<String, Instant>>>,
}

async fn take(State(receiver): State<Receiver>, Path(path): Path<String>, headers: HeaderMap) -> StatusCode {
    if path == "hang" {
        return pending().await;
    }
    receiver.count.fetch_add(1, Ordering::Relaxed);
    if let Some(id) = headers.get("webhook-id").and_then(|id| id.to_str().ok()) {
        let mut came = receiver.came.lock().unwrap_or_else(PoisonError::into_inner);
        // Of an event that goes to many, the last arrival counts.
        came.insert(id.to_owned(), Instant::now());
    }
    StatusCode::NO_CONTENT
}

fn console<P: Grant>() -> Result<Access<P>, Trouble> {
    Ok(Actor::command_line().authorize()?)
}

/// Measures on a fresh database.
pub async fn webhooks(database: &str) -> Result<(), Trouble> {
    let db = Db::open(database).await?;
    db.migrate().await?;
    let settings = Settings { allowed_hosts: AllowedHosts::from(["127.0.0.1".to_owned()]), ..Settings::default() };
    let cx = Services::new(db, Clock::system(), Keys::from_master([1; 32]), PasswordHasher::new(1), settings);
    let receiver = Receiver::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let app = Router::new().route("/{path}", post(take)).with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let form = PartnerForm { name: "Bench".to_owned(), kind: "internal".to_owned(), contact_email: String::new() };
    let fields = partners::parse(&form).map_err(|errors| format!("{errors:?}"))?;
    let partner = partners::create(&cx, &console()?, &fields, Uuid::now_v7()).await?;

    let bare = bare(&cx.outbound, &format!("{origin}/bare")).await?;
    println!("  bare posts, 16 at once, nothing stored: {bare:.0}/s");
    let sent = throughput(&cx, partner, &origin, &receiver).await?;
    println!(
        "  {MESSAGES} messages to one endpoint on {}: {sent:.0}/s (bar: 2,000/s), {:.1} times fewer than bare",
        cx.db.engine_word(),
        bare / sent
    );
    soon(&cx, &receiver, "one endpoint").await?;
    for number in 1..HEALTHY {
        endpoint(&cx, partner, format!("{origin}/healthy-{number}")).await?;
    }
    soon(&cx, &receiver, "50 endpoints").await?;
    endpoint(&cx, partner, format!("{origin}/hang")).await?;
    soon(&cx, &receiver, "50 endpoints beside one that hangs").await?;
    search(&cx, partner).await
}

/// Fills the log of one endpoint with a million deliveries, each with its attempt, and searches it in each way there is.
async fn search(cx: &Services, partner: PartnerId) -> Result<(), Trouble> {
    let access = console()?;
    let owner = Owner::of_person(&access, partner, Environment::Live)?;
    let page = webhooks::list(cx, &access, owner, None, 1).await?;
    let endpoint = page.rows.first().ok_or("there is no endpoint")?.id;
    fill(cx, endpoint).await?;
    let some = webhooks::deliveries(cx, &console()?, endpoint.into(), &DeliveryFilter::default()).await?;
    let one = some.rows.last().ok_or("nothing was sent")?;
    let (object, event) = (one.object_id.to_string(), one.event_id.to_string());
    let ways = [
        (None, None),
        (None, Some("subscription.paused".to_owned())),
        (None, Some("subscription.r".to_owned())),
        (None, Some(object)),
        (None, Some(event)),
        (Some(DeliveryState::Dead), None),
        (Some(DeliveryState::Done), Some("subscription.paid".to_owned())),
    ];
    let mut millis: Histogram<u64> = Histogram::new(3)?;
    for _ in 0..30 {
        for (state, query) in &ways {
            let filter = DeliveryFilter { state: *state, query: query.clone(), cursor: None };
            let began = Instant::now();
            webhooks::deliveries(cx, &console()?, endpoint.into(), &filter).await?;
            millis.record(u64::try_from(began.elapsed().as_micros())?)?;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "a time to be read by people")]
    let at = |quantile: f64| millis.value_at_quantile(quantile) as f64 / 1_000.0;
    println!(
        "  search of a log of 1,000,000 attempts in {} ways: median {:.1} ms, p95 {:.1} ms (bar: 200 ms)",
        ways.len(),
        at(0.5),
        at(0.95)
    );
    Ok(())
}

async fn fill(cx: &Services, endpoint: Uuid) -> Result<(), Trouble> {
    const KIND: &str = "CASE i % 5 WHEN 0 THEN 'subscription.paused' WHEN 1 THEN 'subscription.resumed'
                        WHEN 2 THEN 'subscription.paid' WHEN 3 THEN 'customer.updated' ELSE 'subscription.returned' END";
    let columns = "webhook_delivery (id, endpoint_id, event_id, event_type, object_type, object_id, event_at, state,
                                     attempts, next_at, last_status, created_at, updated_at)";
    let values = |id: &str, endpoint: &str| {
        format!(
            "{id}, {endpoint}, {id}, {KIND}, 'subscription', {id}, i * 1000,
             CASE WHEN i % 50 = 0 THEN 'dead' ELSE 'done' END, 1, i * 1000, 200, i * 1000, i * 1000"
        )
    };
    let attempt = "INSERT INTO webhook_attempt (id, delivery_id, at, took_ms, status)
                   SELECT event_id, id, created_at, 40, 200 FROM webhook_delivery WHERE last_status = 200 AND attempts = 1
                   ON CONFLICT (id) DO NOTHING";
    let hex = endpoint.simple().to_string();
    match &cx.db {
        Db::Sqlite { writer, .. } => {
            let values = values("randomblob(16)", &format!("x'{hex}'"));
            let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)";
            let sql = format!("{numbers} INSERT INTO {columns} SELECT {values} FROM n");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(writer).await?;
            sqlx::raw_sql(AssertSqlSafe(format!("{attempt}; ANALYZE"))).execute(writer).await?;
        }
        Db::Postgres(pool) => {
            let values = values("gen_random_uuid()", &format!("'{hex}'::uuid"));
            let sql = format!("INSERT INTO {columns} SELECT {values} FROM generate_series(1, 1000000) AS n(i)");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await?;
            sqlx::raw_sql(AssertSqlSafe(format!("{attempt}; ANALYZE"))).execute(pool).await?;
        }
    }
    Ok(())
}

async fn endpoint(cx: &Services, partner: PartnerId, url: String) -> Result<(), Trouble> {
    let access = console()?;
    let owner = Owner::of_person(&access, partner, Environment::Live)?;
    let fields = EndpointFields {
        url,
        description: String::new(),
        event_types: Vec::new(),
        scheme: Scheme::Hmac,
        max_per_second: None,
        is_enabled: true,
    };
    webhooks::create(cx, &access, owner, &fields, Some(Uuid::now_v7())).await?;
    Ok(())
}

/// Posts of the same client without queue or signature.
async fn bare(outbound: &Outbound, url: &str) -> Result<f64, Trouble> {
    let began = Instant::now();
    let posts = (0..MESSAGES).map(|_| outbound.post(url, HeaderMap::new(), "{}".to_owned(), Duration::from_secs(5)));
    let failed = stream::iter(posts).buffer_unordered(16).filter(|came| futures::future::ready(came.is_err())).count();
    if failed.await > 0 {
        return Err("a bare post failed".into());
    }
    Ok(rate(MESSAGES, began))
}

#[allow(clippy::cast_precision_loss, reason = "a rate to be read by people")]
fn rate(count: usize, began: Instant) -> f64 {
    count as f64 / began.elapsed().as_secs_f64()
}

/// Puts events out as the timeline does, so many in one transaction.
async fn put_out(cx: &Services, ids: &[Uuid]) -> Result<(), Trouble> {
    let at = cx.clock.now().millis();
    let subject = Uuid::now_v7();
    for id in ids {
        let statement = "INSERT INTO event_outbox (id, at, action, object_type, object_id)
                         VALUES ($1, $2, 'customer.updated', 'customer', $3)";
        match &cx.db {
            Db::Sqlite { writer, .. } => {
                sqlx::query(statement).bind(id).bind(at).bind(subject).execute(writer).await?;
            }
            Db::Postgres(pool) => {
                sqlx::query(statement).bind(id).bind(at).bind(subject).execute(pool).await?;
            }
        }
    }
    Ok(())
}

async fn throughput(cx: &Services, partner: PartnerId, origin: &str, receiver: &Receiver) -> Result<f64, Trouble> {
    endpoint(cx, partner, format!("{origin}/healthy-0")).await?;
    let ids: Vec<Uuid> = (0..MESSAGES).map(|_| Uuid::now_v7()).collect();
    put_out(cx, &ids).await?;
    receiver.count.store(0, Ordering::Relaxed);
    let began = Instant::now();
    let dispatcher = Dispatcher::new(cx.clone());
    let running = tokio::spawn({
        let dispatcher = dispatcher.clone();
        async move { dispatcher.run().await }
    });
    while receiver.count.load(Ordering::Relaxed) < MESSAGES {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sent = rate(MESSAGES, began);
    dispatcher.stop();
    running.await?;
    Ok(sent)
}

/// The time from an event's commit to its arrival at the last of the healthy receivers, at a steady pace.
async fn soon(cx: &Services, receiver: &Receiver, words: &str) -> Result<(), Trouble> {
    receiver.came.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let dispatcher = Dispatcher::new(cx.clone());
    let running = tokio::spawn({
        let dispatcher = dispatcher.clone();
        async move { dispatcher.run().await }
    });
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 / PACE));
    let mut out: Vec<(Uuid, Instant)> = Vec::new();
    // With many receivers the messages are what is paced, not the events.
    let (receivers,): (i64,) = {
        let mut reading = cx.db.read().await?;
        on!(reading.connection(), c => sqlx::query_as("SELECT COUNT(*) FROM webhook_endpoint").fetch_one(c).await)?
    };
    let every = u64::try_from(receivers)?.min(u64::try_from(HEALTHY)?);
    for nth in 0..PACE * SECONDS {
        ticks.tick().await;
        if nth % every == 0 {
            let id = Uuid::now_v7();
            put_out(cx, &[id]).await?;
            out.push((id, Instant::now()));
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let came = receiver.came.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut millis: Histogram<u64> = Histogram::new(3)?;
    let mut missing = BTreeSet::new();
    for (id, at) in &out {
        match came.get(&id.to_string()) {
            Some(arrived) => millis.record(u64::try_from(arrived.duration_since(*at).as_millis())?)?,
            None => {
                missing.insert(*id);
            }
        }
    }
    println!(
        "  {words}, {PACE} messages/s: event to arrival median {} ms, p99 {} ms (bar: 250 ms), {} of {} missing",
        millis.value_at_quantile(0.5),
        millis.value_at_quantile(0.99),
        missing.len(),
        out.len()
    );
    dispatcher.stop();
    // One that hangs is waited for when a portal stops, but not here.
    let _ = tokio::time::timeout(Duration::from_millis(500), running).await;
    Ok(())
}
