//! Who works here, as lists and pages show it. Staff are hundreds, so there are no pages to turn.

use std::collections::HashMap;

use domain::{
    Timestamp,
    ids::{RoleId, StaffId},
    permissions::marker::StaffRead,
    texts::fold,
};
use uuid::Uuid;

use super::account::{not_found, typed_address};
use crate::{
    Error, Services,
    access::Access,
    db::{Connection, on},
};

domain::text_enum! {
    /// Whether somebody may sign in.
    pub enum Status {
        /// They may.
        Active = "active", "Active";
        /// They may not.
        Disabled = "disabled", "Disabled";
    }
}

/// A member of staff as lists and pages show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: StaffId,
    /// The address they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they may sign in.
    pub status: Status,
    /// Their roles, by name.
    pub roles: Vec<(RoleId, String)>,
    /// Whether a second factor is confirmed.
    pub second_factor: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// Last sign-in.
    pub last_sign_in_at: Option<Timestamp>,
    /// Since when they are here.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// Which members to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of a name or an address.
    pub query: String,
    /// Only these.
    pub status: Option<Status>,
    /// Only holders of this role.
    pub role: Option<RoleId>,
}

impl Filter {
    fn keeps(&self, member: &Member) -> bool {
        let query = fold(&self.query);
        (query.is_empty() || fold(&member.name).contains(&query) || fold(&member.email).contains(&query))
            && self.status.is_none_or(|status| member.status == status)
            && self.role.is_none_or(|role| member.roles.iter().any(|(id, _)| *id == role))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    status: String,
    has_password: bool,
    totp_confirmed_at: Option<i64>,
    last_sign_in_at: Option<i64>,
    created_at: i64,
    version: i64,
}

impl Row {
    fn member(self, roles: Vec<(RoleId, String)>) -> Result<Member, Error> {
        Ok(Member {
            id: self.id.into(),
            email: self.email,
            name: self.name,
            status: self.status.parse().map_err(Error::internal)?,
            roles,
            second_factor: self.totp_confirmed_at.is_some(),
            has_password: self.has_password,
            last_sign_in_at: self.last_sign_in_at.map(Timestamp),
            created_at: Timestamp(self.created_at),
            version: self.version,
        })
    }
}

/// All members that a filter leaves, by name.
pub async fn list(cx: &Services, _access: &Access<StaffRead>, filter: &Filter) -> Result<Vec<Member>, Error> {
    let mut reading = cx.db.read().await?;
    let rows: Vec<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, email, name, status, password_phc IS NOT NULL AS has_password, totp_confirmed_at, last_sign_in_at,
                created_at, version
         FROM staff
         ORDER BY sort_name, id")
        .fetch_all(c).await)?;
    let held: Vec<(Uuid, Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT staff_role.staff_id, role.id, role.name
         FROM staff_role
         JOIN role ON role.id = staff_role.role_id
         ORDER BY role.name")
        .fetch_all(c).await)?;
    let mut roles: HashMap<Uuid, Vec<(RoleId, String)>> = HashMap::new();
    for (staff, role, name) in held {
        roles.entry(staff).or_default().push((role.into(), name));
    }
    let members = rows.into_iter().map(|row| {
        let roles = roles.remove(&row.id).unwrap_or_default();
        row.member(roles)
    });
    members.filter(|member| member.as_ref().map_or(true, |member| filter.keeps(member))).collect()
}

/// One member.
pub async fn find(cx: &Services, _access: &Access<StaffRead>, id: StaffId) -> Result<Member, Error> {
    let mut reading = cx.db.read().await?;
    let row: Option<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, email, name, status, password_phc IS NOT NULL AS has_password, totp_confirmed_at, last_sign_in_at,
                created_at, version
         FROM staff
         WHERE id = $1")
        .bind(id.uuid()).fetch_optional(c).await)?;
    with_roles(reading.connection(), row).await
}

/// One member by the address they sign in with.
pub async fn find_by_email(cx: &Services, _access: &Access<StaffRead>, email: &str) -> Result<Member, Error> {
    let mut reading = cx.db.read().await?;
    let row: Option<Row> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT id, email, name, status, password_phc IS NOT NULL AS has_password, totp_confirmed_at, last_sign_in_at,
                created_at, version
         FROM staff
         WHERE email = $1")
        .bind(typed_address(email)).fetch_optional(c).await)?;
    with_roles(reading.connection(), row).await
}

async fn with_roles(connection: Connection<'_>, row: Option<Row>) -> Result<Member, Error> {
    let row = row.ok_or_else(not_found)?;
    let roles: Vec<(Uuid, String)> = on!(connection, c => sqlx::query_as(
        "SELECT role.id, role.name
         FROM staff_role
         JOIN role ON role.id = staff_role.role_id
         WHERE staff_role.staff_id = $1
         ORDER BY role.name")
        .bind(row.id).fetch_all(c).await)?;
    row.member(roles.into_iter().map(|(id, name)| (id.into(), name)).collect())
}
