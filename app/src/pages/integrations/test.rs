//! Testing a connection before anything of it is kept.
//!
//! Testing answers with a redirect, so how it went waits in the session's own row, sealed, and leaves it with the first
//! look. The credential it was tried with is kept nowhere.

use domain::{integrations::Auth, permissions::marker::IntegrationsManage, subscription::Tone};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::{Error, Services, integrations::Probed, keys::Purpose, sessions::AuthSession};

use super::{
    crumbs,
    reads::{TestView, read_test},
    tabs::IntegrationTabs,
    words as said,
};
use crate::{
    components::{ChoiceField, Facts, Field, Hidden, Loaded, PageHead, PostForm, StatusBadge},
    context::{answer as answered, asked, session},
    error::AppError,
    views::{Badge, Fact},
};

/// Where it waits in the session.
const KEY: &str = "keyfob.connection_tested";
const PLACE: &str = "session/connection-tested";

/// A connection of no integration yet.
#[component]
pub fn TestPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| read_test());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: TestView) -> AnyView {
    view! {
        <PageHead
            title="Test a connection".to_owned()
            subtitle="One question is asked, with the credential that you type here. Nothing of it is kept."
            crumbs=crumbs()
        />
        <IntegrationTabs here="/integrations"/>
        {test_form(view)}
    }
    .into_any()
}

/// How the last test went, and the form of the next.
pub(super) fn test_form(view: TestView) -> AnyView {
    let auths = crate::choices!(Auth);
    let is_new = view.integration.is_empty();
    let back = if is_new { "/integrations".to_owned() } else { format!("/integrations/{}", view.integration) };
    let auth = if view.auth.is_empty() { "bearer".to_owned() } else { view.auth };
    let path = if view.path.is_empty() { "/health".to_owned() } else { view.path };
    view! {
        <div class="stack">
            {view.tried.map(|(badge, words, facts)| tried(badge, words, facts))}
            <PostForm function="integrations/test" class="form two">
                <Hidden name="integration" value=view.integration/>
                <Field name="base_url" label="Base address" value=view.base_url kind="url" hint="https, like https://api.example.com/v1."/>
                <Field name="path" label="Path" value=path hint="It is asked for by GET."/>
                <ChoiceField name="auth" label="How we prove ourselves" value=auth choices=auths/>
                <Field
                    name="auth_name"
                    label="Name that goes with it"
                    value=view.auth_name
                    is_optional=true
                    hint="The header’s name, the user name, or the client’s id."
                />
                <Field name="token_url" label="Token address" value=view.token_url kind="url" is_optional=true hint="For OAuth 2.0."/>
                <Field
                    name="secret"
                    label="Credential"
                    kind="password"
                    is_optional=true
                    autocomplete="off"
                    hint="Used for this one question. Left empty, it is asked without."
                />
                <div class="form-acts span">
                    <button class="btn primary" type="submit">"Test connection"</button>
                    <a class="btn quiet" href=back>"Go back"</a>
                </div>
            </PostForm>
        </div>
    }
    .into_any()
}

fn tried(badge: Badge, words: String, facts: Vec<Fact>) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="tried" role="status">
            <header class="panel-head"><h2 id="tried">"How it went"</h2></header>
            <div class="panel-body stack s">
                <p><StatusBadge badge/> " " {words}</p>
                <Facts facts/>
            </div>
        </section>
    }
    .into_any()
}

/// How a test went, in words.
pub(super) fn in_words(probed: &Probed) -> (Badge, String, Vec<Fact>) {
    let (badge, words) = if probed.is_taken {
        (Badge::new(Tone::Ok, "It works"), "The partner answered.".to_owned())
    } else {
        (Badge::new(Tone::Danger, "It doesn’t work"), format!("Why: {}.", probed.problem))
    };
    let encryption = if probed.is_encrypted { "Yes, by TLS" } else { "No" };
    let facts = vec![
        Fact::code("Asked", probed.url.clone()),
        Fact::new("Answer", probed.status.map(|status| status.to_string()).unwrap_or_default()),
        Fact::new("Took", said::span(probed.took_ms)),
        Fact::new("Encrypted", encryption),
    ];
    (badge, words, facts)
}

#[derive(Serialize, Deserialize)]
struct Waiting(TestView);

/// Leaves how it went for the page.
pub(super) async fn leave(cx: &Services, session: &AuthSession, view: TestView) -> Result<(), Error> {
    let text = serde_json::to_vec(&Waiting(view)).map_err(Error::internal)?;
    let sealed = cx.keys.seal(Purpose::ShownOnce, PLACE, &text)?;
    session.session.insert(KEY, sealed).await.map_err(Error::internal)
}

/// Takes what was left for an integration's page; for none yet when the id is empty.
pub(super) async fn take(cx: &Services, session: &AuthSession, integration: &str) -> Result<Option<TestView>, Error> {
    // Looked at first: taking out marks the session as changed even when there is nothing to take.
    let sealed: Option<Vec<u8>> = session.session.get(KEY).await.map_err(Error::internal)?;
    let Some(sealed) = sealed else { return Ok(None) };
    let text = cx.keys.unseal(Purpose::ShownOnce, PLACE, &sealed)?;
    let Waiting(view) = serde_json::from_slice(&text).map_err(Error::internal)?;
    if view.integration != integration {
        return Ok(None);
    }
    session.session.remove_value(KEY).await.map_err(Error::internal)?;
    Ok(Some(view))
}

pub(super) async fn answer() -> Result<TestView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        actor.authorize::<IntegrationsManage>()?;
        Ok(take(&cx, &session()?, "").await?.unwrap_or_default())
    })
    .await
}
