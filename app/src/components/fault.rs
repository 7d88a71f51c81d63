//! A page that can't be shown: what is missing, and the next step.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{components::PageHead, error::AppError};

/// Shows why there is no page here.
#[component]
pub fn Fault(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    let heading = match error.status {
        401 => "You are signed out",
        403 => "You can’t open this page",
        404 => "There is nothing here",
        409 => "This has changed meanwhile",
        422 => "This address can’t be read",
        429 => "Too many requests",
        503 => "Not available right now",
        _ => "Something went wrong",
    };
    let again = matches!(error.status, 429 | 500 | 503);
    view! {
        <Title text=heading/>
        <PageHead title=String::new() is_silent=true/>
        <section class="fault">
            <p class="fault-code">{error.status} <span>{error.code}</span></p>
            <h1 tabindex="-1">{heading}</h1>
            <p class="lead">{error.message}</p>
            {(!error.request_id.is_empty())
                .then(|| view! {
                    <dl class="facts">
                        <div>
                            <dt>"Request"</dt>
                            <dd><code>{error.request_id}</code></dd>
                        </div>
                    </dl>
                })}
            <div class="acts">
                {again.then(|| view! { <a class="btn" href="">"Try again"</a> })}
                {(error.status == 401).then(|| view! { <a class="btn primary" href="/sign-in">"Sign in"</a> })}
                <a class="btn" href="/">"Go to the overview"</a>
            </div>
        </section>
    }
}
