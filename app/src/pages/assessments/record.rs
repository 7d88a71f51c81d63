//! An assessment: the questionnaire to fill in or to read, its score, and the decision.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    assessments::{AssessmentState, Question, due_on},
    ids::AssessmentId,
    permissions::{Permission, marker::IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::{
    access::Actor,
    assessments::{self, Detail, Reply},
    clock::ZONE,
};

use super::{
    TAB,
    acts::{Act, act_page},
    answers::{Asked, answer_form},
    crumbs, file_of,
    reads::{AssessmentView, QuestionView, read_assessment},
    words as said,
};
use crate::{
    components::{Crumb, Facts, Icon, Loaded, Meter, PageHead},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    pages::{integrations::tabs::IntegrationTabs, staff::Refusal},
    views::{Choice, Fact},
    words,
};

/// What is done on an assessment's own page: refused ones say why there when their confirmation is closed.
const ACTS: &[&str] =
    &["assessments/submit", "assessments/withdraw", "assessments/propose", "assessments/confirm", "assessments/reject"];

/// One assessment. `act` in the address opens the form or the confirmation of a change.
#[component]
pub fn AssessmentPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_assessment(id).await.map(|assessment| (act, assessment)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, assessment): (String, AssessmentView)) -> AnyView {
    let can = assessment.acts.contains(&act);
    match Act::of(&act).filter(|_| can) {
        Some(act) => act_page(act, assessment),
        None if act == "answer" && can => answer_form(assessment),
        None => view! { <Record assessment/> }.into_any(),
    }
}

/// The way to an assessment's page.
pub(super) fn way_to(assessment: &AssessmentView) -> Vec<Crumb> {
    let mut way = crumbs();
    way.push(Crumb::new(&assessment.partner.0, assessment.partner.1.clone()));
    way
}

#[component]
fn Record(assessment: AssessmentView) -> impl IntoView {
    let way = way_to(&assessment);
    let links: Vec<_> = [
        ("withdraw", "btn danger-quiet", "Withdraw …"),
        ("reject", "btn danger-quiet", "Reject …"),
        ("answer", "btn", "Answer"),
        ("submit", "btn primary", "Submit …"),
        ("propose", "btn primary", "Propose approval …"),
        ("confirm", "btn primary", "Confirm approval …"),
    ]
    .into_iter()
    .filter(|(act, ..)| assessment.acts.iter().any(|possible| possible == act))
    .map(|(act, class, label)| view! { <a class=class href=format!("?act={act}")>{label}</a> })
    .collect();
    let AssessmentView { id, subtitle, state, note, facts, sections, conditions, .. } = assessment.clone();
    let audit = format!("/security?target=assessment:{id}");
    let asked: Vec<_> = sections.into_iter().map(|(title, questions)| view! { <Asked title questions/> }).collect();
    view! {
        <PageHead title=format!("Assessment of {}", assessment.partner.0) subtitle badge=state crumbs=way>{links}</PageHead>
        <IntegrationTabs here=TAB/>
        <div class="stack">
            <Refusal of=ACTS/>
            {(!note.is_empty())
                .then(|| view! {
                    <div class="message notice">
                        <Icon name="alert"/>
                        <div class="message-body"><p>{note}</p></div>
                    </div>
                })}
            <ScorePanel assessment/>
            {(!conditions.is_empty())
                .then(|| view! {
                    <section class="panel" aria-labelledby="conditions">
                        <header class="panel-head"><h2 id="conditions">"Conditions"</h2></header>
                        <div class="panel-body"><p class="note-text">{conditions}</p></div>
                    </section>
                })}
            {asked}
            <section class="panel" aria-labelledby="record">
                <header class="panel-head"><h2 id="record">"Record"</h2></header>
                <div class="panel-body stack s">
                    <Facts facts/>
                    {crate::viewer::may(Permission::AuditRead)
                        .then(|| view! { <p><a href=audit>"What was done to it, in the audit log"</a></p> })}
                </div>
            </section>
        </div>
    }
}

