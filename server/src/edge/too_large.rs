//! A client that sends too much must be able to read that. Most send everything before they read anything, and a
//! connection closed on them meanwhile looks like a fault of the network; so the rest is received and thrown away.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{StatusCode, header::EXPECT},
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};

/// More than this is not received; bytes.
const MOST: usize = 16 << 20;
/// Nor for longer than this.
const PATIENCE: Duration = Duration::from_secs(5);

/// Middleware: receives the rest of a body that was too large, then answers.
pub async fn receive_rest(request: Request, next: Next) -> Response {
    // Whoever asks first has not sent anything.
    if request.body().is_end_stream() || request.headers().contains_key(EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(body.clone()))).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        // Too long or too much of it: then the connection is cut after all.
        let _ = tokio::time::timeout(PATIENCE, body.drain()).await;
    }
    response
}

/// A body that can be read on after its reader has dropped it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).poll_frame(context)
    }

    async fn drain(&self) {
        let mut received = 0;
        while received <= MOST
            && let Some(Ok(frame)) = poll_fn(|context| self.poll(context)).await
        {
            received += frame.data_ref().map_or(0, Bytes::len);
        }
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.poll(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}
