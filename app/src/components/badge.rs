//! A state: a word with a shape, never only a colour.

use domain::subscription::Tone;
use leptos::prelude::*;

use crate::views::Badge;

/// Shows a state.
#[component]
pub fn StatusBadge(
    /// The state.
    badge: Badge,
) -> impl IntoView {
    let (class, shape) = match badge.tone {
        Tone::Ok => ("badge ok", "M4.500 .3a4.200 4.200 0 110 8.400 4.200 4.200 0 010-8.400z"),
        Tone::Notice => ("badge notice", "M4.500 0L9 4.500 4.500 9 0 4.500z"),
        Tone::Warn => ("badge warn", "M4.500 .4L9 8.600H0z"),
        Tone::Danger => ("badge danger", "M.5 .5h8v8h-8z"),
        Tone::Neutral => ("badge neutral", "M0 3.500h9v2H0z"),
    };
    view! {
        <span class=class>
            <svg class="shape" viewBox="0 0 9 9" aria-hidden="true">
                <path d=shape></path>
            </svg>
            {badge.label}
        </span>
        {(!badge.note.is_empty()).then(|| view! { <span class="badge-note">{badge.note}</span> })}
    }
}
