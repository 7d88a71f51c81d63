//! The questions of an assessment, to read and to fill in.

use leptos::prelude::*;

use super::{
    TAB,
    reads::{AssessmentView, QuestionView},
    record::{ScorePanel, way_to},
};
use crate::{
    components::{ChoiceField, Hidden, PageHead, PostForm, StatusBadge, TextField},
    failure::as_sent,
    pages::integrations::tabs::IntegrationTabs,
    views::Choice,
};

/// A section with its answers.
#[component]
pub(super) fn Asked(
    /// The section's title.
    title: String,
    /// Its questions.
    questions: Vec<QuestionView>,
) -> impl IntoView {
    let id = format!("section-{}", questions.first().map(|question| question.key.clone()).unwrap_or_default());
    let caption = format!("{id}-caption");
    let region = caption.clone();
    let heading = id.clone();
    let words = title.clone();
    let rows: Vec<_> = questions.into_iter().map(row).collect();
    view! {
        <section class="panel" aria-labelledby=heading>
            <header class="panel-head"><h2 id=id>{title}</h2></header>
            <div class="table-scroll" role="group" aria-labelledby=region tabindex="0">
                <table class="table plain">
                    <caption class="vh" id=caption>{words}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Question"</th>
                            <th scope="col">"Answer"</th>
                            <th scope="col">"Comment"</th>
                            <th scope="col">"Evidence"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(question: QuestionView) -> AnyView {
    let or_dash = |text: String| {
        if text.is_empty() { view! { <span class="faint">"—"</span> }.into_any() } else { text.into_any() }
    };
    let badge = match question.badge {
        Some(badge) => view! { <StatusBadge badge/> }.into_any(),
        None => view! { <span class="faint">"Not answered"</span> }.into_any(),
    };
    view! {
        <tr>
            <td class="who"><b>{question.text}</b><span>{question.help}</span></td>
            <td>{badge}</td>
            <td>{or_dash(question.comment)}</td>
            <td>{or_dash(question.evidence_title)}</td>
        </tr>
    }
    .into_any()
}

/// The questionnaire to fill in.
pub(super) fn answer_form(assessment: AssessmentView) -> AnyView {
    let way = way_to(&assessment);
    let back = format!("{TAB}/{}", assessment.id);
    let evidence = assessment.evidence.clone();
    let sections = assessment.sections.clone();
    let version = as_sent("assessments/save", "version", assessment.version.to_string());
    let id = assessment.id.clone();
    view! {
        <PageHead
            title=format!("Answer for {}", assessment.partner.0)
            subtitle="Save as often as you like. Nothing is decided before it is submitted."
            badge=assessment.state.clone()
            crumbs=way
        />
        <IntegrationTabs here=TAB/>
        <div class="stack">
            <ScorePanel assessment/>
            <PostForm function="assessments/save" warns_unsaved=true>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                {sections.into_iter().map(|(title, questions)| section(title, questions, &evidence)).collect::<Vec<_>>()}
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Save answers"</button>
                    <a class="btn quiet" href=back>"Discard"</a>
                </div>
            </PostForm>
        </div>
    }
    .into_any()
}

/// Called inside the form: fields find there what was typed into them.
fn section(title: String, questions: Vec<QuestionView>, evidence: &[Choice]) -> AnyView {
    let fields: Vec<_> = questions.into_iter().map(|question| fields(question, evidence)).collect();
    view! { <h2 class="form-head">{title}</h2> {fields} }.into_any()
}

fn fields(question: QuestionView, evidence: &[Choice]) -> AnyView {
    let key = question.key;
    // What an answer points at already stays to be chosen, also when it has left the file.
    let mut evidence = evidence.to_vec();
    if !question.evidence.is_empty() && !evidence.iter().any(|(id, _)| *id == question.evidence) {
        evidence.push((question.evidence.clone(), question.evidence_title));
    }
    view! {
        <fieldset class="group">
            <legend>{question.text.clone()}</legend>
            <ChoiceField
                name=format!("answers[{key}]")
                label="Answer"
                value=question.answer
                choices=question.answers
                hint=question.help
                is_optional=true
            />
            <TextField
                name=format!("comments[{key}]")
                label="Comment"
                value=question.comment
                rows=2
                is_optional=true
            />
            <ChoiceField
                name=format!("evidence[{key}]")
                label="Evidence"
                value=question.evidence
                choices=evidence
                is_optional=true
            />
        </fieldset>
    }
    .into_any()
}
