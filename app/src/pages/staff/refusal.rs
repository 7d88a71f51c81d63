//! Why a form of one button was refused; such a form has no room to say it itself.

use leptos::prelude::*;

use crate::{components::ErrorSummary, failure::use_failure};

/// Shows why one of some functions was refused, if this page is shown because of that.
#[component]
pub fn Refusal(
    /// The functions' endpoints.
    of: &'static [&'static str],
) -> impl IntoView {
    of.iter().find_map(|function| use_failure(function)).map(|failure| view! { <ErrorSummary failure/> })
}
