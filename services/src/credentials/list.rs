//! The list of keys and clients.

use domain::{
    credentials::{CredentialKind, Environment, State},
    ids::PartnerId,
    permissions::marker::AccessRead,
    texts::fold,
};

use super::record::{Listed, SELECT};
use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Direction, KeysetList, Page, prefix_range},
};

/// What the list is sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// By when it was issued.
    Created,
}

/// Which keys and clients, in what order, from where.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only keys, or only clients.
    pub kind: Option<CredentialKind>,
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those for this environment.
    pub environment: Option<Environment>,
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those whose old secret still works beside a new one.
    pub has_old_secret: bool,
    /// The beginning of a name, or a public id.
    pub query: Option<String>,
    /// Sort column.
    pub sort: Sort,
    /// Largest first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of keys and clients.
pub async fn list(cx: &Services, _access: &Access<AccessRead>, filter: &Filter) -> Result<Page<Listed>, Error> {
    let sort = match filter.sort {
        Sort::Name => "c.sort_name",
        Sort::Created => "c.created_at",
    };
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, sort, "c.id", direction);
    if let Some(kind) = filter.kind {
        list = list.filter("c.kind = ?", [Bind::Text(kind.as_str().to_owned())]);
    }
    if let Some(state) = filter.state {
        list = list.filter("c.state = ?", [Bind::Text(state.as_str().to_owned())]);
    }
    if let Some(environment) = filter.environment {
        list = list.filter("c.environment = ?", [Bind::Text(environment.as_str().to_owned())]);
    }
    if let Some(partner) = filter.partner {
        list = list.filter("c.partner_id = ?", [Bind::Id(partner.uuid())]);
    }
    if filter.has_old_secret {
        list = list.filter("c.id IN (SELECT credential_id FROM credential_secret WHERE state = 'retiring')", []);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        let [from, until] = prefix_range(&fold(query));
        list = list.filter(
            "c.public_id = ? OR (c.sort_name >= ? AND c.sort_name < ?)",
            [Bind::Text(query.to_owned()), from, until],
        );
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
