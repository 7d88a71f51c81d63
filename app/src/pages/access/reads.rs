//! What the pages of keys and clients read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::credentials::CredentialForm;

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, When},
};

/// A scope of a key, and when it was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeLine {
    /// The stable text.
    pub key: String,
    /// What it lets one do.
    pub description: String,
    /// How much harm it can do in wrong hands.
    pub risk: Badge,
    /// The last call that needed it; nothing when none ever did.
    pub last_used: Option<When>,
}

/// A secret of a key: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretLine {
    /// Where it is.
    pub state: Badge,
    /// When it was issued.
    pub issued: When,
    /// By whom.
    pub issued_by: String,
    /// Its first use.
    pub first_used: When,
    /// Its last use.
    pub last_used: When,
    /// When it stops; nothing when no end is set.
    pub stops: When,
}

/// A network that calls came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// The network.
    pub network: String,
    /// How many calls.
    pub calls: String,
    /// The first day.
    pub first: When,
    /// The last day.
    pub last: When,
    /// Whether it was first seen within a week.
    pub is_new: bool,
}

/// What one route was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteLine {
    /// Method and route.
    pub route: String,
    /// How many calls.
    pub calls: String,
    /// How many failed on our side.
    pub errors: String,
    /// How many were refused.
    pub refused: String,
    /// The last call.
    pub last: When,
}

/// A call that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalLine {
    /// The request's id.
    pub request: String,
    /// When.
    pub when: When,
    /// The answer's status.
    pub status: String,
    /// The answer's code.
    pub code: String,
    /// Method and route.
    pub route: String,
}

/// A secret made a moment ago: told by this one answer and by no later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshSecret {
    /// The secret.
    pub secret: String,
    /// What the example does.
    pub example: String,
    /// The example, to be pasted into a shell.
    pub command: String,
}

/// What would break if a key were revoked: its last seven days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastView {
    /// How many calls, in words.
    pub calls: String,
    /// By route.
    pub routes: Vec<RouteLine>,
    /// By network.
    pub sources: Vec<SourceLine>,
    /// Whether it was used within a day: its name has to be typed then.
    pub is_in_use: bool,
}

/// A key or client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Kind and partner.
    pub subtitle: String,
    /// Where it is.
    pub state: Badge,
    /// What it works on.
    pub environment: Badge,
    /// Counts the changes.
    pub version: i64,
    /// What is to be known before anything else; may be empty.
    pub note: String,
    /// What the reader may do to it as it is now, in the words of the address.
    pub acts: Vec<String>,
    /// A secret to show now.
    pub fresh: Option<FreshSecret>,
    /// What it may do.
    pub scopes: Vec<ScopeLine>,
    /// Its secrets, newest first.
    pub secrets: Vec<SecretLine>,
    /// Where it was used from.
    pub sources: Vec<SourceLine>,
    /// What it was used for.
    pub routes: Vec<RouteLine>,
    /// Its latest refusals.
    pub refusals: Vec<RefusalLine>,
    /// Networks it may be used from; anywhere when empty.
    pub networks: Vec<String>,
    /// Who asked for it, and when.
    pub asked: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// What revoking it would break; only for that confirmation.
    pub blast: Option<BlastView>,
    /// Whether the reader has to show again that it is them.
    pub needs_confirmation: bool,
}

/// A box in a key's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxLine {
    /// The name behind the prefix on the wire: a scope, or a limit's id.
    pub key: String,
    /// What it stands for.
    pub label: String,
    /// What helps to decide.
    pub hint: String,
    /// Whether it is checked.
    pub is_on: bool,
    /// Whether the reader may check it.
    pub is_open: bool,
}

/// The scopes of one area in a key's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeArea {
    /// The heading.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<BoxLine>,
}

/// A key or client in a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFormView {
    /// What stands in it.
    pub form: CredentialForm,
    /// Key or client.
    pub kind: String,
    /// Its id; empty for a new one.
    pub id: String,
    /// The version read; 0 for a new one.
    pub version: i64,
    /// Makes a double submit one key.
    pub token: String,
    /// Whose it is, by name; empty for a new one.
    pub partner: String,
    /// Partners to choose from.
    pub partners: Vec<Choice>,
    /// What it can work on.
    pub environments: Vec<Choice>,
    /// Versions of the API, newest first.
    pub versions: Vec<Choice>,
    /// How a client can prove itself.
    pub authentications: Vec<Choice>,
    /// Scopes, by area.
    pub areas: Vec<ScopeArea>,
    /// Limits that can be given to it.
    pub limits: Vec<BoxLine>,
    /// Whether the reader has to show again that it is them.
    pub needs_confirmation: bool,
    /// Whether live keys that can write wait for somebody's approval.
    pub needs_approval: bool,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "access/list")]
pub async fn key_list(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One key or client; `act` is the confirmation that the page opens. A secret made a moment ago is told once, by the
/// first call that opens none.
#[server(prefix = "/_fn", endpoint = "access/detail")]
pub async fn read_key(id: String, #[server(default)] act: String) -> Result<KeyView, AppError> {
    super::detail::answer(id, act).await
}

/// An empty form for a key, or for a client; `partner` is whose it begins as.
#[server(prefix = "/_fn", endpoint = "access/new")]
pub async fn new_key_form(
    #[server(default)] kind: String,
    #[server(default)] partner: String,
) -> Result<KeyFormView, AppError> {
    super::form::answer_new(kind, partner).await
}

/// A key or client in a form.
#[server(prefix = "/_fn", endpoint = "access/form")]
pub async fn read_key_form(id: String) -> Result<KeyFormView, AppError> {
    super::form::answer_existing(id).await
}
