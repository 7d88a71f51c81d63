//! The confirmations of what is done to an endpoint: what follows from it, why, and one press.

use leptos::prelude::*;

use super::{crumbs, reads::WebhookView};
use crate::{
    components::{CheckField, Crumb, Field, Hidden, Icon, PageHead, PostForm, TextField},
    pages::access::tabs::AccessTabs,
};

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Rotate,
    Enable,
    Disable,
    Delete,
    Test,
    Recover,
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
            "rotate" => Self::Rotate,
            "enable" => Self::Enable,
            "disable" => Self::Disable,
            "delete" => Self::Delete,
            "test" => Self::Test,
            "recover" => Self::Recover,
            _ => return None,
        })
    }

    const fn words(self) -> Words {
        const PLAIN: Words =
            Words { title: "", function: "", form: "confirm", button: "btn primary", label: "", follows: &[] };
        const DANGER: Words = Words { form: "confirm danger", button: "btn danger", ..PLAIN };
        match self {
            Self::Rotate => Words {
                title: "Rotate the secret",
                function: "webhooks/rotate",
                label: "Rotate secret",
                follows: &[
                    "A new secret is made and shown once.",
                    "For a day each message carries two signatures, by the new secret and by the old one, so that the \
                     receiver can change over at any time. Then only the new one signs.",
                ],
                ..PLAIN
            },
            Self::Enable => Words {
                title: "Enable the endpoint",
                function: "webhooks/enable",
                label: "Enable",
                follows: &["What waits for it is sent at once, the oldest first; then whatever happens."],
                ..PLAIN
            },
            Self::Disable => Words {
                title: "Disable the endpoint",
                function: "webhooks/disable",
                label: "Disable",
                follows: &[
                    "Nothing more is sent to it, on every node. What waits for it goes on waiting.",
                    "What happens while it is disabled is not queued for it. The partner can read it by the API.",
                ],
                ..DANGER
            },
            Self::Delete => Words {
                title: "Delete the endpoint",
                function: "webhooks/delete",
                label: "Delete",
                follows: &["It is gone for good, with its secret, its queue and the log of what was sent to it."],
                ..DANGER
            },
            Self::Test => Words {
                title: "Send a test",
                function: "webhooks/test",
                label: "Send test",
                follows: &[
                    "A message of the type webhook_endpoint.tested is signed and sent to it, whatever it is told of.",
                ],
                ..PLAIN
            },
            Self::Recover => Words {
                title: "Send a range again",
                function: "webhooks/recover",
                label: "Send again",
                follows: &[
                    "What was given up in the range is queued and sent again, with the ids that it had.",
                    "A receiver that keeps the ids of what it took does nothing twice.",
                ],
                ..PLAIN
            },
        }
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, webhook: WebhookView) -> AnyView {
    let Words { title, function, form, button, label, follows } = act.words();
    let back = format!("/access/webhooks/{}", webhook.id);
    let mut way = crumbs();
    way.push(Crumb::new(&webhook.url, back.clone()));
    let lines: Vec<_> = follows.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    let (from, until) = webhook.range;
    view! {
        <PageHead title=title.to_owned() subtitle=webhook.subtitle badge=webhook.state crumbs=way/>
        <AccessTabs here="/access/webhooks"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            <PostForm function class=form>
                <Hidden name="id" value=webhook.id/>
                {(act == Act::Recover)
                    .then(|| view! {
                        <Field name="from" label="From" value=from kind="datetime-local" width="w-m" hint="In Berlin’s time."/>
                        <Field name="until" label="Until" value=until kind="datetime-local" width="w-m" hint="In Berlin’s time."/>
                        <CheckField
                            name="delivered"
                            label="Also what was delivered"
                            hint="For a receiver that lost what it had taken."
                        />
                    })}
                {(act != Act::Test).then(|| view! { <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/> })}
                <div class="form-acts">
                    <button class=button type="submit">{label}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}
