//! Numbers for people: C-1042, S-2201. Taken inside the change's own transaction, so that none is lost or given twice.

use crate::{
    Error,
    db::{Connection, on},
};

/// The next number of a series, with its letter.
pub async fn next(connection: Connection<'_>, series: &'static str) -> Result<String, Error> {
    let (number,): (i64,) = on!(connection, c => sqlx::query_as(
        "INSERT INTO running_number (series, last) VALUES ($1, 1001)
         ON CONFLICT (series) DO UPDATE SET last = running_number.last + 1
         RETURNING last")
        .bind(series).fetch_one(c).await)?;
    Ok(format!("{series}-{number}"))
}
