//! The panels of an integration's page.

use leptos::prelude::*;

use crate::{
    components::{Icon, PlainTable, StatusBadge},
    views::{Badge, Row},
};

/// A secret that was made a moment ago.
#[component]
pub(super) fn Fresh(secret: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="fresh">
            <header class="panel-head"><h2 id="fresh">"The new signing secret"</h2></header>
            <div class="panel-body stack s">
                <div class="message warn inline">
                    <Icon name="alert"/>
                    <div class="message-body">
                        <p>
                            <b>"Copy it now; it is shown this once. "</b>
                            "The partner signs its messages by it. Hand it over by a way that keeps it secret."
                        </p>
                    </div>
                </div>
                <p class="secret"><code>{secret}</code></p>
            </div>
        </section>
    }
}

/// What we prove ourselves by, as far as it may be known.
#[component]
pub(super) fn CredentialsPanel(secrets: Vec<Row>, acts: Vec<String>) -> impl IntoView {
    let can = |act: &str| acts.iter().any(|possible| possible == act);
    let (credential, webhook, make) = (can("secret"), can("webhook"), can("make"));
    view! {
        <PlainTable
            id="credentials"
            heading="Credentials"
            note="Written, and never shown again."
            columns=vec!["What for", "Ends", "Set"]
            rows=secrets
            empty="None is set."
        />
        {(credential || webhook)
            .then(|| view! {
                <p class="row">
                    {credential.then(|| view! { <a class="btn small" href="?act=secret">"Set credential …"</a> })}
                    {webhook.then(|| view! { <a class="btn small" href="?act=webhook">"Set signing secret …"</a> })}
                    {make.then(|| view! { <a class="btn small" href="?act=make">"Make signing secret …"</a> })}
                </p>
            })}
    }
}

/// Where the breaker stands, how it turned, and holding it.
#[component]
pub(super) fn BreakerPanel(words: String, badge: Badge, turns: Vec<Row>, acts: Vec<String>) -> impl IntoView {
    let link = |act: &'static str, label: &'static str| {
        acts.iter()
            .any(|possible| possible == act)
            .then(|| view! { <a class="btn small" href=format!("?act={act}")>{label}</a> })
    };
    let (open, closed, free) =
        (link("hold_open", "Hold open …"), link("hold_closed", "Hold closed …"), link("let_go", "Let go …"));
    view! {
        <section class="panel" aria-labelledby="breaker">
            <header class="panel-head"><h2 id="breaker">"Circuit breaker"</h2></header>
            <div class="panel-body stack s">
                <p><StatusBadge badge/> " " {words}</p>
                <p class="row">{open} {closed} {free}</p>
            </div>
        </section>
        <PlainTable
            id="turns"
            heading="How it turned"
            note="The latest first; at most fifty."
            columns=vec!["When", "To", "Why"]
            rows=turns
            empty="It has been closed ever since."
        />
    }
}

/// Failure drills and what they showed.
#[component]
pub(super) fn DrillPanel(drills: Vec<Row>, acts: Vec<String>) -> impl IntoView {
    let can = |act: &str| acts.iter().any(|possible| possible == act);
    let (start, stop) = (can("drill"), can("stop_drill"));
    view! {
        <PlainTable
            id="drills"
            heading="Failure drills"
            note="The gateway behaves as if the partner were down, and what came of each call is counted."
            columns=vec!["Began", "Lasted", "By", "Calls", "Second", "Last known", "Queued", "Refused"]
            rows=drills
            empty="None was run yet. To go live, it needs one that is younger than 180 days."
        />
        {start.then(|| view! { <p class="row"><a class="btn small" href="?act=drill">"Run a drill …"</a></p> })}
        {stop
            .then(|| view! {
                <p class="row"><a class="btn small danger-quiet" href="?act=stop_drill">"Stop the drill …"</a></p>
            })}
    }
}
