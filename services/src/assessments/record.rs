//! Assessments as stored, and a partner's whole file.

use std::collections::BTreeMap;

use domain::{
    assessments::{Answer, AssessmentState, Decided, Score, Template, score},
    ids::{AssessmentId, PartnerId},
    permissions::marker::IntegrationsRead,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    answers::Reply,
    evidence::{self, Evidence},
    findings::{self, Finding},
    not_found,
    profile::{self, Profile},
    templates,
};
use crate::{
    Error, Services,
    access::Access,
    db::{Connection, on},
};

/// An assessment as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Assessment {
    /// Its id.
    pub id: Uuid,
    /// Who is assessed.
    pub partner_id: Uuid,
    /// The partner's name.
    pub partner_name: String,
    /// Which questionnaire …
    pub template_key: String,
    /// … in which version.
    pub template_version: i64,
    state: String,
    /// The score when it was submitted.
    pub score_percent: Option<i64>,
    /// What the approval depends on; may be empty.
    pub conditions: String,
    review_on: Option<String>,
    /// When it was begun, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was submitted.
    pub submitted_at: Option<i64>,
    /// By whom.
    pub submitted_by: String,
    /// The same person, by id.
    pub submitter_id: Option<Uuid>,
    /// When the first of two proposed to approve it.
    pub proposed_at: Option<i64>,
    /// Who that was.
    pub proposed_by: String,
    /// The same person, by id.
    pub proposer_id: Option<Uuid>,
    /// A digest of what they saw; empty without a proposal.
    pub proposal_digest: String,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// By whom, the second of two when it was approved.
    pub decided_by: String,
    /// Why.
    pub decided_why: String,
    /// Counts the saves.
    pub version: i64,
}

impl Assessment {
    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> AssessmentState {
        self.state.parse().unwrap_or(AssessmentState::Withdrawn)
    }

    /// Until when its approval holds, or would.
    pub fn review_on(&self) -> Option<jiff::civil::Date> {
        self.review_on.as_deref().and_then(|on| on.parse().ok())
    }

    /// What the gate reads of it.
    pub fn decided(&self) -> Decided {
        Decided { state: self.state(), review_on: self.review_on() }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.partner_id, p.name AS partner_name, a.template_key, a.template_version, a.state, a.score_percent,
                    a.conditions, a.review_on, a.created_at, a.created_by, a.submitted_at, a.submitted_by, a.submitter_id,
                    a.proposed_at, a.proposed_by, a.proposer_id, a.proposal_digest, a.decided_at, a.decided_by,
                    a.decided_why, a.version
             FROM assessment a JOIN partner p ON p.id = a.partner_id ",
            $rest
        )
    };
}

