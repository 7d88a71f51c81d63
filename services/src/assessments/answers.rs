//! Filling in a questionnaire, up to where it waits for a decision.

use std::collections::BTreeMap;

use domain::{
    assessments::{Answer, AssessmentState, Template, score},
    forms::FormErrors,
    ids::{AssessmentId, EvidenceId, PartnerId, StaffId},
    permissions::marker::AssessmentsWrite,
};
use uuid::Uuid;

use super::{evidence, person, profile, record, templates, why};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, UnitOfWork, dialect, on},
    form_token::{self, Spent},
};

/// An answer with what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// What there is to say about it; may be empty.
    pub comment: String,
    /// What shows it.
    pub evidence: Option<EvidenceId>,
}

/// A question's fields as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// A word of [`Answer`]; empty for none yet.
    pub answer: String,
    /// The comment.
    pub comment: String,
    /// An id of evidence, or nothing.
    pub evidence: String,
}

/// Begins an assessment. There is one open at a time for each partner. `token` is the form's.
pub async fn start(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    partner: PartnerId,
    template: (&str, i64),
    token: Uuid,
) -> Result<AssessmentId, Error> {
    let (id, now, actor) = (AssessmentId::new(), cx.clock.now(), access.actor());
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    profile::partner_name(uow.connection(), partner).await?;
    let asked = templates::load(uow.connection(), template.0, template.1).await?;
    templates::keep(uow.connection(), &asked, now.millis(), "Built in").await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO assessment (id, partner_id, template_key, template_version, state, created_at, created_by)
         VALUES ($1, $2, $3, $4, 'draft', $5, $6)")
        .bind(id.uuid()).bind(partner.uuid()).bind(&asked.key).bind(asked.version).bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(|error| {
        if dialect::is_violation(&error, "assessment_open", "assessment.partner_id") {
            Error::refused(
                "assessment.open_already",
                "An assessment of this partner is open already. Finish or withdraw it first.",
            )
        } else {
            error.into()
        }
    })?;
    let entry = audit::Entry::new("assessment.started")
        .target("assessment", id)
        .detail("partner", partner.to_string())
        .detail("template", format!("{}/{}", asked.key, asked.version));
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

/// Parses what was typed into the questions, and says at each field what is wrong.
fn parse(
    template: &Template,
    given: &BTreeMap<String, Given>,
    evidence: &[EvidenceId],
) -> Result<BTreeMap<String, Reply>, Error> {
    let mut errors = FormErrors::default();
    let mut replies = BTreeMap::new();
    for question in template.questions() {
        let Some(given) = given.get(&question.key) else { continue };
        let comment = super::block(&mut errors, &format!("comments[{}]", question.key), &given.comment, 2_000);
        let shown_by = match given.evidence.trim() {
            "" => None,
            text => {
                let known = text.parse().ok().filter(|id| evidence.contains(id));
                if known.is_none() {
                    let words = "This evidence is not in the partner’s file. Choose another.";
                    errors.push(&format!("evidence[{}]", question.key), words);
                }
                known
            }
        };
        let field = format!("answers[{}]", question.key);
        match given.answer.trim() {
            "" if given.comment.trim().is_empty() && shown_by.is_none() => {}
            "" => errors.push(&field, "Choose an answer, or leave the comment and the evidence empty too."),
            word => match word.parse::<Answer>() {
                Ok(answer) if question.answers.contains(&answer) => {
                    if let Some(comment) = comment {
                        replies.insert(question.key.clone(), Reply { answer, comment, evidence: shown_by });
                    }
                }
                _ => errors.push(&field, "Choose one of the answers."),
            },
        }
    }
    if errors.is_empty() { Ok(replies) } else { Err(Error::invalid(errors.into_fields())) }
}

/// Saves the answers over the version that was read. Once submitted, who saves stands for the whole as if they had
/// submitted it, and what was proposed about the old answers is void.
pub async fn save(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    id: AssessmentId,
    version: i64,
    given: &BTreeMap<String, Given>,
) -> Result<(), Error> {
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    must_be_open(stored.state())?;
    let template = templates::load(uow.connection(), &stored.template_key, stored.template_version).await?;
    let known: Vec<EvidenceId> =
        evidence::of(uow.connection(), stored.partner_id.into()).await?.iter().map(|one| one.id.into()).collect();
    let before = record::answers(uow.connection(), id).await?;
    // What an answer points at already may have left the file meanwhile.
    let known = known.into_iter().chain(before.values().filter_map(|reply| reply.evidence)).collect::<Vec<_>>();
    let replies = parse(&template, given, &known)?;
    let result = score(&template, &record::bare(&replies));
    let is_submitted = stored.state() == AssessmentState::Submitted;
    if is_submitted {
        let who = person(access)?;
        if stored.proposer_id == Some(who.uuid()) {
            return Err(Error::denied(
                "assessment.own_proposal",
                "You have proposed to approve these answers. Somebody else has to change them.",
            ));
        }
        if !result.is_complete() {
            return Err(Error::unprocessable(
                "assessment.incomplete",
                "Answer every question: it is submitted already.",
            ));
        }
    }
    bump(&mut uow, id, version).await?;
    if is_submitted {
        on!(uow.connection(), c => sqlx::query(
            "UPDATE assessment SET submitted_at = $2, submitted_by = $3, submitter_id = $4, score_percent = $5 WHERE id = $1")
            .bind(id.uuid()).bind(cx.clock.now().millis()).bind(actor.name()).bind(actor.staff_id().map(StaffId::uuid))
            .bind(result.percent().map(i64::from)).execute(c).await.map(|_| ()))?;
    }
    replace(uow.connection(), id, &replies).await?;
    let changed = template
        .questions()
        .filter(|question| before.get(&question.key) != replies.get(&question.key))
        .map(|question| question.key.clone())
        .collect::<Vec<_>>();
    let entry = audit::Entry::new("assessment.answered")
        .target("assessment", id)
        .detail("questions", changed)
        .detail("answered", result.answered);
    uow.commit(cx, actor, entry).await
}

async fn replace(
    mut connection: Connection<'_>,
    id: AssessmentId,
    replies: &BTreeMap<String, Reply>,
) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query("DELETE FROM assessment_answer WHERE assessment_id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    for (question, reply) in replies {
        on!(connection.again(), c => sqlx::query(
            "INSERT INTO assessment_answer (assessment_id, question, answer, comment, evidence_id)
             VALUES ($1, $2, $3, $4, $5)")
            .bind(id.uuid()).bind(question).bind(reply.answer.as_str()).bind(&reply.comment)
            .bind(reply.evidence.map(EvidenceId::uuid)).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Hands an assessment over to those who decide.
pub async fn submit(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    id: AssessmentId,
    version: i64,
) -> Result<(), Error> {
    let who = person(access)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    if stored.state() != AssessmentState::Draft {
        return Err(Error::refused("assessment.not_a_draft", "It is not a draft any more. Load it again."));
    }
    let template = templates::load(uow.connection(), &stored.template_key, stored.template_version).await?;
    let replies = record::answers(uow.connection(), id).await?;
    let result = score(&template, &record::bare(&replies));
    if !result.is_complete() {
        return Err(Error::unprocessable(
            "assessment.incomplete",
            format!("{} of {} questions are answered. Answer the others first.", result.answered, result.questions),
        ));
    }
    if profile::load(uow.connection(), stored.partner_id.into()).await?.is_none() {
        return Err(Error::refused(
            "assessment.no_profile",
            "The partner has no profile yet. Write it first: its criticality decides when it is looked at again.",
        ));
    }
    bump(&mut uow, id, version).await?;
    on!(uow.connection(), c => sqlx::query(
        "UPDATE assessment SET state = 'submitted', submitted_at = $2, submitted_by = $3, submitter_id = $4, score_percent = $5
         WHERE id = $1")
        .bind(id.uuid()).bind(cx.clock.now().millis()).bind(actor.name()).bind(who.uuid())
        .bind(result.percent().map(i64::from)).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.submitted")
        .target("assessment", id)
        .change("state", AssessmentState::Draft.as_str(), AssessmentState::Submitted.as_str())
        .detail("score", result.percent());
    uow.commit(cx, actor, entry).await
}

/// Calls an assessment off before it is decided.
pub async fn withdraw(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    id: AssessmentId,
    version: i64,
    reason: &str,
) -> Result<(), Error> {
    let why = why(reason)?;
    let mut uow = cx.db.begin().await?;
    let stored = record::load(uow.connection(), id).await?;
    must_be_open(stored.state())?;
    bump(&mut uow, id, version).await?;
    on!(uow.connection(), c => sqlx::query("UPDATE assessment SET state = 'withdrawn' WHERE id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("assessment.withdrawn").target("assessment", id).reason(why).change(
        "state",
        stored.state().as_str(),
        AssessmentState::Withdrawn.as_str(),
    );
    uow.commit(cx, access.actor(), entry).await
}

fn must_be_open(state: AssessmentState) -> Result<(), Error> {
    if state.is_open() {
        return Ok(());
    }
    Err(Error::refused(
        "assessment.decided",
        format!(
            "This assessment is closed ({}). Begin a new one to change what was answered.",
            state.label().to_lowercase()
        ),
    ))
}

/// Counts a save over the version that was read; another version means that somebody else was faster.
pub(super) async fn bump(uow: &mut UnitOfWork, id: AssessmentId, version: i64) -> Result<(), Error> {
    let bumped = on!(uow.connection(), c => sqlx::query(
        "UPDATE assessment SET version = version + 1 WHERE id = $1 AND version = $2 AND state IN ('draft', 'submitted')")
        .bind(id.uuid()).bind(version).execute(c).await.map(|done| done.rows_affected()))?;
    if bumped == 1 {
        return Ok(());
    }
    Err(Error::conflict(
        "assessment.changed_meanwhile",
        "Somebody else has changed this assessment since you looked at it. Load it again and look at what is different.",
    ))
}
