//! A change in two steps: what is asked, then what it will do. Both stand in the address, so that going back, reloading
//! and working without JavaScript are the same thing.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::{
    reads::{ChangeView, InputView, change_page},
    review::Review,
};
use crate::components::{Crumb, Icon, Loaded, PageHead};

/// The page of a change.
#[component]
pub fn ChangePage() -> impl IntoView {
    let params = use_params_map();
    let search = use_location().search;
    let page = Resource::new(
        move || {
            let params = params.get();
            (params.get("id").unwrap_or_default(), params.get("change").unwrap_or_default(), search.get())
        },
        |(id, change, search)| change_page(id, change, search),
    );
    view! { <Loaded resource=page view=show/> }
}

fn show(view: ChangeView) -> AnyView {
    let back = format!("/subscriptions/{}", view.id);
    let title = view.label.clone();
    let crumbs = vec![Crumb::new("Subscriptions", "/subscriptions"), Crumb::new(&view.number, back.clone())];
    let subtitle = format!("{} · {}", view.number, view.customer);
    let has_inputs = !view.inputs.is_empty();
    let has_review = view.review.is_some();
    let inputs: Vec<_> = view.inputs.iter().cloned().map(input).collect();
    let refusal = view.refusal.clone();
    let back_again = back.clone();
    view! {
        <PageHead title subtitle crumbs/>
        <div class="stack">
            {(!refusal.is_empty())
                .then(|| view! {
                    <div class="message danger" role="alert">
                        <Icon name="alert"/>
                        <div class="message-body"><p><b>"This can’t be done. "</b>{refusal}</p></div>
                    </div>
                })}
            {has_inputs
                .then(|| view! {
                    <form class="form" method="get">
                        {inputs}
                        <div class="form-acts">
                            <button class=if has_review { "btn" } else { "btn primary" } type="submit">
                                {if has_review { "Review again" } else { "Review" }}
                            </button>
                            {(!has_review).then(|| view! { <a class="btn quiet" href=back>"Go back"</a> })}
                        </div>
                    </form>
                })}
            {(!has_inputs && !has_review).then(|| view! { <p><a class="btn" href=back_again>"Go back"</a></p> })}
            <Review view/>
        </div>
    }
    .into_any()
}

fn input(input: InputView) -> AnyView {
    let InputView { name, label, hint, kind, value, choices } = input;
    let id = format!("f-{name}");
    let hint_id = format!("{id}-hint");
    let described = (!hint.is_empty()).then(|| hint_id.clone());
    let hint = (!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> });
    match kind.as_str() {
        "choice" => {
            let options: Vec<_> = choices
                .into_iter()
                .map(|(key, text)| {
                    let is_chosen = key == value;
                    view! { <option value=key selected=is_chosen>{text}</option> }
                })
                .collect();
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    {hint}
                    <select class="input w-m" id=id name=name aria-describedby=described>{options}</select>
                </div>
            }
            .into_any()
        }
        "checks" => {
            let boxes: Vec<_> = choices
                .into_iter()
                .map(|(key, text)| {
                    let is_on = value.split(',').any(|chosen| chosen == key);
                    view! {
                        <label class="check"><input type="checkbox" name=name.clone() value=key checked=is_on/><span>{text}</span></label>
                    }
                })
                .collect();
            view! { <fieldset class="group"><legend>{label}</legend>{hint}{boxes}</fieldset> }.into_any()
        }
        _ => {
            let kind = if kind == "number" { "text" } else { "date" };
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    {hint}
                    <input
                        class="input w-s"
                        id=id
                        name=name
                        type=kind
                        value=value
                        inputmode=(kind == "text").then_some("numeric")
                        autocomplete="off"
                        aria-describedby=described
                    />
                </div>
            }
            .into_any()
        }
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String, change: String, search: String) -> Result<ChangeView, crate::error::AppError> {
    use domain::permissions::marker::SubscriptionsRead;
    use services::subscriptions::{self, Permitted};

    use super::{asked::Asked, review::reviewed};
    use crate::context::{answer, asked, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<SubscriptionsRead>()?;
        let id: domain::ids::SubscriptionId = parse_id(&id)?;
        let found = subscriptions::find(&cx, &access, id, None).await?;
        let asked = Asked::parse(&change, &search, &found.subscription, found.context.today)?;
        let asked = asked.with_cars(&cx, &access).await?;
        let mut view = ChangeView {
            id: id.to_string(),
            number: found.number.clone(),
            customer: found.customer.1.clone(),
            label: asked.label().to_owned(),
            inputs: asked.inputs(),
            is_destructive: asked.is_destructive(),
            search,
            change,
            refusal: String::new(),
            review: None,
        };
        let command = match asked.command() {
            Ok(command) => command,
            Err(error) if error.status == 422 => {
                view.refusal = error.message;
                return Ok(view);
            }
            Err(error) => return Err(error),
        };
        match command {
            Some(command) => {
                let permitted = Permitted::ask(&actor, command)?;
                match subscriptions::review(&cx, &access, &permitted, id).await {
                    Ok(review) => view.review = Some(reviewed(&review, &view)),
                    Err(error) if error.status == 409 => view.refusal = error.message,
                    Err(error) => return Err(error),
                }
            }
            // Nothing is filled in yet; whoever may not give this command is told so before they begin.
            None => asked.require(&actor)?,
        }
        Ok(view)
    })
    .await
}
