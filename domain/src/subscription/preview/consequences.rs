//! What an event means for the car and everybody around it.
//!
//! Only what is so is said. Partners that insure cars, track them and write to customers are told by people as long
//! as no connection to them tells it; the sentences say which.

use crate::{
    civil::words,
    subscription::{Consequence, Context, Event, PAYMENT_WINDOW_HOURS, Subscription, Tone, Topic},
};

const NOT_SENT: &str = "Nothing is sent from here";

pub(super) fn of(before: &Subscription, event: &Event, after: &Subscription, context: &Context) -> Vec<Consequence> {
    let mut told = Told(Vec::new());
    told.partners(event, context);
    told.driving(before, after);
    told.collection(before, after);
    told.0
}

struct Told(Vec<Consequence>);

impl Told {
    fn tell(&mut self, topic: Topic, tone: Tone, text: impl Into<String>) {
        self.0.push(Consequence { topic, tone, text: text.into() });
    }

    fn car_cover_tracker(&mut self, car: (Tone, String), cover: (Tone, &str), tracker: (Tone, &str)) {
        self.tell(Topic::Car, car.0, car.1);
        self.tell(Topic::Cover, cover.0, cover.1);
        self.tell(Topic::Tracker, tracker.0, tracker.1);
    }

    fn message(&mut self, text: &str) {
        self.tell(Topic::Messages, Tone::Neutral, format!("{NOT_SENT}. {text}"));
    }

    fn partners(&mut self, event: &Event, context: &Context) {
        match event {
            Event::HoldPlaced { .. } | Event::HoldReleased { .. } => {
                self.message("Tell the customer what it means for them.");
            }
            Event::HandedOver { .. }
            | Event::PausePlanned { .. }
            | Event::Paused { .. }
            | Event::ResumePlanned { .. }
            | Event::Resumed { .. }
            | Event::PauseCalledOff { .. }
            | Event::Swapped { .. } => self.in_service(event, context),
            Event::NoticeGiven { .. }
            | Event::NoticeWithdrawn
            | Event::ReturnFellDue
            | Event::Returned { .. }
            | Event::Closed => self.at_the_end(event, context),
            _ => self.before_hand_over(event, context),
        }
    }

    fn before_hand_over(&mut self, event: &Event, context: &Context) {
        let car = context.car_label();
        let no_cover = (Tone::Neutral, "None yet; it must be in force on the day of the hand-over.");
        let no_tracker = (Tone::Neutral, "Not paired yet.");
        match event {
            Event::Submitted => {
                self.car_cover_tracker(
                    (Tone::Neutral, format!("{car} stays on offer until the request is approved.")),
                    no_cover,
                    no_tracker,
                );
                self.message("Tell the customer that the request is being looked at.");
            }
            Event::Approved { starts_on } => {
                let text = format!("{car} is reserved from {} and off offer.", words(*starts_on));
                self.car_cover_tracker((Tone::Notice, text), no_cover, no_tracker);
                self.message("Give the customer the terms to sign.");
            }
            Event::Signed => {
                self.car_cover_tracker((Tone::Neutral, format!("{car} stays reserved.")), no_cover, no_tracker);
                self.message(&format!(
                    "Tell the customer that payment is due within {PAYMENT_WINDOW_HOURS} hours; unpaid, the offer expires."
                ));
            }
            Event::Paid => {
                self.car_cover_tracker(
                    (Tone::Notice, format!("{car} is allocated for the hand-over.")),
                    no_cover,
                    no_tracker,
                );
                self.message("Agree the hand-over with the customer.");
            }
            Event::Cancelled { frees_car: true, .. } | Event::Expired => {
                let none = (Tone::Neutral, "None; there was no hand-over.");
                self.car_cover_tracker((Tone::Notice, format!("{car} is free again.")), none, none);
                self.message("Tell the customer, and give back what was paid.");
            }
            _ => {
                let none = (Tone::Neutral, "None; there was no hand-over.");
                self.car_cover_tracker(
                    (Tone::Neutral, format!("{car} is not touched; it stays on offer.")),
                    none,
                    none,
                );
                self.message("Tell the customer.");
            }
        }
    }

