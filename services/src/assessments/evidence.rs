//! Certificates, reports and contracts of a partner.

use domain::{
    assessments::{DatedEvidence, EvidenceKind},
    form,
    forms::FormErrors,
    ids::{EvidenceId, PartnerId},
    permissions::marker::AssessmentsWrite,
};
use jiff::civil::Date;
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
    /// A piece of evidence as typed.
    pub struct EvidenceForm {
        kind: "What it is",
        title: "Title",
        issuer: "Issued by",
        reference: "Where it is kept",
        valid_from: "Good from",
        valid_until: "Good until",
    }
}

/// A piece of evidence.
#[derive(Clone, Debug, FromRow)]
pub struct Evidence {
    /// Its id.
    pub id: Uuid,
    kind: String,
    /// Its name.
    pub title: String,
    /// Who stands behind it; may be empty.
    pub issuer: String,
    /// Where the document is kept; may be empty.
    pub reference: String,
    /// From when it is good, as year-month-day.
    pub valid_from: Option<String>,
    valid_until: Option<String>,
    /// When it was added, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
}

impl Evidence {
    /// What it is; what the database's own check admits always parses.
    pub fn kind(&self) -> EvidenceKind {
        self.kind.parse().unwrap_or(EvidenceKind::Other)
    }

    /// Until when it is good; nothing when it doesn't end.
    pub fn until(&self) -> Option<Date> {
        self.valid_until.as_deref().and_then(|until| until.parse().ok())
    }

    /// What counts of it.
    pub fn dated(&self) -> DatedEvidence {
        DatedEvidence { kind: self.kind(), title: self.title.clone(), until: self.until() }
    }
}

/// The evidence of a partner, newest first; at most 200 pieces.
pub(super) async fn of(connection: Connection<'_>, partner: PartnerId) -> Result<Vec<Evidence>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, kind, title, issuer, reference, valid_from, valid_until, created_at, created_by
         FROM partner_evidence WHERE partner_id = $1 AND removed_at IS NULL
         ORDER BY created_at DESC, id DESC LIMIT 200")
        .bind(partner.uuid()).fetch_all(c).await)?)
}

/// The same as the gate reads it.
pub(super) async fn dated(connection: Connection<'_>, partner: PartnerId) -> Result<Vec<DatedEvidence>, Error> {
    Ok(of(connection, partner).await?.iter().map(Evidence::dated).collect())
}

/// Adds a piece of evidence to a partner's file. `token` is the form's.
pub async fn add_evidence(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    partner: PartnerId,
    form: &EvidenceForm,
    token: Uuid,
) -> Result<EvidenceId, Error> {
    let mut errors = FormErrors::default();
    let kind: Option<EvidenceKind> = errors.parse("kind", form.kind.parse());
    let title = errors.required_line("title", &form.title, 160);
    let issuer = errors.line("issuer", &form.issuer, 160);
    let reference = errors.line("reference", &form.reference, 500);
    let from = errors.date("valid_from", &form.valid_from);
    let until = errors.date("valid_until", &form.valid_until);
    if let (Some(Some(from)), Some(Some(until))) = (from, until)
        && until < from
    {
        errors.push("valid_until", "It can't end before it begins.");
    }
    let (Some(kind), Some(title), Some(issuer), Some(reference), Some(from), Some(until), true) =
        (kind, title, issuer, reference, from, until, errors.is_empty())
    else {
        return Err(Error::invalid(errors.into_fields()));
    };
    let (id, now, actor) = (EvidenceId::new(), cx.clock.now(), access.actor());
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    partner_name(uow.connection(), partner).await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO partner_evidence (id, partner_id, kind, title, issuer, reference, valid_from, valid_until, created_at,
                                       created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(id.uuid()).bind(partner.uuid()).bind(kind.as_str()).bind(&title).bind(&issuer).bind(&reference)
        .bind(text(from)).bind(text(until)).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.evidence_added")
        .target("partner", partner)
        .detail("evidence", id.to_string())
        .detail("kind", kind.as_str())
        .detail("valid_until", text(until));
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

/// Takes a piece of evidence out of the file. Answers that point at it keep doing so. Answers whose it is.
pub async fn remove_evidence(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    id: EvidenceId,
    reason: &str,
) -> Result<PartnerId, Error> {
    let why = why(reason)?;
    let mut uow = cx.db.begin().await?;
    let row: Option<(Uuid,)> = on!(uow.connection(), c => sqlx::query_as(
        "UPDATE partner_evidence SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL RETURNING partner_id")
        .bind(id.uuid()).bind(cx.clock.now().millis()).fetch_optional(c).await)?;
    let (partner,) = row.ok_or_else(|| {
        Error::not_found("assessment.evidence_not_found", "This evidence is not in the file any more. Load it again.")
    })?;
    let entry = audit::Entry::new("assessment.evidence_removed")
        .target("partner", partner)
        .reason(why)
        .detail("evidence", id.to_string());
    uow.commit(cx, access.actor(), entry).await?;
    Ok(partner.into())
}
