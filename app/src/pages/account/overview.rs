//! One's own account, how the portal looks, and the password.

use leptos::prelude::*;

use super::reads::{AccountView, account_page};
use crate::{
    components::{CheckField, ChoiceField, Facts, Field, Loaded, PageHead, PostForm, StatusBadge},
    views::{Badge, Choice},
};

/// One's own account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| account_page());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: AccountView) -> AnyView {
    let AccountView { themes, theme, densities, density, has_single_keys, .. } = view;
    view! {
        <PageHead title="My account".to_owned()/>
        <div class="cols">
            <div class="stack">
                <Preferences theme themes density densities has_single_keys/>
                <Password email=view.email/>
            </div>
            <aside class="stack">
                <section class="panel" aria-labelledby="who">
                    <header class="panel-head"><h2 id="who">"Who I am here"</h2></header>
                    <div class="panel-body">
                        <Facts facts=view.facts/>
                        <p class="hint">"Somebody who manages staff can change these."</p>
                    </div>
                </section>
                <Protection badge=view.second_factor note=view.second_factor_note/>
                <section class="panel" aria-labelledby="open-sessions">
                    <header class="panel-head">
                        <h2 id="open-sessions">"Sessions"</h2>
                        <a class="panel-link" href="/settings/sessions">"Show all"</a>
                    </header>
                    <div class="panel-body"><p>{view.sessions}</p></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Preferences(
    theme: String,
    themes: Vec<Choice>,
    density: String,
    densities: Vec<Choice>,
    has_single_keys: bool,
) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="preferences">
            <header class="panel-head"><h2 id="preferences">"How the portal looks and behaves"</h2></header>
            <div class="panel-body">
                <PostForm function="account/preferences" warns_unsaved=true>
                    <ChoiceField name="theme" label="Theme" value=theme choices=themes hint="System follows your machine."/>
                    <ChoiceField name="density" label="Density of lists" value=density choices=densities/>
                    <CheckField
                        name="single_keys"
                        label="Single keys are shortcuts"
                        is_checked=has_single_keys
                        hint="Press ? on any page for the list. They never fire while you type in a field."
                    />
                    <div class="form-acts"><button class="btn primary" type="submit">"Save preferences"</button></div>
                </PostForm>
            </div>
        </section>
    }
}

#[component]
fn Password(email: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="password">
            <header class="panel-head"><h2 id="password">"Password"</h2></header>
            <div class="panel-body">
                <PostForm function="account/change_password">
                    // Tells a password manager which account this is; the server doesn't read it.
                    <input type="text" name="_account" value=email autocomplete="username" readonly hidden/>
                    <Field name="current" label="Current password" kind="password" autocomplete="current-password" width="w-full"/>
                    <Field
                        name="password"
                        label="New password"
                        kind="password"
                        autocomplete="new-password"
                        hint="At least 12 characters. A few words in a row are easy to keep in mind."
                        width="w-full"
                    />
                    <p class="small muted">"Your other sessions end when you change it."</p>
                    <div class="form-acts"><button class="btn" type="submit">"Change password"</button></div>
                </PostForm>
            </div>
        </section>
    }
}

#[component]
fn Protection(badge: Badge, note: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="second-factor">
            <header class="panel-head">
                <h2 id="second-factor">"Second factor"</h2>
                <a class="panel-link" href="/settings/second-factor">"Manage"</a>
            </header>
            <div class="panel-body stack xs">
                <p><StatusBadge badge/></p>
                <p class="muted">{note}</p>
            </div>
        </section>
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<AccountView, crate::error::AppError> {
    use domain::subscription::Tone;
    use services::{
        Error, sessions,
        staff::{self, Density, Theme},
    };

    use crate::{
        choices,
        context::{answer, asked, session},
        views::Fact,
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let user = session()?
            .user
            .ok_or_else(|| Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."))?;
        let factor = staff::second_factor(&cx, &actor).await?;
        let open = sessions::mine(&cx, &actor).await?.len();
        let (second_factor, second_factor_note) = match factor.confirmed_at {
            Some(since) => (
                Badge::new(Tone::Ok, "On"),
                format!(
                    "Since {}. {}",
                    words::when(since, cx.clock.now()).exact,
                    super::second_factor::codes_in_words(factor.codes_left)
                ),
            ),
            None => (
                Badge::new(Tone::Warn, "Off"),
                "A password alone can be stolen. Set up an authenticator app; it takes a minute.".to_owned(),
            ),
        };
        Ok(AccountView {
            facts: vec![
                Fact::new("Name", user.name),
                Fact::new("E-mail", user.email.clone()),
                Fact::new(if user.roles.len() == 1 { "Role" } else { "Roles" }, user.roles.join(", ")),
            ],
            email: user.email,
            second_factor,
            second_factor_note,
            sessions: match open {
                0 | 1 => "Only this one is open.".to_owned(),
                many => format!("{many} are open, this one among them."),
            },
            theme: user.preferences.theme.as_str().to_owned(),
            themes: choices!(Theme),
            density: user.preferences.density.as_str().to_owned(),
            densities: choices!(Density),
            has_single_keys: user.preferences.single_keys,
        })
    })
    .await
}
