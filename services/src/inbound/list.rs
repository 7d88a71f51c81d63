//! What came in, as people look after it.

use domain::{
    Timestamp,
    ids::{InboundId, IntegrationId},
    inbound::MessageState,
    integrations::IntegrationState,
    permissions::marker::IntegrationsRead,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, Keyed, KeysetList, Page, on},
};

/// A message, without what it says.
#[derive(Clone, Debug, FromRow)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// By which integration it came.
    pub integration_id: Uuid,
    /// The integration's name.
    pub integration_name: String,
    integration_state: String,
    /// Whether its partner is suspended.
    pub is_suspended: bool,
    /// The partner's own id of it.
    pub external_id: String,
    /// When it came, in milliseconds.
    pub received_at: i64,
    /// Its type; empty when it has none.
    pub event_type: String,
    subject_key: String,
    state: String,
    /// How often it was tried since it came, or since somebody said to try again.
    pub attempts: i64,
    next_at: i64,
    /// Why the last attempt failed; empty when it didn't.
    pub last_error: String,
    /// What came of it, in words; empty while nothing has.
    pub outcome: String,
    /// How long its body is, in bytes.
    pub body_length: i64,
    /// Whether its body is still kept.
    pub has_body: bool,
    /// When something last came of it, in milliseconds.
    pub updated_at: i64,
}

impl Message {
    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> MessageState {
        self.state.parse().unwrap_or(MessageState::Parked)
    }

    /// When it is tried next; nothing when it isn't.
    pub fn next_at(&self) -> Option<Timestamp> {
        (self.state() == MessageState::Ready).then_some(Timestamp(self.next_at))
    }

    /// Whether nothing of its integration is worked off at the moment.
    pub fn is_held(&self) -> bool {
        let may_work = self.integration_state.parse().is_ok_and(IntegrationState::may_call);
        self.is_suspended || !may_work
    }

    /// The record that it is about, by its kind and id; nothing when we don't know it.
    pub fn record(&self) -> Option<(&str, &str)> {
        self.subject_key.split_once(':').filter(|(kind, _)| *kind != "unknown")
    }
}

impl Keyed for Message {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.received_at), self.id)
    }
}

/// Which messages, from where; the newest first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this integration.
    pub integration: Option<IntegrationId>,
    /// Only those that stand there.
    pub state: Option<MessageState>,
    /// The partner's own id of a message.
    pub query: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

const SELECT: &str = "SELECT m.id, m.integration_id, i.name AS integration_name, i.state AS integration_state,
       p.status <> 'active' AS is_suspended, m.external_id, m.received_at, m.event_type, m.subject_key, m.state,
       m.attempts, m.next_at, m.last_error, m.outcome, m.body_length, m.body IS NOT NULL AS has_body, m.updated_at
FROM inbound_message m
JOIN integration i ON i.id = m.integration_id
JOIN partner p ON p.id = i.partner_id";

/// A page of messages.
pub async fn list(cx: &Services, _access: &Access<IntegrationsRead>, filter: &Filter) -> Result<Page<Message>, Error> {
    let mut list = KeysetList::new(SELECT, "m.received_at", "m.id", Direction::Descending);
    if let Some(integration) = filter.integration {
        list = list.filter("m.integration_id = ?", [Bind::Id(integration.uuid())]);
    }
    if let Some(state) = filter.state {
        list = list.filter("m.state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = list.filter("m.external_id = ?", [Bind::Text(query.replace('\0', ""))]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// A message's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The message.
    pub message: Message,
    /// The earlier one about the same record that it waits for.
    pub waits_for: Option<Uuid>,
    /// How many later ones about the same record wait for it, counted up to 1,000.
    pub keeps_back: i64,
}

/// One message with what it waits for.
pub async fn find(cx: &Services, _access: &Access<IntegrationsRead>, id: InboundId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let found: Page<Message> = KeysetList::new(SELECT, "m.received_at", "m.id", Direction::Descending)
        .filter("m.id = ?", [Bind::Id(id.uuid())])
        .limit(1)
        .fetch(reading.connection())
        .await?;
    let message = found.rows.into_iter().next().ok_or_else(not_found)?;
    let is_open = !matches!(message.state(), MessageState::Done | MessageState::Ignored);
    if !is_open || message.subject_key.is_empty() {
        return Ok(Detail { message, waits_for: None, keeps_back: 0 });
    }
    let earlier: Option<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id FROM inbound_message
         WHERE integration_id = $1 AND subject_key = $2 AND state IN ('ready', 'running', 'parked')
           AND (received_at, id) < ($3, $4)
         ORDER BY received_at, id LIMIT 1")
        .bind(message.integration_id).bind(&message.subject_key).bind(message.received_at).bind(message.id)
        .fetch_optional(c).await)?;
    let (keeps_back,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM inbound_message
             WHERE integration_id = $1 AND subject_key = $2 AND state IN ('ready', 'running', 'parked')
               AND (received_at, id) > ($3, $4) LIMIT 1000) AS later")
        .bind(message.integration_id).bind(&message.subject_key).bind(message.received_at).bind(message.id)
        .fetch_one(c).await)?;
    Ok(Detail { message, waits_for: earlier.map(|(id,)| id), keeps_back })
}

#[track_caller]
pub(super) fn not_found() -> Error {
    Error::not_found("inbound.not_found", "There is no such message. The address may be wrong.")
}
