//! The confirmations of what is done to an update: what follows from it, why, and one press.

use domain::patches::PatchAct;
use leptos::prelude::*;

use super::{PATH, crumbs, reads::TaskView};
use crate::{
    components::{Crumb, Field, Hidden, Icon, PageHead, PostForm, TextField},
    pages::integrations::tabs::IntegrationTabs,
};

/// The word of an act in the address.
pub(super) const fn word(act: PatchAct) -> &'static str {
    act.as_str()
}

/// The act an address asks for; any other word opens none.
pub(super) fn act_of(word: &str) -> Option<PatchAct> {
    word.parse().ok()
}

/// What a confirmation says.
struct Words {
    function: &'static str,
    button: &'static str,
    follows: &'static [&'static str],
}

const fn words(act: PatchAct) -> Words {
    match act {
        PatchAct::Take => Words {
            function: "updates/take",
            button: "Take it on",
            follows: &["Your name stands at it, and it is in progress. When it is due stays as it is."],
        },
        PatchAct::Fixed => Words {
            function: "updates/fixed",
            button: "Mark as fixed",
            follows: &[
                "It is not to do any more, whatever the inventory says.",
                "When another version that is affected is entered in the inventory, it is open again.",
            ],
        },
        PatchAct::NotAffected => Words {
            function: "updates/not_affected",
            button: "Mark as not affected",
            follows: &[
                "It is not to do any more. Say how you know: that the part in question is not used, or can’t be reached.",
                "When another version that is affected is entered in the inventory, it is open again.",
            ],
        },
        PatchAct::Except => Words {
            function: "updates/except",
            button: "Ask for it",
            follows: &[
                "Somebody else who may work on updates has to approve it. Until then it is due as before.",
                "When the exception ends, the update is open again, with the day on which it was due.",
            ],
        },
        PatchAct::Approve => Words {
            function: "updates/approve",
            button: "Approve the exception",
            follows: &[
                "The update is not to do until the exception ends. Then it is open again.",
                "Your name stands at it as who let it wait.",
            ],
        },
        PatchAct::Decline => Words {
            function: "updates/decline",
            button: "Decline the exception",
            follows: &["The update is due as before. Who asked can ask again."],
        },
        PatchAct::Reopen => Words {
            function: "updates/reopen",
            button: "Reopen",
            follows: &["It is to do again. An exception that it had ends now."],
        },
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: PatchAct, task: TaskView) -> AnyView {
    let Words { function, button, follows } = words(act);
    let back = format!("{PATH}/{}", task.id);
    let mut way = crumbs();
    way.push(Crumb::new(&task.advisory, back.clone()));
    let lines: Vec<_> = follows.iter().map(|line| view! { <li><Icon name="right"/><div>{*line}</div></li> }).collect();
    let asked = task.request.filter(|_| matches!(act, PatchAct::Approve | PatchAct::Decline)).map(|request| {
        let words = format!("{} asks that it may wait until {}: {}", request.by, request.until, request.why);
        view! { <li><Icon name="right"/><div>{words}</div></li> }
    });
    let needs_reason = act != PatchAct::Take;
    view! {
        <PageHead title=act.label().to_owned() subtitle=format!("{} in {}", task.advisory, task.component) badge=task.state crumbs=way/>
        <IntegrationTabs here="/integrations/updates"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{asked} {lines}</ul>
            <PostForm function class="confirm">
                <Hidden name="id" value=task.id/>
                {(act == PatchAct::Except)
                    .then(|| view! {
                        <Field name="until" label="May wait until" kind="date" width="w-s" hint="The last day; at most a year ahead."/>
                    })}
                {needs_reason
                    .then(|| view! {
                        <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2 is_optional={act == PatchAct::Approve}/>
                    })}
                <div class="form-acts">
                    <button class="btn primary" type="submit">{button}</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}
