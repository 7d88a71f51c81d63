//! The confirmations of what is done to a key or client: what follows from it, why, and one press.

use leptos::prelude::*;

use super::{
    form::Confirmation,
    panels::{Routes, Scopes, Sources},
    reads::{BlastView, KeyView},
    tabs::AccessTabs,
};
use crate::{
    components::{ChoiceField, Crumb, Facts, Field, Hidden, Icon, PageHead, PostForm, TextField},
    views::{Choice, Fact},
};

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Rotate,
    Disable,
    Enable,
    Revoke,
    Approve,
    Decline,
}

impl Act {
    /// The act an address asks for; any other word opens none.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "rotate" => Self::Rotate,
            "disable" => Self::Disable,
            "enable" => Self::Enable,
            "revoke" => Self::Revoke,
            "approve" => Self::Approve,
            "decline" => Self::Decline,
            _ => return None,
        })
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, key: KeyView) -> AnyView {
    let back = format!("/access/keys/{}", key.id);
    let (name, subtitle, state) = (key.name.clone(), key.subtitle.clone(), key.state.clone());
    let title = match act {
        Act::Rotate => format!("Rotate the secret of {name}"),
        Act::Disable => format!("Disable {name}"),
        Act::Enable => format!("Enable {name}"),
        Act::Revoke => format!("Revoke {name}"),
        Act::Approve => format!("Approve {name}"),
        Act::Decline => format!("Decline {name}"),
    };
    let body = match act {
        Act::Rotate => view! { <RotateForm key_view=key back=back.clone()/> }.into_any(),
        Act::Revoke => view! { <RevokeForm key_view=key back=back.clone()/> }.into_any(),
        Act::Approve | Act::Decline => {
            let is_approval = act == Act::Approve;
            view! { <DecisionForm key_view=key back=back.clone() is_approval/> }.into_any()
        }
        Act::Disable => simple(
            key,
            &back,
            Words {
                function: "access/disable",
                form: "confirm danger",
                button: "btn danger",
                label: "Disable",
                follows: &[
                    "Every call with it is refused, within a second and on every node. So is every token it was given.",
                    "Its secrets, scopes and limits stay as they are. It can be enabled again.",
                ],
            },
        ),
        Act::Enable => simple(
            key,
            &back,
            Words {
                function: "access/enable",
                form: "confirm",
                button: "btn primary",
                label: "Enable",
                follows: &["Calls with its secret pass again, with the scopes and limits it had before."],
            },
        ),
    };
    view! {
        <PageHead
            title
            subtitle
            badge=state
            crumbs=vec![Crumb::new("Keys", "/access/keys"), Crumb::new(&name, back)]
        />
        <AccessTabs here="/access/keys"/>
        {body}
    }
    .into_any()
}

/// An act that takes nothing but a reason.
struct Words {
    function: &'static str,
    form: &'static str,
    button: &'static str,
    label: &'static str,
    follows: &'static [&'static str],
}

fn simple(key: KeyView, back: &str, words: Words) -> AnyView {
    let back = back.to_owned();
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{follows(words.follows)}</ul>
            <PostForm function=words.function class=words.form>
                <Hidden name="id" value=key.id/>
                <Reason/>
                <div class="form-acts">
                    <button class=words.button type="submit">{words.label}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

fn follows(lines: &[&'static str]) -> Vec<AnyView> {
    lines.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }.into_any()).collect()
}

/// Why, as the audit log keeps it.
#[component]
pub(super) fn Reason() -> impl IntoView {
    view! { <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/> }
}

/// How long the old secret works after the new one's first use, in seconds.
fn graces() -> Vec<Choice> {
    [("0", "Not at all"), ("3600", "1 hour"), ("86400", "1 day"), ("604800", "7 days")]
        .into_iter()
        .map(|(seconds, label)| (seconds.to_owned(), label.to_owned()))
        .collect()
}

