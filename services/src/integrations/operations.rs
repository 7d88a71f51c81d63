//! What can be asked of a partner, and what is done when it can't be had.

use domain::{
    forms::{Form, compare},
    ids::{IntegrationId, OperationId},
    integrations::{IntegrationState, Plan},
    permissions::marker::{IntegrationsManage, IntegrationsRead},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    OperationFields, OperationForm,
    find::load,
    operation_form::{form_of_operation, parse_operation},
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, dialect, on},
    form_token::{self, Spent},
    staff,
};

/// More operations than this are no integration's need.
const MOST: i64 = 100;

/// An operation as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Operation {
    /// Its id.
    pub id: Uuid,
    /// Of which integration.
    pub integration_id: Uuid,
    /// Our own word for it.
    pub name: String,
    /// The method.
    pub method: String,
    /// The path below the base address.
    pub path: String,
    /// Whether the partner does the same thing once however often it is asked.
    pub is_idempotent: bool,
    /// How long an attempt may take, in milliseconds.
    pub timeout_ms: i64,
    /// How long the whole call may take, in milliseconds.
    pub deadline_ms: i64,
    /// How often it is tried, at most.
    pub max_attempts: i64,
    plan: String,
    /// The second provider.
    pub second_id: Option<Uuid>,
    /// Its name; empty when there is none.
    pub second_name: String,
    /// How old the last known answer may be, in seconds.
    pub last_known_seconds: Option<i64>,
    /// Where in a good answer it stands that it is none.
    pub error_pointer: String,
    /// The value that means so.
    pub error_value: String,
}

impl Operation {
    /// What is done when it can't be had; what the database's own check admits always parses.
    pub fn plan(&self) -> Plan {
        self.plan.parse().unwrap_or(Plan::Refuse)
    }
}

/// What an operation's plan means for customers, in a sentence.
pub fn plan_in_words(operation: &Operation) -> String {
    match operation.plan() {
        Plan::Second => format!("{} does it instead. Customers notice nothing.", operation.second_name),
        Plan::LastKnown => format!(
            "They see the last answer, at most {} old, with its age beside it.",
            age(operation.last_known_seconds.unwrap_or(0))
        ),
        Plan::Queue => "It is done later, by itself. Until then they see that it is under way.".to_owned(),
        Plan::Refuse => "It can’t be done until the partner is back. They are told so, and why.".to_owned(),
    }
}

fn age(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[track_caller]
fn no_operation() -> Error {
    Error::not_found("integration.no_operation", "There is no such operation. It may have been deleted.")
}

/// An integration's operations, by name.
pub async fn operations(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
) -> Result<Vec<Operation>, Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT o.id, o.integration_id, o.name, o.method, o.path, o.is_idempotent, o.timeout_ms, o.deadline_ms,
                o.max_attempts, o.plan, o.second_id, COALESCE(s.name, '') AS second_name, o.last_known_seconds,
                o.error_pointer, o.error_value
         FROM integration_operation o LEFT JOIN integration s ON s.id = o.second_id
         WHERE o.integration_id = $1 ORDER BY o.name LIMIT $2")
        .bind(id.uuid()).bind(MOST).fetch_all(c).await)?)
}

/// One operation of an integration.
pub async fn operation(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    integration: IntegrationId,
    id: OperationId,
) -> Result<Operation, Error> {
    let found = load_one(cx.db.read().await?.connection(), id).await?;
    if found.integration_id == integration.uuid() { Ok(found) } else { Err(no_operation()) }
}

/// Every operation of every integration in use, with the integration's name, for a form that names one.
pub async fn all_operations(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
) -> Result<Vec<(OperationId, String, String)>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<(Uuid, String, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT o.id, i.name, o.name FROM integration_operation o JOIN integration i ON i.id = o.integration_id
         WHERE i.state <> 'retired' ORDER BY i.sort_name, o.name LIMIT 2000").fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id, integration, name)| (id.into(), integration, name)).collect())
}