    fn in_service(&mut self, event: &Event, context: &Context) {
        let car = context.car_label();
        let stays_covered = (Tone::Neutral, "Continues: a standing car stays insured.");
        let stays_paired = (Tone::Neutral, "Stays paired.");
        match event {
            Event::HandedOver { on, odometer_km } => {
                let text = format!("{car} goes to the customer on {} at {odometer_km} km.", words(*on));
                let cover = (Tone::Warn, "Must be in force from this day. Check with the insurer.");
                self.car_cover_tracker((Tone::Notice, text), cover, (Tone::Warn, "Pair it with this customer."));
                self.message("Billing begins on this day.");
            }
            Event::PausePlanned { pause } | Event::Paused { pause } | Event::ResumePlanned { pause } => {
                let text = format!(
                    "{car} stays with the customer and may not be driven from {} until {}.",
                    words(pause.service.from()),
                    words(pause.service.until())
                );
                self.car_cover_tracker((Tone::Warn, text), stays_covered, stays_paired);
                self.message(&format!("Tell the customer that service resumes on {}.", words(pause.service.until())));
            }
            Event::Swapped { back_km, out_km, .. } => {
                let next = context.next_car.as_ref().map_or("the other car", |car| car.label.as_str());
                let text = format!(
                    "{car} comes back at {back_km} km and goes to inspection; {next} goes to the customer at {out_km} km."
                );
                let cover = (Tone::Warn, "Must move to the other car today. Tell the insurer.");
                self.car_cover_tracker((Tone::Notice, text), cover, (Tone::Warn, "Unpair one car and pair the other."));
                self.message("Billing goes on as it is: a swap changes the car and nothing else.");
            }
            Event::Resumed { pause } => {
                let text = format!("{car} may be driven again from {}.", words(pause.service.until()));
                self.car_cover_tracker((Tone::Ok, text), (Tone::Neutral, "Continues."), stays_paired);
                self.message("Tell the customer that service goes on.");
            }
            _ => {
                let text = format!("{car} stays with the customer; nothing changes.");
                self.car_cover_tracker((Tone::Neutral, text), (Tone::Neutral, "Continues."), stays_paired);
                self.message("Tell the customer that the pause will not take place.");
            }
        }
    }

    fn at_the_end(&mut self, event: &Event, context: &Context) {
        let car = context.car_label();
        let stays_paired = (Tone::Neutral, "Stays paired until the car is back.");
        match event {
            Event::NoticeGiven { ends_on, .. } => {
                let day = words(*ends_on);
                let cover = format!("Continues until {day}.");
                self.car_cover_tracker(
                    (Tone::Warn, format!("{car} is due back on {day}.")),
                    (Tone::Neutral, cover.as_str()),
                    stays_paired,
                );
                self.message(&format!("Confirm the end on {day} to the customer, and agree the return."));
            }
            Event::NoticeWithdrawn => {
                self.car_cover_tracker(
                    (Tone::Ok, format!("{car} stays with the customer without an end.")),
                    (Tone::Neutral, "Continues."),
                    (Tone::Neutral, "Stays paired."),
                );
                self.message("Confirm to the customer that it goes on. A fee for ending early is not due any more.");
            }
            Event::ReturnFellDue => {
                self.car_cover_tracker(
                    (Tone::Danger, format!("{car} is due back and may not be driven any more.")),
                    (Tone::Warn, "Continues while the car is out. Check with the insurer."),
                    stays_paired,
                );
                self.message("Ask the customer to bring the car back.");
            }
            Event::Returned { on, odometer_km } => {
                self.car_cover_tracker(
                    (
                        Tone::Notice,
                        format!("{car} came back on {} at {odometer_km} km and goes to inspection.", words(*on)),
                    ),
                    (Tone::Notice, "Can end. Tell the insurer."),
                    (Tone::Notice, "Unpair it from this customer."),
                );
                self.message("Confirm the return to the customer.");
            }
            _ => {
                let ended = (Tone::Neutral, "Has ended.");
                self.car_cover_tracker((Tone::Neutral, format!("{car} is not touched.")), ended, ended);
                self.message("Fines and damage that come to light later can still be charged.");
            }
        }
    }

    fn driving(&mut self, before: &Subscription, after: &Subscription) {
        match (before.is_drivable(), after.is_drivable()) {
            (true, false) => self.tell(Topic::Driving, Tone::Warn, "The customer may not drive any more."),
            (false, true) => self.tell(Topic::Driving, Tone::Ok, "The customer may drive."),
            (true, true) => self.tell(Topic::Driving, Tone::Neutral, "The customer may go on driving."),
            (false, false) if after.holds.blocking_driving().is_some() => {
                self.tell(Topic::Driving, Tone::Warn, "A hold blocks driving.");
            }
            (false, false) => self.tell(Topic::Driving, Tone::Neutral, "The customer may not drive."),
        }
    }

    fn collection(&mut self, before: &Subscription, after: &Subscription) {
        match (before.is_collectable(), after.is_collectable()) {
            (true, false) => {
                self.tell(Topic::Collection, Tone::Warn, "No money is collected until the hold is released.");
            }
            (false, true) => self.tell(Topic::Collection, Tone::Ok, "Money is collected again."),
            (false, false) => self.tell(Topic::Collection, Tone::Warn, "A hold stops the collection of money."),
            (true, true) => {}
        }
    }
}
