//! Plays partners over real HTTP, well and badly: for the demo, and for tests of what Keyfob does when a partner fails.
//!
//! It shares no code with Keyfob, so that a mistake there is not repeated here. It is for development only: whoever reaches
//! it may make it do anything that it can do.

mod answers;
mod book;
mod control;
mod door;
mod expired;
mod guard;
mod mode;
mod page;
mod roster;
mod send;
pub mod signatures;
mod tokens;

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router, middleware,
    routing::{any, get, post},
};
use axum_server::Handle;

pub use book::{Effect, Seen};
pub use mode::Mode;
pub use roster::{Operation, PARTNERS, Partner, partner};
pub use send::{Fault, Message, Scheme, Unsent};

use book::Book;
use tokens::Tokens;

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Secrets by partners' names; those that are not here are `sim-NAME-secret`.
    pub secrets: BTreeMap<String, String>,
    /// How long an access token is good; seconds.
    pub token_seconds: u64,
    /// Where the same is served with a certificate that ran out, if anywhere.
    pub expired_listen: Option<SocketAddr>,
    /// The time, in milliseconds since 1970.
    pub clock: fn() -> i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { secrets: BTreeMap::new(), token_seconds: 300, expired_listen: None, clock: system_time }
    }
}

fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The certificate that ran out could not be made.
    #[error("the certificate can't be made: {0}")]
    Certificate(String),
}

/// What all requests share.
#[derive(Debug)]
struct State {
    options: Options,
    book: Book,
    tokens: Tokens,
    messages: AtomicU64,
}

impl State {
    fn now(&self) -> i64 {
        (self.options.clock)()
    }

    fn secret(&self, partner: &Partner) -> String {
        let given = self.options.secrets.get(partner.name).cloned();
        given.unwrap_or_else(|| format!("sim-{}-secret", partner.name))
    }

    /// A word that no message had before.
    fn next_message(&self) -> String {
        format!("evt_{:x}{:04x}", self.now(), self.messages.fetch_add(1, Ordering::Relaxed))
    }
}

/// A simulator at work. Dropped or stopped, it breaks its connections and takes no more.
#[derive(Debug)]
pub struct Simulator {
    state: Arc<State>,
    address: SocketAddr,
    expired: Option<expired::Listener>,
    handle: Handle<SocketAddr>,
}

impl Simulator {
    /// Starts on an address; port 0 is any that is free.
    pub async fn start(address: SocketAddr) -> Result<Self, StartError> {
        Self::start_with(address, Options::default()).await
    }

    /// Starts with options. When this returns, it answers.
    #[expect(clippy::unused_async, reason = "it needs the runtime of whoever calls it")]
    pub async fn start_with(address: SocketAddr, options: Options) -> Result<Self, StartError> {
        let (listener, bound) = bind(address)?;
        let expired_listen = options.expired_listen;
        let state =
            Arc::new(State { options, book: Book::default(), tokens: Tokens::default(), messages: AtomicU64::new(1) });
        let app = routes(Arc::clone(&state));
        let expired = expired_listen.map(|address| expired::listen(address, app.clone())).transpose()?;
        let handle = Handle::new();
        let server = axum_server::from_tcp(listener).map_err(|error| StartError::Listen(bound, error))?;
        tokio::spawn(server.handle(handle.clone()).serve(app.into_make_service()));
        Ok(Self { state, address: bound, expired, handle })
    }

    /// `http://ADDRESS`, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `https://ADDRESS` of the listener whose certificate ran out.
    pub fn expired_origin(&self) -> Option<String> {
        self.expired.as_ref().map(|listener| format!("https://{}", listener.address))
    }

    /// The certificate that ran out, DER: for a client that trusts it in all else.
    pub fn expired_certificate(&self) -> Option<&[u8]> {
        self.expired.as_ref().map(|listener| listener.certificate.as_slice())
    }

    /// Makes a partner behave like this from now on. Says whether there is such a partner.
    pub fn set(&self, name: &str, mode: Mode) -> bool {
        partner(name).map(|partner| self.state.book.set(partner, Some(mode), None)).is_some()
    }

    /// Whether a partner gives the same answer to the same idempotency key, as it does at first, or acts on each call.
    pub fn honour_keys(&self, name: &str, honours: bool) -> bool {
        partner(name).map(|partner| self.state.book.set(partner, None, Some(honours))).is_some()
    }

    /// The calls that a partner saw, the oldest first, as far back as they are kept.
    pub fn calls(&self, name: &str) -> Vec<Seen> {
        partner(name).map(|partner| self.state.book.calls(partner)).unwrap_or_default()
    }

    /// What came of a partner's calls: how often each operation was done for each idempotency key.
    pub fn effects(&self, name: &str) -> Vec<Effect> {
        partner(name).map(|partner| self.state.book.effects(partner)).unwrap_or_default()
    }

    /// How often an access token was asked for.
    pub fn tokens_asked(&self) -> u64 {
        self.state.tokens.asked()
    }

    /// Takes all access tokens back, as a partner does that was broken into.
    pub fn take_tokens_back(&self) {
        self.state.tokens.take_back();
    }

    /// Sends a message as a partner would. Answers what each sending of it was answered.
    pub async fn send(&self, message: &Message) -> Result<Vec<send::Answered>, Unsent> {
        send::send(&self.state, message).await
    }

    /// Breaks all connections and takes no more: the partner is gone.
    pub fn stop(&self) {
        self.handle.shutdown();
        if let Some(expired) = &self.expired {
            expired.handle.shutdown();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop();
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| StartError::Listen(address, error))
}

fn routes(state: Arc<State>) -> Router {
    let ours = Router::new()
        .route("/", get(page::all))
        .route("/partners/{partner}", get(page::one))
        .route("/partners/{partner}/mode", post(page::set))
        .route("/partners/{partner}/send", post(page::send))
        .route("/style.css", get(page::style))
        .route("/control", get(control::all))
        .route("/control/{partner}", get(control::one).post(control::set))
        .route("/control/{partner}/calls", get(control::calls))
        .route("/control/{partner}/effects", get(control::effects))
        .route("/control/{partner}/reset", post(control::reset))
        .route("/control/{partner}/send", post(control::send))
        .layer(middleware::from_fn(guard::only_from_here));
    Router::new()
        .route("/health", get(|| async { "well" }))
        .route("/oauth/token", post(tokens::grant))
        .route("/{place}/{*path}", any(door::take))
        .merge(ours)
        .with_state(state)
}
