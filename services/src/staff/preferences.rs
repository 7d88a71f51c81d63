//! How somebody wants the portal to look and behave.

use super::account::own;
use crate::{Error, Services, access::Actor, db::on};

domain::text_enum! {
    /// Light or dark.
    pub enum Theme {
        /// As the machine says.
        System = "system", "As the system";
        /// Light.
        Light = "light", "Light";
        /// Dark.
        Dark = "dark", "Dark";
    }
}

domain::text_enum! {
    /// How close rows stand.
    pub enum Density {
        /// With room.
        Comfortable = "comfortable", "Comfortable";
        /// Close.
        Compact = "compact", "Compact";
    }
}

/// How somebody wants the portal to look and behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// How close rows stand.
    pub density: Density,
    /// Whether single keys are shortcuts.
    pub single_keys: bool,
}

/// Saves one's own preferences. They change nothing that anybody else sees, so the audit log doesn't tell of them.
pub async fn save_preferences(cx: &Services, actor: &Actor, preferences: Preferences) -> Result<(), Error> {
    let (id, _) = own(actor)?;
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query("UPDATE staff SET theme = $2, density = $3, single_keys = $4 WHERE id = $1")
        .bind(id.uuid()).bind(preferences.theme.as_str()).bind(preferences.density.as_str()).bind(preferences.single_keys)
        .execute(c).await.map(|_| ()))?;
    uow.commit_bookkeeping().await
}
