//! News of payments: where the money of a subscription stands, and the first payment.

use domain::{
    ids::SubscriptionId,
    inbound::MoneyEvent,
    money::{Currency, Money},
    permissions::marker::SubscriptionsSettle,
    subscription::{Command, State},
    texts::Reason,
};

use super::{
    payload::Subject,
    work::{Ending, Job, end, unruled},
};
use crate::{
    Error, Services,
    access::{Access, Actor},
    subscriptions::{self, MoneyNews, Permitted},
};

/// The largest amount that is believed, in minor units.
const MOST_MINOR: i64 = 100_000_000_000;
/// The longest reference that is kept.
const LONGEST_REFERENCE: usize = 100;

/// What a message says, as far as it makes sense by itself.
struct Told {
    event: MoneyEvent,
    amount: Money,
    reference: String,
}

/// Moves the money of the subscription that a message names. It ends the message in the same transaction.
pub(super) async fn handle(cx: &Services, job: &Job) -> Result<Option<Ending>, Error> {
    let Ok(event) = job.payload.event_type().parse::<MoneyEvent>() else { return Ok(Some(unruled())) };
    let told = match told(job, event) {
        Ok(told) => told,
        Err(why) => return Ok(Some(Ending::Parked(why))),
    };
    let mut reading = cx.db.read().await?;
    let id: SubscriptionId = match Subject::find(reading.connection(), job.kind, &job.payload).await? {
        Subject::Subscription(id) => id.into(),
        Subject::None => return Ok(Some(Ending::Parked("It names no subscription.".to_owned()))),
        _ => return Ok(Some(Ending::Parked("It names a subscription that we don’t know.".to_owned()))),
    };
    let standing = subscriptions::standing(reading.connection(), id).await?;
    drop(reading);
    if let Some(why) = misfit(&told, standing.state, standing.currency) {
        return Ok(Some(Ending::Parked(why)));
    }
    let actor = Actor::job("payments");
    let access = actor.authorize()?;
    let is_first = event.is_payment() && standing.state == State::AwaitingPayment;
    if is_first {
        record_payment(cx, &actor, id, &told, job).await?;
    }
    move_money(cx, &access, id, &told, is_first, job).await?;
    Ok(None)
}

/// Reads what a message says, or why that makes no sense.
fn told(job: &Job, event: MoneyEvent) -> Result<Told, String> {
    let currency = job.payload.text("currency").to_ascii_uppercase();
    let currency: Currency = currency.parse().map_err(|_| "Its currency is none that we bill in.".to_owned())?;
    let minor = job.payload.number("amount_minor").filter(|minor| (1..=MOST_MINOR).contains(minor));
    let minor = minor.ok_or_else(|| "Its amount is missing, or is none that can be paid.".to_owned())?;
    let reference = job.payload.text("reference").chars().filter(|c| !c.is_control()).take(LONGEST_REFERENCE).collect();
    Ok(Told { event, amount: Money::new(minor, currency), reference })
}

/// Why what a message says does not fit the subscription; nothing when it does.
fn misfit(told: &Told, state: State, currency: Currency) -> Option<String> {
    if told.amount.currency() != currency {
        return Some(format!("It is in {}, and the subscription is billed in {currency}.", told.amount.currency()));
    }
    match state {
        State::Draft | State::Requested | State::Approved | State::Declined => {
            Some("Nothing is signed yet, so nothing can be owed or paid.".to_owned())
        }
        State::Expired | State::Cancelled if told.event.is_payment() => Some(format!(
            "The subscription is {} already. Give the money back, or draft a new one.",
            state.label().to_lowercase()
        )),
        _ => None,
    }
}

/// Records the first payment, as a person would. One that was recorded meanwhile is found so at the next try.
async fn record_payment(cx: &Services, actor: &Actor, id: SubscriptionId, told: &Told, job: &Job) -> Result<(), Error> {
    let reason: Reason = why(told, job).parse().map_err(Error::internal)?;
    let permitted = Permitted::ask(actor, Command::RecordPayment)?;
    let reviewed = subscriptions::review_permitted(cx, &permitted, id).await?;
    subscriptions::commit(cx, &permitted, id, &reviewed.hash, &reason).await.map(|_| ())
}

async fn move_money(
    cx: &Services,
    access: &Access<SubscriptionsSettle>,
    id: SubscriptionId,
    told: &Told,
    is_first: bool,
    job: &Job,
) -> Result<(), Error> {
    let now = cx.clock.now();
    let news = MoneyNews {
        event: told.event,
        amount: told.amount,
        reason: why(told, job),
        message: Some((job.id.into(), job.integration, job.external_id.clone())),
    };
    let mut uow = cx.db.begin().await?;
    let moved = subscriptions::hear_of_money(uow.connection(), now, access.actor(), id, &news).await?;
    let mut words = format!("{}: {} {}.", told.event.label(), told.amount.plain(), told.amount.currency());
    if is_first {
        words.push_str(" The first payment was recorded.");
    }
    words.push_str(match &moved {
        Some(_) => " The account was moved.",
        None => " The account stands where it stood.",
    });
    if !end(uow.connection(), now, job.id, job.lease, &Ending::Done(words)).await? {
        // Another worker has it now: what was written here never was.
        return Ok(());
    }
    match moved {
        Some(entry) => uow.commit(cx, access.actor(), entry).await,
        None => uow.commit_bookkeeping().await,
    }
}

/// From whom, and by which reference.
fn why(told: &Told, job: &Job) -> String {
    if told.reference.is_empty() {
        format!("Told by {}", job.partner_name)
    } else {
        format!("Told by {}, reference {}", job.partner_name, told.reference)
    }
}
