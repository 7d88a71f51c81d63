//! What happens when a page has come.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{FocusOptions, HtmlElement};

/// Moves the focus to the heading of a page that was reached from another of ours, so that who listens or goes by the
/// keyboard begins where the page does. Leaves it where somebody has already put it, or a field has asked for it.
pub fn arrive() {
    let document = document();
    let origin = window().location().origin().unwrap_or_default();
    let comes_from_us = document.referrer().strip_prefix(&origin).is_some_and(|rest| rest.starts_with('/'));
    let is_free = document.active_element().is_none_or(|element| element.tag_name() == "BODY");
    let heading = document.query_selector("h1").ok().flatten().and_then(|heading| heading.dyn_into().ok());
    if comes_from_us
        && is_free
        && let Some(heading) = heading
    {
        // The place one has scrolled to, or a link into the page, stays.
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = HtmlElement::focus_with_options(&heading, &options);
    }
}
