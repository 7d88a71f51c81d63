//! A form that was refused: the same page again, with what was typed and what is wrong with it.

use leptos::prelude::*;
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

/// The failure of a form that posts to `function`, if this page is shown because of one.
pub fn use_failure(function: &str) -> Option<Failure> {
    use_any_failure().filter(|failure| failure.function == function)
}

/// The failure of any form on this page.
pub fn use_any_failure() -> Option<Failure> {
    use_context()
}

/// A hidden value as it was sent with a refused form, else as the page has it. A version must stay the one that the
/// fields were read with: a later one would pass off what somebody else saved meanwhile as seen.
pub fn as_sent(function: &str, name: &str, fresh: String) -> String {
    use_failure(function).and_then(|failure| failure.value(name)).unwrap_or(fresh)
}

impl Failure {
    /// What was typed into a field.
    pub fn value(&self, name: &str) -> Option<String> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }
}
