//! Tags on a record.

use leptos::prelude::*;

use crate::components::{Icon, PostForm};

/// Shows a record's tags, and a field for another.
#[component]
pub fn Tags(
    /// In order.
    tags: Vec<String>,
    /// The record's type.
    subject: &'static str,
    /// Its id.
    id: String,
    /// Where a tag leads: the list filtered by it, which ends in `tag=`.
    list_href: &'static str,
    /// Whether the reader may write.
    may_write: bool,
) -> impl IntoView {
    let items: Vec<_> = tags
        .into_iter()
        .map(|tag| {
            let label = format!("Remove tag {tag}");
            let id = id.clone();
            view! {
                <li class="tag">
                    <a href=format!("{list_href}{tag}")>{tag.clone()}</a>
                    {may_write
                        .then(|| view! {
                            <PostForm function="tags/remove" class="tag-form" has_summary=false>
                                <input type="hidden" name="subject" value=subject/>
                                <input type="hidden" name="id" value=id/>
                                <input type="hidden" name="tag" value=tag/>
                                <button type="submit" aria-label=label><Icon name="close"/></button>
                            </PostForm>
                        })}
                </li>
            }
        })
        .collect();
    view! {
        <ul class="tags" aria-label="Tags">
            {items}
            {may_write
                .then(|| view! {
                    <li>
                        <PostForm function="tags/add" class="tag-add">
                            <input type="hidden" name="subject" value=subject/>
                            <input type="hidden" name="id" value=id/>
                            <input class="input" name="tag" id="f-tag" aria-label="New tag" placeholder="New tag" autocomplete="off"/>
                            <button class="btn small" type="submit">"Add tag"</button>
                        </PostForm>
                    </li>
                })}
        </ul>
    }
}
