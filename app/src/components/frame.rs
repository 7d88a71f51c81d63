//! The frame around every page: the rail, the top bar, and the narrow frame of pages before sign-in.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    components::{Hidden, Icon, PostForm},
    islands::{Palette, Place},
    viewer::{may, use_viewer},
};

struct Entry {
    href: &'static str,
    label: &'static str,
    icon: &'static str,
    /// Where one has to be for it to be marked as here: its own address and all below, unless it stands for more.
    root: &'static str,
    /// The permission without which it isn't there; none for everybody's own.
    permission: Option<Permission>,
}

const fn entry(href: &'static str, label: &'static str, icon: &'static str, permission: Permission) -> Entry {
    Entry { href, label, icon, root: href, permission: Some(permission) }
}

impl Entry {
    /// It stands for everything below `root`.
    const fn for_all_below(self, root: &'static str) -> Self {
        Self { root, ..self }
    }
}

const GROUPS: [(&str, &[Entry]); 4] = [
    ("", &[entry("/", "Overview", "overview", Permission::OverviewRead)]),
    (
        "Business",
        &[
            entry("/customers", "Customers", "customers", Permission::CustomersRead),
            entry("/fleet", "Fleet", "fleet", Permission::FleetRead),
            entry("/subscriptions", "Subscriptions", "subscriptions", Permission::SubscriptionsRead),
            entry("/plans", "Plans", "plans", Permission::PlansRead),
        ],
    ),
    (
        "Machines",
        &[
            entry("/access/keys", "API access", "key", Permission::AccessRead).for_all_below("/access"),
            entry("/partners", "Partners", "customers", Permission::PartnersRead),
            entry("/integrations", "Integrations", "plug", Permission::IntegrationsRead),
        ],
    ),
    (
        "Control",
        &[
            entry("/security", "Security", "security", Permission::AuditRead),
            entry("/settings/staff", "Staff", "customers", Permission::StaffRead),
            entry("/settings/roles", "Roles", "key", Permission::RolesRead),
            Entry {
                href: "/settings/account",
                label: "My account",
                icon: "settings",
                root: "/settings/account",
                permission: None,
            },
        ],
    ),
];

/// Pages that are reached by name and not by the rail, and the keys after `g` that lead to those that are.
const MORE: [(&str, &str, Option<Permission>); 8] = [
    ("New customer", "/customers/new", Some(Permission::CustomersWrite)),
    ("New vehicle", "/fleet/new", Some(Permission::FleetWrite)),
    ("New subscription", "/subscriptions/new", Some(Permission::SubscriptionsWrite)),
    ("New API key", "/access/keys/new?kind=api_key", Some(Permission::AccessManage)),
    ("New partner", "/partners/new", Some(Permission::PartnersManage)),
    ("API usage", "/access/usage", Some(Permission::AccessRead)),
    ("Why was I refused?", "/access/refusals", Some(Permission::AccessRead)),
    ("My sessions", "/settings/sessions", None),
];
const KEYS: [(&str, &str); 6] =
    [("/", "o"), ("/customers", "c"), ("/fleet", "f"), ("/subscriptions", "s"), ("/plans", "p"), ("/security", "a")];

/// Where the palette leads: everything in the rail, and more, as far as the viewer may go there.
fn places() -> Vec<Place> {
    let rail = GROUPS.iter().flat_map(|(_, entries)| entries.iter());
    let rail = rail.map(|entry| (entry.label, entry.href, entry.permission));
    rail.chain(MORE)
        .filter(|(.., permission)| permission.is_none_or(may))
        .map(|(label, href, _)| {
            let key = KEYS.iter().find(|(of, _)| *of == href).map_or("", |(_, key)| key);
            Place { label: label.to_owned(), href: href.to_owned(), key: key.to_owned() }
        })
        .collect()
}

#[component]
fn Brand(is_top: bool) -> impl IntoView {
    view! {
        <a class=if is_top { "brand top-brand" } else { "brand" } href="/">
            <svg class="brand-mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                <rect x="4" y="1.5" width="12" height="17" rx="6" fill="none" stroke="currentColor" stroke-width="2"></rect>
                <circle cx="10" cy="7" r="2" fill="currentColor"></circle>
                <path d="M7 12.5h6M7 15.3h6" fill="none" stroke="currentColor" stroke-width="1.6"></path>
            </svg>
            {if is_top { view! { <span class="vh">"Keyfob, overview"</span> }.into_any() } else { "Keyfob".into_any() }}
        </a>
    }
}

