//! Inviting somebody.

use leptos::prelude::*;

use super::reads::{InviteView, invite_page};
use crate::components::{ChoiceField, Crumb, Field, Loaded, PageHead, PostForm};

/// The invitation's form.
#[component]
pub fn InvitePage() -> impl IntoView {
    let page = Resource::new(|| (), |()| invite_page());
    view! { <Loaded resource=page view=show/> }
}

fn show(view: InviteView) -> AnyView {
    view! {
        <PageHead
            title="Invite somebody".to_owned()
            subtitle="They choose their own password behind a link that works once."
            crumbs=vec![Crumb::new("Staff", "/settings/staff")]
        />
        <PostForm function="staff/invite" warns_unsaved=true>
            <Field name="email" label="E-mail" kind="email" hint="They sign in with it." is_first=true/>
            <Field name="name" label="Name" hint="As colleagues know them. They can change it when they join."/>
            <ChoiceField
                name="role"
                label="Role"
                choices=view.roles
                hint="What they may do from the first day. Only roles that allow no more than you may do yourself."
            />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Make the link"</button>
                <a class="btn quiet" href="/settings/staff">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<InviteView, crate::error::AppError> {
    use domain::permissions::marker::StaffManage;
    use services::roles;

    use crate::context::{answer, asked};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<StaffManage>()?;
        let roles = roles::grantable(&cx, &actor).await?;
        let unchosen = (String::new(), "Choose a role".to_owned());
        let choices = roles.into_iter().map(|(id, name)| (id.to_string(), name));
        Ok(InviteView { roles: std::iter::once(unchosen).chain(choices).collect() })
    })
    .await
}
