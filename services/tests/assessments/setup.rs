//! What these tests set up, through the same use cases that people use.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    assessments::built_in,
    ids::{AssessmentId, DrillId, IntegrationId, OperationId, PartnerId},
    integrations::IntegrationState,
    permissions::marker::{AssessmentsDecide, AssessmentsWrite, IntegrationsManage},
};
use services::{
    Error, Services,
    access::{Access, Actor},
    assessments::{self, EvidenceForm, Given, ProfileForm, Proposal},
    audit,
    db::on,
};
use uuid::Uuid;

use super::support::{console, person};

/// The demo's people: one who writes, and three who decide.
pub struct People {
    pub writer: Actor,
    pub first: Actor,
    pub second: Actor,
    pub owner: Actor,
}

pub async fn people(cx: &Services) -> People {
    People {
        writer: person(cx, "integrations@demo.keyfob.example").await,
        first: person(cx, "auditor@demo.keyfob.example").await,
        second: person(cx, "administrator@demo.keyfob.example").await,
        owner: person(cx, "owner@demo.keyfob.example").await,
    }
}

pub fn writes(actor: &Actor) -> Access<AssessmentsWrite> {
    actor.authorize().unwrap()
}

pub fn decides(actor: &Actor) -> Access<AssessmentsDecide> {
    actor.authorize().unwrap()
}

pub fn manages(actor: &Actor) -> Access<IntegrationsManage> {
    actor.authorize().unwrap()
}

/// All questions answered "yes", but for one.
pub fn given(but: &str, word: &str) -> BTreeMap<String, Given> {
    let of = |key: &str| if key == but { word } else { "yes" }.to_owned();
    built_in()
        .questions()
        .map(|question| (question.key.clone(), Given { answer: of(&question.key), ..Given::default() }))
        .collect()
}

pub async fn version(cx: &Services, id: AssessmentId) -> i64 {
    assessments::find(cx, &console(), id).await.unwrap().assessment.version
}

pub async fn digest(cx: &Services, id: AssessmentId) -> String {
    assessments::find(cx, &console(), id).await.unwrap().assessment.proposal_digest
}

pub async fn profile(cx: &Services, partner: PartnerId, criticality: &str) {
    let form = ProfileForm { criticality: criticality.to_owned(), ..ProfileForm::default() };
    assessments::save_profile(cx, &console(), partner, 0, &form, &BTreeSet::new()).await.unwrap();
}

pub async fn submitted(cx: &Services, by: &Actor, partner: PartnerId, but: &str, word: &str) -> AssessmentId {
    let id = assessments::start(cx, &writes(by), partner, ("short", 1), Uuid::now_v7()).await.unwrap();
    assessments::save(cx, &writes(by), id, 1, &given(but, word)).await.unwrap();
    assessments::submit(cx, &writes(by), id, 2).await.unwrap();
    id
}

pub async fn propose(cx: &Services, by: &Actor, id: AssessmentId, proposal: Proposal) -> Result<(), Error> {
    assessments::propose(cx, &decides(by), id, version(cx, id).await, &proposal).await
}

pub async fn approved(cx: &Services, people: &People, partner: PartnerId) {
    let id = submitted(cx, &people.writer, partner, "", "").await;
    propose(cx, &people.first, id, Proposal::default()).await.unwrap();
    assessments::confirm(cx, &decides(&people.second), id, &digest(cx, id).await, "It fits").await.unwrap();
}

pub async fn evidence(cx: &Services, partner: PartnerId, title: &str, until: &str) -> Result<(), Error> {
    let form = EvidenceForm {
        kind: "iso_27001".to_owned(),
        title: title.to_owned(),
        valid_until: until.to_owned(),
        ..EvidenceForm::default()
    };
    assessments::add_evidence(cx, &console(), partner, &form, Uuid::now_v7()).await.map(|_| ())
}

/// An integration that lacks nothing but an assessment.
pub async fn integration(cx: &Services, partner: PartnerId, owner: &Actor) -> IntegrationId {
    let (id, now) = (IntegrationId::new(), cx.clock.now().millis());
    let mut uow = cx.db.begin().await.unwrap();
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration (id, partner_id, name, sort_name, slug, kind, criticality, owner_id, base_url, auth, last_good_at,
                                  created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, 'Cover', 'cover', 'cover', 'insurance', 'high', $3, 'https://cover.example', 'none', $4, $4, 'x', $4, 'x')")
        .bind(id.uuid()).bind(partner.uuid()).bind(owner.staff_id().unwrap().uuid()).bind(now)
        .execute(c).await.map(|_| ())).unwrap();
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO integration_operation (id, integration_id, name, method, path, timeout_ms, deadline_ms, plan)
         VALUES ($1, $2, 'cover.start', 'POST', '/covers', 1000, 5000, 'queue')")
        .bind(OperationId::new().uuid()).bind(id.uuid()).execute(c).await.map(|_| ()))
    .unwrap();
    uow.commit(cx, &Actor::command_line(), audit::Entry::new("test.set_up")).await.unwrap();
    drill(cx, id).await;
    run(cx, "DELETE FROM partner_field WHERE partner_id = $1", partner.uuid()).await;
    run(cx, "INSERT INTO partner_field (partner_id, field) VALUES ($1, 'vehicle.vin')", partner.uuid()).await;
    id
}

pub async fn drill(cx: &Services, id: IntegrationId) {
    let now = cx.clock.now().millis();
    let mut uow = cx.db.begin().await.unwrap();
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO drill (id, integration_id, started_at, ends_at, started_by, reason) VALUES ($1, $2, $3, $3, 'x', 'x')")
        .bind(DrillId::new().uuid()).bind(id.uuid()).bind(now).execute(c).await.map(|_| ())).unwrap();
    uow.commit(cx, &Actor::command_line(), audit::Entry::new("test.set_up")).await.unwrap();
}

/// Runs a statement about one id.
pub async fn run(cx: &Services, sql: &'static str, id: Uuid) {
    let mut uow = cx.db.begin().await.unwrap();
    on!(uow.connection(), c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ())).unwrap();
    uow.commit(cx, &Actor::command_line(), audit::Entry::new("test.set_up")).await.unwrap();
}

pub async fn state(cx: &Services, id: IntegrationId) -> (IntegrationState, String) {
    let standing = assessments::standing(cx, &console(), id).await.unwrap();
    (standing.integration.state(), standing.integration.state_why.clone())
}

/// How many entries the audit log has for an action, and who they are by.
pub async fn told(cx: &Services, action: &str) -> Vec<String> {
    let filter = audit::Filter { action: Some(action.to_owned()), ..audit::Filter::default() };
    let page = audit::list(cx, &console(), &filter).await.unwrap();
    page.rows.into_iter().map(|row| row.actor_id).collect()
}

/// Who did what to one integration; the demo has some of its own.
pub async fn told_of(cx: &Services, id: IntegrationId, action: &str) -> Vec<String> {
    let target = Some(("integration".to_owned(), id.to_string()));
    let filter = audit::Filter { action: Some(action.to_owned()), target, ..audit::Filter::default() };
    let page = audit::list(cx, &console(), &filter).await.unwrap();
    page.rows.into_iter().map(|row| row.actor_id).collect()
}