/// Where one can go; what a role may not use is not there.
#[component]
fn Navigation() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let group = |(head, entries): &(&'static str, &'static [Entry])| {
        let links: Vec<_> = entries
            .iter()
            .filter(|entry| entry.permission.is_none_or(may))
            .map(|entry| {
                let href = entry.href;
                let root = entry.root;
                let is_below =
                    root != "/" && path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                let is_here = (path == href || is_below).then_some("page");
                view! {
                    <li>
                        <a href=href aria-current=is_here><Icon name=entry.icon/>{entry.label}</a>
                    </li>
                }
            })
            .collect();
        let is_shown = !links.is_empty();
        is_shown.then(|| {
            view! {
                {(!head.is_empty()).then(|| view! { <p class="nav-head">{*head}</p> })}
                <ul class="nav">{links}</ul>
            }
        })
    };
    GROUPS.iter().map(group).collect::<Vec<_>>()
}

/// The frame of every page behind sign-in.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let viewer = use_viewer();
    let (initials, name, roles) = (viewer.initials.clone(), viewer.name.clone(), viewer.roles.clone());
    let theme = viewer.theme.clone();
    let here = {
        let location = use_location();
        let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
        if query.is_empty() { path } else { format!("{path}?{query}") }
    };
    let themes: Vec<_> = [("system", "System"), ("light", "Light"), ("dark", "Dark")]
        .into_iter()
        .map(|(value, label)| {
            let is_on = if theme == value { "true" } else { "false" };
            view! { <button type="submit" name="theme" value=value aria-pressed=is_on>{label}</button> }
        })
        .collect();
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="app">
            <nav class="rail" aria-label="Main"><Brand is_top=false/><Navigation/></nav>
            <div class="frame">
                <header class="top">
                    <details class="nav-drawer">
                        <summary><Icon name="menu"/><span class="vh">"Menu"</span></summary>
                        <nav class="drawer" aria-label="Main menu"><Navigation/></nav>
                    </details>
                    <Brand is_top=true/>
                    <form class="search" role="search" aria-label="Everything" action="/search" method="get">
                        <Icon name="search"/>
                        <label class="vh" for="q">"Search everything"</label>
                        <input id="q" type="search" name="q" placeholder="Search a plate, VIN, customer, number …" autocomplete="off"/>
                        <kbd class="js-only">"Ctrl K"</kbd>
                    </form>
                    <div class="top-end">
                        {(!viewer.environment.is_empty()).then(|| view! { <span class="env">{viewer.environment}</span> })}
                        <details class="menu end" name="top">
                            <summary class="me">{initials}<span class="vh">{format!(": {name}, your account")}</span></summary>
                            <div class="menu-body">
                                <p class="menu-head"><b>{name.clone()}</b><span>{roles}</span></p>
                                <ul>
                                    <li><a href="/settings/account">"My account"</a></li>
                                    <li><a href="/settings/sessions">"My sessions"</a></li>
                                </ul>
                                <hr/>
                                <PostForm function="account/theme" class="menu-form" has_summary=false>
                                    <Hidden name="back" value=here/>
                                    <fieldset class="menu-set">
                                        <legend>"Theme"</legend>
                                        <div class="segments">{themes}</div>
                                    </fieldset>
                                </PostForm>
                                <hr/>
                                <PostForm function="account/sign_out" class="menu-form" has_summary=false>
                                    <ul><li><button type="submit">"Sign out"</button></li></ul>
                                </PostForm>
                            </div>
                        </details>
                    </div>
                </header>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <Palette places=places() has_single_keys=viewer.has_single_keys/>
    }
}

/// The narrow frame of pages before sign-in.
#[component]
pub fn Gate(
    /// The page's name.
    title: &'static str,
    /// One line under it.
    #[prop(optional, into)]
    subtitle: String,
    children: Children,
) -> impl IntoView {
    use crate::{components::Message, failure::use_any_failure};
    use leptos_meta::Title;

    let prefix = if use_any_failure().is_some() { "Error: " } else { "" };
    let environment = use_viewer().environment;
    view! {
        <Title text=format!("{prefix}{title}")/>
        <div class="gate">
            <header><Brand is_top=false/></header>
            <main class="gate-card panel" id="main" tabindex="-1">
                <Message/>
                <h1 tabindex="-1">{title}</h1>
                {(!subtitle.is_empty()).then(|| view! { <p class="sub">{subtitle}</p> })}
                {children()}
            </main>
            {(!environment.is_empty()).then(|| view! { <footer class="gate-foot">{environment}</footer> })}
        </div>
    }
}
