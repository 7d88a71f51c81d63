//! What the limits' pages read.

use domain::subscription::Tone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::limits::PolicyForm;

use crate::{
    error::AppError,
    views::{Badge, Choice, Row},
};

/// A figure over the lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitFigure {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
    /// A few words beside it.
    pub note: String,
}

/// Somebody who has used up most of a limit, or all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearLine {
    /// Whose calls.
    pub subject: String,
    /// Where that leads; nothing for an address.
    pub href: Option<String>,
    /// The limit's name.
    pub policy: String,
    /// The window that is tightest, in words.
    pub window: String,
    /// Close, or over.
    pub badge: Badge,
    /// The same, as a hue.
    pub tone: Tone,
    /// The part that is used up, in hundredths.
    pub used: u32,
    /// Calls that would still pass.
    pub left: String,
    /// When all of it is back.
    pub back: String,
}

/// The page of limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsView {
    /// Where calls are counted, and how that is.
    pub figures: Vec<LimitFigure>,
    /// Since when calls can't be counted; empty while they can.
    pub away: String,
    /// Who is close to a limit or over it, the tightest first.
    pub near: Vec<NearLine>,
    /// What to say when nobody is.
    pub calm: String,
    /// The limits, by name.
    pub policies: Vec<Row>,
}

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitFormView {
    /// Its id; empty for a new one.
    pub id: String,
    /// What stands in it.
    pub form: PolicyForm,
    /// The version read; nothing for a new one.
    pub version: i64,
    /// Makes a double submit one limit.
    pub token: String,
    /// Whom it holds for, in words.
    pub holds_for: String,
    /// Its windows, in words.
    pub windows: String,
    /// Whose calls can be counted together.
    pub subjects: Vec<Choice>,
    /// Kinds of call.
    pub classes: Vec<Choice>,
    /// What can happen while calls can't be counted.
    pub when_away: Vec<Choice>,
}

/// Every limit, and who is close to one.
#[server(prefix = "/_fn", endpoint = "limits/page")]
pub async fn limits_page() -> Result<LimitsView, AppError> {
    super::list::answer().await
}

/// An empty form.
#[server(prefix = "/_fn", endpoint = "limits/new")]
pub async fn new_limit_form() -> Result<LimitFormView, AppError> {
    super::form::answer_new().await
}

/// A limit in a form.
#[server(prefix = "/_fn", endpoint = "limits/form")]
pub async fn read_limit_form(id: String) -> Result<LimitFormView, AppError> {
    super::form::answer_existing(id).await
}
