//! The first account, on an empty portal.

use super::{
    Link, Purpose,
    invitation::{NewLink, make},
};
use crate::{
    Error, Services,
    access::Actor,
    audit::{self, Stream},
    db::{Connection, dialect, on},
};

/// The link by which the first owner sets up their account, to be printed where only the operator reads; none once
/// somebody works here. Each call makes another; the first that is used ends all.
pub async fn first_owner_link(cx: &Services) -> Result<Option<Link>, Error> {
    if !is_empty(cx.db.read().await?.connection()).await? {
        return Ok(None);
    }
    let mut uow = cx.db.begin().await?;
    dialect::lock_roles(uow.connection()).await?;
    if !is_empty(uow.connection()).await? {
        return Ok(None);
    }
    let new = NewLink { purpose: Purpose::FirstOwner, email: "", name: "", role: None, staff: None, invited_by: None };
    let link = make(cx, uow.connection(), new).await?;
    let entry = audit::Entry::new("staff.first_owner_link_made").stream(Stream::Auth).target("invitation", link.id);
    uow.commit(cx, &Actor::command_line(), entry).await?;
    Ok(Some(link))
}

/// Whether nobody works here yet.
pub(super) async fn is_empty(connection: Connection<'_>) -> Result<bool, Error> {
    let anybody: Option<(i64,)> =
        on!(connection, c => sqlx::query_as("SELECT created_at FROM staff LIMIT 1").fetch_optional(c).await)?;
    Ok(anybody.is_none())
}
