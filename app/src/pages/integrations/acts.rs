//! The confirmations of what is done to an integration: what follows from it, why, and one press.

use leptos::prelude::*;

use super::{crumbs, reads::IntegrationView, tabs::IntegrationTabs};
use crate::components::{ChoiceField, Crumb, Hidden, Icon, PageHead, PostForm, TextField};

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    HoldOpen,
    HoldClosed,
    LetGo,
    Drill,
    StopDrill,
    Retire,
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

const PLAIN: Words = Words { title: "", function: "", form: "confirm", button: "btn primary", label: "", follows: &[] };
const DANGER: Words = Words { form: "confirm danger", button: "btn danger", ..PLAIN };

impl Act {
    /// The act an address asks for; any other word opens none.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "hold_open" => Self::HoldOpen,
            "hold_closed" => Self::HoldClosed,
            "let_go" => Self::LetGo,
            "drill" => Self::Drill,
            "stop_drill" => Self::StopDrill,
            "retire" => Self::Retire,
            _ => return None,
        })
    }

    /// Whether the plans of its operations come into force by it.
    const fn shows_plans(self) -> bool {
        matches!(self, Self::HoldOpen | Self::Drill)
    }

    const fn words(self) -> Words {
        match self {
            Self::HoldOpen => Words {
                title: "Hold the breaker open",
                function: "integrations/hold",
                label: "Hold open",
                follows: &[
                    "No call goes to the partner, on every node, until the time is over or somebody lets go.",
                    "What is queued waits. Nothing of it is given up.",
                ],
                ..DANGER
            },
            Self::HoldClosed => Words {
                title: "Hold the breaker closed",
                function: "integrations/hold",
                label: "Hold closed",
                follows: &[
                    "Every call goes to the partner, however many fail, until the time is over or somebody lets go.",
                    "While the partner is down, each call takes its whole time before its plan comes into force.",
                ],
                ..DANGER
            },
            Self::LetGo => Words {
                title: "Let the breaker go",
                function: "integrations/let_go",
                label: "Let go",
                follows: &["It opens and closes by itself again, by what it sees from now on."],
                ..PLAIN
            },
            Self::Drill => Words {
                title: "Run a failure drill",
                function: "integrations/drill",
                label: "Run drill",
                follows: &[
                    "The gateway behaves as if the partner were down: real calls are not sent, and their plans are used.",
                    "What came of each call is counted, and shown here. It ends by itself, or when somebody stops it.",
                ],
                ..DANGER
            },
            Self::StopDrill => Words {
                title: "Stop the drill",
                function: "integrations/stop_drill",
                label: "Stop drill",
                follows: &["Calls go to the partner again, at once. What the drill showed until now is kept."],
                ..PLAIN
            },
            Self::Retire => Words {
                title: "Retire the integration",
                function: "integrations/retire",
                label: "Retire",
                follows: &[
                    "It is out of use for good: nothing more is sent, and its messages are no longer taken.",
                    "Its credential and its signing secret are erased. Its calls stay on record.",
                    "While calls wait for it, or another integration counts on it, it can’t be retired.",
                ],
                ..DANGER
            },
        }
    }
}

fn minutes(act: Act) -> Option<AnyView> {
    let choice = |minutes: &str, label: &str| (minutes.to_owned(), label.to_owned());
    let (label, value, choices) = match act {
        Act::HoldOpen | Act::HoldClosed => (
            "For how long",
            "60",
            vec![choice("15", "15 minutes"), choice("60", "1 hour"), choice("240", "4 hours"), choice("1440", "1 day")],
        ),
        Act::Drill => (
            "For how long",
            "15",
            vec![
                choice("5", "5 minutes"),
                choice("15", "15 minutes"),
                choice("30", "30 minutes"),
                choice("60", "1 hour"),
            ],
        ),
        Act::LetGo | Act::StopDrill | Act::Retire => return None,
    };
    Some(view! { <ChoiceField name="minutes" label value choices width="w-s"/> }.into_any())
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, view: IntegrationView) -> AnyView {
    let Words { title, function, form, button, label, follows } = act.words();
    let back = format!("/integrations/{}", view.id);
    let mut way = crumbs();
    way.push(Crumb::new(&view.name, back.clone()));
    let plans = if act.shows_plans() { view.plans } else { Vec::new() };
    let lines: Vec<_> = follows
        .iter()
        .map(|line| (*line).to_owned())
        .chain(plans)
        .map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> })
        .collect();
    let is_open = match act {
        Act::HoldOpen => "yes",
        _ => "no",
    };
    let holds = matches!(act, Act::HoldOpen | Act::HoldClosed);
    view! {
        <PageHead title=title.to_owned() subtitle=view.name badge=view.state crumbs=way/>
        <IntegrationTabs here="/integrations"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            <PostForm function class=form>
                <Hidden name="id" value=view.id/>
                {holds.then(|| view! { <Hidden name="is_open" value=is_open.to_owned()/> })}
                {minutes(act)}
                {(act != Act::StopDrill)
                    .then(|| view! { <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/> })}
                <div class="form-acts">
                    <button class=button type="submit">{label}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}
