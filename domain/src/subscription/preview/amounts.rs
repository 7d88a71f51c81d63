//! The lines of money that follow from an event.

use jiff::civil::Date;

use crate::{
    civil::{CivilPeriod, words},
    money::{Money, Taxed},
    subscription::{Event, Pause, PeriodChange, Refusal, Subscription},
};

/// One amount: charged when positive, given back when negative. The tax is the line's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountLine {
    /// What it is for.
    pub label: String,
    /// How it was reckoned; may be empty.
    pub note: String,
    /// Net, tax and total.
    pub amount: Taxed,
}

pub(super) fn lines(
    before: &Subscription,
    event: &Event,
    after: &Subscription,
    today: Date,
) -> Result<Vec<AmountLine>, Refusal> {
    let reckoning = Reckoning { before, after, today };
    match *event {
        Event::Approved { starts_on } => {
            let mut lines = reckoning.first_invoices(starts_on)?;
            let deposit = after.terms.deposit;
            if deposit.minor() > 0 {
                let note = "Due before the hand-over; without tax".to_owned();
                lines.push(AmountLine { label: "Deposit".to_owned(), note, amount: Taxed::untaxed(deposit) });
            }
            Ok(lines)
        }
        Event::HandedOver { on, .. } => reckoning.first_invoices(on),
        // A planned pause that begins was reckoned with when it was planned: nothing differs then.
        Event::PausePlanned { pause } | Event::Paused { pause } | Event::PauseCalledOff { pause } => {
            reckoning.changes(pause.billing)
        }
        Event::ResumePlanned { pause } | Event::Resumed { pause } => {
            reckoning.changes(moved(before.pause.and_then(|pause: Pause| pause.billing), pause.billing))
        }
        Event::NoticeGiven { ends_on, early_end_fee } => {
            let mut lines = reckoning.changes(reckoning.after_end(Some(ends_on))?)?;
            lines.extend(early_end_fee.map(|fee| reckoning.fee("Fee for ending early", fee)).transpose()?);
            Ok(lines)
        }
        Event::NoticeWithdrawn => reckoning.changes(reckoning.after_end(before.billing_until)?),
        Event::Returned { .. } => {
            let late = before.billing_until.zip(after.billing_until);
            reckoning.changes(late.map(|(due, on)| CivilPeriod::between(due, on)))
        }
        Event::Cancelled { fee, .. } => {
            fee.map(|fee| reckoning.fee("Fee for cancelling", fee)).transpose().map(|line| line.into_iter().collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The next invoice after today, as the subscription will be.
pub(super) fn next_invoice(after: &Subscription, today: Date) -> Result<Option<AmountLine>, Refusal> {
    let Some((date, period, net)) = after.next_invoice(today)? else { return Ok(None) };
    let days = after.billed_days(period);
    let note = if after.is_collectable() { days_of(days, period) } else { "Collection is on hold".to_owned() };
    let amount = after.terms.tax().of(net)?;
    Ok(Some(AmountLine { label: format!("Next invoice, {}", words(date)), note, amount }))
}

fn days_of(days: i64, period: CivilPeriod) -> String {
    if days == period.days() { period.words() } else { format!("{days} of {} days", period.days()) }
}

/// The days in which two billing pauses with one beginning differ.
fn moved(one: Option<CivilPeriod>, other: Option<CivilPeriod>) -> Option<CivilPeriod> {
    match (one, other) {
        (Some(one), Some(other)) => Some(CivilPeriod::between(one.until(), other.until())),
        (only, None) | (None, only) => only,
    }
}

struct Reckoning<'a> {
    before: &'a Subscription,
    after: &'a Subscription,
    today: Date,
}

impl Reckoning<'_> {
    /// The first invoice, and every other one that is due by today when the start lies in the past.
    fn first_invoices(&self, from: Date) -> Result<Vec<AmountLine>, Refusal> {
        let unbilled = Subscription { billing_from: None, ..self.before.clone() };
        let until = self.today.max(from).tomorrow().map_err(|_| Refusal::DateOutOfRange)?;
        let due = CivilPeriod::between(from, until);
        let changes = unbilled.period_changes(self.after, due)?;
        changes
            .iter()
            .map(|change| {
                let billed = CivilPeriod::between(change.period.from().max(from), change.period.until());
                self.line(
                    format!("Invoice for {}", billed.words()),
                    days_of(change.days_after, change.period),
                    change.after,
                )
            })
            .collect()
    }

    /// A line for each period that costs something else.
    fn changes(&self, window: Option<CivilPeriod>) -> Result<Vec<AmountLine>, Refusal> {
        let Some(window) = window else { return Ok(Vec::new()) };
        let changes = self.before.period_changes(self.after, window)?;
        changes.iter().map(|change| self.change(change, window)).collect()
    }

    fn change(&self, change: &PeriodChange, window: CivilPeriod) -> Result<AmountLine, Refusal> {
        let PeriodChange { period, days_before, days_after, .. } = *change;
        let days = period.overlap(window).unwrap_or(period).words();
        let is_invoiced = period.from() <= self.today;
        let label = match (is_invoiced, days_after < days_before) {
            (true, true) => format!("Credit for {days}"),
            (true, false) => format!("Charge for {days}"),
            (false, true) => format!("Not billed for {days}"),
            (false, false) => format!("Billed after all for {days}"),
        };
        let note = format!("{} of {} days", (days_after - days_before).abs(), period.days());
        self.line(label, note, change.difference()?)
    }

    /// The days after the end in the period that the end cuts: the last one that is billed, or was already.
    fn after_end(&self, end: Option<Date>) -> Result<Option<CivilPeriod>, Refusal> {
        let Some(end) = end else { return Ok(None) };
        let period = self.before.period_at(end)?;
        let is_cut = period.from() < end || period.from() <= self.today;
        Ok(is_cut.then(|| CivilPeriod::between(end, period.until())))
    }

    fn fee(&self, label: &str, net: Money) -> Result<AmountLine, Refusal> {
        self.line(label.to_owned(), String::new(), net)
    }

    fn line(&self, label: String, note: String, net: Money) -> Result<AmountLine, Refusal> {
        Ok(AmountLine { label, note, amount: self.after.terms.tax().of(net)? })
    }
}
