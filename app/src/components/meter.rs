//! How much of something is used up.

use domain::subscription::Tone;
use leptos::prelude::*;

/// A short bar with its number beside it.
#[component]
pub fn Meter(
    /// The part that is used, in hundredths.
    percent: u32,
    /// Its hue.
    tone: Tone,
) -> impl IntoView {
    let class = match tone {
        Tone::Ok => "meter ok",
        Tone::Warn => "meter warn",
        Tone::Danger => "meter danger",
        Tone::Notice | Tone::Neutral => "meter",
    };
    let percent = percent.min(100);
    view! {
        <svg class=class viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="meter-track" width="100" height="10"></rect>
            <rect class="meter-fill" width=percent height="10"></rect>
        </svg>
        {format!("{percent} %")}
    }
}
