//! Where the money of a subscription stands, moved by what happened to a payment.

use domain::{
    Timestamp,
    ids::{InboundId, IntegrationId, SubscriptionId},
    inbound::MoneyEvent,
    money::{Currency, Money},
    permissions::marker::SubscriptionsSettle,
    subscription::{MoneyState, State},
};

use super::record;
use crate::{
    Error, Services,
    access::{Access, Actor},
    audit,
    db::{
        Connection,
        dialect::{LockedTable, lock_row},
        on,
    },
    timeline::{self, Change, NewEntry, Subject},
};

const ACTION: &str = "subscription.money_state_changed";
/// What stands before the words of a due change that was refused; only the next change of the subscription clears it.
const REFUSED: &str = "Could not happen by itself: ";

/// What happened to a payment.
#[derive(Clone, Debug)]
pub struct MoneyNews {
    /// What.
    pub event: MoneyEvent,
    /// How much.
    pub amount: Money,
    /// Who says so and by which reference, or why somebody says so; at most 500 characters.
    pub reason: String,
    /// By which message it was told: our id of it, the integration, and the partner's own id.
    pub message: Option<(InboundId, IntegrationId, String)>,
}

/// As far as news of money needs to know a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: State,
    pub(crate) currency: Currency,
}

/// How a subscription stands.
pub(crate) async fn standing(connection: Connection<'_>, id: SubscriptionId) -> Result<Standing, Error> {
    let row = record::stored(connection, id.uuid()).await?;
    Ok(Standing {
        state: row.state.parse().map_err(Error::internal)?,
        currency: row.currency.parse().map_err(Error::internal)?,
    })
}

/// Moves where the money of a subscription stands, as news of a payment says. Answers where it stands now, or nothing
/// when it stands where it stood.
pub async fn set_money_state(
    cx: &Services,
    access: &Access<SubscriptionsSettle>,
    id: SubscriptionId,
    news: &MoneyNews,
) -> Result<Option<MoneyState>, Error> {
    if news.reason.chars().count() > 500 {
        return Err(Error::invalid_field("reason", "Use at most 500 characters."));
    }
    let mut uow = cx.db.begin().await?;
    let Some(entry) = hear_of_money(uow.connection(), cx.clock.now(), access.actor(), id, news).await? else {
        return Ok(None);
    };
    let row = record::stored(uow.connection(), id.uuid()).await?;
    let after = record::subscription(uow.connection(), &row).await?.money_state;
    uow.commit(cx, access.actor(), entry).await?;
    Ok(Some(after))
}

/// The same inside somebody's unit of work, who commits the entry with it. Nothing when nothing moved.
pub(crate) async fn hear_of_money(
    mut connection: Connection<'_>,
    now: Timestamp,
    actor: &Actor,
    id: SubscriptionId,
    news: &MoneyNews,
) -> Result<Option<audit::Entry>, Error> {
    lock_row(connection.again(), LockedTable::Subscription, id.uuid()).await?;
    let row = record::stored(connection.again(), id.uuid()).await?;
    let mut subscription = record::subscription(connection.again(), &row).await?;
    let before = subscription.money_state;
    let after = news.event.moves(before);
    if after == before {
        return Ok(None);
    }
    subscription.money_state = after;
    let attention = if row.attention_why.starts_with(REFUSED) {
        Some(row.attention_why.as_str())
    } else {
        subscription.attention()
    };
    // The time of the last change says until when an offer can be paid; a payment that fails is no reason to wait longer.
    on!(connection.again(), c => sqlx::query(
        "UPDATE subscription
         SET money_state = $2, needs_attention = $3, attention_why = $4,
             updated_at = CASE WHEN state = 'awaiting_payment' THEN updated_at ELSE $5 END,
             updated_by = $6, version = version + 1
         WHERE id = $1")
        .bind(id.uuid()).bind(after.as_str()).bind(attention.is_some()).bind(attention.unwrap_or_default())
        .bind(now.millis()).bind(actor.name()).execute(c).await.map(|_| ()))?;
    let entry = audit_entry(id, before, after, news);
    timeline::write(
        connection,
        now,
        actor,
        NewEntry {
            subject: Subject::Subscription,
            id: id.uuid(),
            action: ACTION,
            summary: format!("{}: {}", news.event.label(), news.amount.format()),
            reason: news.reason.clone(),
            changes: Change::of("Account", before.label(), after.label()).into_iter().collect(),
            event: entry.id(),
        },
    )
    .await?;
    Ok(Some(entry))
}

fn audit_entry(id: SubscriptionId, before: MoneyState, after: MoneyState, news: &MoneyNews) -> audit::Entry {
    let amount = format!("{} {}", news.amount.plain(), news.amount.currency());
    let entry = audit::Entry::new(ACTION)
        .target("subscription", id)
        .reason(news.reason.as_str())
        .change("money_state", before.as_str(), after.as_str())
        .detail("event", news.event.as_str())
        .detail("amount", amount);
    match &news.message {
        Some((message, integration, external_id)) => entry
            .detail("message", message.to_string())
            .detail("integration", integration.to_string())
            .detail("partner_event", external_id.as_str()),
        None => entry,
    }
}
