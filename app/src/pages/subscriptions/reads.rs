//! What the subscriptions' pages read.

use domain::subscription::Tone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    views::{Badge, Choice, Fact, ListView, NoteView, TimelineView},
};

/// A stretch of a timeline, placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentView {
    /// Which of the two.
    pub lane: String,
    /// What it shows: also its class.
    pub kind: String,
    /// What it shows, in words.
    pub label: String,
    /// From when until when, in words.
    pub dates: String,
    /// Whether it lies ahead.
    pub is_future: bool,
    /// Left edge in hundredths of a percent.
    pub x: u32,
    /// Width in hundredths of a percent.
    pub width: u32,
}

/// Both timelines, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelinesView {
    /// In one sentence each.
    pub words: Vec<Fact>,
    /// Stretches of both.
    pub segments: Vec<SegmentView>,
    /// Months: place in hundredths of a percent, name, and whether it goes first when there is little room.
    pub ticks: Vec<(u32, String, bool)>,
    /// Today's place in hundredths of a percent.
    pub today: u32,
}

/// An open hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// Which.
    pub id: String,
    /// Its kind's word, for the link that releases it.
    pub kind: String,
    /// Its kind.
    pub badge: Badge,
    /// On what, and what it blocks.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Since when, by whom, and when to look again.
    pub since: String,
    /// Whether the reader may release it here.
    pub may_release: bool,
}

/// A change that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionView {
    /// What the button says.
    pub label: String,
    /// Where its review begins.
    pub href: String,
    /// Whether it is the one most likely wanted.
    pub is_primary: bool,
}

/// A subscription's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionDetail {
    /// Its id.
    pub id: String,
    /// The number people quote.
    pub number: String,
    /// Whose, and with which car.
    pub subtitle: String,
    /// Where it is.
    pub state: Badge,
    /// Why it needs somebody; empty when it doesn't.
    pub attention: String,
    /// What can be asked for.
    pub actions: Vec<ActionView>,
    /// Both timelines.
    pub timelines: TimelinesView,
    /// Whose, which car, which plan.
    pub parties: Vec<Fact>,
    /// The terms.
    pub terms: Vec<Fact>,
    /// Open holds.
    pub holds: Vec<HoldView>,
    /// What partners do for it.
    pub steps: Vec<super::steps::StepView>,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Vec<NoteView>,
    /// What happened.
    pub timeline: TimelineView,
}

/// What the form of a new subscription needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSubscription {
    /// The customer's id; empty when it is still to be named.
    pub customer: String,
    /// The customer's name; empty when it is still to be named.
    pub customer_name: String,
    /// Plan versions on offer.
    pub plans: Vec<Choice>,
    /// Cars on offer.
    pub vehicles: Vec<Choice>,
    /// Today, as a date field wants it.
    pub today: String,
    /// Makes a double submit one draft.
    pub token: String,
}

/// One field of the first step of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputView {
    /// Its name in the address.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What helps to fill it in.
    pub hint: String,
    /// `date`, `number`, `choice` or `checks`.
    pub kind: String,
    /// What stands in it; for checks, joined by commas.
    pub value: String,
    /// Choices.
    pub choices: Vec<Choice>,
}

/// One consequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsequenceView {
    /// How much it matters.
    pub tone: Tone,
    /// What it is about.
    pub topic: String,
    /// What will happen.
    pub text: String,
}

/// One amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountView {
    /// What for.
    pub label: String,
    /// How it was reckoned.
    pub note: String,
    /// Net, tax and total.
    pub net: String,
    /// The tax.
    pub tax: String,
    /// Both.
    pub total: String,
}

/// What a change will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// What will have happened, in a sentence.
    pub summary: String,
    /// State, service and billing: label, before, after.
    pub lines: Vec<(String, String, String)>,
    /// What it means.
    pub consequences: Vec<ConsequenceView>,
    /// What is charged or given back.
    pub amounts: Vec<AmountView>,
    /// The next invoice.
    pub next_invoice: Option<AmountView>,
    /// Binds the confirmation to this.
    pub hash: String,
    /// The number to be typed; empty when nothing has to be.
    pub typed: String,
}

/// The page of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// The subscription's id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Whose.
    pub customer: String,
    /// The change's word in the address.
    pub change: String,
    /// What the button says.
    pub label: String,
    /// The first step's fields.
    pub inputs: Vec<InputView>,
    /// The rest of the address, to go with the confirmation.
    pub search: String,
    /// Why it can't be done as asked; empty when it can, or when nothing was asked yet.
    pub refusal: String,
    /// What it will do.
    pub review: Option<ReviewView>,
    /// Whether it can't be undone.
    pub is_destructive: bool,
}

/// The list, as its address says.
#[server(prefix = "/_fn", endpoint = "subscriptions/list")]
pub async fn subscription_list(search: String) -> Result<ListView, AppError> {
    super::list::answer(search).await
}

/// One subscription; `cursor` pages its timeline.
#[server(prefix = "/_fn", endpoint = "subscriptions/detail")]
pub async fn read_subscription(id: String, cursor: Option<String>) -> Result<SubscriptionDetail, AppError> {
    super::detail::answer(id, cursor).await
}

/// What can be started today.
#[server(prefix = "/_fn", endpoint = "subscriptions/new")]
pub async fn new_subscription_form(customer: Option<String>) -> Result<NewSubscription, AppError> {
    super::new::answer(customer).await
}

/// The page of a change: its fields, and once they are filled in, its review.
#[server(prefix = "/_fn", endpoint = "subscriptions/change_page")]
pub async fn change_page(id: String, change: String, search: String) -> Result<ChangeView, AppError> {
    super::change::answer(id, change, search).await
}
