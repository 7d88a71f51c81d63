//! A form that was refused: the same page again, with what was typed and what is wrong with it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What was sent and why it was refused. The form gateway provides it while the page is made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The page's path.
    pub path: String,
    /// The server function's endpoint.
    pub function: String,
    /// Names and values as sent, without secrets.
    pub values: Vec<(String, String)>,
    /// What is wrong.
    pub error: AppError,
}

#[derive(Clone, Copy)]
struct LastFailure(StoredValue<Option<Failure>>);

/// Takes the failure of this request into the page's own data, and forgets it when the reader moves on.
pub fn provide_failure() {
    let failure = SharedValue::new(use_context::<Failure>).into_inner();
    let last = StoredValue::new(failure);
    provide_context(LastFailure(last));
    let location = use_location();
    Effect::new(move |earlier: Option<String>| {
        let path = location.pathname.get() + &location.search.get();
        if earlier.is_some_and(|earlier| earlier != path) {
            last.set_value(None);
        }
        path
    });
}

/// The failure of a form that posts to `function`, if this page is shown because of one.
pub fn use_failure(function: &str) -> Option<Failure> {
    use_any_failure().filter(|failure| failure.function == function)
}

/// The failure of any form on this page.
pub fn use_any_failure() -> Option<Failure> {
    use_context::<LastFailure>().and_then(|last| last.0.get_value())
}

impl Failure {
    /// What was typed into a field.
    pub fn value(&self, name: &str) -> Option<String> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }
}
