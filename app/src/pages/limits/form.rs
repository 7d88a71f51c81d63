//! The form by which a limit is made and changed.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::limits::PolicyForm;

use super::{
    delete::Delete,
    reads::{LimitFormView, new_limit_form, read_limit_form},
};
use crate::{
    components::{CheckField, ChoiceField, Crumb, Field, Hidden, Loaded, PageHead, PostForm},
    failure::as_sent,
    pages::access::tabs::AccessTabs,
};

/// A new limit.
#[component]
pub fn NewLimitPage() -> impl IntoView {
    let form = Resource::new(|| (), |()| new_limit_form());
    view! { <Loaded resource=form view=show_new/> }
}

/// A limit to change. `act=delete` in the address opens the confirmation of its deletion.
#[component]
pub fn LimitPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_limit_form(id).await.map(|form| (act, form)) },
    );
    view! { <Loaded resource=page view=show_existing/> }
}

/// The way to the pages of limits.
pub(super) fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Limits", "/access/limits")]
}

fn show_new(view: LimitFormView) -> AnyView {
    let token = view.token.clone();
    view! {
        <PageHead title="New limit".to_owned() subtitle="It holds for the next call after it is made." crumbs=crumbs()/>
        <AccessTabs here="/access/limits"/>
        <PostForm function="limits/create" class="form two" warns_unsaved=true>
            <Hidden name="token" value=token/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Make limit"</button>
                <a class="btn quiet" href="/access/limits">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing((act, view): (String, LimitFormView)) -> AnyView {
    if act == "delete" {
        return view! { <Delete limit=view/> }.into_any();
    }
    let (id, name) = (view.id.clone(), view.form.name.clone());
    let subtitle = format!("{} · for {}", view.windows, view.holds_for.to_lowercase());
    let version = as_sent("limits/edit", "version", view.version.to_string());
    view! {
        <PageHead title=name subtitle crumbs=crumbs()>
            <a class="btn danger-quiet" href="?act=delete">"Delete …"</a>
        </PageHead>
        <AccessTabs here="/access/limits"/>
        <PostForm function="limits/edit" class="form two" warns_unsaved=true>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=version/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href="/access/limits">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Fields(view: LimitFormView) -> impl IntoView {
    let LimitFormView { form, subjects, classes, when_away, .. } = view;
    let PolicyForm { name, description, subject, route_class, windows, when_away: away, is_default } = form;
    view! {
        <Field
            name="form[name]"
            label="Name"
            value=name
            is_first=true
            hint="Small letters, digits and dashes: callers read it in a header."
        />
        <Field name="form[description]" label="What it is for" value=description is_optional=true/>
        <Field
            name="form[windows]"
            label="Windows"
            value=windows
            hint="Calls, a slash, and a length in s, m, h or d: 10/1s, 300/1m, 50000/1d. One to four; all of them \
                  hold. A window that changes begins anew."
        />
        <ChoiceField
            name="form[subject]"
            label="Counts together"
            value=subject
            choices=subjects
            width="w-full"
            hint="Whose calls use up the same windows."
        />
        <ChoiceField
            name="form[route_class]"
            label="Kind of call"
            value=route_class
            choices=classes
            is_optional=true
            hint="Only these calls are counted; all when nothing is chosen."
        />
        <ChoiceField
            name="form[when_away]"
            label="When calls can’t be counted"
            value=away
            choices=when_away
            hint="While the store of counts is away: refusing answers 503, letting pass counts nothing."
        />
        <div class="span">
            <CheckField
                name="form[is_default]"
                label="For everybody"
                is_checked=is_default == "yes"
                hint="Holds for every key and client. Otherwise it holds for those that it is given to, on their pages."
            />
        </div>
    }
}

#[cfg(feature = "ssr")]
fn view_of(form: PolicyForm, policy: Option<&services::limits::Policy>) -> LimitFormView {
    use domain::limits::{RouteClass, Subject, WhenAway};

    use super::words;

    LimitFormView {
        id: policy.map(|policy| policy.id.to_string()).unwrap_or_default(),
        form,
        version: policy.map_or(0, |policy| policy.version),
        token: crate::context::new_token(),
        holds_for: policy.map(words::holds_for).unwrap_or_default(),
        windows: policy.map(|policy| words::windows(&policy.windows)).unwrap_or_default(),
        subjects: crate::choices!(Subject),
        classes: crate::choices!(RouteClass),
        when_away: crate::choices!(WhenAway),
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_new() -> Result<LimitFormView, crate::error::AppError> {
    use domain::permissions::marker::LimitsManage;

    use crate::context::{answer, asked};

    answer(async {
        let (_, actor) = asked()?;
        actor.authorize::<LimitsManage>()?;
        let form =
            PolicyForm { subject: "credential".to_owned(), when_away: "closed".to_owned(), ..PolicyForm::default() };
        Ok(view_of(form, None))
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_existing(id: String) -> Result<LimitFormView, crate::error::AppError> {
    use domain::permissions::marker::LimitsManage;
    use services::limits;

    use crate::context::{answer, asked, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<LimitsManage>()?;
        let policy = limits::find(&cx, &access, parse_id(&id)?).await?;
        Ok(view_of(limits::form_of(&policy), Some(&policy)))
    })
    .await
}