async fn load_one(connection: Connection<'_>, id: OperationId) -> Result<Operation, Error> {
    let row: Option<Operation> = on!(connection, c => sqlx::query_as(
        "SELECT o.id, o.integration_id, o.name, o.method, o.path, o.is_idempotent, o.timeout_ms, o.deadline_ms,
                o.max_attempts, o.plan, o.second_id, COALESCE(s.name, '') AS second_name, o.last_known_seconds,
                o.error_pointer, o.error_value
         FROM integration_operation o LEFT JOIN integration s ON s.id = o.second_id
         WHERE o.id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(no_operation)
}

/// Adds an operation. `token` is the form's.
pub async fn create_operation(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    integration: IntegrationId,
    fields: &OperationFields,
    token: Uuid,
) -> Result<OperationId, Error> {
    let id = OperationId::new();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), cx.clock.now(), token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    is_in_use(uow.connection(), integration).await?;
    let (count,): (i64,) = on!(uow.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM integration_operation WHERE integration_id = $1")
        .bind(integration.uuid()).fetch_one(c).await)?;
    if count >= MOST {
        let words = format!("An integration can have {MOST} operations. Delete one first.");
        return Err(Error::refused("integration.too_many_operations", words));
    }
    second_fits(uow.connection(), integration, fields).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration_operation (id, integration_id, name, method, path, is_idempotent, timeout_ms,
                                            deadline_ms, max_attempts, plan, second_id, last_known_seconds,
                                            error_pointer, error_value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
        .bind(id.uuid()).bind(integration.uuid()).bind(&fields.name).bind(&fields.method).bind(&fields.path)
        .bind(fields.is_idempotent).bind(fields.timeout_ms).bind(fields.deadline_ms).bind(fields.max_attempts)
        .bind(fields.plan.as_str()).bind(fields.second.map(IntegrationId::uuid)).bind(fields.last_known_seconds)
        .bind(&fields.error_pointer).bind(&fields.error_value)
        .execute(c).await.map(|_| ()))
    .map_err(name_the_twin)?;
    let entry = audit::Entry::new("integration.operation_added")
        .target("integration", integration)
        .detail("operation", fields.name.as_str())
        .detail("plan", fields.plan.as_str());
    uow.commit(cx, access.actor(), entry).await?;
    Ok(id)
}

fn name_the_twin(error: sqlx::Error) -> Error {
    let is_twin = dialect::is_violation(
        &error,
        "integration_operation_integration_id_name_key",
        "integration_operation.integration_id, integration_operation.name",
    );
    if is_twin { Error::invalid_field("name", "There is an operation with this name already.") } else { error.into() }
}

/// Saves an operation over the form as it was opened: when somebody else saved first, both are shown. Its name stays. It
/// holds for the next call.
pub async fn edit_operation(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    id: OperationId,
    base: &OperationForm,
    form: &OperationForm,
) -> Result<IntegrationId, Error> {
    let mut uow = cx.db.begin().await?;
    let integration: IntegrationId = load_one(uow.connection(), id).await?.integration_id.into();
    is_in_use(uow.connection(), integration).await?;
    let before = form_of_operation(&load_one(uow.connection(), id).await?);
    let form = OperationForm { name: before.name.clone(), ..form.clone() };
    let fields = parse_operation(&form).map_err(Error::invalid)?;
    if before != *base {
        return Err(Error::edit_conflict(compare(0, "Somebody else", base, &before, &form)));
    }
    second_fits(uow.connection(), integration, &fields).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE integration_operation
         SET method = $2, path = $3, is_idempotent = $4, timeout_ms = $5, deadline_ms = $6, max_attempts = $7,
             plan = $8, second_id = $9, last_known_seconds = $10, error_pointer = $11, error_value = $12
         WHERE id = $1")
        .bind(id.uuid()).bind(&fields.method).bind(&fields.path).bind(fields.is_idempotent).bind(fields.timeout_ms)
        .bind(fields.deadline_ms).bind(fields.max_attempts).bind(fields.plan.as_str())
        .bind(fields.second.map(IntegrationId::uuid)).bind(fields.last_known_seconds).bind(&fields.error_pointer)
        .bind(&fields.error_value).execute(c).await.map(|_| ()))?;
    let after = form_of_operation(&load_one(uow.connection(), id).await?);
    if before == after {
        return Ok(integration);
    }
    let mut entry = audit::Entry::new("integration.operation_changed")
        .target("integration", integration)
        .detail("operation", fields.name.as_str());
    for (field, _) in OperationForm::FIELDS {
        if before.value(field) != after.value(field) {
            entry = entry.change(field, before.value(field), after.value(field));
        }
    }
    uow.commit(cx, access.actor(), entry).await?;
    Ok(integration)
}

