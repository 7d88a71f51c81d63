//! The one door through which a subscription changes: reviewed, then committed exactly as reviewed.

use domain::{
    Timestamp,
    ids::{HoldId, SubscriptionId},
    permissions::{Permission, marker::SubscriptionsRead},
    subscription::{Command, HoldKind, Preview, Refusal, preview},
    texts::Reason,
};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{persist, record};
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    clock::date_in,
    db::{
        Connection,
        dialect::{LockedTable, lock_row},
    },
    steps,
    timeline::{self, Change, NewEntry, Subject},
};

/// The proof that an actor may give a command. Which permission that takes is known only with the command, so this
/// stands where other use cases have [`Access`].
#[derive(Debug)]
pub struct Permitted {
    actor: Actor,
    command: Command,
}

impl Permitted {
    /// Asks for the permission a command takes.
    #[track_caller]
    pub fn ask(actor: &Actor, command: Command) -> Result<Self, Error> {
        actor.require(command.required_permission())?;
        Ok(Self { actor: actor.clone(), command })
    }
}

/// A change as the review page shows it.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// What will happen.
    pub preview: Preview,
    /// Binds the commit to exactly this.
    pub hash: String,
}

fn refused(refusal: &Refusal) -> Error {
    Error::refused(refusal.code(), refusal.message())
}

/// What a command needs the car from: the day it names, or today.
fn needed_from(command: &Command, today: Date) -> Date {
    match *command {
        Command::Approve { starts_on } => starts_on.max(today),
        _ => today,
    }
}

fn reviewed(preview: Preview) -> Reviewed {
    let hash = hex::encode(Sha256::digest(preview.canonical().as_bytes()));
    Reviewed { preview, hash }
}

async fn decided(
    mut connection: Connection<'_>,
    now: Timestamp,
    id: SubscriptionId,
    command: &Command,
) -> Result<(record::Stored, Reviewed), Error> {
    let row = record::stored(connection.again(), id.uuid()).await?;
    let subscription = record::subscription(connection.again(), &row).await?;
    let today = date_in(now, &row.zone);
    let next = match *command {
        Command::Swap { to, .. } => Some(to),
        _ => None,
    };
    let context = record::context(connection, &row, today, needed_from(command, today), next).await?;
    let preview = preview(&subscription, command, &context).map_err(|refusal| refused(&refusal))?;
    Ok((row, reviewed(preview)))
}

/// Says what a command would do, without doing it.
pub async fn review(
    cx: &Services,
    _access: &Access<SubscriptionsRead>,
    permitted: &Permitted,
    id: SubscriptionId,
) -> Result<Reviewed, Error> {
    let mut reading = cx.db.read().await?;
    Ok(decided(reading.connection(), cx.clock.now(), id, &permitted.command).await?.1)
}

/// Like [`review`] for whoever may give the command, whether or not they may read the rest.
pub async fn review_permitted(cx: &Services, permitted: &Permitted, id: SubscriptionId) -> Result<Reviewed, Error> {
    let mut reading = cx.db.read().await?;
    Ok(decided(reading.connection(), cx.clock.now(), id, &permitted.command).await?.1)
}

/// The kind of an open hold that reaches a subscription, for whoever may release holds of some kind.
pub async fn open_hold(
    cx: &Services,
    actor: &Actor,
    id: SubscriptionId,
    hold: HoldId,
) -> Result<Option<HoldKind>, Error> {
    if !actor.holds(Permission::HoldsRisk) {
        actor.require(Permission::HoldsOperate)?;
    }
    let mut reading = cx.db.read().await?;
    let row = record::stored(reading.connection(), id.uuid()).await?;
    let subscription = record::subscription(reading.connection(), &row).await?;
    Ok(subscription.holds.find(hold).map(|hold| hold.kind))
}

/// Does what a review showed. `hash` is the review's: when anything it rests on has changed since, nothing is done.
/// Answers what happened, in words.
pub async fn commit(
    cx: &Services,
    permitted: &Permitted,
    id: SubscriptionId,
    hash: &str,
    reason: &Reason,
) -> Result<String, Error> {
    let now = cx.clock.now();
    let Permitted { actor, command } = permitted;
    let mut uow = cx.db.begin().await?;
    lock_row(uow.connection(), LockedTable::Subscription, id.uuid()).await?;
    let (row, reviewed) = decided(uow.connection(), now, id, command).await?;
    if reviewed.hash != hash {
        return Err(Error::conflict(
            "subscription.review_stale",
            "Something this review rests on has changed since it was shown. Look at the new review before you confirm.",
        ));
    }
    let preview = &reviewed.preview;
    persist::save(uow.connection(), now, actor, &row, preview, reason).await?;
    let entry = audit_entry(preview, id, reason);
    timeline::write(
        uow.connection(),
        now,
        actor,
        NewEntry {
            subject: Subject::Subscription,
            id: id.uuid(),
            action: action_of(preview),
            summary: preview.summary(),
            reason: reason.as_str().to_owned(),
            changes: preview
                .timelines
                .iter()
                .filter_map(|line| Change::of(line.label, &line.before, &line.after))
                .collect(),
            event: entry.id(),
        },
    )
    .await?;
    let changed = steps::Changed {
        subscription: row.id,
        number: &row.number,
        customer: row.customer_id,
        vehicles: (row.vehicle_id, preview.after.vehicle.map(domain::ids::VehicleId::uuid)),
        events: &preview.events,
        event_id: entry.id().uuid(),
    };
    steps::plan(cx, uow.connection(), actor, &changed).await?;
    uow.commit(cx, actor, entry).await?;
    Ok(preview.summary())
}

fn action_of(preview: &Preview) -> &'static str {
    preview.events.first().map_or("subscription.unchanged", domain::subscription::Event::action)
}

fn audit_entry(preview: &Preview, id: SubscriptionId, reason: &Reason) -> audit::Entry {
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let (before, after) = (&preview.before, &preview.after);
    let mut entry = audit::Entry::new(action_of(preview)).target("subscription", id).reason(reason.as_str());
    if before.state != after.state {
        entry = entry.change("state", before.state.as_str(), after.state.as_str());
    }
    let pause = |of: &domain::subscription::Subscription| {
        of.pause.map(|pause| format!("{}/{}", pause.service.from(), pause.service.until()))
    };
    let fields: [(&'static str, Option<String>, Option<String>); 5] = [
        ("service_from", date(before.service_from), date(after.service_from)),
        ("service_until", date(before.service_until), date(after.service_until)),
        ("billing_from", date(before.billing_from), date(after.billing_from)),
        ("billing_until", date(before.billing_until), date(after.billing_until)),
        ("pause", pause(before), pause(after)),
    ];
    for (field, before, after) in fields {
        if before != after {
            entry = entry.change(field, before, after);
        }
    }
    for amount in &preview.amounts {
        let words = format!("{} {}", amount.amount.total.plain(), amount.amount.total.currency());
        entry = entry.detail("amount", words);
    }
    if let Command::Swap { to, back_km, out_km } = &preview.command {
        entry = entry
            .change("vehicle", before.vehicle.map(|id| id.to_string()), to.to_string())
            .detail("back_km", back_km.to_string())
            .detail("out_km", out_km.to_string());
    }
    if let Command::PlaceHold { hold } = &preview.command {
        entry = entry
            .detail("hold", hold.id.to_string())
            .detail("kind", hold.kind.as_str())
            .detail("scope", hold.scope.as_str());
    }
    if let Command::ReleaseHold { id, kind } = &preview.command {
        entry = entry.detail("hold", id.to_string()).detail("kind", kind.as_str());
    }
    entry
}
