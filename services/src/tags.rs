//! Tags on records.

use domain::{permissions::Grant, texts::TagName};
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    timeline::Subject,
};

/// More tags than this on one record are a sign that a field is missing.
const MOST: i64 = 20;

/// The tags of a record, in order.
pub async fn of(connection: Connection<'_>, subject: Subject, id: Uuid) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT tag FROM tag WHERE object_type = $1 AND object_id = $2 ORDER BY tag")
        .bind(subject.as_str()).bind(id).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(tag,)| tag).collect())
}

/// Adds a tag; one that is there already stays as it is.
pub async fn add<P: Grant>(
    cx: &Services,
    access: &Access<P>,
    subject: Subject,
    id: Uuid,
    tag: &TagName,
) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let (count,): (i64,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM tag WHERE object_type = $1 AND object_id = $2")
        .bind(subject.as_str()).bind(id).fetch_one(c).await)?;
    if count >= MOST {
        return Err(Error::invalid_field("tag", format!("A record can carry {MOST} tags. Remove one first.")));
    }
    let added = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO tag (object_type, object_id, tag) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(subject.as_str()).bind(id).bind(tag.as_str()).execute(c).await.map(|done| done.rows_affected()))?;
    if added == 0 {
        return Ok(());
    }
    let entry = audit::Entry::new("tag.added").target(subject.as_str(), id).detail("tag", tag.as_str());
    uow.commit(cx, access.actor(), entry).await
}

/// Removes a tag; one that isn't there is no error.
pub async fn remove<P: Grant>(
    cx: &Services,
    access: &Access<P>,
    subject: Subject,
    id: Uuid,
    tag: &TagName,
) -> Result<(), Error> {
    let mut uow = cx.db.begin().await?;
    let removed = on!(uow.connection(), c => sqlx::query(
        "DELETE FROM tag WHERE object_type = $1 AND object_id = $2 AND tag = $3")
        .bind(subject.as_str()).bind(id).bind(tag.as_str()).execute(c).await.map(|done| done.rows_affected()))?;
    if removed == 0 {
        return Ok(());
    }
    let entry = audit::Entry::new("tag.removed").target(subject.as_str(), id).detail("tag", tag.as_str());
    uow.commit(cx, access.actor(), entry).await
}
