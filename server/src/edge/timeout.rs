//! No request takes forever. Which side was too slow decides the answer: 408 when the body had not arrived yet, 503 when
//! it was ours to answer.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body::{Frame, SizeHint};

use crate::error_page::Problem;

/// Middleware: gives a request this long until its answer begins. The answer's body may take longer: exports and event
/// streams do.
pub async fn limit(State(time): State<Duration>, request: Request, next: Next) -> Response {
    let is_complete = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = if request.body().is_end_stream() {
        request
    } else {
        let watch = Arc::clone(&is_complete);
        request.map(|body| Body::new(Watched { body, is_complete: watch }))
    };
    if let Ok(response) = tokio::time::timeout(time, next.run(request)).await {
        return response;
    }
    if is_complete.load(Ordering::Relaxed) {
        tracing::warn!(seconds = time.as_secs(), "gave up on a request");
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "request.timeout",
            "The answer took too long, so we stopped. Your change may or may not have happened: look before you repeat it.",
        )
        .retry_after(5)
        .into_response()
    } else {
        Problem::of_status(StatusCode::REQUEST_TIMEOUT)
            .with_header(header::CONNECTION, HeaderValue::from_static("close"))
            .into_response()
    }
}

/// A body that notes when it has been read to its end.
struct Watched {
    body: Body,
    is_complete: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || (frame.is_ready() && self.body.is_end_stream()) {
            self.is_complete.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
