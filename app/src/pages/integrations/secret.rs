//! Setting what we prove ourselves by, and what the partner signs by. It is written, and never shown again.

use leptos::prelude::*;

use super::{crumbs, reads::IntegrationView, tabs::IntegrationTabs};
use crate::components::{CheckField, ChoiceField, Crumb, Field, Hidden, Icon, PageHead, PostForm, TextField};

/// The page that sets a credential (`secret`) or a signing secret (`webhook`), or makes one (`make`).
pub(super) fn secret_page(act: &str, view: IntegrationView) -> AnyView {
    let is_credential = act == "secret";
    let back = format!("/integrations/{}", view.id);
    let mut way = crumbs();
    way.push(Crumb::new(&view.name, back.clone()));
    let (title, subtitle) = match act {
        "secret" => ("Set the credential", "What we prove ourselves by. Nobody can read it back, you neither."),
        "make" => ("Make a signing secret", "It is shown once, for you to hand over to the partner."),
        _ => ("Set the signing secret", "By it we know that a message is from this partner."),
    };
    let form = if act == "make" { made_form(view, back) } else { entered_form(is_credential, view, back) };
    view! {
        <PageHead title=title.to_owned() subtitle crumbs=way/>
        <IntegrationTabs here="/integrations"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            {follows(is_credential)}
            {form}
        </section>
    }
    .into_any()
}

fn follows(is_credential: bool) -> AnyView {
    let lines: &[&'static str] = if is_credential {
        &[
            "It is encrypted before it is stored, and used from the next call on.",
            "The old one stays in the vault for the overlap, and is used if the new one has ended by then.",
        ]
    } else {
        &[
            "It is encrypted before it is stored. Messages signed by it are taken from now on.",
            "Messages signed by the old one are taken too, until the overlap is over.",
        ]
    };
    let lines: Vec<_> = lines.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    view! { <ul class="consequences">{lines}</ul> }.into_any()
}

/// When it ends, how long the old one stays good, why, and that it is oneself.
fn rest(needs_confirmation: bool) -> AnyView {
    let days = |days: i64, label: &str| (days.to_string(), label.to_owned());
    let overlap = vec![
        days(0, "Not at all: it is over at once"),
        days(1, "1 day"),
        days(2, "2 days"),
        days(3, "3 days"),
        days(7, "7 days"),
    ];
    view! {
        <Field
            name="expires"
            label="Last day on which it is good"
            kind="date"
            width="w-m"
            is_optional=true
            hint="It is warned of 60 days before."
        />
        <ChoiceField name="overlap" label="The old one stays good for" value="1" choices=overlap/>
        <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
        {needs_confirmation
            .then(|| view! {
                <Field
                    name="confirmation"
                    label="Your password or six digits"
                    kind="password"
                    autocomplete="current-password"
                    hint="Secrets take this: you signed in a while ago."
                />
            })}
    }
    .into_any()
}

fn entered_form(is_credential: bool, view: IntegrationView, back: String) -> AnyView {
    let (purpose, label, hint) = if is_credential {
        ("credential", "Credential", "The key, token, password or client secret that the partner gave you.")
    } else {
        ("webhook", "Signing secret", "The one that the partner shows you. One can also be made here instead.")
    };
    view! {
        <PostForm function="integrations/set_secret" class="confirm">
            <Hidden name="id" value=view.id/>
            <Hidden name="purpose" value=purpose.to_owned()/>
            <Field name="secret" label kind="password" hint autocomplete="off"/>
            {is_credential
                .then(|| view! {
                    <CheckField
                        name="tries"
                        label="Try it first, and keep it only if the partner takes it"
                        is_checked=true
                    />
                    <Field name="path" label="Path to try it at" value="/health" width="w-m" is_optional=true/>
                })}
            {rest(view.needs_confirmation)}
            <div class="form-acts">
                <button class="btn primary" type="submit">
                    {if is_credential { "Set credential" } else { "Set signing secret" }}
                </button>
                <a class="btn quiet" href=back>"Go back"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn made_form(view: IntegrationView, back: String) -> AnyView {
    view! {
        <PostForm function="integrations/make_secret" class="confirm">
            <Hidden name="id" value=view.id/>
            {rest(view.needs_confirmation)}
            <div class="form-acts">
                <button class="btn primary" type="submit">"Make signing secret"</button>
                <a class="btn quiet" href=back>"Go back"</a>
            </div>
        </PostForm>
    }
    .into_any()
}
