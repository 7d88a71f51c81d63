//! Fifty integrations with four operations, counted by three processes for a month.

use std::time::Instant;

use domain::Timestamp;
use services::{
    Db, Services,
    health::{self, Grain},
    testing::{NOW, on_both_engines},
};
use sqlx::{AssertSqlSafe, Row};

use crate::{
    fleet_fixture::access,
    integration, see,
    statements::{Catch, caught},
};

const INTEGRATIONS: usize = 50;

async fn run(cx: &Services, sql: &str) {
    match &cx.db {
        Db::Sqlite { writer, .. } => {
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(writer).await.map(|_| ()).unwrap();
        }
        Db::Postgres(pool) => {
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.map(|_| ()).unwrap();
        }
    }
}

/// Counts of so many stretches back, made by the database itself; every row has the sketch of one that was written.
async fn fill(cx: &Services, grain: Grain, stretches: i64) {
    let (numbers, id) = match cx.db {
        Db::Sqlite { .. } => (
            format!(
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {stretches}) SELECT i FROM n)"
            ),
            "randomblob(16)",
        ),
        Db::Postgres(_) => (format!("(SELECT i FROM generate_series(1, {stretches}) s(i))"), "gen_random_uuid()"),
    };
    let (start, span) = (grain.start(NOW).millis(), grain.span());
    run(
        cx,
        &format!(
            "INSERT INTO health_count (grain, starts_at, integration_id, operation, node, calls, failed, refused,
                                       fallbacks, retries, sketch)
             SELECT '{grain}', {start} - CAST(numbers.i AS BIGINT) * {span}, i.id, o.name, {id}, 20, 0, 0, 0, 0, s.sketch
             FROM {numbers} numbers
             CROSS JOIN integration i
             CROSS JOIN (SELECT '' AS name UNION ALL SELECT 'one' UNION ALL SELECT 'two' UNION ALL SELECT 'three') o
             CROSS JOIN (SELECT 1 AS node UNION ALL SELECT 2 UNION ALL SELECT 3) nodes
             CROSS JOIN (SELECT sketch FROM health_count WHERE operation = '' AND grain = 'day' LIMIT 1) s"
        ),
    )
    .await;
}

/// How the engine would run a statement, with these values in its places.
async fn explain(cx: &Services, sql: &str, values: &str) -> String {
    let lines: Vec<String> = match &cx.db {
        Db::Sqlite { readers, .. } => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows = sqlx::query(explain).fetch_all(readers).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>("detail")).collect()
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(format!("PREPARE probe AS {sql}"))).execute(&mut *connection).await.unwrap();
            let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE probe({values})"));
            let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await.unwrap();
            sqlx::raw_sql("DEALLOCATE probe").execute(&mut *connection).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>(0)).collect()
        }
    };
    lines.join("\n")
}

#[tokio::test]
async fn an_overview_of_fifty_integrations_walks_an_index() {
    tracing::subscriber::set_global_default(Catch).unwrap();
    on_both_engines(async |cx| {
        let first = integration(&cx, "partner-0").await;
        for number in 1..INTEGRATIONS {
            integration(&cx, &format!("partner-{number}")).await;
        }
        for number in 0..200 {
            see(&cx, first, NOW, None, 40 + number * number / 10);
        }
        health::flush(&cx).await.unwrap();
        for (grain, stretches) in [(Grain::Day, 29), (Grain::Hour, 100), (Grain::Minute, 360)] {
            fill(&cx, grain, stretches).await;
        }
        run(&cx, "ANALYZE").await;
        let begun = Instant::now();
        let standings = health::overview(&cx, &access()).await.unwrap();
        println!("an overview on {}: {:?}", cx.db.engine_word(), begun.elapsed());
        assert_eq!(standings.len(), INTEGRATIONS);
        assert!(standings.iter().all(|standing| standing.day.calls >= 23 * 3 * 20 && standing.p99_ms.is_some()));

        // Other tests of this process may run the same statements meanwhile: what counts is what they are.
        let mut statements = caught("health_count");
        statements.retain(|sql| !sql.contains("WHERE integration_id = $1"));
        statements.sort_unstable();
        statements.dedup();
        assert_eq!(statements.len(), 2, "the same one for each grain, and the one of the sketches: {statements:?}");
        for sql in &statements {
            let from = NOW.plus(-Timestamp::HOUR).millis();
            let values = if sql.contains("$3") { format!("'minute', {from}, ''") } else { format!("{from}, ''") };
            let plan = explain(&cx, sql, &values).await;
            assert!(plan.contains("health_count_by_time"), "{sql}\n{plan}");
        }
    })
    .await;
}
