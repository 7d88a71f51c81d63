//! What the pages of staff read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, When},
};

/// A one-time link that nobody has used yet. The link itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLine {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub purpose: String,
    /// Whose, by name.
    pub name: String,
    /// Whose, by address.
    pub email: String,
    /// The role that comes with it.
    pub role: String,
    /// Who made it.
    pub invited_by: String,
    /// When it was made.
    pub made: When,
    /// Until when it works.
    pub until: When,
}

/// The list of staff, with the links that are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffListView {
    /// Who works here.
    pub list: ListView,
    /// Open links.
    pub invitations: Vec<InvitationLine>,
}

/// A role somebody has or could be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether they have it.
    pub is_held: bool,
    /// Whether the reader may give and take it: nobody decides about what they don't hold.
    pub is_grantable: bool,
}

/// An open session of somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// Browser and system.
    pub device: String,
    /// The address it was begun from.
    pub address: String,
    /// When it was last used.
    pub last_used: When,
    /// When it was begun.
    pub signed_in: When,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether they may sign in.
    pub status: Badge,
    /// The same, for what can be done.
    pub is_active: bool,
    /// Whether it is the reader.
    pub is_self: bool,
    /// Whether a second factor is on.
    pub has_second_factor: bool,
    /// What the record says of itself.
    pub facts: Vec<Fact>,
    /// The roles they have, and those the reader could give them.
    pub roles: Vec<RoleLine>,
    /// Their open sessions.
    pub sessions: Vec<OpenSession>,
}

/// What the invitation's form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteView {
    /// Roles the reader may give.
    pub roles: Vec<Choice>,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "staff/list")]
pub async fn staff_list(search: String) -> Result<StaffListView, AppError> {
    super::list::answer(search).await
}

/// One member of staff.
#[server(prefix = "/_fn", endpoint = "staff/detail")]
pub async fn staff_detail(id: String) -> Result<MemberView, AppError> {
    super::member::answer(id).await
}

/// What the invitation's form needs.
#[server(prefix = "/_fn", endpoint = "staff/invite_page")]
pub async fn invite_page() -> Result<InviteView, AppError> {
    super::invite::answer().await
}
