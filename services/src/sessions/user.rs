//! Somebody who is signed in.

use std::{collections::BTreeSet, fmt};

use axum_login::AuthUser;
use domain::{
    ids::{SessionId, StaffId},
    permissions::Permission,
    roles::can_write,
};
use uuid::Uuid;

use crate::{
    Error, Services,
    access::{Actor, ActorKind, Trace},
    db::on,
    roles::grants,
    staff::Preferences,
};

/// Somebody who is signed in, as of this request: roles and permissions are read each time, so that a change of them
/// takes effect at once.
#[derive(Clone)]
pub struct User {
    /// Who.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// One or two letters for the corner of the page.
    pub initials: String,
    /// The union of what their roles allow.
    pub permissions: BTreeSet<Permission>,
    /// The names of their roles.
    pub roles: Vec<String>,
    /// How they want the portal to look and behave.
    pub preferences: Preferences,
    /// Whether a second factor is confirmed.
    pub second_factor: bool,
    /// Whether they must enrol one before anything else.
    pub must_enrol: bool,
    epoch: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: String,
    theme: String,
    density: String,
    single_keys: bool,
    session_epoch: Vec<u8>,
    totp_confirmed_at: Option<i64>,
    permissions: Option<String>,
    roles: Option<String>,
}

impl User {
    /// An active member of staff with what they hold, in one query.
    pub(super) async fn load(cx: &Services, id: StaffId) -> Result<Option<Self>, Error> {
        let mut reading = cx.db.read().await?;
        let row: Option<Row> = on!(reading.connection(), c => sqlx::query_as(
            "SELECT staff.id, staff.name, staff.email, staff.theme, staff.density, staff.single_keys, staff.session_epoch,
                    staff.totp_confirmed_at,
                    (SELECT string_agg(role_permission.permission, ' ')
                     FROM staff_role
                     JOIN role_permission ON role_permission.role_id = staff_role.role_id
                     WHERE staff_role.staff_id = staff.id) AS permissions,
                    (SELECT string_agg(role.name, $2)
                     FROM staff_role
                     JOIN role ON role.id = staff_role.role_id
                     WHERE staff_role.staff_id = staff.id) AS roles
             FROM staff
             WHERE staff.id = $1 AND staff.status = 'active'")
            .bind(id.uuid()).bind("\n").fetch_optional(c).await)?;
        row.map(|row| Self::read(cx, row)).transpose()
    }

    fn read(cx: &Services, row: Row) -> Result<Self, Error> {
        let permissions = grants::parse(row.permissions.iter().flat_map(|texts| texts.split(' ')));
        let mut roles: Vec<String> = row.roles.iter().flat_map(|names| names.split('\n')).map(str::to_owned).collect();
        roles.sort_unstable();
        let second_factor = row.totp_confirmed_at.is_some();
        Ok(Self {
            id: row.id.into(),
            initials: initials(&row.name),
            name: row.name,
            email: row.email,
            roles,
            preferences: Preferences {
                theme: row.theme.parse().map_err(Error::internal)?,
                density: row.density.parse().map_err(Error::internal)?,
                single_keys: row.single_keys,
            },
            second_factor,
            must_enrol: cx.settings.second_factor_required && !second_factor && can_write(&permissions),
            permissions,
            epoch: row.session_epoch,
        })
    }

    /// The actor that use cases see. Somebody who must enrol a second factor holds nothing until they have, so that no
    /// page can forget to ask.
    pub fn to_actor(&self, trace: Trace, session: Option<SessionId>) -> Actor {
        let kind = ActorKind::Staff { id: self.id, name: self.name.clone(), session };
        let permissions = if self.must_enrol { BTreeSet::new() } else { self.permissions.clone() };
        Actor::new(kind, permissions, trace)
    }
}

impl AuthUser for User {
    type Id = StaffId;

    fn id(&self) -> StaffId {
        self.id
    }

    /// 32 random bytes that change with the password, the second factor, the roles and "sign out everywhere". Not the
    /// password's hash: the session table holds none.
    fn session_auth_hash(&self) -> &[u8] {
        &self.epoch
    }
}

impl fmt::Debug for User {
    /// axum-login prints it to the log: the id, and nothing that is secret or personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The first letters of the first and the last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        assert_eq!(initials("Marta Lindqvist"), "ML");
        assert_eq!(initials("Ana María de la Cruz"), "AC");
        assert_eq!(initials("cher"), "C");
        assert_eq!(initials("(Jo) Øst"), "JØ");
    }
}
