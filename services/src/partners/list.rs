//! The list of partners.

use domain::{
    ids::PartnerId,
    partners::{PartnerKind, PartnerStatus},
    permissions::marker::PartnersRead,
    texts::fold,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on, prefix_range},
};

/// A partner as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Partner {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    sort_name: String,
    kind: String,
    /// Whom to write to; may be empty.
    pub contact_email: String,
    status: String,
    /// How many of its keys and clients are not revoked.
    pub credentials: i64,
    /// When it was registered, in milliseconds.
    pub created_at: i64,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub version: i64,
}

impl Partner {
    /// What it does; what the database's own check admits always parses.
    pub fn kind(&self) -> PartnerKind {
        self.kind.parse().unwrap_or(PartnerKind::Other)
    }

    /// Whether its machines may call; what the database's own check admits always parses.
    pub fn status(&self) -> PartnerStatus {
        self.status.parse().unwrap_or(PartnerStatus::Suspended)
    }
}

impl Keyed for Partner {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Text(self.sort_name.clone()), self.id)
    }
}

const SELECT: &str = "SELECT id, name, sort_name, kind, contact_email, status,
       (SELECT COUNT(*) FROM credential c WHERE c.partner_id = partner.id AND c.state <> 'revoked') AS credentials,
       created_at, updated_at, updated_by, version
FROM partner";

/// Which partners, in what order, from where. They are sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this kind.
    pub kind: Option<PartnerKind>,
    /// Only those in this status.
    pub status: Option<PartnerStatus>,
    /// The beginning of a name.
    pub query: Option<String>,
    /// Last name first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of partners.
pub async fn list(cx: &Services, _access: &Access<PartnersRead>, filter: &Filter) -> Result<Page<Partner>, Error> {
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let mut list = KeysetList::new(SELECT, "sort_name", "id", direction);
    if let Some(kind) = filter.kind {
        list = list.filter("kind = ?", [Bind::Text(kind.as_str().to_owned())]);
    }
    if let Some(status) = filter.status {
        list = list.filter("status = ?", [Bind::Text(status.as_str().to_owned())]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        list = list.filter("sort_name >= ? AND sort_name < ?", prefix_range(&fold(query)));
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// Loads one partner.
pub(super) async fn load(connection: Connection<'_>, id: PartnerId) -> Result<Partner, Error> {
    let row: Option<Partner> = on!(connection, c => sqlx::query_as(
        "SELECT id, name, sort_name, kind, contact_email, status,
                (SELECT COUNT(*) FROM credential c WHERE c.partner_id = partner.id AND c.state <> 'revoked') AS credentials,
                created_at, updated_at, updated_by, version
         FROM partner WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("partner.not_found", "There is no such partner. The address may be wrong."))
}
