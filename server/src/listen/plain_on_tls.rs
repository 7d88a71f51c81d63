//! Plain http on the port of https: people type `http://host:3000` and would see nothing but a broken connection. The
//! first byte tells; who speaks plainly is sent to https, everybody else shakes hands.

use std::{io, time::Duration};

use axum::Router;
use axum_server::accept::Accept;
use futures::{FutureExt, future::BoxFuture};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, time::timeout};

/// The first byte of every TLS connection: a handshake record.
const HANDSHAKE: u8 = 0x16;

/// An acceptor that tells the two apart before another one accepts.
#[derive(Clone, Debug)]
pub(super) struct PlainOnTls<A> {
    tls: A,
    redirect: Router,
    patience: Duration,
}

impl<A> PlainOnTls<A> {
    pub(super) fn new(tls: A, redirect: Router, patience: Duration) -> Self {
        Self { tls, redirect, patience }
    }
}

impl<A, S> Accept<TcpStream, S> for PlainOnTls<A>
where
    A: Accept<TcpStream, S> + Clone + Send + 'static,
    A::Future: Send + 'static,
    A::Stream: Send,
    A::Service: Send,
    S: Send + 'static,
{
    type Stream = A::Stream;
    type Service = A::Service;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Self { tls, redirect, patience } = self.clone();
        async move {
            let mut first = [0; 1];
            timeout(patience, stream.peek(&mut first)).await??;
            if first == [HANDSHAKE] {
                return tls.accept(stream, service).await;
            }
            // The answer closes the connection; whoever doesn't let go is cut off.
            let _ = timeout(patience, answer(stream, redirect)).await;
            Err(io::Error::other("plain http on the port of https"))
        }
        .boxed()
    }
}

async fn answer(stream: TcpStream, redirect: Router) {
    let service = TowerToHyperService::new(redirect);
    // What goes wrong here is the client's business.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}
