//! A change as its address asks for it. Server only.

use std::collections::BTreeMap;

use domain::{
    ids::HoldId,
    permissions::{Permission, marker::SubscriptionsRead},
    subscription::{Blocks, Command, Hold, HoldKind, HoldScope, Subscription},
};
use jiff::civil::Date;
use services::{
    Error,
    access::{Access, Actor},
    subscriptions,
};

use super::reads::InputView;
use crate::choices;

/// A change and what its address says of it.
pub(super) struct Asked<'a> {
    change: String,
    values: BTreeMap<String, String>,
    blocks: Vec<String>,
    cars: Vec<(String, String)>,
    subscription: &'a Subscription,
    today: Date,
}

/// The changes somebody can ask for, by their word in the address.
const CHANGES: [&str; 17] = [
    "submit",
    "approve",
    "decline",
    "record_signature",
    "record_payment",
    "hand_over",
    "pause",
    "resume",
    "call_off_pause",
    "swap",
    "give_notice",
    "withdraw_notice",
    "return",
    "close",
    "cancel",
    "place_hold",
    "release_hold",
];

impl<'a> Asked<'a> {
    pub(super) fn parse(
        change: &str,
        search: &str,
        subscription: &'a Subscription,
        today: Date,
    ) -> Result<Self, Error> {
        if !CHANGES.contains(&change) {
            return Err(Error::not_found(
                "change.not_found",
                "There is no such change. Go back to the subscription and choose one.",
            ));
        }
        let mut values = BTreeMap::new();
        let mut blocks = Vec::new();
        for (name, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()).into_owned() {
            if name == "blocks" {
                blocks.push(value);
            } else {
                values.insert(name, value);
            }
        }
        Ok(Self { change: change.to_owned(), values, blocks, cars: Vec::new(), subscription, today })
    }

