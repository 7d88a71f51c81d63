//! Whether a command may be carried out today, and what happens then.

mod booking;
mod ending;
mod holding;
mod pausing;
mod swapping;

use jiff::civil::Date;

use super::{Command, Context, Event, Refusal, State, Subscription};

/// Contracts are made for years, not for centuries; a year mistyped is refused before any arithmetic.
const YEARS_WITHIN_REACH: i16 = 50;

/// Decides a command: the events that happen, or the reason why none does.
pub fn decide(subscription: &Subscription, command: &Command, context: &Context) -> Result<Vec<Event>, Refusal> {
    if command.dates().any(|date| (date.year() - context.today.year()).abs() > YEARS_WITHIN_REACH) {
        return Err(Refusal::DateOutOfRange);
    }
    let event = Decision { subscription, command: *command, context }.event()?;
    Ok(vec![event])
}

/// A command on its way to an event.
struct Decision<'a> {
    subscription: &'a Subscription,
    command: Command,
    context: &'a Context,
}

impl Decision<'_> {
    fn event(&self) -> Result<Event, Refusal> {
        match self.command {
            Command::Submit => self.submit(),
            Command::Approve { starts_on } => self.approve(starts_on),
            Command::Decline => self.decline(),
            Command::RecordSignature => self.record_signature(),
            Command::RecordPayment => self.record_payment(),
            Command::HandOver { on, odometer_km } => self.hand_over(on, odometer_km),
            Command::Pause { from, until } => self.pause(from, until),
            Command::BeginPause => self.begin_pause(),
            Command::Resume { on } => self.resume(on),
            Command::CallOffPause => self.call_off_pause(),
            Command::Swap { to, back_km, out_km } => self.swap(to, back_km, out_km),
            Command::GiveNotice { ends_on } => self.give_notice(ends_on),
            Command::WithdrawNotice => self.withdraw_notice(),
            Command::BeginReturn => self.begin_return(),
            Command::Return { on, odometer_km } => self.take_back(on, odometer_km),
            Command::Close => self.close(),
            Command::Cancel => self.cancel(),
            Command::Expire => self.expire(),
            Command::PlaceHold { hold } => self.place_hold(hold),
            Command::ReleaseHold { id, kind } => self.release_hold(id, kind),
        }
    }

    fn today(&self) -> Date {
        self.context.today
    }

    /// The command makes sense in these states only; then, if it decides something, no hold may stop it.
    fn allow_in(&self, states: &[State], rule: &'static str) -> Result<(), Refusal> {
        let state = self.subscription.state;
        if !states.contains(&state) {
            return Err(Refusal::WrongState { rule, state });
        }
        match self.subscription.holds.blocking_changes() {
            Some(hold) if self.command.is_change() => Err(Refusal::ChangesHeld { kind: hold.kind }),
            _ => Ok(()),
        }
    }

    /// No hold may stop the customer from driving.
    fn allow_driving(&self) -> Result<(), Refusal> {
        match self.subscription.holds.blocking_driving() {
            Some(hold) => Err(Refusal::DrivingHeld { kind: hold.kind }),
            None => Ok(()),
        }
    }

    /// A car counts forward. A reading below the last one is a mistake, or a matter for a review.
    fn allow_reading(&self, odometer_km: i64) -> Result<(), Refusal> {
        let least = self.context.car.as_ref().map_or(0, |car| car.odometer_km);
        if odometer_km < least { Err(Refusal::OdometerTooLow { least }) } else { Ok(()) }
    }

    fn is_car_free(&self) -> bool {
        self.context.car.as_ref().is_some_and(|car| car.is_free)
    }
}
