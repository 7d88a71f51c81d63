//! The one error that server functions answer with: codes and words, never the inside of anything.

use domain::forms::{Conflict, FieldError};
use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why a server function did not do what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    /// Stable, for machines and for support.
    pub code: String,
    /// The HTTP status that says the same.
    pub status: u16,
    /// What happened and what to do.
    pub message: String,
    /// What is wrong with which field.
    pub fields: Vec<FieldError>,
    /// The request's id, to be quoted to support.
    pub request_id: String,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
    /// When somebody else saved first: every field as it was, theirs and mine.
    pub conflict: Option<Conflict>,
}

impl AppError {
    /// What is wrong with a field.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// Serde's and the transport's own words stay inside: they name types and fields of ours.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (code, status, message) = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                ("network", 503, "The server can't be reached. Check your connection and try again.")
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                ("input.malformed", 422, "What was sent doesn't fit this form. Reload the page and try again.")
            }
            _ => {
                ("internal", 500, "Something went wrong on our side. Try again; if it stays, tell your administrator.")
            }
        };
        Self { code: code.to_owned(), status, message: message.to_owned(), ..Self::default() }
    }
}
