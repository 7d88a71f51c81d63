//! Roles: named sets of permissions.
//!
//! What somebody may do is the union of their roles, read at each request: a changed role takes effect at once and
//! without ending anybody's session.

mod create;
mod delete;
pub(crate) mod grants;
mod list;
mod preview;
mod record;
mod seed;
mod update;

pub use create::{RoleForm, create};
pub use delete::delete;
pub use list::{Role, find, grantable, list};
pub use preview::{Preview, preview};
pub use seed::seed;
pub use update::{Update, update};
