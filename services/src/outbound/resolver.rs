//! Looking a host up, and leaving out what must not be called.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    vec,
};

use domain::addresses;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::{AllowedHosts, Failure};

/// The system's resolver, whose answers are checked. The connection goes to the very addresses that passed, so that a name
/// can't lead elsewhere between the check and the call.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    allowed: Arc<AllowedHosts>,
}

impl Resolver {
    pub(super) fn new(allowed: Arc<AllowedHosts>) -> Self {
        Self { allowed }
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let is_allowed = self.allowed.contains(&name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if is_allowed {
                return Ok(found.into_iter());
            }
            let refusal = found.iter().find_map(|address| addresses::refusal(address.ip()));
            let public: Vec<SocketAddr> =
                found.into_iter().filter(|address| addresses::refusal(address.ip()).is_none()).collect();
            match refusal {
                Some(why) if public.is_empty() => {
                    let why = format!("{} leads to an address that is {why}", name.as_str());
                    Err(io::Error::new(io::ErrorKind::PermissionDenied, Failure::Refused(why)))
                }
                _ => Ok(public.into_iter()),
            }
        })
    }
}
