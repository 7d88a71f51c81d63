//! What the two engines say differently, in one place.

use super::{Connection, Engine};
use crate::Error;

/// Whether an error means that a unique or exclusion constraint refused the row, and which.
///
/// `constraint` is the constraint's or index's name on PostgreSQL; SQLite names the columns (`table.column`) or the text
/// that a trigger raised.
pub fn is_violation(error: &sqlx::Error, constraint: &str, sqlite_words: &str) -> bool {
    let sqlx::Error::Database(cause) = error else { return false };
    cause.constraint() == Some(constraint) || cause.message().contains(sqlite_words)
}

/// Takes a row lock until the end of the transaction. SQLite has one writer, so the lock is already held.
pub async fn lock_row(connection: Connection<'_>, table: LockedTable, id: uuid::Uuid) -> Result<(), Error> {
    if let Engine::Postgres(connection) = connection {
        let statement = match table {
            LockedTable::Subscription => "SELECT 1 FROM subscription WHERE id = $1 FOR UPDATE",
            LockedTable::Customer => "SELECT 1 FROM customer WHERE id = $1 FOR UPDATE",
            LockedTable::Vehicle => "SELECT 1 FROM vehicle WHERE id = $1 FOR UPDATE",
            LockedTable::Staff => "SELECT 1 FROM staff WHERE id = $1 FOR UPDATE",
            LockedTable::Breaker => "SELECT 1 FROM integration_breaker WHERE integration_id = $1 FOR UPDATE",
        };
        sqlx::query(statement).bind(id).execute(connection).await?;
    }
    Ok(())
}

/// Makes everybody who changes who may do what wait for each other until the end of the transaction, so that two
/// owners can't remove each other at once. SQLite has one writer and needs nothing.
pub async fn lock_roles(connection: Connection<'_>) -> Result<(), Error> {
    if let Engine::Postgres(connection) = connection {
        sqlx::query("LOCK TABLE staff_role IN SHARE ROW EXCLUSIVE MODE").execute(connection).await?;
    }
    Ok(())
}

/// Tables whose rows are locked one by one.
#[derive(Clone, Copy, Debug)]
pub enum LockedTable {
    /// `subscription`
    Subscription,
    /// `customer`
    Customer,
    /// `vehicle`
    Vehicle,
    /// `staff`
    Staff,
    /// `integration_breaker`, by its integration
    Breaker,
}

/// Claims work of an endpoint: $1 lease, $2 its end, $3 now, $4 endpoint, $5 how many. An endpoint that is disabled, or
/// whose partner is suspended, keeps its work waiting.
const CLAIM_SQLITE: &str = "UPDATE webhook_delivery
    SET state = 'running', lease_id = $1, lease_until = $2, updated_at = $3
    WHERE id IN (SELECT id FROM webhook_delivery
                 WHERE endpoint_id = $4 AND state = 'ready' AND next_at <= $3
                 ORDER BY next_at LIMIT $5)
      AND EXISTS (SELECT 1 FROM webhook_endpoint e JOIN partner p ON p.id = e.partner_id
                  WHERE e.id = $4 AND e.is_enabled AND p.status = 'active')
    RETURNING id, event_id, event_type, object_type, object_id, event_at, attempts";
/// The same where several nodes claim at once: each takes what the others haven't.
const CLAIM_POSTGRES: &str = "UPDATE webhook_delivery
    SET state = 'running', lease_id = $1, lease_until = $2, updated_at = $3
    WHERE id IN (SELECT id FROM webhook_delivery
                 WHERE endpoint_id = $4 AND state = 'ready' AND next_at <= $3
                 ORDER BY next_at LIMIT $5 FOR UPDATE SKIP LOCKED)
      AND EXISTS (SELECT 1 FROM webhook_endpoint e JOIN partner p ON p.id = e.partner_id
                  WHERE e.id = $4 AND e.is_enabled AND p.status = 'active')
    RETURNING id, event_id, event_type, object_type, object_id, event_at, attempts";

