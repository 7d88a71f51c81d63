//! Deciding on an assessment. Who submitted it doesn't decide; an approval takes two who do, and both see the same.

use domain::{
    assessments::{AssessmentState, due_on, score},
    forms::FormErrors,
    ids::{AssessmentId, StaffId},
    permissions::marker::AssessmentsDecide,
};
use jiff::civil::Date;

use super::{
    answers::bump,
    block, person, profile,
    record::{self, Assessment},
    templates, why,
};
use crate::{Error, Services, access::Access, audit, clock::ZONE, db::on};

/// What the first of two proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What the approval depends on; may be empty.
    pub conditions: String,
    /// Until when it holds; the latest day that the criticality allows when empty.
    pub review_on: String,
}

/// Somebody who may decide on this one: it waits for a decision, and they haven't submitted it.
fn decider(stored: &Assessment, access: &Access<AssessmentsDecide>) -> Result<StaffId, Error> {
    let who = person(access)?;
    if stored.state() != AssessmentState::Submitted {
        return Err(Error::refused(
            "assessment.not_submitted",
            "This assessment doesn't wait for a decision. Load it again.",
        ));
    }
    if stored.submitter_id == Some(who.uuid()) {
        return Err(Error::denied(
            "assessment.own_submission",
            "You have submitted this assessment yourself. Somebody else has to decide on it.",
        ));
    }
    Ok(who)
}

/// Proposes to approve an assessment. Nothing is approved until somebody else confirms it. A proposal that is there is
/// replaced.
pub async fn propose(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: AssessmentId,
    version: i64,
    proposal: &Proposal,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    let who = decider(&stored, access)?;
    let replies = record::answers(uow.connection(), id).await?;
    let template = templates::load(uow.connection(), &stored.template_key, stored.template_version).await?;
    let result = score(&template, &record::bare(&replies));
    let criticality = profile::load(uow.connection(), stored.partner_id.into())
        .await?
        .map(|profile| profile.criticality())
        .ok_or_else(|| {
            Error::refused("assessment.no_profile", "The partner has no profile any more. Write it first.")
        })?;
    let today = cx.clock.today(ZONE);
    let (conditions, review_on) = parse(proposal, !result.knocked_out.is_empty(), today, due_on(criticality, today))?;
    let digest = record::digest(&stored, &replies, &conditions, &review_on.to_string())?;
    bump(&mut uow, id, version).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE assessment
         SET conditions = $2, review_on = $3, proposed_at = $4, proposed_by = $5, proposer_id = $6, proposal_digest = $7
         WHERE id = $1")
        .bind(id.uuid()).bind(&conditions).bind(review_on.to_string()).bind(cx.clock.now().millis()).bind(actor.name())
        .bind(who.uuid()).bind(&digest).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.approval_proposed")
        .target("assessment", id)
        .detail("digest", digest)
        .detail("review_on", review_on.to_string())
        .detail("has_conditions", !conditions.is_empty());
    uow.commit(cx, actor, entry).await
}

fn parse(proposal: &Proposal, is_knocked_out: bool, today: Date, latest: Date) -> Result<(String, Date), Error> {
    let mut errors = FormErrors::default();
    let conditions = block(&mut errors, "conditions", &proposal.conditions, 2_000);
    if is_knocked_out && conditions.as_deref() == Some("") {
        errors.push(
            "conditions",
            "A knock-out question was answered “no”: say under which condition the partner may be connected all the same.",
        );
    }
    let review_on = errors.date("review_on", &proposal.review_on).map(|date| date.unwrap_or(latest));
    if let Some(date) = review_on {
        if date <= today {
            errors.push("review_on", "Choose a day to come.");
        } else if date > latest {
            errors.push("review_on", format!("By the partner’s criticality it may be {latest} at the latest."));
        }
    }
    match (conditions, review_on) {
        (Some(conditions), Some(review_on)) if errors.is_empty() => Ok((conditions, review_on)),
        _ => Err(Error::invalid(errors.into_fields())),
    }
}

