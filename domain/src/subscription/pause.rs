//! A pause, with both its timelines.

use super::{Refusal, Subscription};
use crate::{civil::CivilPeriod, money::Money, plans::PauseBilling};

/// A time in which service rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The days without service; the end is the day of the resumption.
    pub service: CivilPeriod,
    /// The days that are not billed; `None` when all are.
    pub billing: Option<CivilPeriod>,
    /// What the pause takes off the invoices, before tax: given back where a period was invoiced already, not billed
    /// in those to come.
    pub credit: Money,
}

impl Pause {
    /// Works out a pause of a subscription that has no other open one.
    ///
    /// Under [`PauseBilling::Credit`] the days of the pause are not billed. Under [`PauseBilling::PeriodEnd`] the
    /// period in which the last day of service lies is billed in full, and billing rests from the next anchor day on.
    /// Either way it goes on, pro-rated, on the day of the resumption.
    pub(super) fn plan(subscription: &Subscription, service: CivilPeriod) -> Result<Self, Refusal> {
        let billing_from = match subscription.terms.pause_billing {
            PauseBilling::Credit => service.from(),
            PauseBilling::PeriodEnd => {
                subscription.anchor_day.on_or_after(service.from()).ok_or(Refusal::DateOutOfRange)?
            }
        };
        let billing = (billing_from < service.until()).then(|| CivilPeriod::between(billing_from, service.until()));
        let mut pause = Self { service, billing, credit: Money::zero(subscription.terms.price.currency()) };
        if let Some(rest) = billing {
            let unpaused = Subscription { pause: None, ..subscription.clone() };
            let paused = Subscription { pause: Some(pause), ..subscription.clone() };
            for change in unpaused.period_changes(&paused, rest)? {
                pause.credit = pause.credit.plus(change.before.minus(change.after)?)?;
            }
        }
        Ok(pause)
    }
}