/// The score, with how it comes about.
#[component]
pub(super) fn ScorePanel(
    /// The assessment.
    assessment: AssessmentView,
) -> impl IntoView {
    use domain::subscription::Tone;

    let AssessmentView { percent, sum, answered, knocked_out, .. } = assessment;
    let has_knock_out = !knocked_out.is_empty();
    let tone = match percent {
        _ if has_knock_out => Tone::Danger,
        Some(80..) => Tone::Ok,
        Some(60..) => Tone::Warn,
        _ => Tone::Danger,
    };
    let knocked: Vec<_> = knocked_out.into_iter().map(|text| view! { <li>{text}</li> }).collect();
    view! {
        <section class="panel" aria-labelledby="score">
            <header class="panel-head"><h2 id="score">"Score"</h2><p>{answered}</p></header>
            <div class="panel-body stack s">
                {match percent {
                    Some(percent) => view! { <p><Meter percent tone/> " · " {sum}</p> }.into_any(),
                    None => view! { <p class="muted">"No answer counts yet."</p> }.into_any(),
                }}
                <p class="hint">{domain::assessments::FORMULA}</p>
                {has_knock_out
                    .then(|| view! {
                        <div class="message danger inline">
                            <Icon name="alert"/>
                            <div class="message-body">
                                <p>"Answered “no” to a knock-out question: it can’t be approved without a condition."</p>
                                <ul>{knocked}</ul>
                            </div>
                        </div>
                    })}
            </div>
        </section>
    }
}

fn question(one: &Question, reply: Option<&Reply>, titles: &BTreeMap<String, String>) -> QuestionView {
    let mut help = format!("Weight {}", one.weight);
    if one.knock_out {
        help.push_str(" · knock-out");
    }
    if !one.help.is_empty() {
        help = format!("{help} · {}", one.help);
    }
    let evidence = reply.and_then(|reply| reply.evidence).map(|id| id.to_string()).unwrap_or_default();
    QuestionView {
        key: one.key.clone(),
        text: one.text.clone(),
        help,
        answers: one.answers.iter().map(|answer| (answer.as_str().to_owned(), answer.label().to_owned())).collect(),
        answer: reply.map(|reply| reply.answer.as_str().to_owned()).unwrap_or_default(),
        badge: reply.map(|reply| said::answer(reply.answer, one.knock_out)),
        comment: reply.map(|reply| reply.comment.clone()).unwrap_or_default(),
        evidence_title: match titles.get(&evidence) {
            Some(title) => title.clone(),
            None if evidence.is_empty() => String::new(),
            None => "Taken out of the file".to_owned(),
        },
        evidence,
    }
}

/// What somebody may do to an assessment as it is now, in the words of the address.
fn possible(actor: &Actor, detail: &Detail) -> Vec<String> {
    let assessment = &detail.assessment;
    let me = actor.staff_id().map(domain::ids::StaffId::uuid);
    let mut acts = Vec::new();
    let state = assessment.state();
    if actor.holds(Permission::AssessmentsWrite) && state.is_open() {
        if assessment.proposer_id.is_none() || assessment.proposer_id != me {
            acts.push("answer");
        }
        acts.push("withdraw");
        if state == AssessmentState::Draft && detail.score.is_complete() {
            acts.push("submit");
        }
    }
    let is_own = assessment.submitter_id == me;
    if actor.holds(Permission::AssessmentsDecide) && state == AssessmentState::Submitted && !is_own {
        acts.push("reject");
        // A proposal that no longer fits the answers can't be confirmed; it is proposed anew.
        let has_proposal = !assessment.proposal_digest.is_empty() && !detail.is_proposal_stale;
        acts.push(if has_proposal && assessment.proposer_id != me { "confirm" } else { "propose" });
    }
    acts.into_iter().map(str::to_owned).collect()
}

