//! Taking connections: plain or TLS, each guarded, ended gracefully.
//!
//! What the HTTP library leaves open and is set here: `TCP_NODELAY` (a streamed page would wait 40 ms for each piece), a
//! time for the first bytes and for the head of each request (a client that says nothing would hold its connection for
//! good), a cap on open connections, a time for handshakes, dead HTTP/2 peers, and the peer's address for
//! [`crate::edge::client_address`].

mod certificates;
mod guard;
mod plain_on_tls;
mod self_signed;
mod stop;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    http::{Request, uri::Authority},
};
use axum_server::{
    Handle, Server,
    accept::{Accept, NoDelayAcceptor},
    service::SendService,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::TokioTimer;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
    task::JoinHandle,
};

pub use self::{certificates::CertificateError, stop::asked_to_stop};
use self::{guard::Guard, plain_on_tls::PlainOnTls};
use crate::{
    config::{Config, Mode},
    edge::https_redirect,
};

/// How to listen.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where.
    pub address: SocketAddr,
    /// Encrypted, with which certificate.
    pub tls: Option<Certificate>,
    /// Where plain http is sent to https from, beside the address itself.
    pub redirect: Option<SocketAddr>,
    /// The host that plain http is sent to; without one, the host that was asked for.
    pub authority: Option<Authority>,
    /// How long a client may take for the head of a request.
    pub header_timeout: Duration,
    /// How many connections may be open at once, on each listener.
    pub max_connections: usize,
}

/// Which certificate.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// From files, read again when they change.
    Files {
        /// The certificate with its chain, PEM.
        cert: PathBuf,
        /// Its private key, PEM.
        key: PathBuf,
    },
    /// Made here and kept in a folder.
    SelfSigned {
        /// The folder.
        folder: PathBuf,
        /// The names it is for, beside those of this machine.
        names: Vec<String>,
    },
}

/// Why we can't listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken, not ours, or not allowed.
    #[error("can't listen on {address}: {source}; is another process using it?")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate can't be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl Options {
    /// Plain http on an address, for the machine itself or for tests.
    pub fn plain(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            redirect: None,
            authority: None,
            header_timeout: Duration::from_secs(15),
            max_connections: 1000,
        }
    }
}

impl From<&Config> for Options {
    fn from(config: &Config) -> Self {
        let (http, tls) = (&config.http, &config.tls);
        let public = http.public_url.as_ref();
        let certificate = match (tls.mode, &tls.cert, &tls.key) {
            (Mode::Files, Some(cert), Some(key)) => Some(Certificate::Files { cert: cert.clone(), key: key.clone() }),
            (Mode::SelfSigned, _, _) => Some(Certificate::SelfSigned {
                folder: config.data_dir().join("tls"),
                names: public.map(|url| url.authority().host().to_owned()).into_iter().collect(),
            }),
            _ => None,
        };
        Self {
            address: http.listen,
            tls: certificate,
            redirect: tls.redirect_listen(http.listen),
            authority: public.map(|url| url.authority().clone()),
            header_timeout: Duration::from_secs(http.header_timeout_seconds),
            max_connections: http.max_connections,
        }
    }
}

/// Listeners at work.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    redirect_address: Option<SocketAddr>,
    handles: Vec<Handle<SocketAddr>>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
    reload: Option<JoinHandle<()>>,
}

impl Running {
    /// Where we listen, with the port that was given to us when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where plain http is sent to https from.
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect_address
    }

    /// Takes no more connections, gives those that are open this long to finish, and returns when the last has ended.
    /// When `cut` comes first, they are cut off.
    pub async fn stop(self, patience: Duration, cut: impl Future<Output = ()>) {
        self.handles.iter().for_each(|handle| handle.graceful_shutdown(Some(patience)));
        let finished = futures::future::join_all(self.tasks);
        tokio::pin!(finished);
        let ends = tokio::select! {
            ends = &mut finished => ends,
            () = cut => {
                self.handles.iter().for_each(Handle::shutdown);
                finished.await
            }
        };
        for error in ends.into_iter().filter_map(|end| end.map_err(io::Error::other).flatten().err()) {
            tracing::error!(%error, "a listener ended badly");
        }
        if let Some(reload) = self.reload {
            reload.abort();
        }
    }
}

/// Starts to listen, inside an async runtime. When this returns, connections are taken.
pub fn start(app: Router, options: &Options) -> Result<Running, ListenError> {
    let (listener, address) = bind(options.address)?;
    let mut running = Running { address, redirect_address: None, handles: Vec::new(), tasks: Vec::new(), reload: None };
    let target = https_redirect::Target { authority: options.authority.clone(), port: address.port() };
    match &options.tls {
        None => running.serve(listener, options, options.guard(NoDelayAcceptor::new()), app)?,
        Some(certificate) => {
            let (config, reload) = certificates::open(certificate)?;
            let acceptor = tls_acceptor(config, options, target.clone());
            running.reload = reload;
            running.serve(listener, options, options.guard(acceptor), app)?;
        }
    }
    if let (Some(redirect), Some(_)) = (options.redirect, &options.tls) {
        let (listener, address) = bind(redirect)?;
        running.redirect_address = Some(address);
        let router = https_redirect::router(target);
        running.serve(listener, options, options.guard(NoDelayAcceptor::new()), router)?;
    }
    Ok(running)
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| ListenError::Bind { address, source })
}

fn tls_acceptor(
    config: RustlsConfig,
    options: &Options,
    target: https_redirect::Target,
) -> PlainOnTls<RustlsAcceptor<NoDelayAcceptor>> {
    let tls = RustlsAcceptor::new(config).handshake_timeout(options.header_timeout).acceptor(NoDelayAcceptor::new());
    PlainOnTls::new(tls, https_redirect::router(target), options.header_timeout)
}

impl Options {
    fn guard<A>(&self, acceptor: A) -> Guard<A> {
        Guard::new(acceptor, Arc::new(Semaphore::new(self.max_connections)), self.header_timeout)
    }
}

type MakeService = axum::extract::connect_info::IntoMakeServiceWithConnectInfo<Router, SocketAddr>;
type Service = axum::middleware::AddExtension<Router, axum::extract::ConnectInfo<SocketAddr>>;

impl Running {
    fn serve<A>(
        &mut self,
        listener: TcpListener,
        options: &Options,
        acceptor: A,
        app: Router,
    ) -> Result<(), ListenError>
    where
        A: Accept<tokio::net::TcpStream, Service> + Clone + Send + Sync + 'static,
        A::Stream: AsyncRead + AsyncWrite + Unpin + Send,
        A::Service: SendService<Request<hyper::body::Incoming>> + Send,
        A::Future: Send,
    {
        let handle = Handle::new();
        let server =
            axum_server::from_tcp(listener).map_err(|source| ListenError::Bind { address: options.address, source })?;
        let mut server: Server<SocketAddr, A> = server.acceptor(acceptor).handle(handle.clone());
        let builder = server.http_builder();
        builder.http1().timer(TokioTimer::new()).header_read_timeout(options.header_timeout);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(20))
            .max_concurrent_streams(128);
        let make: MakeService = app.into_make_service_with_connect_info::<SocketAddr>();
        self.handles.push(handle);
        self.tasks.push(tokio::spawn(server.serve(make)));
        Ok(())
    }
}
