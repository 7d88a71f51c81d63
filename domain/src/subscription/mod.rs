//! The life of a subscription.
//!
//! A use case loads a [`Subscription`], asks [`decide`] what a [`Command`] would do on this day, and stores what the
//! [`Event`]s say. [`Preview`] shows the same decision before it is taken. Nothing here reads a clock or a database:
//! the day, and what is known about the car, the plan and the customer, come in as [`Context`].

mod apply;
mod billing;
mod command;
mod context;
mod decide;
mod due;
mod event;
mod hold;
mod pause;
mod preview;
mod refusal;
mod snapshot;
mod state;
mod timelines;
mod tone;
mod words;

pub use billing::PeriodChange;
pub use command::Command;
pub use context::{Car, Context};
pub use decide::decide;
pub use due::PAYMENT_WINDOW_HOURS;
pub use event::Event;
pub use hold::{Blocks, Hold, HoldKind, HoldScope, Holds};
pub use pause::Pause;
pub use preview::{AmountLine, Consequence, FromTo, Preview, Topic, preview};
pub use refusal::Refusal;
pub use snapshot::{Broken, Subscription};
pub use state::{MoneyState, State};
pub use timelines::{Lane, Segment, SegmentKind, Timelines, timelines};
pub use tone::Tone;
