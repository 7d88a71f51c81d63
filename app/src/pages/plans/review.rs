//! The review before a plan is published or retired: what follows, what differs, and the press that does it.

use leptos::prelude::*;

use super::reads::{ConsequenceView, ReviewView};
use crate::{
    components::{Field, Hidden, Icon, PostForm, TextField},
    views::ChangeView,
};

/// Shows what is about to be decided, with the form that decides it.
#[component]
pub fn ReviewPanel(
    /// What is about to be decided.
    review: ReviewView,
    /// The plan.
    id: String,
    /// Its name.
    name: String,
) -> impl IntoView {
    let back = format!("/plans/{id}");
    let ReviewView { is_publishing, heading, consequences, changes, version } = review;
    let (version, press) = (version.to_string(), heading.clone());
    let consequences: Vec<_> = consequences.into_iter().map(consequence).collect();
    let form = if is_publishing {
        view! {
            <PostForm function="plans/publish" class="confirm">
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <TextField name="reason" label="Reason" hint="Kept in the timeline and the audit log." rows=2/>
                <div class="form-acts">
                    <button class="btn primary" type="submit">{press}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        }
        .into_any()
    } else {
        view! {
            <PostForm function="plans/retire" class="confirm danger">
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <TextField name="reason" label="Reason" hint="Kept in the timeline and the audit log." rows=2/>
                <Field name="confirmed" label=format!("Type {name} to confirm") hint="This can’t be undone."/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">{press}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        }
        .into_any()
    };
    view! {
        <section class="panel review" aria-labelledby="review">
            <header class="panel-head"><h2 id="review">{heading}</h2></header>
            <ul class="consequences">{consequences}</ul>
            <Differences changes/>
            {form}
        </section>
    }
}

fn consequence(consequence: ConsequenceView) -> AnyView {
    let icon = match consequence.icon.as_str() {
        "alert" => "alert",
        "check" => "check",
        "clock" => "clock",
        _ => "info",
    };
    view! { <li><Icon name=icon/><div><b>{consequence.title}</b><p>{consequence.text}</p></div></li> }.into_any()
}

/// What differs from the version in force; nothing for a first version.
#[component]
fn Differences(changes: Vec<ChangeView>) -> impl IntoView {
    (!changes.is_empty()).then(|| {
        let rows: Vec<_> = changes
            .into_iter()
            .map(|change| view! {
                <tr>
                    <th scope="row">{change.field}</th>
                    <td class="before"><del>{change.before}</del></td>
                    <td class="after"><ins>{change.after}</ins></td>
                </tr>
            })
            .collect();
        view! {
            <div class="table-scroll" role="group" aria-labelledby="differences" tabindex="0">
                <table class="diff">
                    <caption class="vh" id="differences">"What differs from the version in force"</caption>
                    <thead>
                        <tr><th scope="col">"Term"</th><th scope="col">"In force"</th><th scope="col">"From then on"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    })
}

/// The reason, as the use cases take it.
#[cfg(feature = "ssr")]
pub(super) fn parse_reason(text: &str) -> Result<domain::texts::Reason, services::Error> {
    use domain::{forms::FormErrors, texts::Reason};

    let mut errors = FormErrors::default();
    errors.parse::<Reason>("reason", text.parse()).ok_or_else(|| services::Error::invalid(errors.into_fields()))
}

#[cfg(feature = "ssr")]
fn follows(icon: &str, title: &str, text: String) -> ConsequenceView {
    ConsequenceView { icon: icon.to_owned(), title: title.to_owned(), text }
}

/// What publishing would do, in words.
#[cfg(feature = "ssr")]
pub(super) fn publishing(review: services::plans::Review) -> ReviewView {
    use crate::words;

    let number = review.draft.number;
    let day = words::date(review.effective_from);
    let offer = if review.is_at_once {
        follows("check", "On offer", format!("New subscriptions are signed with version {number} at once."))
    } else {
        follows("clock", "On offer", format!("New subscriptions will be signed with version {number} from {day}."))
    };
    let before = match &review.in_force {
        None => follows("info", "Before", "Nothing is in force today: this is the first version on offer.".to_owned()),
        Some(before) if review.is_at_once => {
            follows("info", "Before", format!("Version {} can no longer be signed.", before.number))
        }
        Some(before) => follows("info", "Before", format!("Version {} can be signed until then.", before.number)),
    };
    let held: Vec<String> = review
        .held
        .iter()
        .map(|held| {
            let more = if held.is_more { "more than " } else { "" };
            let noun = if held.subscriptions == 1 { "subscription has" } else { "subscriptions have" };
            format!("{more}{} {noun} version {}", words::grouped(held.subscriptions), held.number)
        })
        .collect();
    let holders = if held.is_empty() {
        follows("info", "Subscriptions", "No running subscription has an earlier version.".to_owned())
    } else {
        let text = format!("{}. They keep the terms they were signed with; nothing changes for them.", held.join(", "));
        follows("info", "Subscriptions", capitalised(&text))
    };
    let same = (review.in_force.is_some() && review.changes.is_empty())
        .then(|| follows("alert", "Terms", "Nothing differs from the version in force.".to_owned()));
    let fixed = follows(
        "alert",
        "Afterwards",
        format!("Version {number} can’t be edited any more. What changes later becomes version {}.", number + 1),
    );
    ReviewView {
        is_publishing: true,
        heading: format!("Publish version {number}"),
        consequences: [offer, before, holders].into_iter().chain(same).chain([fixed]).collect(),
        changes: review
            .changes
            .into_iter()
            .map(|change| ChangeView { field: change.field, before: change.before, after: change.after })
            .collect(),
        version: review.plan.version,
    }
}

/// What retiring would do, in words.
#[cfg(feature = "ssr")]
pub(super) fn retiring(plan: &services::plans::Plan, draft: Option<i64>) -> ReviewView {
    let drafted =
        draft.map(|number| follows("info", "Draft", format!("The draft of version {number} stays a draft for ever.")));
    ReviewView {
        is_publishing: false,
        heading: "Retire this plan".to_owned(),
        consequences: [
            follows("alert", "On offer", format!("Nobody can sign {} any more.", plan.name)),
            follows("info", "Subscriptions", "Who has it keeps it, with the terms they signed.".to_owned()),
        ]
        .into_iter()
        .chain(drafted)
        .collect(),
        changes: Vec::new(),
        version: plan.version,
    }
}

#[cfg(feature = "ssr")]
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
