//! What partners do for a subscription, and what they have not done yet.

use domain::permissions::Permission;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::{PostButton, StatusBadge},
    viewer::may,
    views::Badge,
};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// The queued call behind it.
    pub id: String,
    /// Where it stands.
    pub state: Badge,
    /// What is to be done, and by whom.
    pub title: String,
    /// How it went so far.
    pub note: String,
    /// Whether it waits, so that somebody may try it again.
    pub is_open: bool,
}

/// The steps of a subscription, newest first; nothing where no partner was needed.
#[component]
pub(super) fn Steps(steps: Vec<StepView>, id: String) -> impl IntoView {
    let may_try = may(Permission::SubscriptionsWrite);
    let items: Vec<_> = steps
        .into_iter()
        .map(|step| {
            let fields = vec![("id", id.clone()), ("call", step.id)];
            let described = format!("Try now: {}", step.title);
            view! {
                <li>
                    <StatusBadge badge=step.state/>
                    <div class="feed-text">
                        <p>{step.title}</p>
                        <p class="small muted">{step.note}</p>
                    </div>
                    {(step.is_open && may_try)
                        .then(|| view! {
                            <PostButton
                                function="subscriptions/retry_step"
                                label="Try now"
                                class="btn small"
                                described=described
                                fields
                            />
                        })}
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="steps">
                <header class="panel-head">
                    <h2 id="steps">"Partner steps"</h2>
                    <p>"Done beside your work; a partner that is down never holds it up."</p>
                </header>
                <ul class="feed">{items}</ul>
            </section>
        }
    })
}

/// A queued call as a step.
#[cfg(feature = "ssr")]
pub(super) fn step(queued: &services::gateway::Queued, now: domain::Timestamp) -> StepView {
    use domain::{Timestamp, integrations::CallState, subscription::Tone};

    use crate::{pages::webhooks::words::ahead, words};

    let state = queued.state();
    let has_failed = !queued.last_error.is_empty();
    let badge = match state {
        CallState::Done => Badge::new(Tone::Ok, "Done"),
        CallState::Dead => Badge::new(Tone::Danger, "Needs attention").with_note("given up"),
        CallState::Cancelled => Badge::new(Tone::Neutral, "Cancelled"),
        CallState::Ready | CallState::Running if has_failed => Badge::new(Tone::Warn, "Needs attention"),
        CallState::Ready | CallState::Running => Badge::new(Tone::Notice, state.label()),
    };
    let changed = words::when(Timestamp(queued.updated_at), now).shown;
    let note = match state {
        CallState::Done | CallState::Cancelled => changed,
        CallState::Dead => format!("{}. Nothing more happens by itself.", queued.last_error),
        CallState::Ready if has_failed => {
            format!("{}. It is tried again {}.", queued.last_error, ahead(Timestamp(queued.next_at), now))
        }
        CallState::Ready | CallState::Running => format!("asked for {changed}"),
    };
    StepView {
        id: queued.id.to_string(),
        state: badge,
        title: format!("{} · {}", queued.title, queued.integration_name),
        note,
        is_open: matches!(state, CallState::Ready | CallState::Dead) && has_failed,
    }
}
