//! The confirmations of what is done to a message: what follows from it, why, and one press.

use leptos::prelude::*;

use super::{crumbs, reads::MessageView};
use crate::{
    components::{Crumb, Hidden, Icon, PageHead, PostForm, TextField},
    pages::integrations::tabs::IntegrationTabs,
};

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Retry,
    Skip,
    Reveal,
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
            "retry" => Self::Retry,
            "skip" => Self::Skip,
            "reveal" => Self::Reveal,
            _ => return None,
        })
    }

    const fn words(self) -> Words {
        match self {
            Self::Retry => Words {
                title: "Try the message again",
                function: "inbound/retry",
                form: "confirm",
                button: "btn primary",
                label: "Try again",
                follows: &[
                    "It is worked off at once, and tried up to five times more.",
                    "Those after it about the same record wait until it is done.",
                ],
            },
            Self::Skip => Words {
                title: "Skip the message",
                function: "inbound/skip",
                form: "confirm danger",
                button: "btn danger",
                label: "Skip",
                follows: &[
                    "What it says is not done, now or later. If it has to be, do it by hand.",
                    "Those after it about the same record are worked off, in the order in which they came.",
                ],
            },
            Self::Reveal => Words {
                title: "Show what the message says",
                function: "inbound/reveal",
                form: "confirm",
                button: "btn primary",
                label: "Show it once",
                follows: &[
                    "It may say something about a person. It is shown once, to you.",
                    "That you looked, and why, stands in the audit log.",
                ],
            },
        }
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, message: MessageView) -> AnyView {
    let Words { title, function, form, button, label, follows } = act.words();
    let back = format!("/integrations/messages/{}", message.id);
    let mut way = crumbs();
    way.push(Crumb::new(&message.kind, back.clone()));
    let lines: Vec<_> = follows.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    view! {
        <PageHead title=title.to_owned() subtitle=message.subtitle badge=message.state crumbs=way/>
        <IntegrationTabs here="/integrations/messages"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            <PostForm function class=form>
                <Hidden name="id" value=message.id/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class=button type="submit">{label}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}
