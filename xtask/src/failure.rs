//! What a task says when it can't go on.

use std::fmt;

/// A sentence for the person at the terminal: what went wrong and, where we know it, what to do.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// Makes a failure of one or more sentences.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Turns the system's errors into sentences.
pub trait Explain<T> {
    /// Puts `what` before the system's own words.
    fn explain(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Explain<T> for Result<T, E> {
    fn explain(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure(format!("{}: {error}", what())))
    }
}
