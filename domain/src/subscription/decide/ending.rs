//! Notice, return and settlement.

use jiff::civil::Date;

use super::Decision;
use crate::{
    civil::{plus_days, plus_months},
    subscription::{Event, Refusal, State, Subscription},
};

impl Subscription {
    /// The first day on which it may end without a fee when notice is given today: the days of notice are kept, and
    /// so is the minimum term. `None` before the hand-over.
    pub fn earliest_regular_end(&self, today: Date) -> Option<Date> {
        let minimum = plus_months(self.service_from?, self.terms.minimum_term_months)?;
        Some(plus_days(today, self.terms.notice_days)?.max(minimum))
    }
}

impl Decision<'_> {
    pub(super) fn give_notice(&self, ends_on: Date) -> Result<Event, Refusal> {
        self.allow_in(&[State::Active], "Notice is given on an active subscription; resume a paused one first.")?;
        if let Some(pause) = self.subscription.planned_pause() {
            return Err(Refusal::NoticeWithPause { from: pause.service.from() });
        }
        if ends_on < self.today() {
            return Err(Refusal::EndInPast);
        }
        let regular = self.subscription.earliest_regular_end(self.today()).ok_or(Refusal::DateOutOfRange)?;
        let fee = self.subscription.terms.early_end_fee;
        let is_early = ends_on < regular;
        Ok(Event::NoticeGiven { ends_on, early_end_fee: (is_early && fee.minor() > 0).then_some(fee) })
    }

    pub(super) fn withdraw_notice(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Ending], "Notice is withdrawn while the subscription is ending.")?;
        if self.subscription.service_until.is_none_or(|end| end <= self.today()) {
            return Err(Refusal::EndPassed);
        }
        if !self.is_car_free() {
            return Err(Refusal::CarPromised);
        }
        Ok(Event::NoticeWithdrawn)
    }

    pub(super) fn begin_return(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Ending], "Only a subscription that is ending can fall due.")?;
        match self.subscription.service_until {
            Some(on) if on > self.today() => Err(Refusal::ReturnNotDue { on }),
            _ => Ok(Event::ReturnFellDue),
        }
    }

    pub(super) fn take_back(&self, on: Date, odometer_km: i64) -> Result<Event, Refusal> {
        self.allow_in(&[State::Ending, State::ReturnDue], "A return is recorded once notice is given.")?;
        if on > self.today() {
            return Err(Refusal::ReturnInFuture);
        }
        let last_pause = self.subscription.past_pauses.last().map(|pause| pause.service.until());
        match self.subscription.service_from.max(last_pause) {
            Some(earliest) if on < earliest => return Err(Refusal::ReturnTooEarly { earliest }),
            _ => {}
        }
        self.allow_reading(odometer_km)?;
        Ok(Event::Returned { on, odometer_km })
    }

    pub(super) fn close(&self) -> Result<Event, Refusal> {
        self.allow_in(&[State::Returned], "A subscription is closed once the car is back.")?;
        Ok(Event::Closed)
    }
}
