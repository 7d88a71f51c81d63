//! Random lives of subscriptions: whatever is tried, in whatever order, the rules hold.

use std::collections::BTreeSet;

use domain::{
    civil::plus_days,
    customers::CustomerStatus,
    ids::VehicleId,
    plans::PauseBilling,
    subscription::{
        Command, Context, Event, Hold, HoldKind, MoneyState, Refusal, State, Subscription, decide, preview,
    },
};
use jiff::civil::Date;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::fixtures::{day, draft, euros, hold, on};

/// Every change of state that there may ever be.
const LEGAL: &[(State, State)] = &[
    (State::Draft, State::Requested),
    (State::Requested, State::Approved),
    (State::Requested, State::Declined),
    (State::Approved, State::AwaitingPayment),
    (State::AwaitingPayment, State::Scheduled),
    (State::AwaitingPayment, State::Expired),
    (State::Draft, State::Cancelled),
    (State::Requested, State::Cancelled),
    (State::Approved, State::Cancelled),
    (State::AwaitingPayment, State::Cancelled),
    (State::Scheduled, State::Cancelled),
    (State::Scheduled, State::Active),
    (State::Active, State::Paused),
    (State::Paused, State::Active),
    (State::Active, State::Ending),
    (State::Ending, State::Active),
    (State::Ending, State::ReturnDue),
    (State::Ending, State::Returned),
    (State::ReturnDue, State::Returned),
    (State::Returned, State::Closed),
];

/// One thing that is tried: a command, with days relative to the day on which it is tried.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    /// What usually comes next.
    Forward(i64),
    Any(u8, i64, i64),
    Money(MoneyState),
    Hold(u128, HoldKind),
    Release(u128, HoldKind),
}

fn any_step() -> impl Strategy<Value = Step> {
    let kind = || proptest::sample::select(HoldKind::ALL.to_vec());
    prop_oneof![
        3 => (0..45_i64).prop_map(Step::Wait),
        6 => (0..50_i64).prop_map(Step::Forward),
        6 => (0..18_u8, -3..60_i64, -3..120_i64).prop_map(|(which, one, other)| Step::Any(which, one, other)),
        1 => proptest::sample::select(vec![MoneyState::Current, MoneyState::Current, MoneyState::PastDue]).prop_map(Step::Money),
        1 => (1..4_u128, kind()).prop_map(|(number, kind)| Step::Hold(number, kind)),
        2 => (1..4_u128, kind()).prop_map(|(number, kind)| Step::Release(number, kind)),
    ]
}

fn any_draft() -> impl Strategy<Value = Subscription> {
    (1..=31_i64, 0..200_000_i64, any::<bool>(), 0..40_i64).prop_map(|(anchor, price, is_credit, notice)| {
        let mut subscription = draft();
        subscription.anchor_day = anchor.try_into().unwrap();
        subscription.terms.price = euros(price);
        subscription.terms.notice_days = notice;
        subscription.terms.pause_billing = if is_credit { PauseBilling::Credit } else { PauseBilling::PeriodEnd };
        subscription
    })
}

fn later(date: Date, days: i64) -> Date {
    plus_days(date, days).unwrap()
}

fn forward(subscription: &Subscription, today: Date, days: i64) -> Command {
    match subscription.state {
        State::Draft => Command::Submit,
        State::Requested => Command::Approve { starts_on: later(today, days) },
        State::Approved => Command::RecordSignature,
        State::AwaitingPayment => Command::RecordPayment,
        State::Scheduled => Command::HandOver { on: today, odometer_km: 20 },
        State::Active if days < 10 => Command::GiveNotice { ends_on: later(today, days) },
        State::Active => Command::Pause { from: later(today, days - 20), until: later(today, days + 20) },
        State::Paused => Command::Resume { on: later(today, (days - 20).max(0)) },
        State::Ending | State::ReturnDue => Command::Return { on: today, odometer_km: 9_000 },
        _ => Command::Close,
    }
}

fn any_command(which: u8, one: Date, other: Date) -> Command {
    match which {
        0 => Command::Submit,
        1 => Command::Approve { starts_on: one },
        2 => Command::Decline,
        3 => Command::RecordSignature,
        4 => Command::RecordPayment,
        5 => Command::HandOver { on: one, odometer_km: 20 },
        6 => Command::Pause { from: one, until: other },
        7 => Command::BeginPause,
        8 => Command::Resume { on: one },
        9 => Command::CallOffPause,
        10 => Command::GiveNotice { ends_on: one },
        11 => Command::WithdrawNotice,
        12 => Command::BeginReturn,
        13 => Command::Return { on: one, odometer_km: 9_000 },
        14 => Command::Close,
        15 => Command::Cancel,
        16 => Command::Swap { to: VehicleId::from(uuid::Uuid::from_u128(7)), back_km: 9_000, out_km: 600 },
        _ => Command::Expire,
    }
}

