//! What the pages of messages read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Fact, ListView, Row},
};

/// The list's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagesView {
    /// The messages.
    pub list: ListView,
    /// How many came in, wait and are parked, and how many were turned away.
    pub figures: Vec<(String, String)>,
    /// What was turned away, by why.
    pub refused: Vec<Row>,
    /// At which addresses messages are taken.
    pub entrances: Vec<Row>,
}

/// A message's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// By which integration it came.
    pub subtitle: String,
    /// Where it stands.
    pub state: Badge,
    /// What came of it, or why nothing has yet.
    pub outcome: String,
    /// Why the last attempt failed; empty when it didn't.
    pub last_error: String,
    /// What should be known of it now; empty when nothing.
    pub note: String,
    /// The earlier message that it waits for: its page.
    pub waits_for: Option<String>,
    /// What can be done to it, in the words of the address.
    pub acts: Vec<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// What it says, right after somebody asked to see it.
    pub body: Option<String>,
}

/// The list, as its address says, with what stands around it.
#[server(prefix = "/_fn", endpoint = "inbound/list")]
pub async fn message_list(search: String) -> Result<MessagesView, AppError> {
    super::list::answer(search).await
}

/// One message.
#[server(prefix = "/_fn", endpoint = "inbound/detail")]
pub async fn read_message(id: String, act: String) -> Result<MessageView, AppError> {
    super::detail::answer(id, act).await
}
