//! What the periods of a subscription cost, as its billing timeline says.
//!
//! Periods are billed in advance: one that has begun counts as invoiced. Not an invoice run; what is due from whom is
//! told by the difference between two billing timelines.

use jiff::civil::Date;

use super::{Refusal, Subscription};
use crate::{
    civil::{CivilPeriod, anchored_period},
    money::Money,
    proration::by_fraction,
};

/// One anchored period that costs something else after a change than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodChange {
    /// The whole period from anchor to anchor.
    pub period: CivilPeriod,
    /// Days billed before.
    pub days_before: i64,
    /// Days billed after.
    pub days_after: i64,
    /// Price before, without tax.
    pub before: Money,
    /// Price after, without tax.
    pub after: Money,
}

impl PeriodChange {
    /// What has to be charged (or given back, when negative).
    pub fn difference(&self) -> Result<Money, Refusal> {
        Ok(self.after.minus(self.before)?)
    }
}

impl Subscription {
    /// How many days of an anchored period are billed: those of the billing timeline, without its pauses.
    pub fn billed_days(&self, period: CivilPeriod) -> i64 {
        let Some(from) = self.billing_from else { return 0 };
        let until = self.billing_until.unwrap_or(period.until());
        let Some(billed) = CivilPeriod::new(from, until).ok().and_then(|all| all.overlap(period)) else { return 0 };
        let rests = self.past_pauses.iter().chain(&self.pause).filter_map(|pause| pause.billing);
        let resting: i64 = rests.filter_map(|rest| rest.overlap(billed)).map(CivilPeriod::days).sum();
        (billed.days() - resting).max(0)
    }

    /// The price of an anchored period for the days billed in it, without tax.
    pub fn amount_for(&self, period: CivilPeriod) -> Result<Money, Refusal> {
        Ok(by_fraction(self.terms.price, self.billed_days(period), period.days())?)
    }

    /// Every anchored period touched by `window` that costs something else in `after` than here.
    pub(super) fn period_changes(&self, after: &Self, window: CivilPeriod) -> Result<Vec<PeriodChange>, Refusal> {
        let mut changes = Vec::new();
        let mut date = window.from();
        while date < window.until() {
            let period = self.period_at(date)?;
            let (before_days, after_days) = (self.billed_days(period), after.billed_days(period));
            if before_days != after_days {
                changes.push(PeriodChange {
                    period,
                    days_before: before_days,
                    days_after: after_days,
                    before: self.amount_for(period)?,
                    after: after.amount_for(period)?,
                });
            }
            date = period.until();
        }
        Ok(changes)
    }

    /// The anchored period in which a date lies.
    pub(super) fn period_at(&self, date: Date) -> Result<CivilPeriod, Refusal> {
        anchored_period(self.anchor_day, date).ok_or(Refusal::DateOutOfRange)
    }

    /// The next invoice after `today`: its date, its period and the price for the days billed in it, without tax.
    /// `None` when nothing more will be billed.
    pub fn next_invoice(&self, today: Date) -> Result<Option<(Date, CivilPeriod, Money)>, Refusal> {
        /// Longer than the longest pause, so that a pause can't hide the invoice after it.
        const PERIODS_AHEAD: usize = 40;
        let Some(from) = self.billing_from.filter(|_| self.state.is_car_bound()) else { return Ok(None) };
        let mut period = self.period_at(today.max(from))?;
        for _ in 0..PERIODS_AHEAD {
            let invoiced_on = period.from().max(from);
            if invoiced_on > today && self.billed_days(period) > 0 {
                return Ok(Some((invoiced_on, period, self.amount_for(period)?)));
            }
            period = self.period_at(period.until())?;
        }
        Ok(None)
    }
}