/// Loads one assessment.
pub(super) async fn load(connection: Connection<'_>, id: AssessmentId) -> Result<Assessment, Error> {
    let row: Option<Assessment> = on!(connection, c => sqlx::query_as(select!("WHERE a.id = $1"))
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(not_found)
}

/// The last decision about a partner.
pub(super) async fn last_decision(connection: Connection<'_>, partner: PartnerId) -> Result<Option<Assessment>, Error> {
    Ok(on!(connection, c => sqlx::query_as(select!(
        "WHERE a.partner_id = $1 AND a.state IN ('approved', 'rejected') ORDER BY a.decided_at DESC, a.id DESC LIMIT 1"))
        .bind(partner.uuid()).fetch_optional(c).await)?)
}

/// Every last decision and every open assessment, for the register. Partners are dozens.
pub(super) async fn of_all(mut connection: Connection<'_>) -> Result<(Vec<Assessment>, Vec<Assessment>), Error> {
    let decided = on!(connection.again(), c => sqlx::query_as(select!(
        "WHERE a.state IN ('approved', 'rejected')
           AND NOT EXISTS (SELECT 1 FROM assessment b WHERE b.partner_id = a.partner_id
                           AND b.state IN ('approved', 'rejected')
                           AND (b.decided_at > a.decided_at OR (b.decided_at = a.decided_at AND b.id > a.id)))
         LIMIT 1000")).fetch_all(c).await)?;
    let open = on!(connection, c => sqlx::query_as(select!("WHERE a.state IN ('draft', 'submitted') LIMIT 1000"))
        .fetch_all(c).await)?;
    Ok((decided, open))
}

#[derive(FromRow)]
struct AnswerRow {
    question: String,
    answer: String,
    comment: String,
    evidence_id: Option<Uuid>,
}

/// The answers of an assessment, by question.
pub(super) async fn answers(connection: Connection<'_>, id: AssessmentId) -> Result<BTreeMap<String, Reply>, Error> {
    let rows: Vec<AnswerRow> = on!(connection, c => sqlx::query_as(
        "SELECT question, answer, comment, evidence_id FROM assessment_answer WHERE assessment_id = $1")
        .bind(id.uuid()).fetch_all(c).await)?;
    rows.into_iter()
        .map(|row| {
            let answer: Answer = row.answer.parse().map_err(Error::internal)?;
            Ok((row.question, Reply { answer, comment: row.comment, evidence: row.evidence_id.map(Into::into) }))
        })
        .collect()
}

/// The answers alone, as the score wants them.
pub(super) fn bare(replies: &BTreeMap<String, Reply>) -> BTreeMap<String, Answer> {
    replies.iter().map(|(question, reply)| (question.clone(), reply.answer)).collect()
}

/// Everything that a decision is bound to.
#[derive(Serialize)]
struct Seen<'a> {
    assessment: Uuid,
    template: (&'a str, i64),
    answers: Vec<(&'a str, &'a str, &'a str, Option<Uuid>)>,
    conditions: &'a str,
    review_on: String,
}

/// A digest of what somebody sees who decides: another answer, condition or date makes another one.
pub(super) fn digest(
    assessment: &Assessment,
    replies: &BTreeMap<String, Reply>,
    conditions: &str,
    review_on: &str,
) -> Result<String, Error> {
    let seen = Seen {
        assessment: assessment.id,
        template: (&assessment.template_key, assessment.template_version),
        answers: replies
            .iter()
            .map(|(question, reply)| {
                let evidence = reply.evidence.map(domain::ids::EvidenceId::uuid);
                (question.as_str(), reply.answer.as_str(), reply.comment.as_str(), evidence)
            })
            .collect(),
        conditions,
        review_on: review_on.to_owned(),
    };
    let text = serde_json::to_vec(&seen).map_err(Error::internal)?;
    Ok(hex::encode(Sha256::digest(text)))
}

/// An assessment with everything that its page shows.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The record.
    pub assessment: Assessment,
    /// The questionnaire.
    pub template: Template,
    /// The answers, by question.
    pub replies: BTreeMap<String, Reply>,
    /// What they come to.
    pub score: Score,
    /// The partner's evidence, for answers to point at.
    pub evidence: Vec<Evidence>,
    /// The partner's profile.
    pub profile: Option<Profile>,
    /// Whether something has changed since the approval was proposed.
    pub is_proposal_stale: bool,
}

/// One assessment.
pub async fn find(cx: &Services, _access: &Access<IntegrationsRead>, id: AssessmentId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let assessment = load(reading.connection(), id).await?;
    let template = templates::load(reading.connection(), &assessment.template_key, assessment.template_version).await?;
    let replies = answers(reading.connection(), id).await?;
    let partner = assessment.partner_id.into();
    let review_on = assessment.review_on.clone().unwrap_or_default();
    let now_digest = digest(&assessment, &replies, &assessment.conditions, &review_on)?;
    Ok(Detail {
        score: score(&template, &bare(&replies)),
        is_proposal_stale: !assessment.proposal_digest.is_empty() && assessment.proposal_digest != now_digest,
        evidence: evidence::of(reading.connection(), partner).await?,
        profile: profile::load(reading.connection(), partner).await?,
        assessment,
        template,
        replies,
    })
}

/// A partner's file.
#[derive(Clone, Debug)]
pub struct File {
    /// The partner's name.
    pub partner_name: String,
    /// What is known of it.
    pub profile: Option<Profile>,
    /// Its evidence, newest first.
    pub evidence: Vec<Evidence>,
    /// Its findings, open ones first.
    pub findings: Vec<Finding>,
    /// Its assessments, newest first; at most 50.
    pub assessments: Vec<Assessment>,
    /// The last decision.
    pub decided: Option<Decided>,
}

/// A partner's file.
pub async fn file(cx: &Services, _access: &Access<IntegrationsRead>, partner: PartnerId) -> Result<File, Error> {
    let mut reading = cx.db.read().await?;
    Ok(File {
        partner_name: profile::partner_name(reading.connection(), partner).await?,
        profile: profile::load(reading.connection(), partner).await?,
        evidence: evidence::of(reading.connection(), partner).await?,
        findings: findings::of(reading.connection(), partner).await?,
        assessments: on!(reading.connection(), c => sqlx::query_as(select!(
            "WHERE a.partner_id = $1 ORDER BY a.created_at DESC, a.id DESC LIMIT 50"))
            .bind(partner.uuid()).fetch_all(c).await)?,
        decided: last_decision(reading.connection(), partner).await?.map(|assessment| assessment.decided()),
    })
}
