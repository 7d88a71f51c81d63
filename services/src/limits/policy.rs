//! Policies: which windows, for whose calls, and what happens when they can't be counted.

use std::sync::Arc;

use domain::{
    form,
    ids::PolicyId,
    limits::{RouteClass, Subject, WhenAway, Window, parse_windows, write_windows},
    permissions::{Grant, marker::LimitsManage},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    credentials::bump_and_commit,
    db::{Connection, dialect, on},
    error::{FieldError, FormErrors},
    form_token::{self, Spent},
    staff,
};

form! {
    /// A policy as typed.
    pub struct PolicyForm {
        name: "Name",
        description: "What it is for",
        subject: "Counts together",
        route_class: "Kind of call",
        windows: "Windows",
        when_away: "When calls can't be counted",
        is_default: "For everybody",
    }
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which.
    pub id: PolicyId,
    /// Its name, as answers quote it: small letters, digits and dashes.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whose calls are counted together.
    pub subject: Subject,
    /// Only calls of this kind; all when nothing.
    pub route_class: Option<RouteClass>,
    /// How many in how long, the shortest first.
    pub windows: Vec<Window>,
    /// What happens when calls can't be counted.
    pub when_away: WhenAway,
    /// Whether it holds for everybody.
    pub is_default: bool,
    /// How many keys and partners it was given to.
    pub given_to: i64,
    /// Counts the saves.
    pub version: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    description: String,
    subject: String,
    route_class: Option<String>,
    windows: String,
    when_away: String,
    is_default: bool,
    given_to: i64,
    version: i64,
}

impl Row {
    fn policy(self) -> Result<Policy, Error> {
        Ok(Policy {
            id: self.id.into(),
            name: self.name,
            description: self.description,
            subject: self.subject.parse().map_err(Error::internal)?,
            route_class: self.route_class.map(|class| class.parse()).transpose().map_err(Error::internal)?,
            windows: serde_json::from_str(&self.windows).map_err(Error::internal)?,
            when_away: self.when_away.parse().map_err(Error::internal)?,
            is_default: self.is_default,
            given_to: self.given_to,
            version: self.version,
        })
    }
}

/// Parses every field, and says everything that is wrong at once. Id, count and version are not the form's to say.
pub fn parse(form: &PolicyForm) -> Result<Policy, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let name = errors.required_line("name", &form.name, 40).filter(|name| {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_plain {
            errors.push("name", "Use small letters, digits and dashes: callers read it in a header.");
        }
        is_plain
    });
    let description = errors.line("description", &form.description, 300);
    let subject = errors.parse("subject", form.subject.parse());
    let route_class = errors.parse("route_class", domain::texts::optional(&form.route_class));
    let windows = errors.parse("windows", parse_windows(&form.windows));
    let when_away = errors.parse("when_away", form.when_away.parse());
    if subject == Some(Subject::RouteClass) && route_class == Some(None) {
        errors.push("route_class", "Choose the kind of call that is counted.");
    }
    let policy = (|| {
        Some(Policy {
            id: PolicyId::new(),
            name: name?,
            description: description?,
            subject: subject?,
            route_class: route_class?,
            windows: windows?,
            when_away: when_away?,
            is_default: form.is_default == "yes",
            given_to: 0,
            version: 1,
        })
    })();
    match policy {
        Some(policy) if errors.is_empty() => Ok(policy),
        _ => Err(errors.into_fields()),
    }
}

/// A policy as its form shows it.
pub fn form_of(policy: &Policy) -> PolicyForm {
    PolicyForm {
        name: policy.name.clone(),
        description: policy.description.clone(),
        subject: policy.subject.to_string(),
        route_class: policy.route_class.map(|class| class.to_string()).unwrap_or_default(),
        windows: write_windows(&policy.windows),
        when_away: policy.when_away.to_string(),
        is_default: if policy.is_default { "yes" } else { "" }.to_owned(),
    }
}

/// Every policy, by name. They are dozens.
pub async fn list<P: Grant>(cx: &Services, _access: &Access<P>) -> Result<Vec<Policy>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, name, description, subject, route_class, windows, when_away, is_default,
                (SELECT COUNT(*) FROM limit_attachment a WHERE a.policy_id = limit_policy.id) AS given_to, version
         FROM limit_policy ORDER BY name LIMIT 500").fetch_all(c).await)?;
    rows.into_iter().map(Row::policy).collect()
}

/// One policy.
pub async fn find<P: Grant>(cx: &Services, access: &Access<P>, id: PolicyId) -> Result<Policy, Error> {
    let found = list(cx, access).await?.into_iter().find(|policy| policy.id == id);
    found.ok_or_else(not_found)
}

#[track_caller]
fn not_found() -> Error {
    Error::not_found("limits.not_found", "There is no such limit. It may have been deleted.")
}