/// The statement by which work of an endpoint is claimed.
pub fn claim_deliveries(connection: &Connection<'_>) -> &'static str {
    match connection {
        Engine::Sqlite(_) => CLAIM_SQLITE,
        Engine::Postgres(_) => CLAIM_POSTGRES,
    }
}

/// Claims queued calls of an integration: $1 lease, $2 its end, $3 now, $4 integration, $5 how many.
const CLAIM_CALLS_SQLITE: &str = "UPDATE partner_call
    SET state = 'running', lease_id = $1, lease_until = $2, updated_at = $3
    WHERE id IN (SELECT id FROM partner_call
                 WHERE integration_id = $4 AND state = 'ready' AND next_at <= $3
                 ORDER BY next_at LIMIT $5)
    RETURNING id, operation, idempotency_key, subject_type, subject_id, payload, attempts";
/// The same where several nodes claim at once: each takes what the others haven't.
const CLAIM_CALLS_POSTGRES: &str = "UPDATE partner_call
    SET state = 'running', lease_id = $1, lease_until = $2, updated_at = $3
    WHERE id IN (SELECT id FROM partner_call
                 WHERE integration_id = $4 AND state = 'ready' AND next_at <= $3
                 ORDER BY next_at LIMIT $5 FOR UPDATE SKIP LOCKED)
    RETURNING id, operation, idempotency_key, subject_type, subject_id, payload, attempts";

/// The statement by which queued calls are claimed.
pub fn claim_calls(connection: &Connection<'_>) -> &'static str {
    match connection {
        Engine::Sqlite(_) => CLAIM_CALLS_SQLITE,
        Engine::Postgres(_) => CLAIM_CALLS_POSTGRES,
    }
}

/// Makes everybody who changes advisories or components wait for each other until the end of the transaction, so that a
/// new advisory and a new version never miss each other. SQLite has one writer and needs nothing.
pub async fn lock_patches(connection: Connection<'_>) -> Result<(), Error> {
    if let Engine::Postgres(connection) = connection {
        sqlx::query("LOCK TABLE advisory IN SHARE ROW EXCLUSIVE MODE").execute(connection).await?;
    }
    Ok(())
}
/// Claims messages that came in: $1 lease, $2 its end, $3 now, $4 how many. Of each subject only the first that is open;
/// an integration that may not be used, or whose partner is suspended, keeps its messages waiting.
const CLAIM_INBOUND_SQLITE: &str = "UPDATE inbound_message
    SET state = 'running', lease_id = $1, lease_until = $2, updated_at = $3, attempts = attempts + 1
    WHERE id IN (SELECT m.id FROM inbound_message m
                 JOIN integration i ON i.id = m.integration_id
                 JOIN partner p ON p.id = i.partner_id
                 WHERE m.state = 'ready' AND m.next_at <= $3
                   AND i.state IN ('live', 'restricted') AND p.status = 'active'
                   AND (m.subject_key = '' OR NOT EXISTS (
                       SELECT 1 FROM inbound_message e
                       WHERE e.integration_id = m.integration_id AND e.subject_key = m.subject_key
                         AND e.state IN ('ready', 'running', 'parked')
                         AND (e.received_at, e.id) < (m.received_at, m.id)))
                 ORDER BY m.received_at, m.id LIMIT $4)
    RETURNING id, integration_id, external_id, body, attempts";
/// The same where several nodes claim at once: each takes what the others haven't.
const CLAIM_INBOUND_POSTGRES: &str = "UPDATE inbound_message
    SET state = 'running', lease_id = $1, lease_until = $2, updated_at = $3, attempts = attempts + 1
    WHERE id IN (SELECT m.id FROM inbound_message m
                 JOIN integration i ON i.id = m.integration_id
                 JOIN partner p ON p.id = i.partner_id
                 WHERE m.state = 'ready' AND m.next_at <= $3
                   AND i.state IN ('live', 'restricted') AND p.status = 'active'
                   AND (m.subject_key = '' OR NOT EXISTS (
                       SELECT 1 FROM inbound_message e
                       WHERE e.integration_id = m.integration_id AND e.subject_key = m.subject_key
                         AND e.state IN ('ready', 'running', 'parked')
                         AND (e.received_at, e.id) < (m.received_at, m.id)))
                 ORDER BY m.received_at, m.id LIMIT $4 FOR UPDATE OF m SKIP LOCKED)
    RETURNING id, integration_id, external_id, body, attempts";

/// The statement by which messages that came in are claimed.
pub fn claim_inbound(connection: &Connection<'_>) -> &'static str {
    match connection {
        Engine::Sqlite(_) => CLAIM_INBOUND_SQLITE,
        Engine::Postgres(_) => CLAIM_INBOUND_POSTGRES,
    }
}
