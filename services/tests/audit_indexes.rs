//! Every filter of the list, one event, and the figures of the day walk indexes, on both engines: the statements are
//! caught as they run, and each is explained by the engine itself.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod audit_fixture;
mod statements;

use audit_fixture::{attack, reader};
use services::{
    Db, Services,
    audit::{self, Filter, Outcome, Stream},
    testing::{NOW, on_both_engines},
};
use sqlx::{AssertSqlSafe, Row};
use statements::{Catch, caught};

/// Many events, made by the database itself: for plans their hashes don't matter.
async fn fill(cx: &Services) {
    let (numbers, id, blob) = match cx.db {
        Db::Sqlite { .. } => (
            "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999) SELECT i FROM n) numbers",
            "randomblob(16)",
            "randomblob(32)",
        ),
        Db::Postgres(_) => {
            ("generate_series(0, 29999) numbers(i)", "gen_random_uuid()", "decode(md5(i::text) || md5(i::text), 'hex')")
        }
    };
    let empty = "INSERT INTO audit_head (stream, size, chain_hash, frontier) VALUES ";
    let none = audit_fixture::bytes(cx, &[]);
    attack(cx, &format!("{empty} ('control', 0, {none}, {none}), ('auth', 0, {none}, {none})")).await;
    let now = NOW.millis();
    attack(
        cx,
        &format!(
            "INSERT INTO audit_event (stream, seq, id, occurred_at, actor_type, actor_id, action, target_type, target_id,
                                      outcome, ip, request_id, payload, leaf_hash, chain_prev, chain_hash)
             SELECT CASE i % 100 WHEN 0 THEN 'auth' ELSE 'control' END, i, {id}, {now} - 1000 * (30000 - i), 'staff',
                    'actor-' || (i % 50),
                    CASE WHEN i % 100 = 0 THEN 'staff.signed_in' WHEN i % 1000 = 1 THEN 'plan.published'
                         WHEN i % 1000 = 2 THEN 'plan.retired' WHEN i % 2 = 0 THEN 'customer.updated'
                         ELSE 'customer.created' END,
                    'customer', 'customer-' || (i % 400),
                    CASE i % 200 WHEN 0 THEN 'refused' WHEN 1 THEN 'failed' ELSE 'done' END,
                    '192.0.2.' || (i % 50), 'request-' || i, {blob}, {blob}, {blob}, {blob}
             FROM {numbers}"
        ),
    )
    .await;
    attack(cx, "ANALYZE").await;
}

/// How the engine would run a statement. `values` stand for its placeholders on PostgreSQL, which plans with them in
/// view.
async fn explain(cx: &Services, sql: &str, values: &[&str]) -> String {
    let lines: Vec<String> = match &cx.db {
        Db::Sqlite { readers, .. } => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows = sqlx::query(explain).fetch_all(readers).await.expect("a plan");
            rows.iter().map(|row| row.get::<String, _>("detail")).collect()
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await.expect("a connection");
            let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
            let prepare = AssertSqlSafe(format!("PREPARE probe AS {sql}"));
            sqlx::raw_sql(prepare).execute(&mut *connection).await.expect("prepared");
            let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE probe{values}"));
            let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await.expect("a plan");
            sqlx::raw_sql("DEALLOCATE probe").execute(&mut *connection).await.expect("forgotten");
            rows.iter().map(|row| row.get::<String, _>(0)).collect()
        }
    };
    lines.join("\n")
}

/// Nothing is read whole.
fn is_whole(plan: &str) -> bool {
    let is_scan = |line: &str| line.starts_with("SCAN") && line.contains("audit") && !line.contains("USING");
    plan.lines().any(is_scan) || plan.contains("Seq Scan")
}

/// Nothing is sorted, or only among those at the same place.
fn is_sorted(plan: &str) -> bool {
    plan.contains("TEMP B-TREE FOR ORDER BY") || plan.replace("Incremental Sort", "").contains("Sort  (")
}

/// An id for the place in a list where a page begins.
const ID: &str = "'01900000-0000-7000-8000-000000000000'";