/// The policies a credential's calls fall under: those for everybody, its own, and its partner's.
pub(crate) async fn of_caller(
    connection: Connection<'_>,
    credential: Uuid,
    partner: Uuid,
) -> Result<Vec<Arc<Policy>>, Error> {
    let rows: Vec<Row> = on!(connection, c => sqlx::query_as(
        "SELECT id, name, description, subject, route_class, windows, when_away, is_default, CAST(0 AS BIGINT) AS given_to, version
         FROM limit_policy
         WHERE is_default
            OR id IN (SELECT policy_id FROM limit_attachment WHERE credential_id = $1)
            OR id IN (SELECT policy_id FROM limit_attachment WHERE partner_id = $2)
         ORDER BY name")
        .bind(credential).bind(partner).fetch_all(c).await)?;
    rows.into_iter().map(|row| row.policy().map(Arc::new)).collect()
}

fn name_the_twin(error: sqlx::Error) -> Error {
    if dialect::is_violation(&error, "limit_policy_name_key", "limit_policy.name") {
        Error::invalid_field("name", "There is a limit with this name already.")
    } else {
        error.into()
    }
}

fn stored_windows(policy: &Policy) -> Result<String, Error> {
    serde_json::to_string(&policy.windows).map_err(Error::internal)
}

/// Makes a policy. `token` is the form's.
pub async fn create(
    cx: &Services,
    access: &Access<LimitsManage>,
    policy: &Policy,
    token: Uuid,
) -> Result<PolicyId, Error> {
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &policy.id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    let windows = stored_windows(policy)?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO limit_policy (id, name, description, subject, route_class, windows, when_away, is_default,
                                   created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10)")
        .bind(policy.id.uuid()).bind(&policy.name).bind(&policy.description).bind(policy.subject.as_str())
        .bind(policy.route_class.map(RouteClass::as_str)).bind(&windows).bind(policy.when_away.as_str())
        .bind(policy.is_default).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(name_the_twin)?;
    let entry = audit::Entry::new("limit.created")
        .target("limit", policy.id)
        .detail("name", policy.name.as_str())
        .detail("windows", write_windows(&policy.windows));
    bump_and_commit(cx, uow, actor, vec![entry]).await?;
    Ok(policy.id)
}

/// Saves a policy over the version that was read. It holds for the next call: nothing is started anew.
pub async fn edit(
    cx: &Services,
    access: &Access<LimitsManage>,
    id: PolicyId,
    version: i64,
    policy: &Policy,
) -> Result<(), Error> {
    let before = find(cx, access, id).await?;
    let actor = access.actor();
    let windows = stored_windows(policy)?;
    let mut uow = cx.db.begin().await?;
    let saved = on!(uow.connection(), c => sqlx::query(
        "UPDATE limit_policy
         SET name = $3, description = $4, subject = $5, route_class = $6, windows = $7, when_away = $8, is_default = $9,
             updated_at = $10, updated_by = $11, version = version + 1
         WHERE id = $1 AND version = $2")
        .bind(id.uuid()).bind(version).bind(&policy.name).bind(&policy.description).bind(policy.subject.as_str())
        .bind(policy.route_class.map(RouteClass::as_str)).bind(&windows).bind(policy.when_away.as_str())
        .bind(policy.is_default).bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))
    .map_err(name_the_twin)?;
    if saved == 0 {
        return Err(Error::conflict(
            "limits.changed_meanwhile",
            "Somebody else has changed this limit while you were editing. Load it again and look at what is different.",
        ));
    }
    let mut entry = audit::Entry::new("limit.updated").target("limit", id);
    if before.windows != policy.windows {
        entry = entry.change("windows", write_windows(&before.windows), write_windows(&policy.windows));
    }
    if before.when_away != policy.when_away {
        entry = entry.change("when_away", before.when_away.as_str(), policy.when_away.as_str());
    }
    if before.is_default != policy.is_default {
        entry = entry.change("is_default", before.is_default, policy.is_default);
    }
    bump_and_commit(cx, uow, actor, vec![entry]).await
}

/// Deletes a policy, for everybody it was given to.
pub async fn delete(cx: &Services, access: &Access<LimitsManage>, id: PolicyId, reason: &str) -> Result<(), Error> {
    let why = staff::reason(reason)?;
    let before = find(cx, access, id).await?;
    let mut uow = cx.db.begin().await?;
    let deleted = on!(uow.connection(), c => sqlx::query("DELETE FROM limit_policy WHERE id = $1")
        .bind(id.uuid()).execute(c).await.map(|done| done.rows_affected()))?;
    if deleted == 0 {
        return Err(not_found());
    }
    let entry = audit::Entry::new("limit.deleted")
        .target("limit", id)
        .reason(why)
        .detail("name", before.name.as_str())
        .detail("windows", write_windows(&before.windows));
    bump_and_commit(cx, uow, access.actor(), vec![entry]).await
}
