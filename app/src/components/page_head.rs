//! A page's heading: where it is, what it shows, its state, and what can be done.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{Message, StatusBadge},
    failure::use_any_failure,
    views::Badge,
};

/// A step of the way here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
}

impl Crumb {
    /// A step of the way here.
    pub fn new(label: &str, href: impl Into<String>) -> Self {
        Self { label: label.to_owned(), href: href.into() }
    }
}

/// Shows the heading, names the document, and says what the last act came to.
#[component]
pub fn PageHead(
    /// The page's name: the object's, where it shows one.
    title: String,
    /// The pages above.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// One line under the name.
    #[prop(optional, into)]
    subtitle: String,
    /// The object's state.
    #[prop(optional, into)]
    badge: Option<Badge>,
    /// Says only what the last act came to; the page has a heading of its own.
    #[prop(optional)]
    is_silent: bool,
    /// What can be done; the primary act last.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    if is_silent {
        return view! { <Message/> }.into_any();
    }
    let prefix = if use_any_failure().is_some() { "Error: " } else { "" };
    let name = title.clone();
    let crumbs = (!crumbs.is_empty()).then(|| {
        let steps: Vec<_> =
            crumbs.into_iter().map(|crumb| view! { <li><a href=crumb.href>{crumb.label}</a></li> }).collect();
        view! {
            <nav class="crumbs" aria-label="Breadcrumb">
                <ol>{steps}<li aria-current="page">{name}</li></ol>
            </nav>
        }
    });
    view! {
        <Title text=format!("{prefix}{title}")/>
        {crumbs}
        <Message/>
        <header class="head">
            <div class="titles">
                <h1 tabindex="-1">{title} " " {badge.map(|badge| view! { <StatusBadge badge/> })}</h1>
                {(!subtitle.is_empty()).then(|| view! { <p class="sub">{subtitle}</p> })}
            </div>
            {children.map(|children| view! { <div class="acts">{children()}</div> })}
        </header>
    }
    .into_any()
}