/// Approves an assessment, as the second of two. `seen` is the digest of the proposal that was looked at. When answers,
/// conditions or date are no longer what the first saw, the proposal is void.
pub async fn confirm(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: AssessmentId,
    seen: &str,
    reason: &str,
) -> Result<(), Error> {
    let why = why(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    let who = decider(&stored, access)?;
    if stored.proposal_digest.is_empty() {
        return Err(Error::conflict(
            "assessment.no_proposal",
            "Nobody has proposed to approve it, or the proposal is void. Look at it again and propose it.",
        ));
    }
    if stored.proposer_id == Some(who.uuid()) {
        return Err(Error::denied(
            "assessment.own_proposal",
            "You have proposed this approval yourself. Somebody else has to confirm it.",
        ));
    }
    let replies = record::answers(uow.connection(), id).await?;
    let review_on = stored.review_on().map(|date| date.to_string()).unwrap_or_default();
    if record::digest(&stored, &replies, &stored.conditions, &review_on)? != stored.proposal_digest {
        return void(cx, access, stored, uow).await;
    }
    if seen != stored.proposal_digest {
        return Err(Error::conflict(
            "assessment.other_proposal",
            "What is proposed has changed since you looked at it. Look at it again before you confirm.",
        ));
    }
    bump(&mut uow, id, stored.version).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE assessment SET state = 'approved', decided_at = $2, decided_by = $3, decider_id = $4, decided_why = $5
         WHERE id = $1")
        .bind(id.uuid()).bind(cx.clock.now().millis()).bind(actor.name()).bind(who.uuid()).bind(&why)
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.approved")
        .target("assessment", id)
        .reason(why)
        .change("state", AssessmentState::Submitted.as_str(), AssessmentState::Approved.as_str())
        .detail("digest", stored.proposal_digest.as_str())
        .detail("review_on", review_on)
        .detail("proposed_by", stored.proposer_id.map(|id| id.to_string()))
        .detail("partner", stored.partner_id.to_string());
    uow.commit(cx, actor, entry).await
}

/// Takes a proposal away that doesn't fit what stands there now, and says so.
async fn void(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    stored: Assessment,
    mut uow: crate::db::UnitOfWork,
) -> Result<(), Error> {
    bump(&mut uow, stored.id.into(), stored.version).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE assessment
         SET proposed_at = NULL, proposed_by = '', proposer_id = NULL, proposal_digest = '', conditions = '', review_on = NULL
         WHERE id = $1")
        .bind(stored.id).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.proposal_voided")
        .target("assessment", stored.id)
        .outcome(audit::Outcome::Refused)
        .detail("digest", stored.proposal_digest.as_str());
    uow.commit(cx, access.actor(), entry).await?;
    Err(Error::conflict(
        "assessment.proposal_void",
        "The answers have changed since the approval was proposed, so the proposal is void. Look at them and propose it again.",
    ))
}

/// Turns an assessment down. One person who hasn't submitted it is enough.
pub async fn reject(
    cx: &Services,
    access: &Access<AssessmentsDecide>,
    id: AssessmentId,
    version: i64,
    reason: &str,
) -> Result<(), Error> {
    let why = why(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    let who = decider(&stored, access)?;
    bump(&mut uow, id, version).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE assessment
         SET state = 'rejected', decided_at = $2, decided_by = $3, decider_id = $4, decided_why = $5, review_on = NULL,
             proposed_at = NULL, proposed_by = '', proposer_id = NULL, proposal_digest = '', conditions = ''
         WHERE id = $1")
        .bind(id.uuid()).bind(cx.clock.now().millis()).bind(actor.name()).bind(who.uuid()).bind(&why)
        .execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.rejected")
        .target("assessment", id)
        .reason(why)
        .change("state", AssessmentState::Submitted.as_str(), AssessmentState::Rejected.as_str())
        .detail("partner", stored.partner_id.to_string());
    uow.commit(cx, actor, entry).await
}
