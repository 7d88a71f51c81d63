//! Changing one's own password.

use secrecy::{ExposeSecret, SecretString};

use super::{
    account::{Account, end_sessions, own},
    confirm::own_password,
};
use crate::{
    Error, Services,
    access::Actor,
    audit::{self, Stream},
    db::on,
    passwords::policy,
};

/// A change of one's own password.
#[derive(Debug)]
pub struct ChangePassword {
    /// The one they have.
    pub current: SecretString,
    /// The one they want.
    pub new: SecretString,
}

/// Changes one's own password and ends one's other sessions. Afterwards this one needs [`crate::sessions::renew`], or it
/// is over with the next request.
pub async fn change_password(cx: &Services, actor: &Actor, change: ChangePassword) -> Result<(), Error> {
    let (id, session) = own(actor)?;
    let account = own_password(cx, actor, "current", &change.current).await?;
    if change.new.expose_secret() == change.current.expose_secret() {
        return Err(Error::invalid_field("password", "This is the password you have. Choose another."));
    }
    policy::check("password", &change.new, &[&account.email, &account.name])?;
    let phc = cx.passwords.hash(&change.new).await?;
    let mut uow = cx.db.begin().await?;
    let current = Account::lock(uow.connection(), id).await?;
    if !current.is_active() || current.password_phc != account.password_phc {
        return Err(Error::conflict("staff.password.changed", "Your password has changed meanwhile. Sign in again."));
    }
    on!(uow.connection(), c => sqlx::query("UPDATE staff SET password_phc = $2, password_set_at = $3 WHERE id = $1")
        .bind(id.uuid()).bind(&phc).bind(cx.clock.now().millis()).execute(c).await.map(|_| ()))?;
    let ended = end_sessions(cx, uow.connection(), id, session, "password_changed").await?;
    let entry = audit::Entry::new("staff.password_changed")
        .stream(Stream::Auth)
        .target("staff", id)
        .detail("sessions_ended", ended);
    uow.commit(cx, actor, entry).await
}
