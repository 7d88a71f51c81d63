//! Pauses: planned, begun, moved, ended, called off.

use jiff::civil::Date;

use super::Decision;
use crate::{
    civil::{CivilPeriod, plus_days},
    subscription::{Event, Pause, Refusal, State},
};

impl Decision<'_> {
    pub(super) fn pause(&self, from: Date, until: Date) -> Result<Event, Refusal> {
        self.allow_in(&[State::Active], "Only an active subscription can be paused.")?;
        if let Some(planned) = self.subscription.planned_pause() {
            return Err(Refusal::PauseAlreadyPlanned { from: planned.service.from() });
        }
        if !self.subscription.terms.pause_allowed {
            return Err(Refusal::PauseNotAllowed);
        }
        self.allow_money_to_pause()?;
        if from < self.today() {
            return Err(Refusal::PauseInPast);
        }
        if until <= from {
            return Err(Refusal::PauseReversed);
        }
        self.allow_length(from, until)?;
        let pause = Pause::plan(self.subscription, CivilPeriod::between(from, until))?;
        Ok(if from == self.today() { Event::Paused { pause } } else { Event::PausePlanned { pause } })
    }

    pub(super) fn begin_pause(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Active], "Only an active subscription has a pause that can begin.")?;
        let pause = self.subscription.planned_pause().ok_or(Refusal::PauseNotPlanned)?;
        if pause.service.from() > self.today() {
            return Err(Refusal::PauseNotDue { from: pause.service.from() });
        }
        Ok(Event::Paused { pause })
    }

    /// On the planned day, or from today on. A later day is a pause of another length, and asked the same questions.
    pub(super) fn resume(&self, on: Date) -> Result<Event, Refusal> {
        const RULE: &str = "Only a paused subscription can be resumed.";
        self.allow_in(&[State::Paused], RULE)?;
        let state = self.subscription.state;
        let pause = self.subscription.pause.ok_or(Refusal::WrongState { rule: RULE, state })?;
        let planned = pause.service.until();
        if on < self.today() && on != planned {
            return Err(Refusal::ResumeInPast);
        }
        let service = CivilPeriod::between(pause.service.from(), on);
        if on > self.today() {
            if on == planned {
                return Err(Refusal::ResumeUnchanged { on });
            }
            self.allow_money_to_pause()?;
            self.allow_length(service.from(), on)?;
            return Ok(Event::ResumePlanned { pause: Pause::plan(self.subscription, service)? });
        }
        self.allow_driving()?;
        let money = self.subscription.money_state;
        if !money.is_current() {
            return Err(Refusal::ResumePastDue { money });
        }
        Ok(Event::Resumed { pause: Pause::plan(self.subscription, service)? })
    }

    pub(super) fn call_off_pause(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Active], "A pause is called off before it begins; after that, resume.")?;
        let pause = self.subscription.planned_pause().ok_or(Refusal::PauseNotPlanned)?;
        Ok(Event::PauseCalledOff { pause })
    }

    fn allow_money_to_pause(&self) -> Result<(), Refusal> {
        let money = self.subscription.money_state;
        if money.is_current() { Ok(()) } else { Err(Refusal::PausePastDue { money }) }
    }

    fn allow_length(&self, from: Date, until: Date) -> Result<(), Refusal> {
        let days = self.subscription.terms.pause_max_days;
        let latest = plus_days(from, days).ok_or(Refusal::DateOutOfRange)?;
        if until > latest { Err(Refusal::PauseTooLong { days, latest }) } else { Ok(()) }
    }
}
