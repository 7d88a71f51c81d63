//! One's own open sessions: where one is signed in, and how to end what one doesn't know.

use leptos::prelude::*;

use super::reads::{SessionLine, SessionsView, own_sessions};
use crate::{
    components::{Crumb, Loaded, PageHead, PostButton, StatusBadge, TimeText},
    pages::staff::Refusal,
    views::Badge,
};

/// One's own open sessions.
#[component]
pub fn SessionsPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| own_sessions());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: SessionsView) -> AnyView {
    let has_others = view.sessions.iter().any(|session| !session.is_this_one);
    let rows: Vec<_> = view.sessions.into_iter().map(row).collect();
    view! {
        <PageHead
            title="My sessions".to_owned()
            subtitle=view.rule
            crumbs=vec![Crumb::new("My account", "/settings/account")]
        >
            {has_others
                .then(|| view! {
                    <PostButton function="account/end_other_sessions" label="End all other sessions" class="btn danger-quiet"/>
                })}
        </PageHead>
        <Refusal of=&["account/end_session", "account/end_other_sessions"]/>
        <div class="stack">
            <section class="panel">
                <div class="table-scroll" role="group" aria-labelledby="sessions-caption" tabindex="0">
                    <table class="table">
                        <caption id="sessions-caption" class="vh">"My open sessions"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Device"</th>
                                <th scope="col">"Address"</th>
                                <th scope="col">"Last used"</th>
                                <th scope="col">"Signed in"</th>
                                <th scope="col"><span class="vh">"End it"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
            <p class="small muted measure">
                "If you don’t know one of these, end it and " <a href="/settings/account">"change your password"</a>
                ": that ends all the others as well."
            </p>
        </div>
    }
    .into_any()
}

fn row(session: SessionLine) -> AnyView {
    use domain::subscription::Tone;

    let described = format!("End the session on {} from {}", session.device, session.address);
    let act = if session.is_this_one {
        view! { <StatusBadge badge=Badge::new(Tone::Ok, "This one")/> }.into_any()
    } else {
        let fields = vec![("id", session.id)];
        view! { <PostButton function="account/end_session" label="End" class="btn small" described fields/> }.into_any()
    };
    view! {
        <tr>
            <td><b>{session.device}</b></td>
            <td class="mono">{session.address}</td>
            <td class="nowrap"><TimeText when=session.last_used/></td>
            <td class="nowrap"><TimeText when=session.signed_in/></td>
            <td>{act}</td>
        </tr>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<SessionsView, crate::error::AppError> {
    use domain::Timestamp;
    use services::sessions;

    use crate::{
        context::{answer, asked},
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let now = cx.clock.now();
        let sessions = sessions::mine(&cx, &actor).await?;
        let hours = |millis: i64| match millis / Timestamp::MINUTE {
            minutes if minutes % 60 == 0 => format!("{} h", minutes / 60),
            minutes => format!("{minutes} min"),
        };
        Ok(SessionsView {
            sessions: sessions
                .into_iter()
                .map(|session| SessionLine {
                    id: session.id.to_string(),
                    device: session.device,
                    address: session.ip,
                    last_used: words::when(session.last_seen_at, now),
                    signed_in: words::when(session.signed_in_at, now),
                    is_this_one: session.is_current,
                })
                .collect(),
            rule: format!(
                "A session ends after {} without use, and {} after sign-in in any case.",
                hours(cx.settings.session_idle),
                hours(cx.settings.session_absolute)
            ),
        })
    })
    .await
}
