//! What can go wrong in a use case, as one shape that pages and problem documents are made from.

use std::{fmt, panic::Location};

pub use domain::forms::{Conflict, FieldError, FormErrors};
use domain::permissions::Permission;

/// A refusal or a failure: a stable code for machines, a sentence for people, a status for HTTP, and for the log where
/// it arose.
pub struct Error {
    /// Stable, `area.what` or `area.use.what`.
    pub code: &'static str,
    /// The HTTP status that says the same.
    pub status: u16,
    /// What happened and what to do.
    pub message: String,
    /// What is wrong with which field.
    pub fields: Vec<FieldError>,
    /// When somebody else saved first: every field as it was, theirs and mine.
    pub conflict: Option<Conflict>,
    /// Seconds after which a new try makes sense.
    pub retry_after: Option<u64>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    place: &'static Location<'static>,
}

/// What use cases answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    #[track_caller]
    fn build(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self {
            code,
            status,
            message: message.into(),
            fields: Vec::new(),
            conflict: None,
            retry_after: None,
            source: None,
            place: Location::caller(),
        }
    }

    /// 404: no such record, or none this person may know of.
    #[track_caller]
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::build(code, 404, message)
    }

    /// 422: the input is wrong; each field says how.
    #[track_caller]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [only] => only.message.clone(),
            _ => "Some fields need another look.".to_owned(),
        };
        Self { fields, ..Self::build("input.invalid", 422, message) }
    }

    /// 422 for one field.
    #[track_caller]
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, message)])
    }

    /// 422 for the request as a whole.
    #[track_caller]
    pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::build(code, 422, message)
    }

    /// 409: somebody else was faster, or what was shown is no longer so.
    #[track_caller]
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::build(code, 409, message)
    }

    /// 409: somebody else saved first; every field as it was, theirs and mine.
    #[track_caller]
    pub fn edit_conflict(conflict: Conflict) -> Self {
        let message = format!(
            "{} saved this record while you were editing. Nothing of yours is lost: choose below.",
            conflict.by
        );
        Self { conflict: Some(conflict), ..Self::build("edit.conflict", 409, message) }
    }

    /// 409: the rules of the business say no.
    #[track_caller]
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::build(code, 409, message)
    }

    /// 401: nobody is signed in, or not well enough.
    #[track_caller]
    pub fn unauthenticated(code: &'static str, message: impl Into<String>) -> Self {
        Self::build(code, 401, message)
    }

    /// 403: the permission that is missing, and what it would allow.
    #[track_caller]
    pub fn forbidden(permission: Permission) -> Self {
        Self::build(
            "access.missing_permission",
            403,
            format!(
                "You need the permission {permission} for this: {} Ask somebody who manages roles to give it to you.",
                permission.description()
            ),
        )
    }

    /// 403 for a reason other than a missing permission.
    #[track_caller]
    pub fn denied(code: &'static str, message: impl Into<String>) -> Self {
        Self::build(code, 403, message)
    }

    /// 429: too often; the seconds say when to come back.
    #[track_caller]
    pub fn too_many(code: &'static str, message: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::build(code, 429, message) }
    }

    /// 503: something we need is away; trying again will help.
    #[track_caller]
    pub fn unavailable(code: &'static str, message: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::build(code, 503, message) }
    }

    /// 500: a fault of ours. The cause goes to the log, never to the reader.
    #[track_caller]
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::build(
                "internal",
                500,
                "Something went wrong on our side. It has been logged; try again, and if it stays, tell your administrator the request id.",
            )
        }
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Writes a failure of ours to the log with where it arose; refusals are not failures and are not logged here.
    pub fn log(&self) {
        if self.status >= 500 {
            tracing::error!(code = self.code, place = %self.place, cause = self.source.as_ref().map(tracing::field::display), "failure");
        } else {
            tracing::debug!(code = self.code, place = %self.place, "refused");
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("fields", &self.fields)
            .field("source", &self.source)
            .field("place", &format_args!("{}", self.place))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Whether PostgreSQL refused a text for a character that it doesn't take (22021): U+0000, which SQLite takes.
fn is_unstorable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(cause) if cause.code().is_some_and(|code| code == "22021"))
}

impl From<sqlx::Error> for Error {
    #[track_caller]
    fn from(error: sqlx::Error) -> Self {
        let is_away = match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
            // 57P01..03: the server is going down or coming up; 53300: too many connections.
            sqlx::Error::Database(cause) => {
                cause.code().is_some_and(|code| matches!(code.as_ref(), "57P01" | "57P02" | "57P03" | "53300"))
                    || cause.message().contains("database or disk is full")
                    || cause.message().contains("database is locked")
            }
            _ => false,
        };
        if is_away {
            Self::unavailable(
                "database.unavailable",
                "The database can't be reached right now. Nothing was changed; try again in a moment.",
                5,
            )
            .caused_by(error)
        } else if is_unstorable(&error) {
            Self::build(
                "input.unstorable",
                422,
                "What you sent has a character that can't be stored: a zero byte. Take it out and try again.",
            )
        } else {
            Self::internal(error)
        }
    }
}
