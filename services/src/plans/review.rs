//! What publishing the draft of a plan would do, before it is done.

use domain::{ids::PlanId, permissions::marker::PlansWrite, plans::PlanStatus};
use jiff::civil::Date;
use uuid::Uuid;

use super::{Plan, PlanVersion, record, standing::in_force, words};
use crate::{
    Error, Services,
    access::Access,
    clock,
    db::{Connection, on},
    timeline::Change,
};

/// Counting stops here; more is told as "more than".
const MOST_COUNTED: i64 = 10_000;

/// How many subscriptions that are not over hold an earlier version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The version's number.
    pub number: i64,
    /// How many.
    pub subscriptions: i64,
    /// Whether there are more than were counted.
    pub is_more: bool,
}

/// What publishing would do.
#[derive(Clone, Debug)]
pub struct Review {
    /// The plan, with the version to publish over.
    pub plan: Plan,
    /// The draft.
    pub draft: PlanVersion,
    /// What is signed today, if anything.
    pub in_force: Option<PlanVersion>,
    /// The version published last, from which the draft differs; in force or upcoming.
    pub changes: Vec<Change>,
    /// Who keeps which earlier version.
    pub held: Vec<Held>,
    /// The first day on which the draft can be signed.
    pub effective_from: Date,
    /// Whether that day has come.
    pub is_at_once: bool,
}

/// Looks ahead at publishing the draft of a plan.
pub async fn review(cx: &Services, _access: &Access<PlansWrite>, id: PlanId) -> Result<Review, Error> {
    let mut reading = cx.db.read().await?;
    let plan = record::load(reading.connection(), id.uuid()).await?;
    let versions = record::versions(reading.connection(), plan.id).await?;
    let draft = draft_of(&plan, &versions)?.clone();
    let today = cx.clock.today(clock::ZONE);
    let in_force = in_force(&versions, today).cloned();
    let changes = match &in_force {
        Some(before) => words::changes(&before.fields(&plan)?, &draft.fields(&plan)?),
        None => Vec::new(),
    };
    let mut held = Vec::new();
    for version in versions.iter().filter(|version| version.status() != PlanStatus::Draft) {
        let subscriptions = count_holders(reading.connection(), version.id).await?;
        if subscriptions > 0 {
            let is_more = subscriptions > MOST_COUNTED;
            held.push(Held { number: version.number, subscriptions: subscriptions.min(MOST_COUNTED), is_more });
        }
    }
    let effective_from = draft.effective_from()?;
    Ok(Review { plan, draft, in_force, changes, held, effective_from, is_at_once: effective_from <= today })
}

/// The version that publishing would publish, or why there is none.
pub(super) fn draft_of<'v>(plan: &Plan, versions: &'v [PlanVersion]) -> Result<&'v PlanVersion, Error> {
    if plan.status() == PlanStatus::Retired {
        return Err(Error::refused("plan.retired", format!("{} is retired and can’t be published.", plan.name)));
    }
    let newest = record::newest(versions)?;
    if newest.status() != PlanStatus::Draft {
        return Err(Error::refused(
            "plan.nothing_to_publish",
            format!("{} has no draft. Edit the plan first; what you change becomes the next version.", plan.name),
        ));
    }
    let last = versions.iter().find(|version| version.status() == PlanStatus::Published);
    match last {
        Some(last) if newest.effective_from < last.effective_from => Err(Error::refused(
            "plan.begins_before",
            format!(
                "Version {} would begin on {}, before version {} ({}). Edit the draft and give it a later day.",
                newest.number, newest.effective_from, last.number, last.effective_from
            ),
        )),
        _ => Ok(newest),
    }
}

async fn count_holders(connection: Connection<'_>, version: Uuid) -> Result<i64, Error> {
    let (count,): (i64,) = on!(connection, c => sqlx::query_as(
        "SELECT COUNT(*) FROM (
             SELECT 1 AS one FROM subscription
             WHERE plan_version_id = $1 AND state NOT IN ('closed', 'declined', 'expired', 'cancelled')
             LIMIT $2) held")
        .bind(version).bind(MOST_COUNTED + 1).fetch_one(c).await)?;
    Ok(count)
}
