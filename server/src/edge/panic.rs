//! A panic in a handler is a fault of ours, not the end of the connection.

use std::any::Any;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error_page::Problem;

type Answer = fn(Box<dyn Any + Send + 'static>) -> Response;

/// The layer that answers 500 instead. Where and why is logged by the panic hook, inside the request's span.
pub fn layer() -> CatchPanicLayer<Answer> {
    CatchPanicLayer::custom(answer as Answer)
}

/// What the panic said is for the log only.
#[allow(clippy::needless_pass_by_value)] // the signature that the layer asks for
fn answer(_cause: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