/// What should be known of it now.
fn note(actor: &Actor, detail: &Detail) -> String {
    let assessment = &detail.assessment;
    let me = actor.staff_id().map(domain::ids::StaffId::uuid);
    match assessment.state() {
        AssessmentState::Draft if detail.profile.is_none() => {
            "The partner has no profile yet. Write it before you submit: its criticality decides on the review date.".to_owned()
        }
        AssessmentState::Submitted if detail.is_proposal_stale => {
            "The answers have changed since the approval was proposed, so the proposal is void. Look at them and propose it again."
                .to_owned()
        }
        AssessmentState::Submitted if !assessment.proposal_digest.is_empty() => format!(
            "{} proposes to approve it. A second person who may decide has to confirm exactly what they saw.",
            assessment.proposed_by
        ),
        AssessmentState::Submitted if assessment.submitter_id == me => {
            "You have submitted it. Two other people who may decide have to approve it.".to_owned()
        }
        AssessmentState::Submitted => "It waits for a decision: one proposes the approval, another one confirms it.".to_owned(),
        AssessmentState::Rejected => format!("Turned down by {}: {}", assessment.decided_by, assessment.decided_why),
        _ => String::new(),
    }
}

fn facts(detail: &Detail, now: Timestamp) -> Vec<Fact> {
    let one = &detail.assessment;
    let said_at = |at: Option<i64>, by: &str| {
        at.map(|at| format!("{}, by {by}", words::when(Timestamp(at), now).exact)).unwrap_or_default()
    };
    let mut facts = vec![
        Fact::link("Partner", one.partner_name.clone(), file_of(one.partner_id)),
        Fact::link(
            "Questionnaire",
            format!("{}, version {}", detail.template.title, detail.template.version),
            format!("{TAB}/templates?show={}/{}", one.template_key, one.template_version),
        ),
        Fact::new("Begun", said_at(Some(one.created_at), &one.created_by)),
        Fact::new("Submitted", said_at(one.submitted_at, &one.submitted_by)),
        Fact::new("Approval proposed", said_at(one.proposed_at, &one.proposed_by)),
        Fact::new("Decided", said_at(one.decided_at, &one.decided_by)),
        Fact::new("Why", one.decided_why.clone()),
        Fact::new("Good until", one.review_on().map(words::date).unwrap_or_default()),
        Fact::code("Id", one.id.to_string()),
    ];
    if !one.proposal_digest.is_empty() {
        facts.push(Fact::code("Digest of what was seen", one.proposal_digest.clone()));
    }
    facts
}

pub(super) async fn answer(id: String) -> Result<AssessmentView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let id: AssessmentId = parse_id(&id)?;
        let detail = assessments::find(&cx, &access, id).await?;
        let (now, today) = (cx.clock.now(), cx.clock.today(ZONE));
        let evidence: Vec<Choice> = detail
            .evidence
            .iter()
            .map(|piece| (piece.id.to_string(), format!("{}: {}", piece.kind().label(), piece.title)))
            .collect();
        let titles: BTreeMap<String, String> = evidence.iter().cloned().collect();
        let one = &detail.assessment;
        let sections = detail.template.sections.iter().map(|section| {
            let questions = section.questions.iter();
            let questions = questions.map(|asked| question(asked, detail.replies.get(&asked.key), &titles)).collect();
            (section.title.clone(), questions)
        });
        let is_knocked = |asked: &&Question| detail.score.knocked_out.contains(&asked.key);
        let latest = detail.profile.as_ref().map(|profile| due_on(profile.criticality(), today).to_string());
        Ok(AssessmentView {
            id: id.to_string(),
            partner: (one.partner_name.clone(), file_of(one.partner_id)),
            subtitle: format!("{}, version {}", detail.template.title, detail.template.version),
            state: said::state(one.state()),
            note: note(&actor, &detail),
            acts: possible(&actor, &detail),
            version: one.version,
            percent: detail.score.percent(),
            sum: detail.score.sum(),
            answered: format!("{} of {} questions answered", detail.score.answered, detail.score.questions),
            knocked_out: detail.template.questions().filter(is_knocked).map(|asked| asked.text.clone()).collect(),
            facts: facts(&detail, now),
            sections: sections.collect(),
            evidence,
            conditions: one.conditions.clone(),
            digest: one.proposal_digest.clone(),
            latest_review: latest.unwrap_or_default(),
            review_on: one.review_on().map(words::date).unwrap_or_default(),
        })
    })
    .await
}
