//! One integration over time, and its operations.

use domain::{Timestamp, ids::IntegrationId, permissions::marker::IntegrationsRead};
use sqlx::FromRow;

use super::{Grain, count::ALL, sketch::Sketch};
use crate::{Error, Services, access::Access, db::on};

/// No more stretches than this are read.
const MOST: i64 = 400;

/// What happened in one stretch, or to one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// When the stretch begins.
    pub at: Timestamp,
    /// Calls that were sent.
    pub calls: i64,
    /// Those that the partner failed.
    pub failed: i64,
    /// Those that went wrong otherwise.
    pub refused: i64,
    /// Those for which something was done in its stead.
    pub fallbacks: i64,
    /// Attempts beyond the first.
    pub retries: i64,
    /// Half of them took no longer; milliseconds.
    pub p50_ms: Option<i64>,
    /// 95 of 100 took no longer; milliseconds.
    pub p95_ms: Option<i64>,
    /// 99 of 100 took no longer; milliseconds.
    pub p99_ms: Option<i64>,
}

/// An integration over time.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Stretch by stretch, the oldest first; stretches without a call are left out.
    pub points: Vec<Point>,
    /// Each operation over the whole time.
    pub operations: Vec<(String, Point)>,
}

#[derive(FromRow)]
struct Row {
    starts_at: i64,
    operation: String,
    calls: i64,
    failed: i64,
    refused: i64,
    fallbacks: i64,
    retries: i64,
    sketch: String,
}

#[derive(Default)]
struct Gathered {
    point: Point,
    sketch: Sketch,
}

impl Gathered {
    fn add(&mut self, row: &Row) -> Result<(), Error> {
        self.point.calls += row.calls;
        self.point.failed += row.failed;
        self.point.refused += row.refused;
        self.point.fallbacks += row.fallbacks;
        self.point.retries += row.retries;
        self.sketch.add_stored(&row.sketch)
    }

    fn done(self) -> Point {
        Point {
            p50_ms: self.sketch.percentile(50),
            p95_ms: self.sketch.percentile(95),
            p99_ms: self.sketch.percentile(99),
            ..self.point
        }
    }
}

/// An integration in the last so many stretches.
pub async fn series(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
    grain: Grain,
    stretches: i64,
) -> Result<Series, Error> {
    let first = grain.start(cx.clock.now()).plus(-(stretches.clamp(1, MOST) - 1) * grain.span());
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT starts_at, operation, calls, failed, refused, fallbacks, retries, sketch FROM health_count
         WHERE integration_id = $1 AND grain = $2 AND starts_at >= $3
         ORDER BY starts_at LIMIT 20000")
        .bind(id.uuid()).bind(grain.as_str()).bind(first.millis()).fetch_all(c).await)?;
    let mut points: Vec<(i64, Gathered)> = Vec::new();
    let mut operations: std::collections::BTreeMap<String, Gathered> = std::collections::BTreeMap::new();
    for row in &rows {
        if row.operation != ALL {
            operations.entry(row.operation.clone()).or_default().add(row)?;
            continue;
        }
        if points.last().is_none_or(|(at, _)| *at != row.starts_at) {
            points.push((row.starts_at, Gathered::default()));
        }
        if let Some((_, gathered)) = points.last_mut() {
            gathered.add(row)?;
        }
    }
    Ok(Series {
        points: points.into_iter().map(|(at, gathered)| Point { at: Timestamp(at), ..gathered.done() }).collect(),
        operations: operations.into_iter().map(|(name, gathered)| (name, gathered.done())).collect(),
    })
}