#[tokio::test]
async fn every_filter_and_figure_has_an_index() {
    tracing::subscriber::set_global_default(Catch).expect("the only one of this binary");
    on_both_engines(async |cx| {
        fill(&cx).await;
        lists_walk(&cx).await;
        areas_walk(&cx).await;
        figures_walk(&cx).await;
    })
    .await;
}

async fn lists_walk(cx: &Services) {
    let none = Filter::default;
    let text = |text: &str| Some(text.to_owned());
    let primary_key = match cx.db {
        // The first is that of the unique id.
        Db::Sqlite { .. } => "sqlite_autoindex_audit_event_2",
        Db::Postgres(_) => "audit_event_pkey",
    };
    let lists = [
        (none(), "audit_event_by_time", vec![]),
        (Filter { stream: Some(Stream::Control), ..none() }, primary_key, vec!["'control'"]),
        (Filter { stream: Some(Stream::Auth), ..none() }, primary_key, vec!["'auth'"]),
        (Filter { action: text("staff.signed_in"), ..none() }, "audit_event_by_action", vec!["'staff.signed_in'"]),
        (Filter { actor: text("actor-7"), ..none() }, "audit_event_by_actor", vec!["'actor-7'"]),
        (
            Filter { target: Some(("customer".to_owned(), "customer-7".to_owned())), ..none() },
            "audit_event_by_target",
            vec!["'customer'", "'customer-7'"],
        ),
        (Filter { outcome: Some(Outcome::Refused), ..none() }, "audit_event_by_outcome", vec!["'refused'"]),
        (
            Filter { outcome: Some(Outcome::Done), stream: Some(Stream::Auth), ..none() },
            "audit_event_by_",
            vec!["'auth'", "'done'"],
        ),
        (Filter { ip: text("192.0.2.7"), ..none() }, "audit_event_by_ip", vec!["'192.0.2.7'"]),
        (Filter { from: Some(NOW.plus(-9_000_000)), ..none() }, "audit_event_by_time", vec!["1795419000000"]),
    ];
    for (filter, index, mut values) in lists {
        caught("audit_event");
        let page = audit::list(cx, &reader(), &filter).await.expect("the first page");
        walks(cx, index, &values).await;
        let filter = Filter { cursor: page.next, ..filter };
        audit::list(cx, &reader(), &filter).await.expect("the next page");
        let key = if index == primary_key { "15000" } else { "1795420000000" };
        values.extend([key, ID]);
        walks(cx, index, &values).await;
    }
}

/// The list's own statement walks the index in order.
async fn walks(cx: &Services, index: &str, values: &[&str]) {
    let sql = caught("audit_event").pop().expect("a list");
    let plan = explain(cx, &sql, values).await;
    assert!(plan.contains(index) && !is_whole(&plan) && !is_sorted(&plan), "expected {index}:\n{sql}\n\n{plan}");
}

async fn areas_walk(cx: &Services) {
    for (area, index, is_few) in [("plan.", "audit_event_by_action", true), ("customer.", "audit_event_by_time", false)]
    {
        caught("audit_event");
        let filter = Filter { action: Some(area.to_owned()), ..Filter::default() };
        assert_eq!(audit::list(cx, &reader(), &filter).await.expect("the first page").rows.len(), 50);
        let statements = caught("audit_event");
        let [measure, list] = statements.as_slice() else { panic!("{statements:?}") };
        let (from, to) = (format!("'{area}'"), format!("'{area}\u{10FFFF}'"));
        let plan = explain(cx, measure, &[&from, &to, "5000"]).await;
        assert!(plan.contains("audit_event_by_action") && !is_whole(&plan), "{measure}\n\n{plan}");
        let plan = explain(cx, list, &[&from, &to]).await;
        // The few of an area may be sorted.
        assert!(plan.contains(index) && !is_whole(&plan) && (is_few || !is_sorted(&plan)), "{list}\n\n{plan}");
    }
}

async fn figures_walk(cx: &Services) {
    caught("audit_event");
    audit::summary(cx, &reader()).await.expect("summed up");
    let statements = caught("audit_event");
    assert_eq!(statements.len(), 3, "{statements:?}");
    for sql in statements {
        let plan = explain(cx, &sql, &["1795420000000", "10000"]).await;
        assert!(plan.contains("audit_event_by_") && !is_whole(&plan), "{sql}\n\n{plan}");
    }
}
