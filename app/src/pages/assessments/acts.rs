//! The confirmations of what is done to an assessment: what follows from it, and why.

use leptos::prelude::*;

use super::{
    TAB,
    reads::AssessmentView,
    record::{ScorePanel, way_to},
};
use crate::{
    components::{Field, Hidden, Icon, PageHead, PostForm, TextField},
    failure::as_sent,
    pages::integrations::tabs::IntegrationTabs,
};

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Submit,
    Withdraw,
    Propose,
    Confirm,
    Reject,
}

/// What a confirmation says.
struct Words {
    title: &'static str,
    function: &'static str,
    form: &'static str,
    button: &'static str,
    label: &'static str,
    follows: &'static [&'static str],
}

impl Act {
    /// The act an address asks for; any other word opens none.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "submit" => Self::Submit,
            "withdraw" => Self::Withdraw,
            "propose" => Self::Propose,
            "confirm" => Self::Confirm,
            "reject" => Self::Reject,
            _ => return None,
        })
    }

    const fn words(self) -> Words {
        const PLAIN: Words =
            Words { title: "", function: "", form: "confirm", button: "btn primary", label: "", follows: &[] };
        const DANGER: Words = Words { form: "confirm danger", button: "btn danger", ..PLAIN };
        match self {
            Self::Submit => Words {
                title: "Submit the assessment",
                function: "assessments/submit",
                label: "Submit",
                follows: &[
                    "It waits for a decision by two people who may decide. You are not one of them.",
                    "Answers can still be changed; what was proposed about them is then void.",
                ],
                ..PLAIN
            },
            Self::Withdraw => Words {
                title: "Withdraw the assessment",
                function: "assessments/withdraw",
                label: "Withdraw",
                follows: &["It is closed without a decision, and stays in the file.", "A new one can be begun."],
                ..DANGER
            },
            Self::Propose => Words {
                title: "Propose the approval",
                function: "assessments/propose",
                label: "Propose approval",
                follows: &[
                    "Nothing is approved yet. A second person who may decide confirms exactly what you see now.",
                    "When an answer, the conditions or the date change before that, your proposal is void.",
                ],
                ..PLAIN
            },
            Self::Confirm => Words {
                title: "Confirm the approval",
                function: "assessments/confirm",
                label: "Approve",
                follows: &[
                    "The partner is approved until the review date. Integrations with it may go live once the rest of their gate is met.",
                    "After that date they are restricted, and 14 days later held, unless it was assessed again.",
                ],
                ..PLAIN
            },
            Self::Reject => Words {
                title: "Reject the assessment",
                function: "assessments/reject",
                label: "Reject",
                follows: &[
                    "The partner counts as turned down: no integration with it can go live.",
                    "Live integrations with it are restricted with the next look, and held 14 days later.",
                ],
                ..DANGER
            },
        }
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, assessment: AssessmentView) -> AnyView {
    let Words { title, function, form, button, label, follows } = act.words();
    let back = format!("{TAB}/{}", assessment.id);
    let way = way_to(&assessment);
    let mut lines: Vec<String> = follows.iter().map(|line| (*line).to_owned()).collect();
    if act == Act::Confirm {
        lines.push(format!("It is good until {}.", assessment.review_on));
        lines.push(match assessment.conditions.as_str() {
            "" => "It has no conditions.".to_owned(),
            conditions => format!("Under these conditions: {conditions}"),
        });
    }
    let lines: Vec<_> =
        lines.into_iter().map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> }).collect();
    let fields = fields(act, function, &assessment);
    view! {
        <PageHead
            title=title.to_owned()
            subtitle=format!("{}: {}", assessment.partner.0, assessment.subtitle)
            badge=assessment.state.clone()
            crumbs=way
        />
        <IntegrationTabs here=TAB/>
        <div class="stack">
            <ScorePanel assessment/>
            <section class="panel review" aria-labelledby="follows">
                <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
                <ul class="consequences">{lines}</ul>
                <PostForm function class=form>
                    {fields()}
                    <div class="form-acts">
                        <button class=button type="submit">{label}</button>
                        <a class="btn quiet" href=back>"Go back"</a>
                    </div>
                </PostForm>
            </section>
        </div>
    }
    .into_any()
}

fn fields(act: Act, function: &'static str, assessment: &AssessmentView) -> impl Fn() -> AnyView + Send + 'static {
    let id = assessment.id.clone();
    // What was looked at: a later version would pass off what somebody else saved meanwhile as seen.
    let version = as_sent(function, "version", assessment.version.to_string());
    let digest = as_sent(function, "digest", assessment.digest.clone());
    let (conditions, latest) = (assessment.conditions.clone(), assessment.latest_review.clone());
    move || {
        let bound = if act == Act::Confirm {
            view! { <Hidden name="digest" value=digest.clone()/> }.into_any()
        } else {
            view! { <Hidden name="version" value=version.clone()/> }.into_any()
        };
        let own = match act {
            Act::Submit => ().into_any(),
            Act::Propose => view! {
                <TextField
                    name="conditions"
                    label="Conditions"
                    value=conditions.clone()
                    rows=4
                    is_optional=true
                    hint="What the approval depends on, and until when it has to be done. Needed after a “no” to a knock-out question."
                />
                <Field
                    name="review_on"
                    label="Good until"
                    kind="date"
                    value=latest.clone()
                    hint="By the partner’s criticality at the latest on the day that is filled in; earlier is possible."
                />
            }
            .into_any(),
            Act::Withdraw | Act::Confirm | Act::Reject => {
                view! { <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/> }.into_any()
            }
        };
        view! { <Hidden name="id" value=id.clone()/> {bound} {own} }.into_any()
    }
}