#[component]
fn RotateForm(key_view: KeyView, back: String) -> impl IntoView {
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                {follows(&[
                    "A new secret is made and shown once. The old one goes on working beside it.",
                    "When the new one is used for the first time, the old one’s grace begins; then it stops.",
                    "Its public id, scopes, limits and history stay. A new secret that was never used is replaced.",
                ])}
            </ul>
            <PostForm function="access/rotate" class="confirm">
                <Hidden name="id" value=key_view.id/>
                <ChoiceField
                    name="grace"
                    label="How long the old secret works after the new one’s first use"
                    value="86400"
                    choices=graces()
                    hint="Long enough for every machine to get the new one."
                />
                <Field
                    name="hard_stop"
                    label="Its last day in any case"
                    kind="date"
                    is_optional=true
                    width="w-s"
                    hint="The old secret stops at the end of this day, even if the new one is never used."
                />
                <Reason/>
                {key_view.needs_confirmation.then(|| view! { <Confirmation/> })}
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Rotate secret"</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
}

#[component]
fn RevokeForm(key_view: KeyView, back: String) -> impl IntoView {
    let name = key_view.name;
    let blast = key_view.blast.unwrap_or_else(|| BlastView {
        calls: String::new(),
        routes: Vec::new(),
        sources: Vec::new(),
        is_in_use: true,
    });
    let BlastView { calls, routes, sources, is_in_use } = blast;
    let (many_routes, many_sources) = (routes.len(), sources.len());
    view! {
        <div class="stack">
            <section class="panel review" aria-labelledby="follows">
                <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
                <ul class="consequences">
                    {is_in_use
                        .then(|| view! {
                            <li>
                                <Icon name="alert"/>
                                <div><b>"It is in use: "</b>"its last call was within a day."</div>
                            </li>
                        })}
                    {follows(&[
                        "Every call with it is refused within a second, on every node. Its tokens die with it.",
                        "It is for good: it can’t be brought back. A new one has to be issued and handed over.",
                    ])}
                </ul>
            </section>
            <dl class="strip">
                <div><dt>"Last 7 days"</dt><dd>{calls}</dd></div>
                <div><dt>"Routes"</dt><dd>{many_routes}</dd></div>
                <div><dt>"Networks"</dt><dd>{many_sources}</dd></div>
            </dl>
            <Routes routes span="last 7 days"/>
            <Sources sources span="last 7 days"/>
            <PostForm function="access/revoke" class="confirm danger">
                <Hidden name="id" value=key_view.id/>
                <Reason/>
                {is_in_use
                    .then(|| view! {
                        <Field name="typed" label=format!("Type {name} to confirm") hint="This can’t be undone."/>
                    })}
                <div class="form-acts">
                    <button class="btn danger" type="submit">"Revoke"</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </div>
    }
}

#[component]
fn DecisionForm(key_view: KeyView, back: String, is_approval: bool) -> impl IntoView {
    let KeyView { id, version, scopes, networks, asked, environment, .. } = key_view;
    let (function, class, button, label) = if is_approval {
        ("access/approve", "confirm", "btn primary", "Approve")
    } else {
        ("access/decline", "confirm danger", "btn danger", "Decline")
    };
    let lines = if is_approval {
        follows(&["It works from now on, or from its first day, with these scopes and no others."])
    } else {
        follows(&["It never works: it is revoked, for good. Whoever asked can ask for another one."])
    };
    let facts = vec![
        Fact::new("Asked for by", asked),
        Fact::new("Environment", environment.label),
        Fact::new("Networks", if networks.is_empty() { "Anywhere".to_owned() } else { networks.join(", ") }),
    ];
    view! {
        <div class="stack">
            <section class="panel" aria-labelledby="asked">
                <header class="panel-head"><h2 id="asked">"What was asked for"</h2></header>
                <div class="panel-body"><Facts facts/></div>
            </section>
            <Scopes scopes/>
            <section class="panel review" aria-labelledby="follows">
                <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
                <ul class="consequences">{lines}</ul>
                <PostForm function class>
                    <Hidden name="id" value=id/>
                    <Hidden name="version" value=version.to_string()/>
                    <Reason/>
                    <div class="form-acts">
                        <button class=button type="submit">{label}</button>
                        <a class="btn quiet" href=back>"Go back"</a>
                    </div>
                </PostForm>
            </section>
        </div>
    }
}
