//! Guards each connection: not too many at once, and none that is opened and then stays silent.
//!
//! The time for a request's head is the HTTP library's to keep, but it begins only when it is known whether the client
//! speaks HTTP/1 or HTTP/2. A client that never says so would hold its connection for good. The stream given out here
//! ends with an error if what has come by then is still only the beginning of HTTP/2's preface.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum_server::accept::Accept;
use futures::{FutureExt, future::BoxFuture};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

/// What an HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// An acceptor that guards what another accepts.
#[derive(Clone, Debug)]
pub(super) struct Guard<A> {
    inner: A,
    free: Arc<Semaphore>,
    patience: Duration,
}

impl<A> Guard<A> {
    pub(super) fn new(inner: A, free: Arc<Semaphore>, patience: Duration) -> Self {
        Self { inner, free, patience }
    }
}

impl<A, S> Accept<TcpStream, S> for Guard<A>
where
    A: Accept<TcpStream, S>,
    A::Future: Send + 'static,
{
    type Stream = Guarded<A::Stream>;
    type Service = A::Service;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let permit = Arc::clone(&self.free).try_acquire_owned();
        let accepted = self.inner.accept(stream, service);
        let patience = self.patience;
        async move {
            let permit = permit.map_err(|_| {
                tracing::warn!("as many connections are open as may be; refused one");
                io::Error::from(io::ErrorKind::ConnectionRefused)
            })?;
            let (stream, service) = accepted.await?;
            let opening = Some(Opening { deadline: Box::pin(sleep(patience)), seen: 0 });
            Ok((Guarded { stream, opening, _permit: permit }, service))
        }
        .boxed()
    }
}

/// A guarded connection.
#[derive(Debug)]
pub(super) struct Guarded<I> {
    stream: I,
    opening: Option<Opening>,
    _permit: OwnedSemaphorePermit,
}

/// While it isn't known what the client speaks.
#[derive(Debug)]
struct Opening {
    deadline: Pin<Box<Sleep>>,
    seen: usize,
}

impl Opening {
    /// Takes in what has come; whether it is known now.
    fn is_over_with(&mut self, bytes: &[u8]) -> bool {
        let is_preface_so_far = PREFACE[self.seen..].starts_with(bytes);
        self.seen += bytes.len();
        !is_preface_so_far || self.seen >= PREFACE.len()
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Guarded<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if let Some(opening) = &mut this.opening
            && opening.deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if this.opening.as_mut().is_some_and(|opening| opening.is_over_with(&buffer.filled()[before..])) {
            this.opening = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Guarded<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_known_what_a_client_speaks_when_the_preface_ends_or_breaks_off() {
        let over = |pieces: &[&[u8]]| {
            let mut opening = Opening { deadline: Box::pin(sleep(Duration::from_secs(1))), seen: 0 };
            pieces.iter().map(|piece| opening.is_over_with(piece)).collect::<Vec<_>>()
        };
        assert_eq!(over(&[b"GET / HTTP/1.1\r\n"]), [true]);
        assert_eq!(over(&[b"P", b"OST / HTTP/1.1\r\n"]), [false, true]);
        assert_eq!(over(&[b"PRI * HTTP/2.0\r\n", b"\r\nSM\r\n\r\n"]), [false, true]);
        assert_eq!(over(&[PREFACE, b""]), [true, true]);
        assert_eq!(over(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore than the preface"]), [true]);
    }
}