    /// With the cars that a swap can choose from, if it is one.
    pub(super) async fn with_cars(
        mut self,
        cx: &services::Services,
        access: &Access<SubscriptionsRead>,
    ) -> Result<Self, Error> {
        if self.change == "swap" {
            let found = subscriptions::cars_on_offer(cx, access).await?;
            self.cars =
                found.into_iter().map(|(id, plate, model)| (id.to_string(), format!("{plate} · {model}"))).collect();
        }
        Ok(self)
    }

    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.trim())
    }

    fn date(&self, name: &str) -> Result<Option<Date>, Error> {
        let text = self.value(name);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|_| Error::invalid_field(name, "Enter a date as year-month-day, like 2026-07-03."))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Error> {
        let text = self.value(name);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse()
            .ok()
            .filter(|number| (0..=3_000_000).contains(number))
            .map(Some)
            .ok_or_else(|| Error::invalid_field(name, "Enter the kilometres on the odometer as a whole number."))
    }

    /// Whether it can't be undone, and so wants the number typed.
    pub(super) fn is_destructive(&self) -> bool {
        matches!(self.change.as_str(), "cancel" | "decline" | "close")
    }

    /// What the button says.
    pub(super) fn label(&self) -> &'static str {
        let example = self.today;
        match self.change.as_str() {
            "submit" => Command::Submit,
            "approve" => Command::Approve { starts_on: example },
            "decline" => Command::Decline,
            "record_signature" => Command::RecordSignature,
            "record_payment" => Command::RecordPayment,
            "hand_over" => Command::HandOver { on: example, odometer_km: 0 },
            "pause" => Command::Pause { from: example, until: example },
            "resume" => Command::Resume { on: example },
            "call_off_pause" => Command::CallOffPause,
            "swap" => return "Swap the car",
            "give_notice" => Command::GiveNotice { ends_on: example },
            "withdraw_notice" => Command::WithdrawNotice,
            "return" => Command::Return { on: example, odometer_km: 0 },
            "close" => Command::Close,
            "place_hold" => return "Place hold",
            "release_hold" => return "Release hold",
            _ => Command::Cancel,
        }
        .label()
    }

    /// Refuses whoever may not give the command, before they fill anything in. For a hold the kind decides, so holding
    /// either permission is enough until it is chosen.
    pub(super) fn require(&self, actor: &Actor) -> Result<(), Error> {
        let permission = match self.change.as_str() {
            "approve" => Permission::SubscriptionsApprove,
            "pause" | "resume" => Permission::SubscriptionsPause,
            "give_notice" => Permission::SubscriptionsEnd,
            "place_hold" if actor.holds(Permission::HoldsRisk) => Permission::HoldsRisk,
            "place_hold" => Permission::HoldsOperate,
            _ => Permission::SubscriptionsHandOver,
        };
        actor.require(permission)
    }

    /// The command, once everything it needs is there.
    pub(super) fn command(&self) -> Result<Option<Command>, Error> {
        Ok(match self.change.as_str() {
            "submit" => Some(Command::Submit),
            "approve" => self.date("starts_on")?.map(|starts_on| Command::Approve { starts_on }),
            "decline" => Some(Command::Decline),
            "record_signature" => Some(Command::RecordSignature),
            "record_payment" => Some(Command::RecordPayment),
            "hand_over" => self
                .date("on")?
                .zip(self.number("odometer_km")?)
                .map(|(on, odometer_km)| Command::HandOver { on, odometer_km }),
            "pause" => self.date("from")?.zip(self.date("until")?).map(|(from, until)| Command::Pause { from, until }),
            "resume" => self.date("on")?.map(|on| Command::Resume { on }),
            "call_off_pause" => Some(Command::CallOffPause),
            "swap" => self.swap()?,
            "give_notice" => self.date("ends_on")?.map(|ends_on| Command::GiveNotice { ends_on }),
            "withdraw_notice" => Some(Command::WithdrawNotice),
            "return" => self
                .date("on")?
                .zip(self.number("odometer_km")?)
                .map(|(on, odometer_km)| Command::Return { on, odometer_km }),
            "close" => Some(Command::Close),
            "cancel" => Some(Command::Cancel),
            "place_hold" => self.hold_to_place()?,
            _ => Some(self.hold_to_release()?),
        })
    }

    fn swap(&self) -> Result<Option<Command>, Error> {
        if self.value("to").is_empty() {
            return Ok(None);
        }
        let to = self.value("to").parse().map_err(|_| Error::invalid_field("to", "Choose a car that is on offer."))?;
        let readings = self.number("back_km")?.zip(self.number("out_km")?);
        Ok(readings.map(|(back_km, out_km)| Command::Swap { to, back_km, out_km }))
    }

    fn hold_to_place(&self) -> Result<Option<Command>, Error> {
        if self.value("kind").is_empty() {
            return Ok(None);
        }
        let kind: HoldKind =
            self.value("kind").parse().map_err(|_| Error::invalid_field("kind", "Choose a kind of hold."))?;
        let has = |word: &str| self.blocks.iter().any(|block| block == word);
        let blocks = Blocks { driving: has("driving"), changes: has("changes"), billing: has("billing") };
        let hold = Hold {
            id: HoldId::new(),
            kind,
            scope: HoldScope::Subscription,
            blocks,
            since: self.today,
            review_on: self.date("review_on")?,
        };
        Ok(Some(Command::PlaceHold { hold }))
    }

    fn hold_to_release(&self) -> Result<Command, Error> {
        let id = self.value("hold").parse().ok();
        let hold = id.and_then(|id| self.subscription.holds.find(id)).ok_or_else(|| {
            Error::not_found("hold.not_open", "This hold is not open any more. Somebody may have released it.")
        })?;
        Ok(Command::ReleaseHold { id: hold.id, kind: hold.kind })
    }

    /// The fields of the first step.
    pub(super) fn inputs(&self) -> Vec<InputView> {
        let today = self.today.to_string();
        let input = |name: &str, label: &str, hint: &str, kind: &str, default: &str| InputView {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            kind: kind.to_owned(),
            value: self.values.get(name).cloned().unwrap_or_else(|| default.to_owned()),
            choices: Vec::new(),
        };
        let planned = self.subscription.service_from.unwrap_or(self.today).max(self.today).to_string();
        match self.change.as_str() {
            "approve" => {
                vec![input("starts_on", "First day of service", "The car is reserved from this day.", "date", &planned)]
            }
            "hand_over" => vec![
                input("on", "Handed over on", "", "date", &today),
                input("odometer_km", "Odometer", "In kilometres, as the car shows it.", "number", ""),
            ],
            "pause" => vec![
                input("from", "Service stops on", "The first day without service.", "date", &today),
                input("until", "Service goes on", "The day on which the customer drives again.", "date", ""),
            ],
            "resume" => vec![input("on", "Service goes on", "Today, or a later day.", "date", &today)],
            "swap" => {
                let mut to = input("to", "The car they get", "Cars on offer, by name.", "choice", "");
                let none = (String::new(), "Choose a car".to_owned());
                to.choices = std::iter::once(none).chain(self.cars.clone()).collect();
                let km = "In kilometres, as the car shows it.";
                vec![
                    to,
                    input("back_km", "Odometer of the car that comes back", km, "number", ""),
                    input("out_km", "Odometer of the car that goes out", km, "number", ""),
                ]
            }
            "give_notice" => {
                vec![input("ends_on", "The car is due back on", "The first day that is not billed.", "date", "")]
            }
            "return" => vec![
                input("on", "Returned on", "", "date", &today),
                input("odometer_km", "Odometer", "In kilometres, as the car shows it.", "number", ""),
            ],
            "place_hold" => self.hold_inputs(&input),
            _ => Vec::new(),
        }
    }

    fn hold_inputs(&self, input: &dyn Fn(&str, &str, &str, &str, &str) -> InputView) -> Vec<InputView> {
        let mut kind = input("kind", "Kind", "Says who may release it.", "choice", "");
        kind.choices = choices!(HoldKind);
        let mut blocks = input("blocks", "What it blocks", "At least one.", "checks", "");
        blocks.value = self.blocks.join(",");
        blocks.choices = [("driving", "Driving"), ("changes", "Changes"), ("billing", "Billing")]
            .map(|(value, label)| (value.to_owned(), label.to_owned()))
            .to_vec();
        let review = input("review_on", "Look at it again on", "Optional.", "date", "");
        vec![kind, blocks, review]
    }
}
