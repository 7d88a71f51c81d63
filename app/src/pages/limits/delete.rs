//! The confirmation of a limit's deletion.

use leptos::prelude::*;

use super::{form::crumbs, reads::LimitFormView};
use crate::{
    components::{Crumb, Hidden, Icon, PageHead, PostForm, TextField},
    pages::access::tabs::AccessTabs,
};

/// What follows from deleting a limit, why, and one press.
#[component]
pub(super) fn Delete(
    /// The limit.
    limit: LimitFormView,
) -> impl IntoView {
    let back = format!("/access/limits/{}", limit.id);
    let mut way = crumbs();
    way.push(Crumb::new(&limit.form.name, back.clone()));
    let follows = [
        format!("Nobody is held to {} any more, at once.", limit.windows),
        format!("Held to it until now: {}.", limit.holds_for.to_lowercase()),
        "The other limits stay as they are. This can’t be undone, but the limit can be made and given again."
            .to_owned(),
    ];
    let follows: Vec<_> =
        follows.into_iter().map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> }).collect();
    view! {
        <PageHead title=format!("Delete {}", limit.form.name) crumbs=way/>
        <AccessTabs here="/access/limits"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{follows}</ul>
            <PostForm function="limits/delete" class="confirm danger">
                <Hidden name="id" value=limit.id/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">"Delete limit"</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
}
