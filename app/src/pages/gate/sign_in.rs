//! Signing in: the password, then the second factor.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Field, Gate, Hidden, PostForm},
    error::AppError,
    viewer::Done,
};

/// What the sign-in page shows beside the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInView {
    /// Demo accounts and their password, where there is demo data.
    pub demo: Vec<(String, String)>,
    /// The password of every demo account.
    pub demo_password: String,
}

/// What the sign-in page shows beside the form.
#[server(prefix = "/_fn", endpoint = "gate/sign_in_page")]
pub async fn sign_in_page() -> Result<SignInView, AppError> {
    use crate::context::{answer, asked};

    answer(async {
        let (cx, _) = asked()?;
        let accounts = if cx.settings.is_demo { services::demo::ACCOUNTS } else { &[] };
        Ok(SignInView {
            demo: accounts.iter().map(|account| (account.email.to_owned(), account.role_name.to_owned())).collect(),
            demo_password: if cx.settings.is_demo { services::demo::PASSWORD.to_owned() } else { String::new() },
        })
    })
    .await
}

/// Checks an address and a password.
#[server(prefix = "/_fn", endpoint = "gate/sign_in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, own_path, session};
    use services::{sessions, staff};

    answer(async {
        let (cx, actor) = asked()?;
        let mut session = session()?;
        let attempt = staff::SignIn { email, password: password.into(), trace: actor.trace().clone() };
        let signed_in = staff::sign_in(&cx, attempt).await?;
        let next = own_path(&next);
        Ok(match sessions::begin(&cx, &mut session, signed_in, actor.trace()).await? {
            staff::Step::Done => Done::at(next, ""),
            staff::Step::SecondFactor => {
                let next: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
                Done::at(format!("/sign-in/second-factor?{next}"), "")
            }
            staff::Step::EnrolSecondFactor => {
                Done::at("/settings/second-factor", "One more step: set up a second factor.")
            }
        })
    })
    .await
}

/// Checks a second factor: six digits, or a recovery code.
#[server(prefix = "/_fn", endpoint = "gate/second_factor")]
pub async fn second_factor(code: String, next: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, own_path, session};
    use services::sessions;

    answer(async {
        let (cx, actor) = asked()?;
        let mut session = session()?;
        sessions::finish(&cx, &mut session, &code, actor.trace()).await?;
        Ok(Done::at(own_path(&next), ""))
    })
    .await
}

/// The password.
#[component]
pub fn SignInPage() -> impl IntoView {
    let next = use_query_map().get_untracked().get("next").unwrap_or_default();
    let page = Resource::new(|| (), |()| sign_in_page());
    view! {
        <Gate title="Sign in">
            <PostForm function="gate/sign_in">
                <Hidden name="next" value=next/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username" is_first=true width="w-full"/>
                <Field name="password" label="Password" kind="password" autocomplete="current-password" width="w-full"/>
                <div class="form-acts"><button class="btn primary" type="submit">"Sign in"</button></div>
            </PostForm>
            <Suspense>
                {move || Suspend::new(async move { page.await.ok().filter(|view| !view.demo.is_empty()).map(demo) })}
            </Suspense>
        </Gate>
    }
}

fn demo(view: SignInView) -> AnyView {
    let accounts: Vec<_> = view
        .demo
        .into_iter()
        .map(|(email, role)| view! { <div><dt>{role}</dt><dd><code>{email}</code></dd></div> })
        .collect();
    view! {
        <details class="demo-accounts">
            <summary>"Demo accounts"</summary>
            <p class="small">"The password of each is " <code>{view.demo_password}</code> "."</p>
            <dl class="facts">{accounts}</dl>
        </details>
    }
    .into_any()
}

/// The second factor.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let next = use_query_map().get_untracked().get("next").unwrap_or_default();
    view! {
        <Gate title="Second factor" subtitle="Your password was right. Show that it is you.">
            <PostForm function="gate/second_factor">
                <Hidden name="next" value=next/>
                <Field
                    name="code"
                    label="Code"
                    hint="The six digits of your authenticator app, or one of your recovery codes."
                    autocomplete="one-time-code"
                    is_first=true
                    width="w-s"
                />
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Continue"</button>
                    <a class="btn quiet" href="/sign-in">"Begin again"</a>
                </div>
            </PostForm>
        </Gate>
    }
}
