//! The confirmations of what is done to a member of staff: what follows from it, why, and one press.

use domain::permissions::Permission;
use leptos::prelude::*;

use super::reads::{MemberView, RoleLine};
use crate::{
    components::{CheckField, Crumb, Hidden, Icon, PageHead, PostForm, TextField},
    failure::use_failure,
};

/// What stands before a role's id in the name of its box.
pub(super) const BOX: &str = "role-";

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Roles,
    Disable,
    Enable,
    Sessions,
    Reset,
}

impl Act {
    /// The act an address asks for; any other word opens none.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "roles" => Self::Roles,
            "disable" => Self::Disable,
            "enable" => Self::Enable,
            "sessions" => Self::Sessions,
            "reset" => Self::Reset,
            _ => return None,
        })
    }

    /// What one must hold to be asked at all.
    pub(super) fn needs(self) -> Permission {
        match self {
            Self::Roles => Permission::RolesManage,
            Self::Disable | Self::Enable | Self::Sessions | Self::Reset => Permission::StaffManage,
        }
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, member: MemberView) -> AnyView {
    let back = format!("/settings/staff/{}", member.id);
    let name = member.name.clone();
    let title = match act {
        Act::Roles => format!("Change the roles of {name}"),
        Act::Disable => format!("Disable {name}"),
        Act::Enable => format!("Enable {name}"),
        Act::Sessions => format!("End all sessions of {name}"),
        Act::Reset => format!("Reset the sign-in of {name}"),
    };
    let body = match act {
        Act::Roles => view! { <RolesForm member back=back.clone()/> }.into_any(),
        Act::Reset => view! { <ResetForm member back=back.clone()/> }.into_any(),
        Act::Disable => simple(
            member,
            &back,
            Words {
                function: "staff/disable",
                form: "confirm danger",
                button: "btn danger",
                label: "Disable",
                follows: &[
                    "They are signed out everywhere at once, and can’t sign in.",
                    "One-time links that they made, or could set a new password by, stop working.",
                    "What they did stays in timelines and in the audit log. They can be enabled again.",
                ],
            },
        ),
        Act::Enable => simple(
            member,
            &back,
            Words {
                function: "staff/enable",
                form: "confirm",
                button: "btn primary",
                label: "Enable",
                follows: &[
                    "They can sign in again with their password and second factor, and have the roles listed before.",
                ],
            },
        ),
        Act::Sessions => simple(
            member,
            &back,
            Words {
                function: "staff/end_sessions",
                form: "confirm danger",
                button: "btn danger",
                label: "End all sessions",
                follows: &["They are signed out everywhere at once. They can sign in again."],
            },
        ),
    };
    view! {
        <PageHead title crumbs=vec![Crumb::new("Staff", "/settings/staff"), Crumb::new(&name, back)]/>
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

fn simple(member: MemberView, back: &str, words: Words) -> AnyView {
    let back = back.to_owned();
    let follows: Vec<_> =
        words.follows.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{follows}</ul>
            <PostForm function=words.function class=words.form>
                <Hidden name="id" value=member.id/>
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

#[component]
fn Reason() -> impl IntoView {
    view! { <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/> }
}

#[component]
fn RolesForm(member: MemberView, back: String) -> impl IntoView {
    let error = use_failure("staff/set_roles").and_then(|failure| failure.error.at("roles").map(str::to_owned));
    let (open, fixed): (Vec<RoleLine>, Vec<RoleLine>) = member.roles.into_iter().partition(|role| role.is_grantable);
    let boxes: Vec<_> = open
        .into_iter()
        .map(|role| view! { <CheckField name=format!("roles[{BOX}{}]", role.id) label=role.name is_checked=role.is_held/> })
        .collect();
    let has_fixed = !fixed.is_empty();
    // Kept as they are: leaving them out would take them away.
    let fixed: Vec<_> = fixed
        .into_iter()
        .map(|role| {
            view! {
                <li>
                    {role.name}
                    <input type="hidden" name=format!("roles[{BOX}{}]", role.id) value="yes"/>
                </li>
            }
        })
        .collect();
    view! {
        <PostForm function="staff/set_roles" warns_unsaved=true>
            <Hidden name="id" value=member.id/>
            <fieldset class="group" id="f-roles" tabindex="-1">
                <legend>"Roles"</legend>
                <p class="hint">"All they have from now on. It takes effect at once: their sessions end, and they sign in again."</p>
                {error
                    .map(|error| view! {
                        <p class="field-error"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                    })}
                {boxes}
            </fieldset>
            {has_fixed
                .then(|| view! {
                    <div class="field">
                        <p>"These stay, because they allow more than you may do yourself:"</p>
                        <ul class="stack xs">{fixed}</ul>
                    </div>
                })}
            <Reason/>
            <div class="form-acts">
                <button class="btn primary" type="submit">"Save roles"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
}

#[component]
fn ResetForm(member: MemberView, back: String) -> impl IntoView {
    let failure = use_failure("staff/reset");
    let error = failure.as_ref().and_then(|failure| failure.error.at("what").map(str::to_owned));
    let chosen = failure.and_then(|failure| failure.value("what")).unwrap_or_else(|| "password".to_owned());
    let choice = move |value: &'static str, label: &'static str, hint: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="what" value=value checked=chosen == value/>
                <span><b>{label}</b><small>{hint}</small></span>
            </label>
        }
    };
    view! {
        <PostForm function="staff/reset">
            <Hidden name="id" value=member.id/>
            <fieldset class="group" id="f-what" tabindex="-1">
                <legend>"What to reset"</legend>
                {error
                    .map(|error| view! {
                        <p class="field-error"><Icon name="alert"/><span class="vh">"Error: "</span>{error}</p>
                    })}
                <div class="choices">
                    {choice("password", "Password", "You get a link to send on; behind it they choose a new one.")}
                    {member.has_second_factor
                        .then(|| choice(
                            "second_factor",
                            "Second factor",
                            "For a lost phone. Their sessions end, and they set up a new one when they next sign in.",
                        ))}
                </div>
            </fieldset>
            <CheckField
                name="at_once"
                label="Void the old password now"
                hint="When it may be known to others: the old password and all sessions end at once, not only when the link is used."
            />
            <p class="hint">"Make sure that it is they who asked: call them back on a number you know."</p>
            <Reason/>
            <div class="form-acts">
                <button class="btn primary" type="submit">"Reset"</button>
                <a class="btn quiet" href=back>"Go back"</a>
            </div>
        </PostForm>
    }
}
