//! Writing a role's row and its permissions.

use std::collections::BTreeSet;

use domain::{ids::RoleId, permissions::Permission};

use super::RoleForm;
use crate::{
    Error,
    db::{Connection, UnitOfWork, dialect, on},
};

/// Name and description as they are stored; what is wrong with them otherwise.
pub(super) fn texts(form: &RoleForm) -> Result<(String, String), Error> {
    let mut errors = crate::error::FormErrors::default();
    let name = errors.required_line("name", &form.name, 80);
    let description = errors.line("description", &form.description, 500);
    match (name, description) {
        (Some(name), Some(description)) => Ok((name, description)),
        _ => Err(Error::invalid(errors.into_fields())),
    }
}

/// Replaces what a role allows.
pub(super) async fn set_permissions(
    mut connection: Connection<'_>,
    id: RoleId,
    permissions: &BTreeSet<Permission>,
) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query("DELETE FROM role_permission WHERE role_id = $1")
        .bind(id.uuid()).execute(c).await.map(|_| ()))?;
    for permission in permissions {
        on!(connection.again(), c => sqlx::query("INSERT INTO role_permission (role_id, permission) VALUES ($1, $2)")
            .bind(id.uuid()).bind(permission.as_str()).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Turns the refusal of a second role of the same name into words.
pub(super) fn name_the_twin(error: sqlx::Error) -> Error {
    if dialect::is_violation(&error, "role_name_key", "role.name") {
        Error::invalid_field("name", "There is a role with this name already. Choose another name.")
    } else {
        error.into()
    }
}

/// A role as it is before a change, held by [`dialect::lock_roles`].
#[derive(sqlx::FromRow)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) description: String,
    is_built_in: bool,
    pub(super) version: i64,
}

impl Stored {
    /// A custom role; built-in ones are refused.
    pub(super) async fn custom(uow: &mut UnitOfWork, id: RoleId) -> Result<Self, Error> {
        let stored: Option<Self> = on!(uow.connection(), c => sqlx::query_as(
            "SELECT name, description, is_built_in, version FROM role WHERE id = $1")
            .bind(id.uuid()).fetch_optional(c).await)?;
        let stored = stored.ok_or_else(not_found)?;
        if stored.is_built_in {
            return Err(Error::refused(
                "roles.built_in",
                "Built-in roles can't be changed. Make a role of your own that begins with the same permissions.",
            ));
        }
        Ok(stored)
    }
}

#[track_caller]
pub(super) fn not_found() -> Error {
    Error::not_found("roles.not_found", "There is no such role.")
}

/// The texts of permissions, for the audit log.
pub(super) fn words(permissions: &[Permission]) -> Vec<&'static str> {
    permissions.iter().map(|permission| permission.as_str()).collect()
}
