//! What the organisation has switched on, for everybody.

use domain::{Timestamp, permissions::marker::AccessApprove};

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    staff,
};

domain::text_enum! {
    /// Something that can be switched on.
    pub enum Switch {
        /// Live keys that can change anything need a second person's approval.
        ApproveLiveWriteKeys = "approve_live_write_keys", "Approval of live keys that can write";
    }
}

/// A switch as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Whether it is on.
    pub is_on: bool,
    /// When it was last moved, and by whom; nothing when never.
    pub moved: Option<(Timestamp, String)>,
}

/// Whether a switch is on. All are off to begin with.
pub async fn is_on(connection: Connection<'_>, switch: Switch) -> Result<bool, Error> {
    Ok(position(connection, switch).await?.is_on)
}

/// Where a switch stands.
pub async fn position(connection: Connection<'_>, switch: Switch) -> Result<Position, Error> {
    let row: Option<(bool, i64, String)> = on!(connection, c => sqlx::query_as(
        "SELECT is_on, changed_at, changed_by FROM organisation_switch WHERE name = $1")
        .bind(switch.as_str()).fetch_optional(c).await)?;
    Ok(row.map_or(Position { is_on: false, moved: None }, |(is_on, at, by)| Position {
        is_on,
        moved: Some((Timestamp(at), by)),
    }))
}

/// Moves a switch.
pub async fn set(
    cx: &Services,
    access: &Access<AccessApprove>,
    switch: Switch,
    is_on: bool,
    reason: &str,
) -> Result<(), Error> {
    let why = staff::reason(reason)?;
    let mut uow = cx.db.begin().await?;
    let before = position(uow.connection(), switch).await?.is_on;
    if before == is_on {
        return Ok(());
    }
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO organisation_switch (name, is_on, changed_at, changed_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET is_on = excluded.is_on, changed_at = excluded.changed_at,
                                          changed_by = excluded.changed_by")
        .bind(switch.as_str()).bind(is_on).bind(cx.clock.now().millis()).bind(access.actor().name())
        .execute(c).await.map(|_| ()))?;
    let entry =
        audit::Entry::new("organisation.switched").target("switch", switch).reason(why).change("is_on", before, is_on);
    uow.commit(cx, access.actor(), entry).await
}
