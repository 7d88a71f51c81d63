//! The gate before an integration: where it stands, and going live.

use domain::{
    Timestamp,
    assessments::{Decided, GateFacts, Missing, lapsed, missing},
    ids::IntegrationId,
    integrations::IntegrationState,
    permissions::marker::{IntegrationsManage, IntegrationsRead},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    evidence,
    exceptions::{self, Exception},
    record,
};
use crate::{
    Error, Services,
    access::Access,
    audit,
    clock::ZONE,
    db::{Connection, on},
};

/// An integration as the gate sees it.
#[derive(Clone, Debug, FromRow)]
pub struct Gated {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub partner_id: Uuid,
    /// The partner's name.
    pub partner_name: String,
    state: String,
    /// Why it is in that state; may be empty.
    pub state_why: String,
    last_good_at: Option<i64>,
    operations: i64,
    planned: i64,
    fields: i64,
    owners: i64,
    drilled_at: Option<i64>,
    /// When the gate itself closed it, in milliseconds.
    pub lapsed_at: Option<i64>,
    lapsed_for: Option<String>,
}

impl Gated {
    /// Whether it may be used; what the database's own check admits always parses.
    pub fn state(&self) -> IntegrationState {
        self.state.parse().unwrap_or(IntegrationState::Held)
    }

    /// For want of what the gate closed it.
    pub(super) fn lapsed_for(&self) -> Vec<Missing> {
        Missing::parse_list(self.lapsed_for.as_deref().unwrap_or_default())
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.name, i.partner_id, p.name AS partner_name, i.state, i.state_why, i.last_good_at,
                    (SELECT COUNT(*) FROM integration_operation o WHERE o.integration_id = i.id) AS operations,
                    (SELECT COUNT(*) FROM integration_operation o WHERE o.integration_id = i.id AND o.plan <> '') AS planned,
                    (SELECT COUNT(*) FROM partner_field f WHERE f.partner_id = i.partner_id) AS fields,
                    (SELECT COUNT(*) FROM staff s WHERE s.id = i.owner_id AND s.status = 'active') AS owners,
                    (SELECT MAX(d.started_at) FROM drill d WHERE d.integration_id = i.id) AS drilled_at,
                    l.since AS lapsed_at, l.missing AS lapsed_for
             FROM integration i
             JOIN partner p ON p.id = i.partner_id
             LEFT JOIN gate_lapse l ON l.integration_id = i.id ",
            $rest
        )
    };
}

pub(super) async fn load(connection: Connection<'_>, id: IntegrationId) -> Result<Gated, Error> {
    let row: Option<Gated> = on!(connection, c => sqlx::query_as(select!("WHERE i.id = $1"))
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| {
        Error::not_found("integration.not_found", "There is no such integration. The address may be wrong.")
    })
}

/// What the gate looks at, and what of it is missing.
pub(super) struct Looked {
    pub(super) gated: Gated,
    pub(super) facts: GateFacts,
    pub(super) missing: Vec<Missing>,
    pub(super) exception: Option<Exception>,
}

impl Looked {
    /// What is missing and no exception in force stands in for.
    pub(super) fn unexcused(&self) -> Vec<Missing> {
        let excused = self
            .exception
            .as_ref()
            .filter(|exception| exception.is_in_force(self.facts.now))
            .map(Exception::missing)
            .unwrap_or_default();
        self.missing.iter().copied().filter(|condition| !excused.contains(condition)).collect()
    }
}

pub(super) async fn look(cx: &Services, mut connection: Connection<'_>, id: IntegrationId) -> Result<Looked, Error> {
    let gated = load(connection.again(), id).await?;
    let partner = gated.partner_id.into();
    let today = cx.clock.today(ZONE);
    let decided = record::last_decision(connection.again(), partner).await?;
    let pieces = evidence::dated(connection.again(), partner).await?;
    let facts = GateFacts {
        decided: decided.map(|assessment| assessment.decided()),
        lapsed_evidence: lapsed(&pieces, today).len(),
        contract_fields: gated.fields,
        operations: gated.operations,
        planned_operations: gated.planned,
        has_owner: gated.owners > 0,
        drilled_at: gated.drilled_at.map(Timestamp),
        last_good_at: gated.last_good_at.map(Timestamp),
        today,
        now: cx.clock.now(),
    };
    let exception = exceptions::open(connection, id).await?;
    Ok(Looked { missing: missing(&facts), gated, facts, exception })
}

/// One condition of the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which.
    pub what: Missing,
    /// Whether it is met.
    pub is_met: bool,
    /// Whether an exception stands in for it.
    pub is_excused: bool,
    /// What is known of it.
    pub known: String,
}

/// Where the gate of an integration stands.
#[derive(Clone, Debug)]
pub struct GateStanding {
    /// The integration.
    pub integration: Gated,
    /// Every condition, in order.
    pub conditions: Vec<Condition>,
    /// The exception that waits or is in force.
    pub exception: Option<Exception>,
    /// All exceptions, newest first; at most 20.
    pub exceptions: Vec<Exception>,
}

