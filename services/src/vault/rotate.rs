//! Putting the vault under another master key: each data key is made anew, and everything under it sealed again, in steps
//! that can be broken off anywhere and go on where they were.

use domain::permissions::{Grant, marker::IntegrationsManage};
use rand::RngCore;
use sqlx::FromRow;
use uuid::Uuid;

use super::{key_place, place};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::on,
    keys::{decrypt, encrypt},
};

/// So many secrets are sealed again in one step.
const STEP: i64 = 100;

/// A secret under another data key.
#[derive(FromRow)]
struct Old {
    id: Uuid,
    integration_id: Uuid,
    purpose: String,
    key_id: Uuid,
    master: String,
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many secrets are under the newest master key.
    pub done: i64,
    /// How many are not yet.
    pub left: i64,
}

/// Does one step, and says how far it is; with nothing left, old data keys are gone. Two may do it at once.
pub async fn rewrap(cx: &Services, access: &Access<IntegrationsManage>) -> Result<Rewrapped, Error> {
    let reached = progress(cx, access).await?;
    if reached.left == 0 {
        return Ok(reached);
    }
    let master = cx.keys.vault_master();
    let mut uow = cx.db.begin().await?;
    let current: Option<(Uuid, String, Vec<u8>)> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT id, master, wrapped FROM vault_key WHERE is_current").fetch_optional(c).await)?;
    let (id, key) = match current {
        Some((id, of, wrapped)) if of == master => (id, cx.keys.unwrap_key(&of, &key_place(id), &wrapped)?),
        _ => {
            let (id, mut key) = (Uuid::now_v7(), [0; 32]);
            rand::rng().fill_bytes(&mut key);
            on!(uow.connection(), c => sqlx::query("UPDATE vault_key SET is_current = FALSE WHERE is_current")
                .execute(c).await.map(|_| ()))?;
            on!(uow.connection(), c => sqlx::query(
                "INSERT INTO vault_key (id, master, wrapped, is_current, created_at) VALUES ($1, $2, $3, TRUE, $4)")
                .bind(id).bind(&master).bind(cx.keys.wrap(&key_place(id), &key)?).bind(cx.clock.now().millis())
                .execute(c).await.map(|_| ()))?;
            (id, key)
        }
    };
    let rows: Vec<Old> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT s.id, s.integration_id, s.purpose, s.key_id, k.master, k.wrapped, s.sealed
         FROM vault_secret s JOIN vault_key k ON k.id = s.key_id
         WHERE s.key_id <> $1 ORDER BY s.id LIMIT $2")
        .bind(id).bind(STEP).fetch_all(c).await)?;
    let moved = rows.len();
    for row in rows {
        let old = cx.keys.unwrap_key(&row.master, &key_place(row.key_id), &row.wrapped)?;
        let place = place(row.id, row.integration_id, &row.purpose);
        let again = encrypt(&key, &place, &decrypt(&old, &place, &row.sealed)?)?;
        on!(uow.connection(), c => sqlx::query("UPDATE vault_secret SET key_id = $2, sealed = $3 WHERE id = $1")
            .bind(row.id).bind(id).bind(again).execute(c).await.map(|_| ()))?;
    }
    let (done, all): (i64, i64) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COALESCE(SUM(CASE WHEN key_id = $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM vault_secret")
        .bind(id).fetch_one(c).await)?;
    if done == all {
        on!(uow.connection(), c => sqlx::query("DELETE FROM vault_key WHERE id <> $1")
            .bind(id).execute(c).await.map(|_| ()))?;
    }
    let reached = Rewrapped { done, left: all - done };
    let entry = audit::Entry::new("vault.rewrapped")
        .target("master_key", &master)
        .detail("moved", moved)
        .detail("left", reached.left);
    uow.commit(cx, access.actor(), entry).await?;
    Ok(reached)
}

/// How much is under the newest master key.
pub async fn progress<P: Grant>(cx: &Services, _access: &Access<P>) -> Result<Rewrapped, Error> {
    let mut reading = cx.db.read().await?;
    let (done, all): (i64, i64) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COALESCE(SUM(CASE WHEN k.master = $1 THEN 1 ELSE 0 END), 0), COUNT(*)
         FROM vault_secret s JOIN vault_key k ON k.id = s.key_id")
        .bind(cx.keys.vault_master()).fetch_one(c).await)?;
    Ok(Rewrapped { done, left: all - done })
}
