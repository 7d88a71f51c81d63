//! One plan with all its versions and what stands around it.

use domain::{ids::PlanId, permissions::marker::PlansRead};

use super::{Plan, PlanVersion, Standing, record, standings};
use crate::{
    Error, Services,
    access::Access,
    clock,
    db::Page,
    notes::{self, Note},
    tags,
    timeline::{self, Subject},
};

/// A plan's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The plan.
    pub plan: Plan,
    /// Its versions with where each stands today, newest first.
    pub versions: Vec<(PlanVersion, Standing)>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its notes, newest first.
    pub notes: Vec<Note>,
    /// What happened, newest first.
    pub timeline: Page<timeline::Entry>,
}

impl Detail {
    /// The newest version, whatever its state: what the form shows.
    pub fn newest(&self) -> Result<&PlanVersion, Error> {
        self.versions.first().map(|(version, _)| version).ok_or_else(|| Error::internal("a plan without a version"))
    }

    /// The version in a standing; for `InForce` and `Draft` there is at most one.
    pub fn standing(&self, wanted: Standing) -> Option<&PlanVersion> {
        self.versions.iter().find(|(_, standing)| *standing == wanted).map(|(version, _)| version)
    }
}

/// Finds one plan; `cursor` pages its timeline.
pub async fn find(
    cx: &Services,
    _access: &Access<PlansRead>,
    id: PlanId,
    cursor: Option<&str>,
) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let plan = record::load(reading.connection(), id.uuid()).await?;
    let versions = record::versions(reading.connection(), id.uuid()).await?;
    let standings = standings(&versions, cx.clock.today(clock::ZONE));
    Ok(Detail {
        plan,
        versions: versions.into_iter().zip(standings).collect(),
        tags: tags::of(reading.connection(), Subject::Plan, id.uuid()).await?,
        notes: notes::of(reading.connection(), Subject::Plan, id.uuid()).await?,
        timeline: timeline::page(reading.connection(), Subject::Plan, id.uuid(), cursor, 20).await?,
    })
}
