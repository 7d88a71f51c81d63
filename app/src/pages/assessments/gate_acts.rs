//! The confirmations of going live and of breaking the glass.

use domain::permissions::Permission;
use leptos::prelude::*;

use super::{
    TAB, crumbs,
    reads::{ExceptionView, GateView},
};
use crate::{
    components::{CheckField, Crumb, Field, Hidden, Icon, PageHead, PostForm, TextField},
    failure::{as_sent, use_failure},
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
};

/// The page of an act; nothing for a word that opens none, or when there is nothing to do.
pub(super) fn act_page(act: &str, gate: &GateView) -> Option<AnyView> {
    let (manages, decides) = (may(Permission::IntegrationsManage), may(Permission::AssessmentsDecide));
    let exception = gate.exception.clone();
    let is_waiting = |one: &ExceptionView| one.is_asked && !one.is_own;
    let (title, body) = match act {
        "go_live" if manages && !gate.is_settled => (format!("Let {} go live", gate.name), go_live(gate)),
        "exception" if manages && !gate.is_settled && exception.is_none() && !gate.missing.is_empty() => {
            ("Ask for an exception".to_owned(), ask(gate))
        }
        "grant" if decides => ("Grant the exception".to_owned(), grant(&exception.filter(is_waiting)?, gate)),
        "decline" if decides => ("Decline the exception".to_owned(), decline(&exception.filter(is_waiting)?, gate)),
        "end" if decides => ("End the exception".to_owned(), end(&exception.filter(|one| one.is_in_force)?, gate)),
        _ => return None,
    };
    let mut way = crumbs();
    way.push(Crumb::new(&format!("Gate of {}", gate.name), here(gate)));
    Some(
        view! {
            <PageHead title subtitle=gate.partner.0.clone() badge=gate.state.clone() crumbs=way/>
            <IntegrationTabs here=TAB/>
            {body}
        }
        .into_any(),
    )
}

fn here(gate: &GateView) -> String {
    format!("/integrations/{}/gate", gate.id)
}

/// What follows, and the form.
fn review(follows: Vec<String>, form: AnyView) -> AnyView {
    let lines: Vec<_> =
        follows.into_iter().map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> }).collect();
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            {form}
        </section>
    }
    .into_any()
}

fn buttons(label: &'static str, class: &'static str, gate: &GateView) -> AnyView {
    let back = here(gate);
    view! {
        <div class="form-acts">
            <button class=class type="submit">{label}</button>
            <a class="btn quiet" href=back>"Go back"</a>
        </div>
    }
    .into_any()
}

fn go_live(gate: &GateView) -> AnyView {
    let mut follows = vec![
        "Calls go out to the partner from now on, by what the integration’s record says.".to_owned(),
        "When its assessment or evidence runs out it is restricted, and 14 days later held.".to_owned(),
    ];
    if !gate.unmet.is_empty() {
        follows.insert(0, format!("It will be refused as it is now. Missing: {}.", gate.unmet));
    }
    if let Some(exception) = gate.exception.as_ref().filter(|one| one.is_in_force) {
        follows.push(format!(
            "It goes live by an exception, for {}. It is held when that ends on {} and they are still missing.",
            exception.missing, exception.ends
        ));
    }
    let (id, acts) = (gate.id.clone(), buttons("Go live", "btn primary", gate));
    let form = view! {
        <PostForm function="assessments/go_live" class="confirm">
            <Hidden name="id" value=id/>
            <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
            {acts}
        </PostForm>
    };
    review(follows, form.into_any())
}

fn ask(gate: &GateView) -> AnyView {
    let follows = vec![
        "Nothing changes until somebody else who may decide on assessments grants it.".to_owned(),
        "Then the gate doesn’t ask for what you choose here, until the end that you set: at most 14 days.".to_owned(),
        "At its end the gate closes again by itself, and what is still missing holds the integration.".to_owned(),
    ];
    let (id, until, missing) = (gate.id.clone(), gate.until.clone(), gate.missing.clone());
    let token = as_sent("assessments/ask_exception", "token", gate.token.clone());
    let error =
        use_failure("assessments/ask_exception").and_then(|failure| failure.error.at("conditions").map(str::to_owned));
    let acts = buttons("Ask for the exception", "btn danger", gate);
    let form = view! {
        <PostForm function="assessments/ask_exception" class="confirm danger">
            <Hidden name="id" value=id/>
            <Hidden name="token" value=token/>
            <fieldset class="group" id="f-conditions" tabindex="-1">
                <legend>"What it stands in for"</legend>
                {error
                    .map(|error| view! {
                        <p class="field-error"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                    })}
                {missing
                    .into_iter()
                    .map(|(key, label)| view! { <CheckField name=format!("conditions[{key}]") label=label/> })
                    .collect::<Vec<_>>()}
            </fieldset>
            <Field name="until" label="Until" value=until kind="datetime-local" width="w-m" hint="In Berlin’s time, at most 14 days from now."/>
            <TextField name="reason" label="Reason" hint="Why it can’t wait. Everybody who opens this gate reads it." rows=3/>
            {acts}
        </PostForm>
    };
    review(follows, form.into_any())
}

/// A confirmation of one reason.
fn decided(
    exception: &ExceptionView,
    function: &'static str,
    class: &'static str,
    follows: Vec<String>,
    acts: AnyView,
) -> AnyView {
    let id = exception.id.clone();
    let form = view! {
        <PostForm function class=class>
            <Hidden name="id" value=id/>
            <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
            {acts}
        </PostForm>
    };
    review(follows, form.into_any())
}

fn grant(exception: &ExceptionView, gate: &GateView) -> AnyView {
    let follows = vec![
        format!("Until {} the gate doesn’t ask for: {}.", exception.ends, exception.missing),
        format!("The reason that was given: {}", exception.reason),
        "At its end the gate closes again by itself.".to_owned(),
    ];
    let acts = buttons("Grant exception", "btn danger", gate);
    decided(exception, "assessments/grant_exception", "confirm danger", follows, acts)
}

fn decline(exception: &ExceptionView, gate: &GateView) -> AnyView {
    let follows = vec!["The gate stays as it is. Another exception can be asked for.".to_owned()];
    let acts = buttons("Decline exception", "btn primary", gate);
    decided(exception, "assessments/decline_exception", "confirm", follows, acts)
}

fn end(exception: &ExceptionView, gate: &GateView) -> AnyView {
    let follows = vec![
        format!("The gate asks again for: {}.", exception.missing),
        "What of it is still missing holds the integration at once; what is queued waits.".to_owned(),
    ];
    let acts = buttons("End exception", "btn danger", gate);
    decided(exception, "assessments/end_exception", "confirm danger", follows, acts)
}
