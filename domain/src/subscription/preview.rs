//! What a command will do, told before it is done.
//!
//! A review page shows a [`Preview`]; the confirmation carries a hash of its canonical text. When the confirmation
//! comes, the preview is made again from what is true then: another text, another hash, and nothing is done. What
//! people read and what is committed are so the same thing.

mod amounts;
mod canonical;
mod consequences;

pub use amounts::AmountLine;

use super::{Command, Context, Event, Refusal, Subscription, Tone, decide};

crate::text_enum! {
    /// What a consequence is about.
    pub enum Topic {
        /// The car and where it is.
        Car = "car", "Car";
        /// Whether the customer may drive.
        Driving = "driving", "Driving";
        /// Insurance.
        Cover = "cover", "Cover";
        /// The device in the car.
        Tracker = "tracker", "Tracker";
        /// What the customer is told.
        Messages = "messages", "Messages";
        /// Collecting money.
        Collection = "collection", "Collection";
    }
}

/// One consequence of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// What it is about.
    pub topic: Topic,
    /// How much it matters.
    pub tone: Tone,
    /// What will happen.
    pub text: String,
}

/// Something that reads otherwise afterwards, or stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromTo {
    /// What it is.
    pub label: &'static str,
    /// How it reads now.
    pub before: String,
    /// How it will read.
    pub after: String,
}

impl FromTo {
    /// Whether it will read otherwise.
    pub fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// A decision with all its consequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What is to be done.
    pub command: Command,
    /// The facts it was decided on.
    pub context: Context,
    /// The subscription as it is.
    pub before: Subscription,
    /// What will happen.
    pub events: Vec<Event>,
    /// The subscription as it will be.
    pub after: Subscription,
    /// State, service and billing, before and after.
    pub timelines: Vec<FromTo>,
    /// What it means for the car, driving, cover, tracker, messages and collection.
    pub consequences: Vec<Consequence>,
    /// What has to be charged or given back because of it.
    pub amounts: Vec<AmountLine>,
    /// The next invoice afterwards, if there will be one.
    pub next_invoice: Option<AmountLine>,
}

/// Decides a command and tells everything that follows from it, without doing any of it.
pub fn preview(subscription: &Subscription, command: &Command, context: &Context) -> Result<Preview, Refusal> {
    let events = decide(subscription, command, context)?;
    let after = subscription.apply_all(&events);
    let mut amounts = Vec::new();
    let mut told = Vec::new();
    let mut state = subscription.clone();
    for event in &events {
        let next = state.apply(event);
        amounts.extend(amounts::lines(&state, event, &next, context.today)?);
        told.extend(consequences::of(&state, event, &next, context));
        state = next;
    }
    let line = |label, before: String, after: String| FromTo { label, before, after };
    let mut timelines = vec![
        line("State", subscription.state.label().to_owned(), after.state.label().to_owned()),
        line("Service", subscription.service_words(), after.service_words()),
        line("Billing", subscription.billing_words(), after.billing_words()),
    ];
    if let (Command::Swap { .. }, Some(next)) = (command, &context.next_car) {
        timelines.push(line("Car", context.car_label().to_owned(), next.label.clone()));
    }
    let next_invoice = amounts::next_invoice(&after, context.today)?;
    Ok(Preview {
        command: *command,
        context: context.clone(),
        before: subscription.clone(),
        events,
        after,
        timelines,
        consequences: told,
        amounts,
        next_invoice,
    })
}

impl Preview {
    /// What happens, in one sentence for each event.
    pub fn summary(&self) -> String {
        self.events.iter().map(Event::summary).collect::<Vec<_>>().join("; ")
    }
}
