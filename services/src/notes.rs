//! Notes on records. Removing one hides it and can be undone.

use domain::{ids::NoteId, permissions::Grant, texts::NoteBody};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    timeline::Subject,
};

/// A note as read.
#[derive(Clone, Debug, FromRow)]
pub struct Note {
    /// Its id.
    pub id: Uuid,
    /// What it says.
    pub body: String,
    /// Who wrote it.
    pub author: String,
    /// When, in milliseconds.
    pub created_at: i64,
}

/// The newest notes of a record, at most 50.
pub async fn of(connection: Connection<'_>, subject: Subject, id: Uuid) -> Result<Vec<Note>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, body, author, created_at FROM note
         WHERE object_type = $1 AND object_id = $2 AND removed_at IS NULL
         ORDER BY created_at DESC LIMIT 50")
        .bind(subject.as_str()).bind(id).fetch_all(c).await)?)
}

/// Adds a note. The permission is that of writing the record it stands on.
pub async fn add<P: Grant>(
    cx: &Services,
    access: &Access<P>,
    subject: Subject,
    id: Uuid,
    body: &NoteBody,
) -> Result<NoteId, Error> {
    let note = NoteId::new();
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO note (id, object_type, object_id, body, author, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(note.uuid()).bind(subject.as_str()).bind(id).bind(body.as_str())
        .bind(access.actor().name()).bind(cx.clock.now().millis())
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("note.added").target(subject.as_str(), id).detail("note", note.to_string());
    uow.commit(cx, access.actor(), entry).await?;
    Ok(note)
}

/// Hides a note (`is_removed`), or brings it back.
pub async fn set_removed<P: Grant>(
    cx: &Services,
    access: &Access<P>,
    subject: Subject,
    id: Uuid,
    note: NoteId,
    is_removed: bool,
) -> Result<(), Error> {
    let removed_at = is_removed.then(|| cx.clock.now().millis());
    let mut uow = cx.db.begin().await?;
    let touched = on!(uow.connection(), c => sqlx::query(
        "UPDATE note SET removed_at = $1 WHERE id = $2 AND object_type = $3 AND object_id = $4")
        .bind(removed_at).bind(note.uuid()).bind(subject.as_str()).bind(id)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if touched == 0 {
        return Err(Error::not_found("note.not_found", "This note can't be found. Reload the page."));
    }
    let action = if is_removed { "note.removed" } else { "note.restored" };
    let entry = audit::Entry::new(action).target(subject.as_str(), id).detail("note", note.to_string());
    uow.commit(cx, access.actor(), entry).await
}
