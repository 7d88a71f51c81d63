//! Kill switches: one person stops calls at once, on every node; letting them go again takes two.

use domain::{
    Timestamp,
    integrations::KillLevel,
    permissions::marker::{IntegrationsOperate, IntegrationsRead},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    staff,
};

/// The key of the switch over everything.
pub const EVERYTHING: &str = "everything";

/// A switch that was thrown.
#[derive(Clone, Debug, FromRow)]
pub struct Switched {
    level: String,
    /// Over which record.
    pub key: String,
    /// What it is called.
    #[sqlx(skip)]
    pub name: String,
    /// Since when, in milliseconds.
    pub thrown_at: i64,
    /// By whom.
    pub thrown_by: String,
    /// Why.
    pub reason: String,
    /// When somebody asked for it to be lifted, in milliseconds.
    pub lift_asked_at: Option<i64>,
    /// Who; may be empty.
    pub lift_asked_by: String,
}

impl Switched {
    /// How much it stops; what the database's own check admits always parses.
    pub fn level(&self) -> KillLevel {
        self.level.parse().unwrap_or(KillLevel::Everything)
    }
}

/// What is switched off, the longest first. Switches are few.
pub async fn switches(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Vec<Switched>, Error> {
    let mut reading = cx.db.read().await?;
    let mut rows: Vec<Switched> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT level, key, thrown_at, thrown_by, reason, lift_asked_at, lift_asked_by FROM kill_switch
         ORDER BY thrown_at LIMIT 500")
        .fetch_all(c).await)?;
    for row in &mut rows {
        row.name = name_of(reading.connection(), row.level(), &row.key).await?.unwrap_or_else(|| row.key.clone());
    }
    Ok(rows)
}

/// What the record behind a switch is called; nothing when there is none.
async fn name_of(connection: Connection<'_>, level: KillLevel, key: &str) -> Result<Option<String>, Error> {
    if level == KillLevel::Everything {
        return Ok((key == EVERYTHING).then(|| "Every integration".to_owned()));
    }
    let Ok(id) = key.parse::<Uuid>() else { return Ok(None) };
    let statement = match level {
        KillLevel::Partner => "SELECT name FROM partner WHERE id = $1",
        KillLevel::Operation => {
            "SELECT i.name || ': ' || o.name FROM integration_operation o JOIN integration i ON i.id = o.integration_id
             WHERE o.id = $1"
        }
        KillLevel::Endpoint => "SELECT url FROM webhook_endpoint WHERE id = $1",
        KillLevel::Integration | KillLevel::Everything => "SELECT name FROM integration WHERE id = $1",
    };
    let row: Option<(String,)> = on!(connection, c => sqlx::query_as(statement).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(name,)| name))
}

/// Switches off. No new call goes out from then on, on any node.
pub async fn throw(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    level: KillLevel,
    key: &str,
    reason: &str,
) -> Result<(), Error> {
    let reason = staff::reason(reason)?;
    let mut uow = cx.db.begin().await?;
    if name_of(uow.connection(), level, key).await?.is_none() {
        return Err(Error::invalid_field("key", "Choose what is to be switched off."));
    }
    let thrown = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO kill_switch (level, key, thrown_at, thrown_by, reason) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (level, key) DO NOTHING")
        .bind(level.as_str()).bind(key).bind(cx.clock.now().millis()).bind(access.actor().name()).bind(&reason)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if thrown == 0 {
        return Err(Error::conflict("kill_switch.thrown", "This is switched off already."));
    }
    let entry = audit::Entry::new("kill_switch.thrown").target(level.as_str(), key).reason(reason);
    uow.commit(cx, access.actor(), entry).await
}

/// Asks for a switch to be lifted, or lifts it when somebody else asked before. Says whether it is lifted.
pub async fn lift(
    cx: &Services,
    access: &Access<IntegrationsOperate>,
    level: KillLevel,
    key: &str,
    reason: &str,
) -> Result<bool, Error> {
    let reason = staff::reason(reason)?;
    let actor = access.actor();
    let own = actor.staff_id().map(domain::ids::StaffId::uuid);
    let mut uow = cx.db.begin().await?;
    let row: Option<(Option<i64>, Option<Uuid>)> = on!(uow.connection(), c => sqlx::query_as(
        "SELECT lift_asked_at, lift_asked_id FROM kill_switch WHERE level = $1 AND key = $2")
        .bind(level.as_str()).bind(key).fetch_optional(c).await)?;
    let Some((asked_at, asked_by)) = row else {
        return Err(Error::conflict("kill_switch.lifted", "This is not switched off any more."));
    };
    match asked_at.map(Timestamp) {
        Some(_) if asked_by == own => Err(Error::refused(
            "kill_switch.second_person",
            "You asked for this yourself. Somebody else has to lift it.",
        )),
        Some(_) => {
            let lifted = on!(uow.connection(), c => sqlx::query(
                "DELETE FROM kill_switch WHERE level = $1 AND key = $2 AND lift_asked_at IS NOT NULL")
                .bind(level.as_str()).bind(key).execute(c).await.map(|done| done.rows_affected()))?;
            if lifted == 0 {
                return Err(Error::conflict("kill_switch.lifted", "This is not switched off any more."));
            }
            let entry = audit::Entry::new("kill_switch.lifted").target(level.as_str(), key).reason(reason);
            uow.commit(cx, actor, entry).await?;
            Ok(true)
        }
        None => {
            on!(uow.connection(), c => sqlx::query(
                "UPDATE kill_switch SET lift_asked_at = $3, lift_asked_by = $4, lift_asked_id = $5
                 WHERE level = $1 AND key = $2 AND lift_asked_at IS NULL")
                .bind(level.as_str()).bind(key).bind(cx.clock.now().millis()).bind(actor.name()).bind(own)
                .execute(c).await.map(|_| ()))?;
            let entry = audit::Entry::new("kill_switch.lift_asked").target(level.as_str(), key).reason(reason);
            uow.commit(cx, actor, entry).await?;
            Ok(false)
        }
    }
}
