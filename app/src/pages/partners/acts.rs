//! The confirmations of keeping a partner's machines out and of letting them in again.

use leptos::prelude::*;

use super::{reads::PartnerView, record::crumbs};
use crate::components::{Crumb, Hidden, Icon, PageHead, PostForm, TextField};

/// A change that is confirmed on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Suspend,
    Resume,
}

impl Act {
    /// The act an address asks for; any other word opens none.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "suspend" => Self::Suspend,
            "resume" => Self::Resume,
            _ => return None,
        })
    }

    /// Whether there is anything to do: a suspended partner can't be suspended again.
    pub(super) fn fits(self, is_active: bool) -> bool {
        is_active == (self == Self::Suspend)
    }
}

/// The confirmation of an act.
pub(super) fn act_page(act: Act, partner: PartnerView) -> AnyView {
    let back = format!("/partners/{}", partner.id);
    let name = partner.name.clone();
    let (title, function, form, button, label) = match act {
        Act::Suspend => {
            (format!("Suspend {name}"), "partners/suspend", "confirm danger", "btn danger", "Suspend partner")
        }
        Act::Resume => {
            (format!("Lift the suspension of {name}"), "partners/resume", "confirm", "btn primary", "Lift suspension")
        }
    };
    let follows = match act {
        Act::Suspend => vec![
            "None of its keys and tokens work any more, at once: every call is answered 401.".to_owned(),
            format!("This is about its keys and clients: {}. None of them is revoked.", partner.keys),
            "What its machines did stays in the counts and in the audit log. The suspension can be lifted.".to_owned(),
        ],
        Act::Resume => vec![
            "Its keys and tokens work again, at once, as far as each of them is switched on and has not ended."
                .to_owned(),
            "What may leave for it is what its record says now.".to_owned(),
        ],
    };
    let follows: Vec<_> =
        follows.into_iter().map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> }).collect();
    let mut way = crumbs();
    way.push(Crumb::new(&name, back.clone()));
    view! {
        <PageHead title crumbs=way/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{follows}</ul>
            <PostForm function class=form>
                <Hidden name="id" value=partner.id/>
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
