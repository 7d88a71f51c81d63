//! A page's content once it is there, or why it isn't.

use leptos::{either::Either, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

use crate::{components::Fault, error::AppError};

/// Shows `view` of what a resource brought, keeping the old content while a new one is on its way.
#[component]
pub fn Loaded<T>(
    /// What the page waits for.
    resource: Resource<Result<T, AppError>>,
    /// How it is shown.
    view: fn(T) -> AnyView,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    view! {
        <Transition fallback=|| view! { <p class="vh" role="status">"Loading"</p> }>
            {move || Suspend::new(async move {
                match resource.await {
                    Ok(content) => Either::Left(view(content)),
                    Err(error) => Either::Right(view! { <Fault error/> }),
                }
            })}
        </Transition>
    }
}
