//! What happened, said in the page until it is dismissed.

use leptos::prelude::*;

use crate::{components::Icon, viewer::use_viewer};

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
                        <a class="btn icon-only small quiet message-close" href="" aria-label="Dismiss">
                            <Icon name="close"/>
                        </a>
                    </div>
                </details>
            </div>
        }
    })
}
