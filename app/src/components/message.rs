//! What happened, said in the page until it is dismissed.

use leptos::prelude::*;

use crate::{
    components::{Icon, PostForm},
    functions::Function,
    viewer::{Undo, use_viewer},
};

/// The notice of the last act, if there is one.
#[component]
pub fn Message() -> impl IntoView {
    use_viewer().notice.map(|notice| {
        view! {
            <div class="messages">
                <details class="message-box" open>
                    <summary class="vh">"Notice"</summary>
                    <div class="message ok" role="status">
                        <Icon name="check"/>
                        <div class="message-body">
                            <p>{notice.message}</p>
                            <p class="message-meta">{notice.at}</p>
                        </div>
                        {notice.undo.and_then(undo)}
                        <a class="btn icon-only small quiet message-close" href="" aria-label="Dismiss">
                            <Icon name="close"/>
                        </a>
                    </div>
                </details>
            </div>
        }
    })
}

/// The press that takes it back; none for a function that isn't there any more.
fn undo(undo: Undo) -> Option<AnyView> {
    let function = Function::find(&undo.function)?.endpoint;
    let fields: Vec<_> =
        undo.fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    Some(
        view! {
            <PostForm function class="row" has_summary=false>
                {fields}
                <button class="btn small" type="submit">"Undo"</button>
            </PostForm>
        }
        .into_any(),
    )
}
