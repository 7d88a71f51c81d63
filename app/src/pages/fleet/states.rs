//! How a vehicle's state and its due dates look, and which states a form offers.

use domain::{fleet::VehicleState, subscription::Tone};
use jiff::civil::Date;

use crate::{
    views::{Badge, Choice},
    words,
};

/// How a state looks.
pub(super) fn badge(state: VehicleState) -> Badge {
    let tone = match state {
        VehicleState::Available | VehicleState::OnSubscription => Tone::Ok,
        VehicleState::Reserved | VehicleState::Allocated => Tone::Notice,
        VehicleState::Workshop | VehicleState::Inspection => Tone::Warn,
        VehicleState::Accident | VehicleState::Stolen => Tone::Danger,
        VehicleState::Incoming | VehicleState::Preparing | VehicleState::InTransit | VehicleState::Defleeted => {
            Tone::Neutral
        }
    };
    Badge::new(tone, state.label())
}

/// The mark at the start of a vehicle's row.
pub(super) fn mark(state: VehicleState, is_overdue: bool) -> &'static str {
    match state {
        VehicleState::Accident | VehicleState::Stolen => "bad",
        VehicleState::Defleeted => "off",
        _ if is_overdue => "attn",
        _ => "",
    }
}

/// Whether a day, as stored, has passed.
pub(super) fn is_overdue(due_on: Option<&str>, today: Date) -> bool {
    due_on.and_then(|due_on| due_on.parse::<Date>().ok()).is_some_and(|due_on| due_on < today)
}

/// A due date in words, and whether it has passed.
pub(super) fn due(due_on: Option<&str>, today: Date) -> String {
    let shown = words::stored_date(due_on);
    if is_overdue(due_on, today) { format!("{shown}, overdue") } else { shown }
}

/// The states somebody may set by hand: those a vehicle may become, or for a new one all that no subscription sets.
pub(super) fn choices(now: Option<VehicleState>) -> Vec<Choice> {
    VehicleState::ALL
        .iter()
        .filter(|next| now.map_or(!next.is_set_by_subscriptions(), |now| now.may_become(**next)))
        .map(|next| (next.as_str().to_owned(), next.label().to_owned()))
        .collect()
}
