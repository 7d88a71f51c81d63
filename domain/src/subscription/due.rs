//! What the clock will do next, and when.

use jiff::civil::Date;

use super::{Command, State, Subscription};

/// Hours after the signature in which the first payment must come; then the offer expires and the car is free again.
pub const PAYMENT_WINDOW_HOURS: i64 = 23;

impl Subscription {
    /// The next day on which something has to happen: the hand-over, the beginning or end of a pause, the return.
    pub fn next_due_on(&self) -> Option<Date> {
        match self.state {
            State::Approved | State::AwaitingPayment | State::Scheduled => self.service_from,
            State::Active => self.pause.map(|pause| pause.service.from()),
            State::Paused => self.pause.map(|pause| pause.service.until()),
            State::Ending | State::ReturnDue => self.service_until,
            _ => None,
        }
    }

    /// What the system has to do today, if anything. It may be refused, and then needs a person's attention.
    pub fn due_command(&self, today: Date) -> Option<Command> {
        let due_on = self.next_due_on().filter(|date| *date <= today)?;
        match self.state {
            State::Active => Some(Command::BeginPause),
            State::Paused => Some(Command::Resume { on: due_on }),
            State::Ending => Some(Command::BeginReturn),
            _ => None,
        }
    }
}
