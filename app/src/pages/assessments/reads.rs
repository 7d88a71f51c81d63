//! What the assessments' pages read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::assessments::ProfileForm;

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, Row},
};

/// The register's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterView {
    /// Every partner, worst first.
    pub list: ListView,
    /// The next twelve months: the month, what is to be reviewed, what evidence ends.
    pub calendar: Vec<Row>,
    /// Every integration with what its gate still asks for.
    pub gates: Vec<Row>,
}

/// A piece of evidence or a finding that can be named in a confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// A kind of data, and whether the partner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassBox {
    /// The word.
    pub key: String,
    /// In words.
    pub label: String,
    /// Whether it is chosen.
    pub is_on: bool,
}

/// A partner's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// The partner's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Badge,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Whether nobody has written a profile.
    pub has_no_profile: bool,
    /// Its assessments, newest first.
    pub assessments: Vec<Row>,
    /// The assessment that is open, if there is one.
    pub open: Option<String>,
    /// Its evidence.
    pub evidence: Vec<Row>,
    /// Its findings.
    pub findings: Vec<Row>,
    /// Evidence that can be taken out.
    pub removable: Vec<Named>,
    /// Findings that can be closed.
    pub closable: Vec<Named>,
    /// Its profile in a form.
    pub profile: ProfileForm,
    /// The version of the profile that was read.
    pub version: i64,
    /// Kinds of data.
    pub classes: Vec<ClassBox>,
    /// Questionnaires to begin one from.
    pub templates: Vec<Choice>,
    /// Makes a double submit one record.
    pub token: String,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionView {
    /// Its key.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// What helps: weight, knock-out, and the template's own words.
    pub help: String,
    /// What can be answered.
    pub answers: Vec<Choice>,
    /// The answer, as a word.
    pub answer: String,
    /// The same as a badge; nothing without an answer.
    pub badge: Option<Badge>,
    /// The comment.
    pub comment: String,
    /// The evidence, by id.
    pub evidence: String,
    /// The evidence, in words.
    pub evidence_title: String,
}

/// An assessment's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentView {
    /// Its id.
    pub id: String,
    /// Who is assessed: name and page.
    pub partner: (String, String),
    /// Which questionnaire.
    pub subtitle: String,
    /// Where it stands.
    pub state: Badge,
    /// What should be known of it now; empty when nothing.
    pub note: String,
    /// What can be done, in the words of the address.
    pub acts: Vec<String>,
    /// Counts the saves.
    pub version: i64,
    /// The score in percent; nothing when no question counts.
    pub percent: Option<u32>,
    /// How it comes about.
    pub sum: String,
    /// How many questions have an answer.
    pub answered: String,
    /// Knock-out questions that were answered "no".
    pub knocked_out: Vec<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// The questions, by section.
    pub sections: Vec<(String, Vec<QuestionView>)>,
    /// The partner's evidence to choose from.
    pub evidence: Vec<Choice>,
    /// What the approval depends on.
    pub conditions: String,
    /// The digest of what is proposed; empty without a proposal.
    pub digest: String,
    /// The latest review date that can be chosen, as year-month-day.
    pub latest_review: String,
    /// The review date that is proposed or decided, in words.
    pub review_on: String,
}

/// The questionnaires' page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplatesView {
    /// Every version of every questionnaire.
    pub rows: Vec<Row>,
    /// An example to begin one's own from.
    pub example: String,
    /// The questionnaire that the address names: its title and its questions.
    pub shown: Option<(String, Vec<Row>)>,
}

/// A gate's condition that is not met, to choose for an exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionView {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: Badge,
    /// What it stands in for.
    pub missing: String,
    /// Why it was asked for.
    pub reason: String,
    /// Who asked, and when.
    pub asked: String,
    /// When it ends.
    pub ends: String,
    /// Whether it waits for a second person.
    pub is_asked: bool,
    /// Whether it is in force.
    pub is_in_force: bool,
    /// Whether the reader has asked for it.
    pub is_own: bool,
}

/// A gate's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateView {
    /// The integration's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whose it is: name and file.
    pub partner: (String, String),
    /// Whether it may be used.
    pub state: Badge,
    /// Why it is so; may be empty.
    pub state_why: String,
    /// Whether it is live or retired, so that it can't go live.
    pub is_settled: bool,
    /// Each condition: what, how it stands, what is known, what to do.
    pub conditions: Vec<Row>,
    /// What is missing, excused or not: word and label.
    pub missing: Vec<Choice>,
    /// What is missing and not excused, in words; empty when it may go live.
    pub unmet: String,
    /// The exception that waits or is in force.
    pub exception: Option<ExceptionView>,
    /// Exceptions of the past and now.
    pub exceptions: Vec<Row>,
    /// The end that an exception begins with, as a browser's field wants it.
    pub until: String,
    /// Makes a double submit one exception.
    pub token: String,
}

/// The register, as its address says.
#[server(prefix = "/_fn", endpoint = "assessments/register")]
pub async fn read_register(search: String) -> Result<RegisterView, AppError> {
    super::list::answer(search).await
}

/// A partner's file.
#[server(prefix = "/_fn", endpoint = "assessments/file")]
pub async fn read_file(id: String) -> Result<FileView, AppError> {
    super::file::answer(id).await
}

/// One assessment.
#[server(prefix = "/_fn", endpoint = "assessments/detail")]
pub async fn read_assessment(id: String) -> Result<AssessmentView, AppError> {
    super::record::answer(id).await
}

/// The questionnaires; `show` names one as `key/version`.
#[server(prefix = "/_fn", endpoint = "assessments/templates")]
pub async fn read_templates(show: String) -> Result<TemplatesView, AppError> {
    super::templates::answer(show).await
}

/// The gate of an integration.
#[server(prefix = "/_fn", endpoint = "assessments/gate")]
pub async fn read_gate(id: String) -> Result<GateView, AppError> {
    super::gate::answer(id).await
}