impl GateStanding {
    /// What is missing and not excused: with nothing here it may go live.
    pub fn unmet(&self) -> Vec<Missing> {
        let is_unmet = |condition: &&Condition| !condition.is_met && !condition.is_excused;
        self.conditions.iter().filter(is_unmet).map(|condition| condition.what).collect()
    }

    /// What is missing, excused or not.
    pub fn missing(&self) -> Vec<Missing> {
        self.conditions.iter().filter(|condition| !condition.is_met).map(|condition| condition.what).collect()
    }
}

/// Each condition of an integration's gate, met or not, and its exceptions.
pub async fn standing(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    id: IntegrationId,
) -> Result<GateStanding, Error> {
    let mut reading = cx.db.read().await?;
    let looked = look(cx, reading.connection(), id).await?;
    let unexcused = looked.unexcused();
    let conditions = Missing::ALL
        .iter()
        .map(|what| Condition {
            what: *what,
            is_met: !looked.missing.contains(what),
            is_excused: looked.missing.contains(what) && !unexcused.contains(what),
            known: known(*what, &looked.facts),
        })
        .collect();
    Ok(GateStanding {
        exceptions: exceptions::of(reading.connection(), id).await?,
        integration: looked.gated,
        conditions,
        exception: looked.exception,
    })
}

/// What is known about a condition, in a few words.
fn known(what: Missing, facts: &GateFacts) -> String {
    let count = |number: i64, one: &str, many: &str| match number {
        1 => format!("One {one}"),
        number => format!("{number} {many}"),
    };
    let days_ago = |at: Timestamp| match facts.now.since(at) / Timestamp::DAY {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    };
    match what {
        Missing::Assessment => match facts.decided {
            None => "Never decided".to_owned(),
            Some(Decided { review_on: Some(on), .. }) if on < facts.today => format!("Approved; ran out after {on}"),
            Some(Decided { review_on: Some(on), .. }) => format!("Approved until {on}"),
            Some(_) => "Turned down".to_owned(),
        },
        Missing::Evidence => match facts.lapsed_evidence {
            0 => "Nothing has run out".to_owned(),
            1 => "One piece has run out".to_owned(),
            many => format!("{many} pieces have run out"),
        },
        Missing::Contract => count(facts.contract_fields, "field is shared", "fields are shared"),
        Missing::Plan => {
            format!("{}, {} with a plan", count(facts.operations, "operation", "operations"), facts.planned_operations)
        }
        Missing::Owner => if facts.has_owner { "Named" } else { "Nobody who works here" }.to_owned(),
        Missing::Drill => {
            facts.drilled_at.map_or_else(|| "Never run".to_owned(), |at| format!("Last run {}", days_ago(at)))
        }
        Missing::Probe => facts
            .last_good_at
            .map_or_else(|| "No call went well yet".to_owned(), |at| format!("Went well {}", days_ago(at))),
    }
}

/// Every integration with what is missing before its gate, for the register. They are dozens; at most 200 are shown.
pub async fn gates(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Vec<(Gated, Vec<Missing>)>, Error> {
    let mut reading = cx.db.read().await?;
    let ids: Vec<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id FROM integration WHERE state <> 'retired' ORDER BY sort_name, id LIMIT 200").fetch_all(c).await)?;
    let mut all = Vec::with_capacity(ids.len());
    for (id,) in ids {
        let looked = look(cx, reading.connection(), id.into()).await?;
        all.push((looked.gated, looked.missing));
    }
    Ok(all)
}

/// Lets an integration go live, or names everything that is missing.
pub async fn go_live(
    cx: &Services,
    access: &Access<IntegrationsManage>,
    id: IntegrationId,
    reason: &str,
) -> Result<(), Error> {
    let why = super::why(reason)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let looked = look(cx, uow.connection(), id).await?;
    let before = looked.gated.state();
    if matches!(before, IntegrationState::Live | IntegrationState::Retired) {
        return Err(Error::refused(
            "gate.other_state",
            format!("This integration can't go live: it is {} already.", before.label().to_lowercase()),
        ));
    }
    let unmet = looked.unexcused();
    if !unmet.is_empty() {
        let todo: Vec<&str> = unmet.iter().map(|condition| condition.what_to_do()).collect();
        return Err(Error::refused(
            "gate.closed",
            format!("It can’t go live yet. Missing: {}. {}", Missing::words(&unmet), todo.join(" ")),
        ));
    }
    let turned = on!(uow.connection(), c => sqlx::query(
        "UPDATE integration SET state = 'live', state_why = $3, updated_at = $4, updated_by = $5, version = version + 1
         WHERE id = $1 AND state = $2")
        .bind(id.uuid()).bind(before.as_str()).bind(&why).bind(cx.clock.now().millis()).bind(actor.name())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if turned == 0 {
        return Err(Error::conflict(
            "gate.changed_meanwhile",
            "Somebody else has changed it meanwhile. Load it again.",
        ));
    }
    on!(uow.connection(), c => sqlx::query("DELETE FROM gate_lapse WHERE integration_id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    let entry = audit::Entry::new("integration.went_live")
        .target("integration", id)
        .reason(why)
        .change("state", before.as_str(), IntegrationState::Live.as_str())
        .detail("excused", Missing::store_list(&looked.missing));
    uow.commit(cx, actor, entry).await
}
