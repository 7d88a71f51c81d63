//! Asks before a page with unsaved changes is left.

use leptos::prelude::*;

/// Watches the forms of the page that are marked `data-unsaved`.
#[island]
pub fn WarnUnsaved() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| watch());
}

#[cfg(feature = "hydrate")]
fn watch() {
    use leptos::ev;

    fn is_in_marked_form(event: &web_sys::Event) -> bool {
        event_target::<web_sys::Element>(event).closest("form[data-unsaved]").is_ok_and(|form| form.is_some())
    }

    let is_changed = StoredValue::new(false);
    window_event_listener(ev::input, move |event| {
        if is_in_marked_form(&event) {
            is_changed.set_value(true);
        }
    });
    // Sending another form of the page, such as the theme's, would lose the changes as surely as a link.
    window_event_listener(ev::submit, move |event| {
        if is_in_marked_form(&event) {
            is_changed.set_value(false);
        }
    });
    window_event_listener(ev::beforeunload, move |event| {
        if is_changed.get_value() {
            event.prevent_default();
        }
    });
}
