//! Every sort and filter of the lists walks an index, on both engines: the statements are caught as they run, and each
//! is explained by the engine itself.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod fleet_fixture;
mod statements;

use domain::{
    customers::CustomerStatus,
    fleet::{Fuel, VehicleState},
    plans::PlanStatus,
};
use fleet_fixture::access;
use services::{Db, Services, customers, fleet, plans, testing::on_both_engines};
use sqlx::{AssertSqlSafe, Row};
use statements::{Catch, caught};

async fn run(cx: &Services, sql: String) {
    match &cx.db {
        Db::Sqlite { writer, .. } => sqlx::raw_sql(AssertSqlSafe(sql)).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(|_| ()),
    }
    .expect("the statement runs");
}

/// Each row's number, out of order: as names and days are, in the order in which records are made.
const MIXED: &str = "(i * 7919) % 20011";

/// Fills a table with `SELECT`'s words for a row number `i`; `{id}` and `{text}` stand for what the engines say apart.
async fn fill(cx: &Services, into: &str, select: &str, rows: u32) {
    let select = match &cx.db {
        Db::Sqlite { .. } => {
            let words = select
                .replace("{id}", "randomblob(16)")
                .replace("{pad}", "printf('%08d', {mix})")
                .replace("{mix}", MIXED);
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO {into} SELECT {words} FROM n"
            )
        }
        Db::Postgres(_) => {
            let words = select
                .replace("{id}", "gen_random_uuid()")
                .replace("{pad}", "lpad(({mix})::text, 8, '0')")
                .replace("{mix}", MIXED);
            format!("INSERT INTO {into} SELECT {words} FROM generate_series(1, {rows}) AS n(i)")
        }
    };
    run(cx, select).await;
}

