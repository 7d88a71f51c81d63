//! The review of a role before it is saved: what it would let people do that they can't, and what it would take away.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    form::crumbs,
    reads::{DifferenceLine, ReviewView, RoleFormView, role_form},
};
use crate::components::{Hidden, Icon, Loaded, PageHead, PostForm, StatusBadge, TextField};

/// The review of the role that the address proposes.
#[component]
pub fn ReviewRolePage() -> impl IntoView {
    let search = use_location().search;
    let form = Resource::new(move || search.get(), |proposal| role_form(String::new(), proposal));
    view! { <Loaded resource=form view=show/> }
}

fn show(view: RoleFormView) -> AnyView {
    let is_new = view.id.is_empty();
    let title = if is_new {
        format!("Review “{}”", view.name)
    } else {
        format!("Review the change of “{}”", view.saved_name)
    };
    let back = view.edit_href.clone();
    let Some(review) = view.review.clone() else {
        return view! {
            <PageHead title="Review a role".to_owned() crumbs=crumbs()/>
            <p>"There is nothing to review. " <a href="/settings/roles">"Go to the roles"</a></p>
        }
        .into_any();
    };
    let can_save = review.is_change && review.not_held.is_empty() && !view.is_built_in;
    view! {
        <PageHead title subtitle=review.headline.clone() crumbs=crumbs()/>
        <div class="stack">
            <Consequences review/>
            {if can_save {
                view! { <Confirm view is_new/> }.into_any()
            } else {
                view! { <p><a class="btn" href=back>"Go back to the form"</a></p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Consequences(review: ReviewView) -> impl IntoView {
    let texts: Vec<_> = review
        .texts
        .into_iter()
        .map(|(field, before, after)| {
            view! {
                <div>
                    <dt>{field}</dt>
                    <dd><span>{before}</span><Icon name="right"/><span>{after}</span></dd>
                </div>
            }
        })
        .collect();
    let has_texts = !texts.is_empty();
    let not_held = review.not_held.join(", ");
    view! {
        {(!review.is_change).then(|| view! { <p>"Nothing would change."</p> })}
        {(!not_held.is_empty())
            .then(|| view! {
                <div class="message warn inline">
                    <Icon name="alert"/>
                    <div class="message-body">
                        <p>
                            <b>"You can’t give what you don’t hold yourself: "</b>
                            <code>{not_held}</code>
                            ". Take it out, or ask somebody who holds it."
                        </p>
                    </div>
                </div>
            })}
        {has_texts
            .then(|| view! {
                <section class="panel" aria-labelledby="texts">
                    <header class="panel-head"><h2 id="texts">"Name and purpose"</h2></header>
                    <dl class="from-to">{texts}</dl>
                </section>
            })}
        <Lines id="added" heading="Will be allowed" lines=review.added/>
        <Lines id="removed" heading="Will no longer be allowed" lines=review.removed/>
        {(!review.who.is_empty()).then(|| view! { <p class="small muted">{review.who}</p> })}
    }
}

#[component]
fn Lines(id: &'static str, heading: &'static str, lines: Vec<DifferenceLine>) -> impl IntoView {
    let count = lines.len();
    let icon = if id == "added" { "check" } else { "close" };
    let lines: Vec<_> = lines
        .into_iter()
        .map(|line| {
            view! {
                <li>
                    <Icon name=icon/>
                    <div>
                        <b>{line.description}</b> " " <StatusBadge badge=line.risk/>
                        <p>{line.reach} " " <code>{line.key}</code></p>
                    </div>
                </li>
            }
        })
        .collect();
    (count > 0).then(|| {
        view! {
            <section class="panel review" aria-labelledby=id>
                <header class="panel-head"><h2 id=id>{heading}</h2></header>
                <ul class="consequences">{lines}</ul>
            </section>
        }
    })
}

#[component]
fn Confirm(view: RoleFormView, is_new: bool) -> impl IntoView {
    let boxes: Vec<_> = view
        .chosen
        .into_iter()
        .map(|key| view! { <input type="hidden" name=format!("permissions[{key}]") value="yes"/> })
        .collect();
    view! {
        <PostForm function="roles/save" class="confirm">
            <Hidden name="id" value=view.id/>
            <Hidden name="version" value=view.version.to_string()/>
            <Hidden name="name" value=view.name/>
            <Hidden name="description" value=view.description/>
            {boxes}
            {(!is_new)
                .then(|| view! { <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/> })}
            <div class="form-acts">
                <button class="btn primary" type="submit">{if is_new { "Create role" } else { "Save role" }}</button>
                <a class="btn quiet" href=view.edit_href>"Go back"</a>
            </div>
        </PostForm>
    }
}

/// What a proposal would do, in words.
#[cfg(feature = "ssr")]
pub(super) fn view_of(
    saved: Option<&services::roles::Role>,
    proposed: &super::proposal::Proposal,
    preview: services::roles::Preview,
) -> ReviewView {
    use domain::permissions::Permission;

    let texts = saved.map(|role| changed_texts(role, &proposed.form)).unwrap_or_default();
    let count = |of: &[(Permission, usize)], permission: Permission| {
        of.iter().find(|(other, _)| *other == permission).map_or(0, |(_, count)| *count)
    };
    let line = |permission: Permission, reach: String| DifferenceLine {
        key: permission.as_str().to_owned(),
        description: permission.description().to_owned(),
        risk: risk_badge(permission),
        reach,
    };
    let added: Vec<DifferenceLine> = preview
        .added
        .iter()
        .map(|permission| {
            line(*permission, gaining(count(&preview.gaining, *permission), preview.holders, saved.is_none()))
        })
        .collect();
    let removed: Vec<DifferenceLine> = preview
        .removed
        .iter()
        .map(|permission| line(*permission, losing(count(&preview.losing, *permission), preview.holders)))
        .collect();
    ReviewView {
        headline: headline(saved.is_none(), &preview),
        who: who(&preview),
        is_change: saved.is_none() || !texts.is_empty() || !added.is_empty() || !removed.is_empty(),
        texts,
        added,
        removed,
        not_held: preview.not_held.iter().map(|permission| permission.as_str().to_owned()).collect(),
    }
}

#[cfg(feature = "ssr")]
fn changed_texts(role: &services::roles::Role, fields: &super::proposal::Fields) -> Vec<(String, String, String)> {
    let or_none = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    [("Name", &role.name, &fields.name), ("What it is for", &role.description, &fields.description)]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| (field.to_owned(), or_none(before), or_none(after)))
        .collect()
}

#[cfg(feature = "ssr")]
fn risk_badge(permission: domain::permissions::Permission) -> crate::views::Badge {
    use domain::{permissions::Risk, subscription::Tone};

    let tone = match permission.risk() {
        Risk::Low => Tone::Neutral,
        Risk::Medium => Tone::Notice,
        Risk::High => Tone::Warn,
    };
    crate::views::Badge::new(tone, format!("{} risk", permission.risk().label()))
}

#[cfg(feature = "ssr")]
fn persons(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

#[cfg(feature = "ssr")]
fn headline(is_new: bool, preview: &services::roles::Preview) -> String {
    let most = |of: &[(domain::permissions::Permission, usize)]| of.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let (gaining, losing) = (most(&preview.gaining), most(&preview.losing));
    match (is_new, gaining, losing) {
        (true, ..) => "Nobody has this role yet; saving it changes nothing for anybody.".to_owned(),
        (false, 0, 0) if preview.holders == 0 => "Nobody has this role, so nothing changes for anybody yet.".to_owned(),
        (false, 0, 0) => {
            "Nobody gains or loses anything: they have it from other roles too, or it stays as it is.".to_owned()
        }
        (false, gaining, 0) => format!("This lets {} do what they can’t do now.", persons(gaining)),
        (false, 0, losing) => format!("This takes from {} what they can do now.", persons(losing)),
        (false, gaining, losing) => {
            format!(
                "This lets {} do what they can’t do now, and takes something from {}.",
                persons(gaining),
                persons(losing)
            )
        }
    }
}

#[cfg(feature = "ssr")]
fn gaining(count: usize, holders: usize, is_new: bool) -> String {
    match count {
        _ if is_new => "For whoever will have the role.".to_owned(),
        0 if holders == 0 => "Nobody has the role yet.".to_owned(),
        0 => "All who have the role can do this already, by another role.".to_owned(),
        count => format!("This lets {} do it who can’t now.", persons(count)),
    }
}

#[cfg(feature = "ssr")]
fn losing(count: usize, holders: usize) -> String {
    match count {
        0 if holders == 0 => "Nobody has the role.".to_owned(),
        0 => "All who have the role keep it by another role.".to_owned(),
        1 => "1 person can’t do it any more.".to_owned(),
        count => format!("{count} people can’t do it any more."),
    }
}

#[cfg(feature = "ssr")]
fn who(preview: &services::roles::Preview) -> String {
    let more = preview.holders.saturating_sub(preview.names.len());
    match (preview.names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("Who has this role: {}.", preview.names.join(", ")),
        (false, more) => format!("Who has this role: {} and {more} more.", preview.names.join(", ")),
    }
}
