//! The edge, over real connections: what every request must meet, whatever answers it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests are tests too

mod addresses;
mod headers;
mod limits;
mod listener;
mod numbers;
mod refusals;
mod site;
mod wire;

use std::{future::pending, net::SocketAddr, time::Duration};

use axum::{
    Extension, Router,
    body::Bytes,
    extract::ConnectInfo,
    response::Html,
    routing::{get, post},
};
use keyfob_server::{
    assets,
    edge::{self, EdgeConfig, client_address::ClientAddress, headers::CspNonce, request_id::RequestId},
    health::Health,
    listen::{self, Options, Running},
};

/// A portal on a port of its own.
struct Portal {
    address: SocketAddr,
    running: Running,
}

impl Portal {
    fn start(config: &EdgeConfig) -> Self {
        let beside = Health::new(Vec::new()).routes().merge(assets::routes());
        let running = listen::start(edge::wrap_beside(pages(), beside, config), &on_any_port()).unwrap();
        Self { address: running.address(), running }
    }
}

fn on_any_port() -> Options {
    Options::plain(SocketAddr::from(([127, 0, 0, 1], 0)))
}

/// Pages that do what pages may do.
fn pages() -> Router {
    Router::new()
        .route("/", get(|| async { Html("<p>Hello") }))
        .route("/echo", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/api/v1/echo", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/seen", get(seen))
        .route("/panic", get(|| async { panics() }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_millis(300)).await }))
        .route("/stuck", get(|| async { pending::<()>().await }))
}

fn panics() {
    panic!("the cause is internal");
}

async fn seen(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(ClientAddress(client)): Extension<ClientAddress>,
    Extension(id): Extension<RequestId>,
    Extension(CspNonce(nonce)): Extension<CspNonce>,
) -> String {
    format!("peer={} client={client} id={} nonce={nonce}", peer.ip(), id.as_str())
}
