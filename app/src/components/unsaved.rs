//! Asks before a page with unsaved changes is left.

use leptos::prelude::*;

/// Watches the forms of the page that are marked `data-unsaved`.
#[component]
pub fn WarnUnsaved() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| crate::components::unsaved::watch());
}

#[cfg(feature = "hydrate")]
fn watch() {
    use leptos::{ev, leptos_dom::helpers::window_event_listener};

    let is_changed = StoredValue::new(false);
    let input = window_event_listener(ev::input, move |event| {
        let is_marked =
            event_target::<web_sys::Element>(&event).closest("form[data-unsaved]").is_ok_and(|form| form.is_some());
        if is_marked {
            is_changed.set_value(true);
        }
    });
    let submit = window_event_listener(ev::submit, move |_| is_changed.set_value(false));
    let leave = window_event_listener(ev::beforeunload, move |event| {
        if is_changed.get_value() {
            event.prevent_default();
        }
    });
    let click = window_event_listener(ev::click, move |event| {
        // Links are followed without leaving the document, so the browser itself would not ask.
        let Some(link) = event_target::<web_sys::Element>(&event).closest("a[href]").ok().flatten() else { return };
        let stays = link.get_attribute("href").is_some_and(|href| href.starts_with('#'));
        if is_changed.get_value() && !stays {
            let leaves = window()
                .confirm_with_message("Leave without saving? What you changed here will be lost.")
                .unwrap_or(true);
            if leaves {
                is_changed.set_value(false);
            } else {
                event.prevent_default();
                event.stop_immediate_propagation();
            }
        }
    });
    on_cleanup(move || {
        input.remove();
        submit.remove();
        leave.remove();
        click.remove();
    });
}
