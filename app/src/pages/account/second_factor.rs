//! The second factor: setting up an authenticator app, recovery codes, and turning it off.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    qr::QrCode,
    reads::{EnrolmentView, SecondFactorView, own_second_factor},
};
use crate::{
    components::{Crumb, Field, Loaded, PageHead, PostForm, TimeText},
    views::Badge,
};

/// The page's own address.
#[cfg(feature = "ssr")]
pub(super) const PATH: &str = "/settings/second-factor";

/// One's own second factor. `act` in the address opens one of its confirmations.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(
        move || query.get().get("act").unwrap_or_default(),
        |act| async move { own_second_factor().await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, view): (String, SecondFactorView)) -> AnyView {
    use domain::subscription::Tone;

    let is_on = view.since.is_some();
    let badge = if is_on { Badge::new(Tone::Ok, "On") } else { Badge::new(Tone::Warn, "Off") };
    let body = match act.as_str() {
        "codes" if is_on => view! { <ConfirmCodes/> }.into_any(),
        "remove" if is_on => view! { <ConfirmRemoval is_required=view.is_required/> }.into_any(),
        _ if !view.new_codes.is_empty() => view! { <NewCodes codes=view.new_codes/> }.into_any(),
        _ if is_on => view! { <Standing view/> }.into_any(),
        _ => match view.enrolment {
            Some(enrolment) => view! { <Enrol enrolment/> }.into_any(),
            None => view! { <Begin needs_password=view.needs_password must_enrol=view.must_enrol/> }.into_any(),
        },
    };
    view! {
        <PageHead
            title="Second factor".to_owned()
            subtitle="Something you have, beside the password you know."
            badge=badge
            crumbs=vec![Crumb::new("My account", "/settings/account")]
        />
        {body}
    }
    .into_any()
}

#[component]
fn Begin(needs_password: bool, must_enrol: bool) -> impl IntoView {
    let why = if must_enrol {
        "Your role can change things, so it takes a second factor before you can go on. You need an authenticator app on your phone or computer; setting it up takes a minute."
    } else {
        "You need an authenticator app on your phone or computer; setting it up takes a minute. From then on, signing in takes your password and six digits from the app."
    };
    view! {
        <section class="panel" aria-labelledby="begin">
            <header class="panel-head"><h2 id="begin">"Set up an authenticator app"</h2></header>
            <div class="panel-body stack s">
                <p class="measure">{why}</p>
                <PostForm function="account/begin_second_factor">
                    {needs_password
                        .then(|| view! {
                            <Field
                                name="password"
                                label="Your password"
                                kind="password"
                                autocomplete="current-password"
                                hint="Asked again, because you signed in a while ago."
                                is_first=true
                            />
                        })}
                    <div class="form-acts"><button class="btn primary" type="submit">"Begin"</button></div>
                </PostForm>
            </div>
        </section>
    }
}

#[component]
fn Enrol(enrolment: EnrolmentView) -> impl IntoView {
    view! {
        <div class="stack">
            <section class="panel" aria-labelledby="scan">
                <header class="panel-head"><h2 id="scan">"1. Add Keyfob to your app"</h2></header>
                <div class="panel-body stack s">
                    <p>"Scan this with your authenticator app."</p>
                    <QrCode code=enrolment.qr/>
                    <p>"No camera at hand? Enter this secret instead; it is based on time and has six digits."</p>
                    <p class="secret"><code>{enrolment.secret}</code></p>
                </div>
            </section>
            <section class="panel" aria-labelledby="confirm">
                <header class="panel-head"><h2 id="confirm">"2. Show that it works"</h2></header>
                <div class="panel-body">
                    <PostForm function="account/confirm_second_factor">
                        <Field
                            name="code"
                            label="Code"
                            hint="The six digits the app shows now. Your other sessions end with this."
                            autocomplete="one-time-code"
                            inputmode="numeric"
                            is_first=true
                            width="w-s code-input"
                        />
                        <div class="form-acts"><button class="btn primary" type="submit">"Turn on"</button></div>
                    </PostForm>
                </div>
            </section>
        </div>
    }
}

