//! The command palette: pages and records by a few letters. Ctrl-K or Cmd-K opens it; `?` lists the shortcuts.
//!
//! Everything it does can be done without it; it exists only where JavaScript runs.

use leptos::{ev, html, prelude::*};

use crate::{
    components::Icon,
    pages::search::{Found, find_everywhere},
    viewer::{may, use_viewer},
};
use domain::permissions::Permission;

const PAGES: [(&str, &str, &str, Option<Permission>); 13] = [
    ("Overview", "/", "o", Some(Permission::OverviewRead)),
    ("Customers", "/customers", "c", Some(Permission::CustomersRead)),
    ("New customer", "/customers/new", "", Some(Permission::CustomersWrite)),
    ("Fleet", "/fleet", "f", Some(Permission::FleetRead)),
    ("New vehicle", "/fleet/new", "", Some(Permission::FleetWrite)),
    ("Subscriptions", "/subscriptions", "s", Some(Permission::SubscriptionsRead)),
    ("New subscription", "/subscriptions/new", "", Some(Permission::SubscriptionsWrite)),
    ("Plans", "/plans", "p", Some(Permission::PlansRead)),
    ("Security: audit log", "/security", "a", Some(Permission::AuditRead)),
    ("Staff", "/settings/staff", "", Some(Permission::StaffRead)),
    ("Roles", "/settings/roles", "", Some(Permission::RolesRead)),
    ("My account", "/settings/account", "", None),
    ("My sessions", "/settings/sessions", "", None),
];

/// The palette and the list of shortcuts, closed until called.
#[expect(clippy::too_many_lines, reason = "one view with the few signals it lives on")]
#[component]
pub fn Palette() -> impl IntoView {
    let palette = NodeRef::<html::Dialog>::new();
    let shortcuts = NodeRef::<html::Dialog>::new();
    let input = NodeRef::<html::Input>::new();
    let (query, set_query) = signal(String::new());
    let (hits, set_hits) = signal((String::new(), Vec::<Found>::new()));
    let (chosen, set_chosen) = signal(0_usize);

    let pages = move || {
        let wanted = query.get().to_lowercase();
        PAGES
            .into_iter()
            .filter(|(label, _, _, permission)| {
                permission.is_none_or(may) && label.to_lowercase().contains(wanted.trim())
            })
            .map(|(label, href, ..)| Found {
                kind: "Go to".to_owned(),
                title: label.to_owned(),
                subtitle: String::new(),
                href: href.to_owned(),
            })
            .take(8)
            .collect::<Vec<_>>()
    };
    let results = Memo::new(move |_| {
        let (of, found) = hits.get();
        let records = if of == query.get() { found } else { Vec::new() };
        records.into_iter().chain(pages()).collect::<Vec<_>>()
    });

    // An answer to an older query is dropped: it names the query it is for.
    Effect::new(move |_| {
        let wanted = query.get();
        set_chosen.set(0);
        if wanted.trim().len() >= 2 {
            leptos::task::spawn_local(async move {
                if let Ok(found) = find_everywhere(wanted.clone()).await
                    && query.try_get_untracked().as_ref() == Some(&wanted)
                {
                    set_hits.set((wanted, found));
                }
            });
        }
    });

    let open = move || {
        if let Some(dialog) = palette.get_untracked()
            && !dialog.open()
            && dialog.show_modal().is_ok()
        {
            set_query.set(String::new());
            if let Some(input) = input.get_untracked() {
                input.set_value("");
                let _ = input.focus();
            }
        }
    };
    // A link that the router follows like any other: it loads a page's part of the module first, and keeps the history.
    let way = NodeRef::<html::A>::new();
    let follow = move |href: &str| {
        if let Some(link) = way.get_untracked()
            && link.set_attribute("href", href).is_ok()
        {
            link.click();
        }
    };
    let go = move |href: &str| {
        if let Some(dialog) = palette.get_untracked() {
            dialog.close();
        }
        follow(href);
    };

    let has_single_keys = use_viewer().has_single_keys;
    let (is_after_g, set_after_g) = signal(false);
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let key = event.key();
            if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
                event.prevent_default();
                open();
                return;
            }
            if !has_single_keys || event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
                return;
            }
            if key == "?" {
                if let Some(dialog) = shortcuts.get_untracked()
                    && !dialog.open()
                {
                    let _ = dialog.show_modal();
                }
            } else if key == "/" {
                event.prevent_default();
                open();
            } else if is_after_g.get_untracked() {
                set_after_g.set(false);
                let page = PAGES.iter().find(|(_, _, shortcut, permission)| {
                    !shortcut.is_empty() && *shortcut == key && permission.is_none_or(may)
                });
                if let Some((_, href, ..)) = page {
                    follow(href);
                }
            } else {
                set_after_g.set(key == "g");
            }
        });
        on_cleanup(move || listener.remove());
    });

    let on_key = move |event: ev::KeyboardEvent| {
        let count = results.with(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                set_chosen.update(|at| *at = (*at + 1) % count);
            }
            "ArrowUp" => {
                event.prevent_default();
                set_chosen.update(|at| *at = (*at + count - 1) % count);
            }
            "Enter" => {
                event.prevent_default();
                if let Some(found) = results.with(|results| results.get(chosen.get_untracked()).cloned()) {
                    go(&found.href);
                }
            }
            _ => {}
        }
    };
    let option = move |(place, found): (usize, Found)| {
        let href = found.href.clone();
        view! {
            <div
                class="palette-item"
                id=format!("palette-{place}")
                role="option"
                aria-selected=move || if chosen.get() == place { "true" } else { "false" }
                on:click=move |_| go(&href)
            >
                <Icon name="right"/>
                <span class="palette-text">
                    <b>{found.title}</b>
                    <small>{if found.subtitle.is_empty() { found.kind } else { format!("{} · {}", found.kind, found.subtitle) }}</small>
                </span>
            </div>
        }
    };
    let rows: Vec<_> = PAGES
        .into_iter()
        .filter(|(_, _, key, _)| !key.is_empty())
        .map(|(label, _, key, _)| view! { <div><dt><kbd>"g"</kbd> " " <kbd>{key}</kbd></dt><dd>"Go to " {label}</dd></div> })
        .collect();
    view! {
        <a node_ref=way class="vh" tabindex="-1" aria-hidden="true" href="/"></a>
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
                    on:input=move |event| set_query.set(event_target_value(&event))
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
                    {rows}
                </dl>
                <p class="muted small">"Single keys can be switched off under My account. They never fire while you type."</p>
            </div>
        </dialog>
    }
}

fn is_typing(event: &ev::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        event_target::<web_sys::Element>(event)
            .closest("input, textarea, select, dialog[open], [contenteditable]")
            .is_ok_and(|field| field.is_some())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}
