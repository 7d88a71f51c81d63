//! A preview as one text that is the same if, and only if, everything that matters is the same.

use std::fmt::{Display, Write};

use super::{AmountLine, Preview};
use crate::{
    money::Taxed,
    subscription::{Command, Event, Hold, Pause, Subscription},
};

impl Preview {
    /// The text to hash: the version, every input of the decision, and everything the review page says.
    ///
    /// One line for each value, `name=value`, with line breaks and backslashes escaped, so that no value can look like
    /// another line. The id of a hold to be placed is left out: it is made anew each time and decides nothing.
    pub fn canonical(&self) -> String {
        let mut text = Canonical(String::from("keyfob preview 1\n"));
        text.subscription("before", &self.before);
        text.command(&self.command);
        text.line("context.today", self.context.today);
        text.line("context.plan", self.context.plan);
        text.line("context.customer", self.context.customer);
        if let Some(car) = &self.context.car {
            text.line("context.car.label", &car.label);
            text.line("context.car.odometer_km", car.odometer_km);
            text.line("context.car.is_free", car.is_free);
        }
        if let Some(car) = &self.context.next_car {
            text.line("context.next_car.label", &car.label);
            text.line("context.next_car.odometer_km", car.odometer_km);
            text.line("context.next_car.is_free", car.is_free);
        }
        for event in &self.events {
            text.line("event", event.action());
            text.line("event.summary", event.summary());
            text.event_pause(event);
        }
        for told in &self.timelines {
            text.line(told.label, &told.after);
        }
        for consequence in &self.consequences {
            text.line(consequence.topic.as_str(), &consequence.text);
        }
        for amount in self.amounts.iter().chain(&self.next_invoice) {
            text.amount(amount);
        }
        text.0
    }
}

struct Canonical(String);

impl Canonical {
    fn line(&mut self, name: &str, value: impl Display) {
        let value = value.to_string().replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        // Writing to a string can't fail.
        let _ = writeln!(self.0, "{name}={value}");
    }

    fn optional(&mut self, name: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.line(name, value),
            None => self.line(name, ""),
        }
    }

    fn subscription(&mut self, name: &str, subscription: &Subscription) {
        let s = subscription;
        self.line(name, s.id);
        self.line("version", s.version);
        self.line("state", s.state);
        self.line("money_state", s.money_state);
        self.line("zone", &s.zone);
        self.line("anchor_day", s.anchor_day);
        self.optional("service_from", s.service_from);
        self.optional("service_until", s.service_until);
        self.optional("billing_from", s.billing_from);
        self.optional("billing_until", s.billing_until);
        self.optional("vehicle", s.vehicle);
        for pause in &s.past_pauses {
            self.pause("past_pause", pause);
        }
        if let Some(pause) = &s.pause {
            self.pause("pause", pause);
        }
        for hold in s.holds.iter() {
            self.line("hold.id", hold.id);
            self.hold(hold);
        }
        let terms = &s.terms;
        self.line("terms.currency", terms.price.currency());
        self.line("terms.price", terms.price.minor());
        self.line("terms.deposit", terms.deposit.minor());
        self.line("terms.tax_basis_points", terms.tax_basis_points);
        self.line("terms.minimum_term_months", terms.minimum_term_months);
        self.line("terms.notice_days", terms.notice_days);
        self.line("terms.included_km", terms.included_km);
        self.line("terms.excess_rate", terms.excess_rate);
        self.line("terms.pause_allowed", terms.pause_allowed);
        self.line("terms.pause_max_days", terms.pause_max_days);
        self.line("terms.pause_billing", terms.pause_billing);
        self.line("terms.cancel_fee", terms.cancel_fee.minor());
        self.line("terms.early_end_fee", terms.early_end_fee.minor());
        self.line("terms.effective_from", terms.effective_from);
    }

    fn command(&mut self, command: &Command) {
        self.line("command", command.name());
        match command {
            Command::PlaceHold { hold } => self.hold(hold),
            Command::ReleaseHold { id, kind } => {
                self.line("command.hold", id);
                self.line("command.kind", kind);
            }
            Command::HandOver { odometer_km, .. } | Command::Return { odometer_km, .. } => {
                self.line("command.odometer_km", odometer_km);
            }
            Command::Swap { to, back_km, out_km } => {
                self.line("command.to", to);
                self.line("command.back_km", back_km);
                self.line("command.out_km", out_km);
            }
            _ => {}
        }
        for date in command.dates() {
            self.line("command.date", date);
        }
    }

    fn hold(&mut self, hold: &Hold) {
        self.line("hold.kind", hold.kind);
        self.line("hold.scope", hold.scope);
        self.line("hold.blocks", hold.blocks.words());
        self.line("hold.since", hold.since);
        self.optional("hold.review_on", hold.review_on);
    }

    fn pause(&mut self, name: &str, pause: &Pause) {
        self.line(name, pause.service);
        self.optional("pause.billing", pause.billing);
        self.line("pause.credit", pause.credit.minor());
    }

    fn event_pause(&mut self, event: &Event) {
        if let Event::PausePlanned { pause }
        | Event::Paused { pause }
        | Event::ResumePlanned { pause }
        | Event::Resumed { pause }
        | Event::PauseCalledOff { pause } = event
        {
            self.pause("event.pause", pause);
        }
    }

    fn amount(&mut self, line: &AmountLine) {
        let Taxed { net, tax, total } = line.amount;
        self.line("amount", &line.label);
        self.line("amount.note", &line.note);
        self.line("amount.currency", net.currency());
        self.line("amount.net", net.minor());
        self.line("amount.tax", tax.minor());
        self.line("amount.total", total.minor());
    }
}
