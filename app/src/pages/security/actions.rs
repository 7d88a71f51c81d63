//! What the security pages do.

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Checks the whole log now.
#[server(prefix = "/_fn", endpoint = "security/verify")]
pub async fn verify_log() -> Result<Done, AppError> {
    super::summary::verify().await
}
