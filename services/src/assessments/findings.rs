//! What was found at a partner and has to be mended.

use domain::{
    assessments::{FindingState, Severity},
    form,
    forms::FormErrors,
    ids::{FindingId, PartnerId},
    permissions::marker::AssessmentsWrite,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{profile::partner_name, why};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    form_token::{self, Spent},
};

form! {
    /// A finding as typed.
    pub struct FindingForm {
        title: "What was found",
        severity: "Severity",
        owner: "Owner",
        due_on: "Due on",
    }
}

/// A finding.
#[derive(Clone, Debug, FromRow)]
pub struct Finding {
    /// Its id.
    pub id: Uuid,
    /// What was found.
    pub title: String,
    severity: String,
    /// Who has to see to it.
    pub owner: String,
    /// By when, as year-month-day.
    pub due_on: String,
    state: String,
    /// Why it was closed; empty while it is open.
    pub closed_why: String,
    /// When it was closed, in milliseconds.
    pub closed_at: Option<i64>,
    /// By whom.
    pub closed_by: String,
}

impl Finding {
    /// How bad it is; what the database's own check admits always parses.
    pub fn severity(&self) -> Severity {
        self.severity.parse().unwrap_or(Severity::Critical)
    }

    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> FindingState {
        self.state.parse().unwrap_or(FindingState::Open)
    }
}

/// The findings of a partner: open ones first, then by the day they are due; at most 200.
pub(super) async fn of(connection: Connection<'_>, partner: PartnerId) -> Result<Vec<Finding>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, title, severity, owner, due_on, state, closed_why, closed_at, closed_by
         FROM partner_finding WHERE partner_id = $1
         ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, due_on, id LIMIT 200")
        .bind(partner.uuid()).fetch_all(c).await)?)
}

/// Writes down a finding. `token` is the form's.
pub async fn add_finding(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    partner: PartnerId,
    form: &FindingForm,
    token: Uuid,
) -> Result<FindingId, Error> {
    let mut errors = FormErrors::default();
    let title = errors.required_line("title", &form.title, 200);
    let severity: Option<Severity> = errors.parse("severity", form.severity.parse());
    let owner = errors.required_line("owner", &form.owner, 120);
    let due_on = errors.date("due_on", &form.due_on);
    if due_on == Some(None) {
        errors.push("due_on", "Say by when it has to be mended.");
    }
    let (Some(title), Some(severity), Some(owner), Some(Some(due_on))) = (title, severity, owner, due_on) else {
        return Err(Error::invalid(errors.into_fields()));
    };
    let (id, now, actor) = (FindingId::new(), cx.clock.now(), access.actor());
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    partner_name(uow.connection(), partner).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO partner_finding (id, partner_id, title, severity, owner, due_on, state, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)")
        .bind(id.uuid()).bind(partner.uuid()).bind(&title).bind(severity.as_str()).bind(&owner).bind(due_on.to_string())
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.finding_added")
        .target("partner", partner)
        .detail("finding", id.to_string())
        .detail("severity", severity.as_str())
        .detail("due_on", due_on.to_string());
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

/// Closes a finding: it was mended, or we live with it. Answers whose it is.
pub async fn close_finding(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    id: FindingId,
    state: FindingState,
    reason: &str,
) -> Result<PartnerId, Error> {
    if state == FindingState::Open {
        return Err(Error::invalid_field("state", "Choose whether it was fixed or is accepted."));
    }
    let why = why(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let row: Option<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE partner_finding SET state = $2, closed_why = $3, closed_at = $4, closed_by = $5
         WHERE id = $1 AND state = 'open' RETURNING partner_id")
        .bind(id.uuid()).bind(state.as_str()).bind(&why).bind(cx.clock.now().millis()).bind(actor.name())
        .fetch_optional(c).await)?;
    let (partner,) = row.ok_or_else(|| {
        Error::refused("assessment.finding_closed", "This finding is not open any more. Load the page again.")
    })?;
    let entry = audit::Entry::new("assessment.finding_closed")
        .target("partner", partner)
        .reason(why)
        .detail("finding", id.to_string())
        .change("state", FindingState::Open.as_str(), state.as_str());
    uow.commit(cx, actor, entry).await?;
    Ok(partner.into())
}
