//! The command palette: records, what can be done here, and pages, by a few letters. Ctrl-K or Cmd-K opens it; `?` lists the shortcuts.
//!
//! Everything it does can be done without it; it works only where JavaScript runs.

use leptos::{ev, html, prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    icon::Icon,
    search::{Found, find_everywhere},
};

/// A page that the viewer may open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// The key that leads there after `g`, if any.
    pub key: String,
}

/// The most pages that are listed at once; records come first.
const MOST_PLACES: usize = 8;

/// The palette and the list of shortcuts, closed until called.
#[island]
pub fn Palette(
    /// Where it leads besides records.
    places: Vec<Place>,
    /// Whether single keys are shortcuts.
    has_single_keys: bool,
) -> impl IntoView {
    let palette = NodeRef::<html::Dialog>::new();
    let shortcuts = NodeRef::<html::Dialog>::new();
    let input = NodeRef::<html::Input>::new();
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let here = RwSignal::new(Vec::new());
    let places = StoredValue::new(places);
    let results = results(query, here, places);

    let open = move || {
        if let Some(dialog) = palette.get_untracked()
            && !dialog.open()
            && dialog.show_modal().is_ok()
        {
            here.set(acts_here());
            query.set(String::new());
            if let Some(input) = input.get_untracked() {
                input.set_value("");
                let _ = input.focus();
            }
        }
    };
    listen(open, shortcuts, places, has_single_keys);
    Effect::new(move |_| {
        query.track();
        chosen.set(0);
    });

    let on_key = move |event: ev::KeyboardEvent| {
        let count = results.with(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => chosen.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(found) = results.with(|results| results.get(chosen.get_untracked()).cloned()) {
                    go(&found.href);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(place, found): (usize, Found)| {
        let about =
            if found.subtitle.is_empty() { found.kind } else { format!("{} · {}", found.kind, found.subtitle) };
        view! {
            <a
                class="palette-item"
                id=format!("palette-{place}")
                role="option"
                tabindex="-1"
                href=found.href
                aria-selected=move || if chosen.get() == place { "true" } else { "false" }
            >
                <Icon name="right"/>
                <span class="palette-text"><b>{found.title}</b><small>{about}</small></span>
            </a>
        }
    };
    view! {
        <dialog class="palette" node_ref=palette aria-label="Search and commands">
            <div class="palette-input">
                <Icon name="search"/>
                <input
                    node_ref=input
                    type="text"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-label="Search and commands"
                    aria-activedescendant=move || format!("palette-{}", chosen.get())
                    autocomplete="off"
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=on_key
                />
                <kbd>"Esc"</kbd>
            </div>
            <div class="palette-list" id="palette-list" role="listbox" aria-label="Results">
                {move || results.get().into_iter().enumerate().map(option).collect::<Vec<_>>()}
            </div>
            {move || results.with(Vec::is_empty).then(|| view! { <p class="palette-empty">"Nothing matches."</p> })}
        </dialog>
        <dialog class="dialog" node_ref=shortcuts aria-labelledby="shortcuts">
            <header class="dialog-head">
                <h2 id="shortcuts">"Keyboard shortcuts"</h2>
                <form method="dialog"><button class="btn icon-only quiet" aria-label="Close"><Icon name="close"/></button></form>
            </header>
            <div class="dialog-body">
                <dl class="shortcuts">
                    <div><dt><kbd>"Ctrl"</kbd> " " <kbd>"K"</kbd></dt><dd>"Search and commands"</dd></div>
                    <div><dt><kbd>"/"</kbd></dt><dd>"Search and commands"</dd></div>
                    <div><dt><kbd>"?"</kbd></dt><dd>"This list"</dd></div>
                    {keys(places)}
                </dl>
                <p class="muted small">"Single keys can be switched off under My account. They never fire while you type."</p>
            </div>
        </dialog>
    }
}

/// One line for each place that has a key.
fn keys(places: StoredValue<Vec<Place>>) -> Vec<AnyView> {
    let with_key = places.get_value().into_iter().filter(|place| !place.key.is_empty());
    with_key
        .map(|Place { label, key, .. }| {
            view! { <div><dt><kbd>"g"</kbd> " " <kbd>{key}</kbd></dt><dd>"Go to " {label}</dd></div> }.into_any()
        })
        .collect()
}

/// What can be done on this page, as its heading offers it: what somebody may not do is not there.
#[cfg(feature = "hydrate")]
fn acts_here() -> Vec<Found> {
    use wasm_bindgen::JsCast;

    let Ok(links) = document().query_selector_all("main .head .acts a[href]") else { return Vec::new() };
    let links = (0..links.length()).filter_map(|at| links.item(at)?.dyn_into::<web_sys::Element>().ok());
    links
        .filter_map(|link| {
            Some(Found {
                kind: "On this page".to_owned(),
                title: link.text_content()?.trim_end_matches(['…', ' ']).to_owned(),
                subtitle: String::new(),
                href: link.get_attribute("href")?,
            })
        })
        .collect()
}

/// There is nothing to look at before the page has come.
#[cfg(not(feature = "hydrate"))]
fn acts_here() -> Vec<Found> {
    Vec::new()
}

/// Records that match, as the server finds them, then what can be done here, then pages.
fn results(query: RwSignal<String>, here: RwSignal<Vec<Found>>, places: StoredValue<Vec<Place>>) -> Memo<Vec<Found>> {
    let hits = RwSignal::new((String::new(), Vec::<Found>::new()));
    // An answer to an older query is dropped: it names the query it is for.
    Effect::new(move |_| {
        let wanted = query.get();
        if wanted.trim().len() >= 2 {
            leptos::task::spawn_local(async move {
                if let Ok(found) = find_everywhere(wanted.clone()).await
                    && query.try_get_untracked().as_ref() == Some(&wanted)
                {
                    hits.set((wanted, found));
                }
            });
        }
    });
    Memo::new(move |_| {
        let wanted = query.get();
        let (of, mut results) = hits.get();
        if of != wanted {
            results.clear();
        }
        let wanted = wanted.trim().to_lowercase();
        here.with(|here| {
            results.extend(here.iter().filter(|act| act.title.to_lowercase().contains(&wanted)).cloned());
        });
        places.with_value(|places| {
            let matching = places.iter().filter(|place| place.label.to_lowercase().contains(&wanted));
            results.extend(matching.take(MOST_PLACES).map(|place| Found {
                kind: "Go to".to_owned(),
                title: place.label.clone(),
                subtitle: String::new(),
                href: place.href.clone(),
            }));
        });
        results
    })
}

/// Listens to the whole page's keys.
fn listen(
    open: impl Fn() + Copy + 'static,
    shortcuts: NodeRef<html::Dialog>,
    places: StoredValue<Vec<Place>>,
    has_single_keys: bool,
) {
    let is_after_g = StoredValue::new(false);
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            open();
            return;
        }
        if !has_single_keys || event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        let was_after_g = is_after_g.get_value();
        is_after_g.set_value(key == "g");
        match key.as_str() {
            "?" => {
                if let Some(dialog) = shortcuts.get_untracked()
                    && !dialog.open()
                {
                    let _ = dialog.show_modal();
                }
            }
            "/" => {
                event.prevent_default();
                open();
            }
            _ if was_after_g => places.with_value(|places| {
                if let Some(place) = places.iter().find(|place| place.key == key) {
                    go(&place.href);
                }
            }),
            _ => {}
        }
    };
    // Effects run in the browser alone, where there is a window to listen to.
    Effect::new(move |_| drop(window_event_listener(ev::keydown, on_key)));
}

fn go(href: &str) {
    let _ = window().location().set_href(href);
}

fn is_typing(event: &ev::KeyboardEvent) -> bool {
    event_target::<leptos::web_sys::Element>(event)
        .closest("input, textarea, select, dialog[open], [contenteditable]")
        .is_ok_and(|field| field.is_some())
}