async fn fill_all(cx: &Services) {
    const ROWS: u32 = 20_000;
    fill(cx, "customer (id, number, kind, name, sort_name, email, country, zone, currency, status, created_at, created_by, updated_at, updated_by)",
        "{id}, 'C-' || {pad}, 'person', 'N' || {pad}, 'n' || {pad}, 'a@example.org', 'DE', 'UTC', 'EUR',
         CASE i % 10 WHEN 0 THEN 'prospect' WHEN 1 THEN 'blocked' ELSE 'active' END, {mix}, 'T', i, 'T'", ROWS).await;
    fill(cx, "vehicle (id, vin, make, model, sort_name, model_year, fuel, state, created_at, created_by, updated_at, updated_by)",
        "{id}, 'WVWZZZAUZ' || {pad}, 'M', 'X', 'm x ' || {pad}, 2025,
         CASE i % 3 WHEN 0 THEN 'electric' WHEN 1 THEN 'petrol' ELSE 'diesel' END,
         CASE i % 10 WHEN 0 THEN 'workshop' WHEN 1 THEN 'available' ELSE 'on_subscription' END, {mix}, 'T', i, 'T'", ROWS).await;
    fill(
        cx,
        "plan (id, name, sort_name, status, created_at, created_by, updated_at, updated_by)",
        "{id}, 'P' || {pad}, 'p' || {pad}, 'published', i, 'T', i, 'T'",
        5_000,
    )
    .await;
    run(cx, format!(
        "INSERT INTO plan_version (id, plan_id, number, status, currency, price_minor, effective_from, created_at, created_by)
         SELECT {}, id, 1, 'published', 'EUR', 1, '2026-01-01', 1, 'T' FROM plan",
        match &cx.db { Db::Sqlite { .. } => "randomblob(16)", Db::Postgres(_) => "gen_random_uuid()" })).await;
    run(
        cx,
        "INSERT INTO search_term (kind, term, record_id) SELECT 'customer', sort_name, id FROM customer".to_owned(),
    )
    .await;
    run(cx, "INSERT INTO search_term (kind, term, record_id) SELECT 'vehicle', lower(vin), id FROM vehicle".to_owned())
        .await;
    run(cx, "INSERT INTO search_term (kind, term, record_id) SELECT 'plan', sort_name, id FROM plan".to_owned()).await;
    run(cx, "ANALYZE".to_owned()).await;
}

/// How the engine would run a statement. `values` stand for its placeholders, as SQL: PostgreSQL plans with them in
/// view, SQLite without.
async fn explain(cx: &Services, sql: &str, values: &[&str]) -> String {
    let lines: Vec<String> = match &cx.db {
        Db::Sqlite { readers, .. } => {
            let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(readers)
                .await
                .expect("a plan");
            rows.iter().map(|row| row.get::<String, _>("detail")).collect()
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await.expect("a connection");
            let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
            let prepare = format!("PREPARE probe AS {sql}");
            sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await.expect("prepared");
            let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE probe{values}"));
            let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await.expect("a plan");
            sqlx::raw_sql("DEALLOCATE probe").execute(&mut *connection).await.expect("forgotten");
            rows.iter().map(|row| row.get::<String, _>(0)).collect()
        }
    };
    lines.join("\n")
}

/// A page in order: an index gives the order, nothing is read whole, nothing is sorted.
async fn walks(cx: &Services, table: &str, index: &str, values: &[&str]) {
    let sql = caught(table).pop().expect("caught");
    let plan = explain(cx, &sql, values).await;
    let is_whole =
        plan.lines().any(|line| line.starts_with("SCAN") && !line.contains("USING")) || plan.contains("Seq Scan");
    let is_sorted = plan.contains("TEMP B-TREE") || plan.contains("Sort");
    assert!(plan.contains(index) && !is_whole && !is_sorted, "expected a walk along {index}:\n{sql}\n\n{plan}");
}

/// A search: it begins at the index of words and reads nothing whole; the few it finds may be sorted.
async fn looks_up(cx: &Services, table: &str, values: &[&str]) {
    let sql = caught(table).pop().expect("caught");
    let plan = explain(cx, &sql, values).await;
    let is_whole =
        plan.lines().any(|line| line.starts_with("SCAN") && !line.contains("USING") && !line.contains("SUBQUERY"))
            || plan.contains("Seq Scan on search_term");
    assert!(plan.contains("search_term") && !is_whole, "expected a look-up of words:\n{sql}\n\n{plan}");
}

#[tokio::test]
async fn every_sort_and_filter_has_an_index() {
    tracing::subscriber::set_global_default(Catch).expect("the only one of this binary");
    on_both_engines(async |cx| {
        fill_all(&cx).await;
        for is_descending in [false, true] {
            customers_have(&cx, is_descending).await;
            vehicles_have(&cx, is_descending).await;
            plans_have(&cx, is_descending).await;
        }
    })
    .await;
}

/// An id for the place in a list where a page begins.
const ID: &str = "'01900000-0000-7000-8000-000000000000'";

async fn customers_have(cx: &Services, is_descending: bool) {
    use customers::{Filter, Sort};
    for (sort, key, plain, by_status) in [
        (Sort::Name, "'n00010000'", "customer_by_name", "customer_by_status_name"),
        (Sort::Created, "10000", "customer_by_created", "customer_by_status_created"),
    ] {
        for (status, index) in [(None, plain), (Some(CustomerStatus::Prospect), by_status)] {
            let mut values = if status.is_some() { vec!["'prospect'"] } else { Vec::new() };
            let filter = Filter { sort, status, is_descending, ..Filter::default() };
            let page = customers::list(cx, &access(), &filter).await.expect("the first page");
            walks(cx, "customer", index, &values).await;
            let filter = Filter { cursor: page.next, ..filter };
            customers::list(cx, &access(), &filter).await.expect("the next page");
            values.extend([key, ID]);
            walks(cx, "customer", index, &values).await;
        }
    }
    let filter = Filter { query: Some("n00000007".to_owned()), is_descending, ..Filter::default() };
    assert_eq!(customers::list(cx, &access(), &filter).await.expect("found").rows.len(), 1);
    looks_up(cx, "customer", &["'n00000007'", "'n00000008'", "'n00000007'", "'n00000008'"]).await;
}

async fn vehicles_have(cx: &Services, is_descending: bool) {
    use fleet::{Filter, Sort};
    for (sort, key, plain, by_state) in [
        (Sort::Name, "'m x 00010000'", "vehicle_by_name", "vehicle_by_state_name"),
        (Sort::Created, "10000", "vehicle_by_created", "vehicle_by_state_created"),
    ] {
        for fuel in [None, Some(Fuel::Electric)] {
            for (state, index) in [(None, plain), (Some(VehicleState::Workshop), by_state)] {
                let mut values = if state.is_some() { vec!["'workshop'"] } else { Vec::new() };
                values.extend(fuel.map(|_| "'electric'"));
                let filter = Filter { sort, state, fuel, is_descending, ..Filter::default() };
                let page = fleet::list(cx, &access(), &filter).await.expect("the first page");
                walks(cx, "vehicle", index, &values).await;
                if page.next.is_none() {
                    continue;
                }
                let filter = Filter { cursor: page.next, ..filter };
                fleet::list(cx, &access(), &filter).await.expect("the next page");
                values.extend([key, ID]);
                walks(cx, "vehicle", index, &values).await;
            }
        }
    }
    let filter = Filter { query: Some("wvwzzzauz00000007".to_owned()), is_descending, ..Filter::default() };
    assert_eq!(fleet::list(cx, &access(), &filter).await.expect("found").rows.len(), 1);
    looks_up(cx, "vehicle", &["'wvwzzzauz00000007'", "'wvwzzzauz00000008'"]).await;
}

async fn plans_have(cx: &Services, is_descending: bool) {
    use plans::Filter;
    for status in [None, Some(PlanStatus::Published)] {
        let mut values = vec!["'2026-11-23'"];
        values.extend(status.map(|_| "'published'"));
        let filter = Filter { status, is_descending, ..Filter::default() };
        let page = plans::list(cx, &access(), &filter).await.expect("the first page");
        for filter in [filter.clone(), Filter { cursor: page.next, ..filter }] {
            plans::list(cx, &access(), &filter).await.expect("a page");
            if filter.cursor.is_some() {
                values.extend(["'p00010000'", ID]);
            }
            let plan = explain(cx, &caught("plan p").pop().expect("caught"), &values).await;
            // The few versions of one plan are sorted within it.
            let is_whole = plan.lines().any(|line| line.starts_with("SCAN") && !line.contains("USING"))
                || plan.contains("Seq Scan");
            assert!(plan.contains("plan_by_name") && !is_whole, "expected a walk along plan_by_name:\n{plan}");
        }
    }
}
