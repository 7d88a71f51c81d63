//! What would break if a key were revoked: its last seven days.

use domain::{ids::CredentialId, permissions::marker::AccessRead};

use super::{record, revoke::is_in_use};
use crate::{
    Error, Services,
    access::Access,
    usage::{self, Of, Range, RouteUse, Source},
};

/// The blast radius of a revocation.
#[derive(Clone, Debug)]
pub struct Blast {
    /// Calls in the last seven days.
    pub calls: i64,
    /// By route, the busiest first.
    pub routes: Vec<RouteUse>,
    /// The networks they came from, the busiest first.
    pub sources: Vec<Source>,
    /// Whether it was used within a day: its name has to be typed then.
    pub is_in_use: bool,
}

/// What the last seven days of a key or client were.
pub async fn blast(cx: &Services, access: &Access<AccessRead>, id: CredentialId) -> Result<Blast, Error> {
    let stored = record::load(cx.db.read().await?.connection(), id).await?;
    let routes = usage::routes(cx, access, Of::Credential(id), Range::Week).await?;
    Ok(Blast {
        calls: routes.iter().map(|route| route.calls).sum(),
        sources: usage::sources(cx, access, id, 7).await?,
        routes,
        is_in_use: is_in_use(cx.clock.now(), stored.last_used_at),
    })
}
