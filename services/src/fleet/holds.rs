//! The open holds on a vehicle.

use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    db::{Connection, on},
};

/// A hold that has not been released.
#[derive(Clone, Debug, FromRow)]
pub struct OpenHold {
    /// Its id.
    pub id: Uuid,
    /// Why it is there: `maintenance`, `theft` …
    pub kind: String,
    /// Why, in the words of who placed it.
    pub reason: String,
    /// Whether the car must not be driven.
    pub blocks_driving: bool,
    /// The day on which somebody looks at it again, as a civil date.
    pub review_on: Option<String>,
    /// When it was placed, in milliseconds.
    pub placed_at: i64,
    /// By whom.
    pub placed_by: String,
}

/// The open holds on a vehicle, newest first, at most 50.
pub(super) async fn of(connection: Connection<'_>, vehicle: Uuid) -> Result<Vec<OpenHold>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, kind, reason, blocks_driving, review_on, placed_at, placed_by
         FROM hold
         WHERE vehicle_id = $1 AND released_at IS NULL
         ORDER BY placed_at DESC LIMIT 50")
        .bind(vehicle).fetch_all(c).await)?)
}
