//! Importing advisories, and lists of what is known to be exploited.

use domain::permissions::marker::PatchesManage;
use leptos::prelude::*;
use services::patches::MOST_PASTED;

use super::{crumbs, reads::import_page};
use crate::{
    components::{Icon, Loaded, PageHead, PostForm, TextField},
    context::{answer as answered, asked},
    error::AppError,
    pages::integrations::tabs::IntegrationTabs,
};

/// The field to paste into.
#[component]
pub fn ImportPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| import_page());
    view! { <Loaded resource=page view=show/> }
}

fn show(most: usize) -> AnyView {
    let hint = format!(
        "One advisory or a list of them as JSON, in the form of OSV; or a list of what is known to be exploited, as CISA \
         publishes it. At most {most} KB."
    );
    view! {
        <PageHead
            title="Import advisories".to_owned()
            subtitle="Nothing is fetched from elsewhere: paste here, or give a file or a folder to keyfob advisories import."
            crumbs=crumbs()
        />
        <IntegrationTabs here="/integrations/updates"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                <li><Icon name="right"/><div>"Each advisory is compared with the inventory. For each version that is affected an update is opened, due by how bad it is."</div></li>
                <li><Icon name="right"/><div>"What we had already is passed over; what is newer replaces what we had, and what was withdrawn closes its updates."</div></li>
                <li><Icon name="right"/><div>"When one entry can’t be read, none is imported, and you are told which."</div></li>
            </ul>
            <PostForm function="updates/import" class="confirm" warns_unsaved=true>
                <TextField name="text" label="Advisories" hint=hint rows=14/>
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Import"</button>
                    <a class="btn quiet" href="/integrations/updates">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

pub(super) async fn answer() -> Result<usize, AppError> {
    answered(async {
        let (_, actor) = asked()?;
        actor.authorize::<PatchesManage>()?;
        Ok(MOST_PASTED / 1024)
    })
    .await
}
