//! There is no page at this address.

use leptos::prelude::*;

use crate::{components::Fault, error::AppError};

/// Answers 404.
#[component]
pub fn MissingPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let error = AppError {
        code: "page.not_found".to_owned(),
        status: 404,
        message: "There is no page at this address. It may have been mistyped, or the record is gone.".to_owned(),
        ..AppError::default()
    };
    view! { <Fault error/> }
}
