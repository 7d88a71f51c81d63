//! What the pages of assessments change.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    assessments::DataClass,
    ids::{AssessmentId, PartnerId},
    permissions::marker::{AssessmentsDecide, AssessmentsWrite},
};
use leptos::prelude::*;
use services::{
    Error,
    assessments::{self, EvidenceForm, FindingForm, Given, ProfileForm, Proposal},
};

use super::{TAB, file_of};
use crate::{
    context::{answer, asked, parse_id, parse_token},
    error::AppError,
    viewer::Done,
};

fn page(id: AssessmentId) -> String {
    format!("{TAB}/{id}")
}

/// Saves a partner's profile over the version that was read.
#[server(prefix = "/_fn", endpoint = "assessments/save_profile")]
pub async fn save_profile(
    partner: String,
    version: i64,
    form: ProfileForm,
    #[server(default)] classes: BTreeMap<String, String>,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let partner: PartnerId = parse_id(&partner)?;
        let classes: Result<BTreeSet<DataClass>, _> =
            classes.iter().filter(|(_, value)| *value == "yes").map(|(word, _)| word.parse()).collect();
        let classes = classes
            .map_err(|_| Error::invalid_field("classes", "This form is damaged. Reload the page and try again."))?;
        assessments::save_profile(&cx, &access, partner, version, &form, &classes).await?;
        Ok(Done::at(file_of(partner), "The profile was saved."))
    })
    .await
}

/// Adds a piece of evidence.
#[server(prefix = "/_fn", endpoint = "assessments/add_evidence")]
pub async fn add_evidence(partner: String, form: EvidenceForm, token: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let partner: PartnerId = parse_id(&partner)?;
        assessments::add_evidence(&cx, &access, partner, &form, parse_token(&token)?).await?;
        Ok(Done::at(file_of(partner), "The evidence is in the file."))
    })
    .await
}

/// Takes a piece of evidence out of the file.
#[server(prefix = "/_fn", endpoint = "assessments/remove_evidence")]
pub async fn remove_evidence(id: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let partner = assessments::remove_evidence(&cx, &access, parse_id(&id)?, &reason).await?;
        Ok(Done::at(file_of(partner), "The evidence was taken out of the file."))
    })
    .await
}

/// Writes down a finding.
#[server(prefix = "/_fn", endpoint = "assessments/add_finding")]
pub async fn add_finding(partner: String, form: FindingForm, token: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let partner: PartnerId = parse_id(&partner)?;
        assessments::add_finding(&cx, &access, partner, &form, parse_token(&token)?).await?;
        Ok(Done::at(file_of(partner), "The finding is in the file."))
    })
    .await
}

/// Closes a finding.
#[server(prefix = "/_fn", endpoint = "assessments/close_finding")]
pub async fn close_finding(id: String, state: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let state =
            state.parse().map_err(|_| Error::invalid_field("state", "Choose whether it was fixed or is accepted."))?;
        let partner = assessments::close_finding(&cx, &access, parse_id(&id)?, state, &reason).await?;
        Ok(Done::at(file_of(partner), "The finding is closed."))
    })
    .await
}

/// Imports a questionnaire.
#[server(prefix = "/_fn", endpoint = "assessments/import")]
pub async fn import_template(document: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let template = assessments::import(&cx, &access, &document).await?;
        let to = format!("{TAB}/templates?show={}/{}", template.key, template.version);
        Ok(Done::at(to, format!("“{}”, version {}, is here.", template.title, template.version)))
    })
    .await
}

/// Begins an assessment.
#[server(prefix = "/_fn", endpoint = "assessments/start")]
pub async fn start_assessment(partner: String, template: String, token: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let chosen = template.split_once('/').and_then(|(key, version)| Some((key, version.parse().ok()?)));
        let chosen = chosen.ok_or_else(|| Error::invalid_field("template", "Choose a questionnaire."))?;
        let id = assessments::start(&cx, &access, parse_id(&partner)?, chosen, parse_token(&token)?).await?;
        Ok(Done::at(format!("{}?act=answer", page(id)), "The assessment is begun. Answer what you can, and save."))
    })
    .await
}

/// Saves answers over the version that was read.
#[server(prefix = "/_fn", endpoint = "assessments/save")]
pub async fn save_answers(
    id: String,
    version: i64,
    #[server(default)] answers: BTreeMap<String, String>,
    #[server(default)] comments: BTreeMap<String, String>,
    #[server(default)] evidence: BTreeMap<String, String>,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let id: AssessmentId = parse_id(&id)?;
        let text = |map: &BTreeMap<String, String>, key: &str| map.get(key).cloned().unwrap_or_default();
        let given: BTreeMap<String, Given> = answers
            .iter()
            .map(|(key, word)| {
                let given =
                    Given { answer: word.clone(), comment: text(&comments, key), evidence: text(&evidence, key) };
                (key.clone(), given)
            })
            .collect();
        assessments::save(&cx, &access, id, version, &given).await?;
        Ok(Done::at(page(id), "The answers were saved."))
    })
    .await
}

/// Hands an assessment over to those who decide.
#[server(prefix = "/_fn", endpoint = "assessments/submit")]
pub async fn submit_assessment(id: String, version: i64) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let id: AssessmentId = parse_id(&id)?;
        assessments::submit(&cx, &access, id, version).await?;
        Ok(Done::at(page(id), "It is submitted. Two people who may decide have to look at it now."))
    })
    .await
}

/// Calls an assessment off.
#[server(prefix = "/_fn", endpoint = "assessments/withdraw")]
pub async fn withdraw_assessment(id: String, version: i64, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsWrite>()?;
        let id: AssessmentId = parse_id(&id)?;
        assessments::withdraw(&cx, &access, id, version, &reason).await?;
        Ok(Done::at(page(id), "It was withdrawn."))
    })
    .await
}

/// Proposes to approve an assessment.
#[server(prefix = "/_fn", endpoint = "assessments/propose")]
pub async fn propose_approval(
    id: String,
    version: i64,
    #[server(default)] conditions: String,
    #[server(default)] review_on: String,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsDecide>()?;
        let id: AssessmentId = parse_id(&id)?;
        assessments::propose(&cx, &access, id, version, &Proposal { conditions, review_on }).await?;
        Ok(Done::at(page(id), "Your proposal stands. Somebody else who may decide has to confirm it."))
    })
    .await
}

/// Approves an assessment, as the second of two.
#[server(prefix = "/_fn", endpoint = "assessments/confirm")]
pub async fn confirm_approval(id: String, digest: String, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsDecide>()?;
        let id: AssessmentId = parse_id(&id)?;
        assessments::confirm(&cx, &access, id, &digest, &reason).await?;
        Ok(Done::at(page(id), "The partner is approved."))
    })
    .await
}

/// Turns an assessment down.
#[server(prefix = "/_fn", endpoint = "assessments/reject")]
pub async fn reject_assessment(id: String, version: i64, reason: String) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AssessmentsDecide>()?;
        let id: AssessmentId = parse_id(&id)?;
        assessments::reject(&cx, &access, id, version, &reason).await?;
        Ok(Done::at(page(id), "It was rejected."))
    })
    .await
}