/// A hold of a kind; its number and kind together make the id, so that a release can miss.
fn numbered(number: u128, kind: HoldKind) -> Hold {
    hold(number * 100 + kind as u128, kind)
}

struct Life {
    subscription: Subscription,
    today: Date,
    states: BTreeSet<State>,
    codes: BTreeSet<&'static str>,
}

impl Life {
    fn new(subscription: Subscription) -> Self {
        Self {
            states: BTreeSet::from([subscription.state]),
            codes: BTreeSet::new(),
            subscription,
            today: day("2026-01-31"),
        }
    }

    fn context(&self) -> Context {
        Context { today: self.today, customer: CustomerStatus::Active, ..on("2026-01-31") }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let today = self.today;
        let command = match *step {
            Step::Wait(days) => {
                self.today = later(today, days);
                let due = self.subscription.due_command(self.today);
                return due.map_or(Ok(()), |command| self.give(command));
            }
            Step::Money(money_state) => {
                self.subscription.money_state = money_state;
                return Ok(());
            }
            Step::Forward(days) => forward(&self.subscription, today, days),
            Step::Any(which, one, other) => any_command(which, later(today, one), later(today, other)),
            Step::Hold(number, kind) => Command::PlaceHold { hold: numbered(number, kind) },
            Step::Release(number, kind) => Command::ReleaseHold { id: numbered(number, kind).id, kind },
        };
        self.give(command)
    }

    fn give(&mut self, command: Command) -> Result<(), TestCaseError> {
        let before = &self.subscription;
        let context = self.context();
        let events = match decide(before, &command, &context) {
            Ok(events) => events,
            Err(refusal) => return self.refused(&refusal, &command),
        };
        let after = before.apply_all(&events);
        prop_assert_eq!(after.check(), Ok(()), "{:?} made {:?}", command, after);
        let change = (before.state, after.state);
        prop_assert!(
            change.0 == change.1 || LEGAL.contains(&change),
            "{:?} led from {:?} to {:?}",
            command,
            change.0,
            change.1
        );
        if after.is_drivable() {
            prop_assert!(after.state.allows_driving() && after.holds.iter().all(|hold| !hold.blocks.driving));
        }
        if command.is_change() {
            prop_assert!(before.holds.iter().all(|hold| !hold.blocks.changes), "{:?} went past a hold", command);
        }
        let shown = preview(before, &command, &context).unwrap();
        prop_assert_eq!(&shown.after, &after, "what is shown is what is done");
        prop_assert_eq!(shown.canonical(), preview(before, &command, &context).unwrap().canonical());
        let net: i64 = shown.amounts.iter().map(|line| line.amount.net.minor()).sum();
        match events[0] {
            Event::Paused { pause } if before.pause.is_none() => prop_assert_eq!(net, -pause.credit.minor()),
            Event::PausePlanned { pause } => prop_assert_eq!(net, -pause.credit.minor()),
            Event::PauseCalledOff { pause } => prop_assert_eq!(net, pause.credit.minor()),
            Event::Resumed { pause } | Event::ResumePlanned { pause } => {
                prop_assert_eq!(net, before.pause.unwrap().credit.minor() - pause.credit.minor());
            }
            _ => {}
        }
        self.states.insert(after.state);
        self.subscription = after;
        Ok(())
    }

    fn refused(&mut self, refusal: &Refusal, command: &Command) -> Result<(), TestCaseError> {
        prop_assert!(Refusal::CODES.contains(&refusal.code()));
        prop_assert!(refusal.message().ends_with('.'), "{:?}", refusal);
        prop_assert!(preview(&self.subscription, command, &self.context()).is_err());
        self.codes.insert(refusal.code());
        Ok(())
    }
}

fn any_life() -> impl Strategy<Value = (Subscription, Vec<Step>)> {
    (any_draft(), proptest::collection::vec(any_step(), 1..60))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_life_breaks_a_rule((subscription, steps) in any_life()) {
        let mut life = Life::new(subscription);
        for step in &steps {
            let was_over = life.subscription.state.is_terminal();
            let state = life.subscription.state;
            life.step(step)?;
            prop_assert!(!was_over || life.subscription.state == state, "{:?} came back to life", state);
        }
    }
}

#[test]
fn random_lives_reach_every_state_and_most_refusals() {
    let mut runner = TestRunner::deterministic();
    let (mut states, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..2_000 {
        let (subscription, steps) = any_life().new_tree(&mut runner).unwrap().current();
        let mut life = Life::new(subscription);
        for step in &steps {
            life.step(step).unwrap();
        }
        states.extend(life.states);
        codes.extend(life.codes);
    }
    assert_eq!(states.len(), State::ALL.len(), "only {states:?}");
    assert!(codes.len() >= 20, "only {codes:?}");
}