/// Deletes an operation that nothing waits for, nobody counts on, and no switch stands over.
pub async fn delete_operation(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    id: OperationId,
    reason: &str,
) -> Result<IntegrationId, Error> {
    let why = staff::reason(reason)?;
    let mut uow = cx.db.begin().await?;
    let operation = load_one(uow.connection(), id).await?;
    let integration: IntegrationId = operation.integration_id.into();
    is_free(uow.connection(), &operation).await?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM integration_operation WHERE id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    on!(uow.connection(), c => sqlx::query("DELETE FROM last_answer WHERE integration_id = $1 AND operation = $2")
        .bind(integration.uuid()).bind(&operation.name).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("integration.operation_deleted")
        .target("integration", integration)
        .reason(why)
        .detail("operation", operation.name.as_str())
        .detail("method", operation.method.as_str())
        .detail("path", operation.path.as_str());
    uow.commit(cx, access.actor(), entry).await?;
    Ok(integration)
}

/// Locks the integration for the rest of the unit of work, so that two changes of its operations come one after the
/// other; refuses one that is retired.
async fn is_in_use(connection: Connection<'_>, id: IntegrationId) -> Result<(), Error> {
    // A write that changes nothing takes the row's lock on both engines.
    let row: Option<(String,)> = on!(connection, c => sqlx::query_as(
        "UPDATE integration SET version = version WHERE id = $1 RETURNING state")
        .bind(id.uuid()).fetch_optional(c).await)?;
    let (state,) = row.ok_or_else(super::not_found)?;
    if state == IntegrationState::Retired.as_str() {
        return Err(Error::refused("integration.retired", "This integration is retired. Register a new one instead."));
    }
    Ok(())
}

/// A second provider is another one, in use, that has an operation of the same name.
async fn second_fits(
    mut connection: Connection<'_>,
    integration: IntegrationId,
    fields: &OperationFields,
) -> Result<(), Error> {
    let Some(second) = fields.second else { return Ok(()) };
    let wrong = |words: String| Err(Error::invalid_field("second", words));
    if second == integration {
        return wrong("Choose another integration: this one is what can’t be had.".to_owned());
    }
    let Ok(other) = load(connection.again(), second).await else {
        return wrong("This integration is no longer there. Choose another.".to_owned());
    };
    if other.state() == IntegrationState::Retired {
        return wrong(format!("{} is retired. Choose another.", other.name));
    }
    let found: Option<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT name FROM integration_operation WHERE integration_id = $1 AND name = $2")
        .bind(second.uuid()).bind(&fields.name).fetch_optional(c).await)?;
    if found.is_none() {
        return wrong(format!("{} has no operation {}. Add it there first.", other.name, fields.name));
    }
    Ok(())
}

async fn is_free(mut connection: Connection<'_>, operation: &Operation) -> Result<(), Error> {
    let refuse = |words: String| Err(Error::refused("integration.operation_in_use", words));
    let waiting: Option<(String,)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT title FROM partner_call
         WHERE integration_id = $1 AND state IN ('ready', 'running') AND operation = $2 LIMIT 1")
        .bind(operation.integration_id).bind(&operation.name).fetch_optional(c).await)?;
    if waiting.is_some() {
        return refuse("Calls wait for it. Let them go out, or cancel them, first.".to_owned());
    }
    let counting: Option<(String,)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT i.name FROM integration_operation o JOIN integration i ON i.id = o.integration_id
         WHERE o.second_id = $1 AND o.name = $2 LIMIT 1")
        .bind(operation.integration_id).bind(&operation.name).fetch_optional(c).await)?;
    if let Some((name,)) = counting {
        return refuse(format!("{name} counts on it as its second provider. Give that another plan first."));
    }
    let switched: Option<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT reason FROM kill_switch WHERE level = 'operation' AND key = $1")
        .bind(operation.id.to_string()).fetch_optional(c).await)?;
    if switched.is_some() {
        return refuse("It is switched off. Lift its kill switch first, so that two people have looked.".to_owned());
    }
    Ok(())
}