#[component]
fn NewCodes(codes: Vec<String>) -> impl IntoView {
    let codes: Vec<_> = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect();
    view! {
        <section class="panel" aria-labelledby="codes">
            <header class="panel-head"><h2 id="codes">"Your recovery codes"</h2></header>
            <div class="panel-body stack s">
                <p class="measure">
                    <b>"They are shown this once. "</b>
                    "Each lets you in once when you don’t have your app. Print them or keep them in a password manager, away from your phone."
                </p>
                <ol class="codes">{codes}</ol>
                <p class="no-print"><a class="btn primary" href="/settings/account">"I have kept them"</a></p>
            </div>
        </section>
    }
}

#[component]
fn Standing(view: SecondFactorView) -> impl IntoView {
    let codes = codes_in_words(view.codes_left);
    view! {
        <section class="panel" aria-labelledby="standing">
            <header class="panel-head"><h2 id="standing">"Authenticator app"</h2></header>
            <div class="panel-body stack s">
                <p>"On since " {view.since.map(|when| view! { <TimeText when/> })} ". " {codes}</p>
                <div class="row">
                    <a class="btn" href="?act=codes">"New recovery codes …"</a>
                    <a class="btn danger-quiet" href="?act=remove">"Turn off …"</a>
                </div>
                <p class="small muted measure">
                    "A new phone? Turn the second factor off and set it up again. Lost the phone and the codes? Another administrator can take it away for you."
                </p>
            </div>
        </section>
    }
}

#[component]
fn ConfirmCodes() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="new-codes">
            <header class="panel-head"><h2 id="new-codes">"Make new recovery codes"</h2></header>
            <div class="panel-body"><p>"You get ten new codes, shown once. All old ones stop working at once."</p></div>
            <PostForm function="account/new_recovery_codes" class="confirm">
                <Field name="password" label="Your password" kind="password" autocomplete="current-password" is_first=true/>
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Make new codes"</button>
                    <a class="btn quiet" href="/settings/second-factor">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
}

#[component]
fn ConfirmRemoval(is_required: bool) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="removal">
            <header class="panel-head"><h2 id="removal">"Turn the second factor off"</h2></header>
            <div class="panel-body stack xs">
                <p>"The secret in your app and all recovery codes stop working. Your other sessions end."</p>
                {is_required
                    .then(|| view! {
                        <p class="t-warn">"Your role takes a second factor: you can’t go on working until you have set up a new one."</p>
                    })}
            </div>
            <PostForm function="account/remove_second_factor" class="confirm danger">
                <Field name="password" label="Your password" kind="password" autocomplete="current-password" is_first=true/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">"Turn off"</button>
                    <a class="btn quiet" href="/settings/second-factor">"Keep it on"</a>
                </div>
            </PostForm>
        </section>
    }
}

/// How many recovery codes are left, and what to do when they run out.
pub(super) fn codes_in_words(left: u32) -> String {
    match left {
        0 => "No recovery code is left: make new ones.".to_owned(),
        1 => "One recovery code is left: make new ones soon.".to_owned(),
        2 | 3 => format!("{left} recovery codes are left: make new ones soon."),
        many => format!("{many} recovery codes are left."),
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<SecondFactorView, crate::error::AppError> {
    use domain::roles::can_write;
    use secrecy::ExposeSecret;
    use services::{Error, staff};

    use super::{codes, qr};
    use crate::{
        context::{answer, asked, session},
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let session = session()?;
        let user = session
            .user
            .as_ref()
            .ok_or_else(|| Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."))?;
        let factor = staff::second_factor(&cx, &actor).await?;
        let enrolment = match &factor.enrolment {
            Some(enrolment) => Some(EnrolmentView {
                qr: qr::draw(enrolment.uri.expose_secret())?,
                secret: in_groups(enrolment.secret.expose_secret()),
            }),
            None => None,
        };
        Ok(SecondFactorView {
            since: factor.confirmed_at.map(|since| words::when(since, cx.clock.now())),
            enrolment,
            codes_left: factor.codes_left,
            new_codes: codes::take(&cx, &session).await?,
            needs_password: factor.needs_password,
            is_required: cx.settings.second_factor_required && can_write(&user.permissions),
            must_enrol: user.must_enrol,
        })
    })
    .await
}

/// A secret in groups of four, for people to type.
#[cfg(feature = "ssr")]
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
