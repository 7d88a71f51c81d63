//! What axum-login asks about people.

use std::fmt;

use axum_login::{AuthnBackend, UserId};
use domain::ids::StaffId;

use super::User;
use crate::{Error, Services};

/// Finds people for axum-login.
#[derive(Clone)]
pub struct Backend {
    cx: Services,
}

/// The session with who is signed in.
pub type AuthSession = axum_login::AuthSession<Backend>;

/// Somebody who has proven who they are, with all that is asked of them. Only the steps of the sign-in make one, so that
/// axum-login's `authenticate` can't be used to go around them.
pub struct Proven {
    pub(super) staff_id: StaffId,
    /// The account's epoch when the proof was given: it is worth nothing once that has changed.
    pub(super) epoch: Vec<u8>,
}

impl Backend {
    /// A backend on the services.
    pub fn new(cx: Services) -> Self {
        Self { cx }
    }
}

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = Proven;
    type Error = Error;

    async fn authenticate(&self, proven: Proven) -> Result<Option<User>, Error> {
        let user = User::load(&self.cx, proven.staff_id).await?;
        Ok(user.filter(|user| axum_login::AuthUser::session_auth_hash(user) == proven.epoch))
    }

    async fn get_user(&self, id: &UserId<Self>) -> Result<Option<User>, Error> {
        User::load(&self.cx, *id).await
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").finish_non_exhaustive()
    }
}

impl fmt::Debug for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proven").field("staff_id", &self.staff_id).finish_non_exhaustive()
    }
}
