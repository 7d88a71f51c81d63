//! The last day in figures, and whether the log is sound.

use domain::subscription::Tone;
use leptos::prelude::*;

use super::reads::{Figure, SummaryView, Verdict};
use crate::components::Icon;

/// Shows figures and verdicts.
#[component]
pub(super) fn Summary(
    /// What to show.
    summary: SummaryView,
) -> impl IntoView {
    let figures: Vec<_> = summary.figures.into_iter().map(figure).collect();
    let verdicts: Vec<_> = summary.verdicts.into_iter().map(verdict).collect();
    view! {
        <div class="stack s">{verdicts}</div>
        <dl class="strip">{figures}</dl>
    }
}

fn figure(figure: Figure) -> AnyView {
    view! {
        <div>
            <dt>{figure.label}</dt>
            <dd><a href=figure.href>{figure.value}</a> <small>{figure.note}</small></dd>
        </div>
    }
    .into_any()
}

fn verdict(verdict: Verdict) -> AnyView {
    let (class, icon) = match verdict.tone {
        Tone::Ok => ("message ok inline", "security"),
        Tone::Danger => ("message danger inline", "alert"),
        Tone::Warn => ("message warn inline", "alert"),
        Tone::Notice | Tone::Neutral => ("message notice inline", "info"),
    };
    // Only what is wrong interrupts; that all is well is said without raising one's voice.
    let role = (verdict.tone == Tone::Danger).then_some("alert");
    view! {
        <div class=class role=role>
            <Icon name=icon/>
            <div class="message-body">
                <p>
                    <b>{verdict.headline}</b> " " {verdict.detail}
                    {(!verdict.checkpoint.is_empty())
                        .then(|| view! { " Checkpoint " <code>{verdict.checkpoint}</code> "." })}
                </p>
                {(!verdict.note.is_empty())
                    .then(|| view! {
                        <details>
                            <summary class="small">"The newest checkpoint"</summary>
                            <p class="small muted measure">
                                "Keep a copy outside this machine: whoever has one can show that nothing before it was changed or cut."
                            </p>
                            <pre class="code" tabindex="0">{verdict.note}</pre>
                        </details>
                    })}
            </div>
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<SummaryView, crate::error::AppError> { crate::context::answer(async { Err(services::Error::internal("stub")) }).await }
#[cfg(feature = "ssr")]
pub(super) async fn verify() -> Result<crate::viewer::Done, crate::error::AppError> { crate::context::answer(async { Err(services::Error::internal("stub")) }).await }
