//! Behind a one-time link: the first owner's set-up, an invitation, a new password.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Fault, Field, Gate, Hidden, PostForm},
    error::AppError,
    viewer::Done,
};

/// What a one-time link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// `first_owner`, `join` or `reset`.
    pub purpose: String,
    /// Whose; empty for the first owner.
    pub email: String,
    /// Their name so far.
    pub name: String,
    /// The role that comes with it.
    pub role: String,
    /// Until when it works.
    pub until: String,
}

/// What a one-time link is for.
#[server(prefix = "/_fn", endpoint = "gate/invitation")]
pub async fn invitation(token: String) -> Result<InvitationView, AppError> {
    use crate::{
        context::{answer, asked},
        words,
    };
    use services::staff;

    answer(async {
        let (cx, _) = asked()?;
        let invitation = staff::invitation(&cx, &token).await?;
        Ok(InvitationView {
            purpose: invitation.purpose.as_str().to_owned(),
            email: invitation.email,
            name: invitation.name,
            role: invitation.role,
            until: words::when(invitation.expires_at, cx.clock.now()).exact,
        })
    })
    .await
}

/// Spends a one-time link.
#[server(prefix = "/_fn", endpoint = "gate/accept_invitation")]
pub async fn accept_invitation(
    token: String,
    #[server(default)] email: String,
    #[server(default)] name: String,
    password: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked};
    use services::staff;

    answer(async {
        let (cx, actor) = asked()?;
        let accept = staff::Accept { token, email, name, password: password.into(), trace: actor.trace().clone() };
        staff::accept(&cx, accept).await?;
        Ok(Done::at("/sign-in", "Your password is set. Sign in with it."))
    })
    .await
}

/// The page behind a one-time link.
#[component]
pub fn JoinPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.get().get("token").unwrap_or_default();
    let page = Resource::new(token, |token| async move { (token.clone(), invitation(token).await) });
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    (token, Ok(view)) => show(token, view),
                    (_, Err(error)) => view! { <div class="gate"><main class="gate-card panel" id="main"><Fault error/></main></div> }.into_any(),
                }
            })}
        </Suspense>
    }
}

fn show(token: String, view: InvitationView) -> AnyView {
    let is_owner = view.purpose == "first_owner";
    let is_reset = view.purpose == "reset";
    let (title, subtitle) = match view.purpose.as_str() {
        "first_owner" => ("Set up Keyfob", "You become the owner. Everybody else is invited by you.".to_owned()),
        "reset" => ("Choose a new password", format!("For {}.", view.email)),
        _ => ("Join Keyfob", format!("You are invited as {} with the address {}.", view.role, view.email)),
    };
    view! {
        <Gate title subtitle>
            <PostForm function="gate/accept_invitation">
                <Hidden name="token" value=token/>
                {is_owner
                    .then(|| view! { <Field name="email" label="E-mail" kind="email" autocomplete="username" is_first=true width="w-full"/> })}
                {(!is_reset).then(|| view! { <Field name="name" label="Your name" value=view.name autocomplete="name" width="w-full"/> })}
                <Field
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters. A few words in a row are easy to keep in mind."
                    width="w-full"
                />
                <p class="small muted">"This link works once, until " {view.until} "."</p>
                <div class="form-acts"><button class="btn primary" type="submit">"Set password"</button></div>
            </PostForm>
        </Gate>
    }
    .into_any()
}
