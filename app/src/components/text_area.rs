//! A field for several lines.
//!
//! The framework does not escape what stands between the tags of a `textarea` when a page is rendered on the server, so
//! text that closes the tag would become markup. This component escapes it by hand; it is the one place where
//! `inner_html` is allowed.

use leptos::prelude::*;

/// A field for several lines.
#[component]
pub fn TextArea(
    /// The element's id.
    id: String,
    /// The name in the form.
    name: String,
    /// What stands in it.
    value: String,
    /// How many lines are shown.
    #[prop(default = 3)]
    rows: u32,
    /// Whether what stands in it was refused.
    #[prop(optional)]
    is_invalid: bool,
    /// Ids of what describes it.
    #[prop(optional, into)]
    described_by: Option<String>,
    /// Whether it must be filled in.
    #[prop(optional)]
    is_required: bool,
) -> impl IntoView {
    view! {
        <textarea
            class="input w-full"
            id=id
            name=name
            rows=rows
            aria-invalid=is_invalid.then_some("true")
            aria-describedby=described_by
            aria-required=is_required.then_some("true")
            inner_html=escaped(&value)
        ></textarea>
    }
}

fn escaped(text: &str) -> String {
    // A browser drops the first line break after the opening tag; one more keeps what was typed.
    let mut escaped = String::with_capacity(text.len() + 1);
    if text.starts_with('\n') {
        escaped.push('\n');
    }
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}
