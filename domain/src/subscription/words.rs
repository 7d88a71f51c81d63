//! The two timelines in a sentence each.

use super::{MoneyState, State, Subscription};
use crate::civil::words;

impl Subscription {
    /// Who may drive and when: "Active since 15 Jan 2026; will pause on 1 Jun 2026 and resume on 3 Jul 2026".
    pub fn service_words(&self) -> String {
        let Some(from) = self.service_from.map(words) else {
            return "Not planned".to_owned();
        };
        let until = self.service_until.map(words).unwrap_or_default();
        let told = match self.state {
            state if state.is_before_hand_over() => format!("Planned from {from}"),
            State::Ending => format!("Active since {from}; will end on {until}"),
            State::ReturnDue => format!("Ended on {until}; the car is due back"),
            State::Returned | State::Closed => format!("From {from} until {until}"),
            State::Active | State::Paused => format!("Active since {from}"),
            _ => return "None".to_owned(),
        };
        match (self.state, self.pause) {
            (State::Active, Some(pause)) => format!(
                "{told}; will pause on {} and resume on {}",
                words(pause.service.from()),
                words(pause.service.until())
            ),
            (State::Paused, Some(pause)) => format!(
                "{told}; paused since {}, will resume on {}",
                words(pause.service.from()),
                words(pause.service.until())
            ),
            _ => told,
        }
    }

    /// What is billed and when: "€ 579.00 a month since 15 Jan 2026; nothing for 1 Jun 2026 – 2 Jul 2026".
    pub fn billing_words(&self) -> String {
        let Some(from) = self.billing_from.map(words) else {
            return "Not planned".to_owned();
        };
        let price = self.terms.price;
        let mut told = match (self.state, self.billing_until.map(words)) {
            (state, _) if state.is_before_hand_over() => format!("{price} a month, planned from {from}"),
            (state, _) if !state.is_after_hand_over() => return "None".to_owned(),
            (_, Some(until)) => format!("{price} a month from {from} until {until}"),
            (_, None) => format!("{price} a month since {from}"),
        };
        if let Some(rest) = self.pause.and_then(|pause| pause.billing) {
            told.push_str("; nothing for ");
            told.push_str(&rest.words());
        }
        if !self.is_collectable() {
            told.push_str("; collection is on hold");
        }
        told
    }

    /// What comes next, in words for a list: "Will pause on 3 Jul 2026". `None` when nothing is planned.
    pub fn outlook(&self) -> Option<String> {
        let date = words(self.next_due_on()?);
        Some(match self.state {
            State::Active => format!("Will pause on {date}"),
            State::Paused => format!("Will resume on {date}"),
            State::Ending => format!("Will end on {date}"),
            State::ReturnDue => format!("Due back since {date}"),
            _ => format!("Will start on {date}"),
        })
    }

    /// Why somebody should look at it, most pressing first; empty when nobody has to.
    pub fn attention(&self) -> Option<&'static str> {
        let is_stopped = self.state.allows_driving() && !self.is_drivable();
        match (self.state, self.money_state) {
            (State::ReturnDue, _) => Some("The car is due back."),
            _ if is_stopped => Some("A hold blocks driving."),
            (state, MoneyState::Unpaid) if state.is_open() => Some("Invoices are unpaid."),
            (state, MoneyState::PastDue | MoneyState::Dunning) if state.is_open() => Some("A payment is overdue."),
            _ => None,
        }
    }
}
