//! The boxes of a key's form: what it may do, and the limits given to it.

use leptos::prelude::*;

use super::reads::{BoxLine, ScopeArea};
use crate::{
    components::Icon,
    failure::{Failure, use_failure},
};

/// What stands before a limit's id in the name of its box: the form's decoder takes a digit for a list's index.
pub(super) const LIMIT: &str = "limit-";

/// A box for each scope, by area.
#[component]
pub(super) fn ScopeBoxes(
    /// The endpoint that the form posts to.
    function: &'static str,
    /// The scopes.
    areas: Vec<ScopeArea>,
) -> impl IntoView {
    let failure = use_failure(function);
    let areas: Vec<_> = areas
        .into_iter()
        .map(|area| {
            let boxes: Vec<_> = area
                .scopes
                .into_iter()
                .map(|line| {
                    let name = format!("scopes[{}]", line.key);
                    one(name, line, failure.as_ref())
                })
                .collect();
            view! { <fieldset class="group"><legend>{area.name}</legend>{boxes}</fieldset> }
        })
        .collect();
    view! {
        <h2 class="form-head span" id="f-scopes" tabindex="-1">"What it may do"</h2>
        {said(failure.as_ref(), "scopes")}
        {areas}
    }
}

/// A box for each limit that can be given; nothing when there is none.
#[component]
pub(super) fn LimitBoxes(
    /// The endpoint that the form posts to.
    function: &'static str,
    /// The limits.
    limits: Vec<BoxLine>,
) -> impl IntoView {
    let failure = use_failure(function);
    (!limits.is_empty()).then(|| {
        let boxes: Vec<_> = limits
            .into_iter()
            .map(|line| {
                let name = format!("policies[{LIMIT}{}]", line.key);
                one(name, line, failure.as_ref())
            })
            .collect();
        view! {
            <fieldset class="group span" id="f-policies" tabindex="-1">
                <legend>"Limits"</legend>
                <p class="hint">"Beside those that are for everybody."</p>
                {said(failure.as_ref(), "policies")}
                {boxes}
            </fieldset>
        }
    })
}

/// What is wrong with a group of boxes.
fn said(failure: Option<&Failure>, field: &str) -> Option<AnyView> {
    let error = failure?.error.at(field)?.to_owned();
    Some(
        view! {
            <p class="field-error span"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
        }
        .into_any(),
    )
}

fn one(name: String, line: BoxLine, failure: Option<&Failure>) -> AnyView {
    let is_on = failure.map_or(line.is_on, |failure| failure.value(&name).as_deref() == Some("yes"));
    view! {
        <label class="check">
            <input type="checkbox" name=name value="yes" checked=is_on disabled=!line.is_open/>
            <span>{line.label}<small>{line.hint}</small></span>
        </label>
    }
    .into_any()
}
