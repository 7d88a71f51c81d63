//! What the pages of one's own account change.

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Chooses light or dark, from the menu that stands on every page; `back` is the page it was pressed on.
#[server(prefix = "/_fn", endpoint = "account/theme")]
pub async fn choose_theme(theme: String, #[server(default)] back: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, own_path, session};
    use services::staff::{self, Preferences};

    answer(async {
        let (cx, actor) = asked()?;
        let theme = save::choice("theme", &theme)?;
        let preferences = Preferences { theme, ..save::preferences(&session()?)? };
        staff::save_preferences(&cx, &actor, preferences).await?;
        Ok(Done::at(if back.is_empty() { "/settings/account".to_owned() } else { own_path(&back) }, ""))
    })
    .await
}

/// Saves how the portal shall look and behave.
#[server(prefix = "/_fn", endpoint = "account/preferences")]
pub async fn save_preferences(
    theme: String,
    density: String,
    #[server(default)] single_keys: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use services::staff::{self, Preferences};

    answer(async {
        let (cx, actor) = asked()?;
        let preferences = Preferences {
            theme: save::choice("theme", &theme)?,
            density: save::choice("density", &density)?,
            single_keys: single_keys == "yes",
        };
        staff::save_preferences(&cx, &actor, preferences).await?;
        Ok(Done::at("/settings/account", "Your preferences were saved."))
    })
    .await
}

/// Ends the session in use.
#[server(prefix = "/_fn", endpoint = "account/sign_out")]
pub async fn sign_out() -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use axum::http::{HeaderName, HeaderValue};
    use services::sessions;

    answer(async {
        let (cx, actor) = asked()?;
        sessions::sign_out(&cx, &mut session()?, &actor).await?;
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            // What a page may have kept in the browser goes too; the cache holds nothing that was signed in.
            let (name, value) = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
            response.insert_header(name, value);
        }
        Ok(Done::at("/sign-in", "You are signed out."))
    })
    .await
}

/// Ends one of one's own sessions.
#[server(prefix = "/_fn", endpoint = "account/end_session")]
pub async fn end_session(id: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use services::sessions;

    answer(async {
        let (cx, actor) = asked()?;
        sessions::end_one(&cx, &actor, parse_id(&id)?).await?;
        Ok(Done::at("/settings/sessions", "The session was ended. That device is signed out."))
    })
    .await
}

/// Ends all of one's own sessions but this one.
#[server(prefix = "/_fn", endpoint = "account/end_other_sessions")]
pub async fn end_other_sessions() -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use services::sessions;

    answer(async {
        let (cx, actor) = asked()?;
        let ended = sessions::end_all_others(&cx, &actor).await?;
        let notice = match ended {
            0 => "There was no other session.".to_owned(),
            1 => "One other session was ended. That device is signed out.".to_owned(),
            many => format!("{many} other sessions were ended. Those devices are signed out."),
        };
        Ok(Done::at("/settings/sessions", notice))
    })
    .await
}

/// Changes one's own password.
#[server(prefix = "/_fn", endpoint = "account/change_password")]
pub async fn change_password(current: String, password: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use services::{
        sessions,
        staff::{self, ChangePassword},
    };

    answer(async {
        let (cx, actor) = asked()?;
        let change = ChangePassword { current: current.into(), new: password.into() };
        staff::change_password(&cx, &actor, change).await?;
        sessions::renew(&mut session()?).await?;
        Ok(Done::at("/settings/account", "Your password was changed. Your other sessions were ended."))
    })
    .await
}

/// Begins to set up an authenticator app.
#[server(prefix = "/_fn", endpoint = "account/begin_second_factor")]
pub async fn begin_second_factor(#[server(default)] password: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use services::staff;

    answer(async {
        let (cx, actor) = asked()?;
        let password = (!password.is_empty()).then(|| password.into());
        staff::begin_second_factor(&cx, &actor, password.as_ref()).await?;
        Ok(Done::at(super::second_factor::PATH, ""))
    })
    .await
}

/// Turns the second factor on, once the app shows the right code.
#[server(prefix = "/_fn", endpoint = "account/confirm_second_factor")]
pub async fn confirm_second_factor(code: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use services::{sessions, staff};

    answer(async {
        let (cx, actor) = asked()?;
        let mut session = session()?;
        let codes = staff::confirm_second_factor(&cx, &actor, &code).await?;
        sessions::renew(&mut session).await?;
        super::codes::leave(&cx, &session, &codes).await?;
        Ok(Done::at(super::second_factor::PATH, "Your second factor is on. Your other sessions were ended."))
    })
    .await
}

/// Turns the second factor off.
#[server(prefix = "/_fn", endpoint = "account/remove_second_factor")]
pub async fn remove_second_factor(password: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use services::{sessions, staff};

    answer(async {
        let (cx, actor) = asked()?;
        staff::remove_second_factor(&cx, &actor, &password.into()).await?;
        sessions::renew(&mut session()?).await?;
        Ok(Done::at(super::second_factor::PATH, "Your second factor is off. Your other sessions were ended."))
    })
    .await
}

/// Makes new recovery codes; the old ones stop working.
#[server(prefix = "/_fn", endpoint = "account/new_recovery_codes")]
pub async fn new_recovery_codes(password: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use services::staff;

    answer(async {
        let (cx, actor) = asked()?;
        let codes = staff::new_recovery_codes(&cx, &actor, &password.into()).await?;
        super::codes::leave(&cx, &session()?, &codes).await?;
        Ok(Done::at(super::second_factor::PATH, "You have new recovery codes. The old ones no longer work."))
    })
    .await
}

/// Parses what the forms of this page send.
#[cfg(feature = "ssr")]
mod save {
    use domain::texts::Invalid;
    use services::{Error, sessions::AuthSession, staff::Preferences};

    /// One of a closed set; anything else is wrong at its field.
    pub(super) fn choice<T: std::str::FromStr<Err = Invalid>>(field: &str, text: &str) -> Result<T, Error> {
        text.parse().map_err(|invalid: Invalid| Error::invalid_field(field, invalid.message()))
    }

    /// The preferences as they are.
    pub(super) fn preferences(session: &AuthSession) -> Result<Preferences, Error> {
        session
            .user
            .as_ref()
            .map(|user| user.preferences)
            .ok_or_else(|| Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."))
    }
}
