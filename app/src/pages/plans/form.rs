//! The form by which a plan is drafted and changed.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::reads::{PlanFormView, open_new_plan, open_plan};
use crate::{
    components::{ChoiceField, Crumb, Field, Hidden, Loaded, PageHead, PostForm, TextField},
    failure::as_sent,
    pages::records::ConflictPanel,
};

/// A new plan.
#[component]
pub fn NewPlanPage() -> impl IntoView {
    let form = Resource::new(|| (), |()| open_new_plan());
    view! { <Loaded resource=form view=show_new/> }
}

/// A plan to change.
#[component]
pub fn EditPlanPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), open_plan);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: PlanFormView) -> AnyView {
    let (token, explanation) = (view.token.clone(), view.explanation.clone());
    view! {
        <PageHead title="New plan".to_owned() subtitle=explanation crumbs=vec![Crumb::new("Plans", "/plans")]/>
        <PostForm function="plans/create" warns_unsaved=true class="form two">
            <Hidden name="token" value=token/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Draft plan"</button>
                <a class="btn quiet" href="/plans">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: PlanFormView) -> AnyView {
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    let back = format!("/plans/{id}");
    let (version, base) = (view.version.to_string(), view.base.clone());
    let (name, explanation) = (view.form.name.clone(), view.explanation.clone());
    view! {
        <PageHead
            title=format!("Edit {name}")
            subtitle=explanation
            crumbs=vec![Crumb::new("Plans", "/plans"), Crumb::new(&name, back.clone())]
        />
        <ConflictPanel function="plans/edit" id=id.clone()/>
        <PostForm function="plans/edit" warns_unsaved=true class="form two">
            <Hidden name="id" value=id/>
            <Hidden name="version" value=as_sent("plans/edit", "version", version)/>
            <Hidden name="base" value=as_sent("plans/edit", "base", base)/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save draft"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Fields(view: PlanFormView) -> impl IntoView {
    let PlanFormView { form, currencies, pausing, pause_billings, .. } = view;
    view! {
        <Field name="form[name]" label="Name" value=form.name hint="Each name is used once." is_first=true/>
        <TextField name="form[description]" label="Description" value=form.description is_optional=true rows=2/>
        <h2 class="form-head span">"Price"</h2>
        <ChoiceField name="form[currency]" label="Currency" value=form.currency choices=currencies width="w-s"/>
        <Field name="form[price]" label="Monthly price" value=form.price width="w-s" inputmode="decimal" hint="Like 579.00, before tax."/>
        <Field name="form[tax_percent]" label="Tax" value=form.tax_percent unit="%" width="w-xs" inputmode="decimal"/>
        <Field name="form[deposit]" label="Deposit" value=form.deposit width="w-s" inputmode="decimal"/>
        <h2 class="form-head span">"Term"</h2>
        <Field name="form[effective_from]" label="Effective from" value=form.effective_from kind="date" width="w-s" hint="The first day on which it can be signed."/>
        <Field name="form[minimum_term_months]" label="Minimum term" value=form.minimum_term_months unit="months" width="w-xs" inputmode="numeric"/>
        <Field name="form[notice_days]" label="Notice" value=form.notice_days unit="days" width="w-xs" inputmode="numeric"/>
        <h2 class="form-head span">"Distance"</h2>
        <Field name="form[included_km]" label="Included distance" value=form.included_km unit="km a month" width="w-s" inputmode="numeric"/>
        <Field name="form[excess_rate]" label="Price of each further kilometre" value=form.excess_rate width="w-s" inputmode="decimal" hint="In the currency above, like 0.149."/>
        <h2 class="form-head span">"Pausing"</h2>
        <ChoiceField name="form[pause_allowed]" label="Pausing" value=form.pause_allowed choices=pausing/>
        <Field name="form[pause_max_days]" label="Longest pause" value=form.pause_max_days unit="days" width="w-xs" inputmode="numeric"/>
        <ChoiceField name="form[pause_billing]" label="Billing while paused" value=form.pause_billing choices=pause_billings width="w-full"/>
        <h2 class="form-head span">"Fees"</h2>
        <Field name="form[cancel_fee]" label="Fee for cancelling before the hand-over" value=form.cancel_fee width="w-s" inputmode="decimal"/>
        <Field name="form[early_end_fee]" label="Fee for ending early" value=form.early_end_fee width="w-s" inputmode="decimal"/>
    }
}

#[cfg(feature = "ssr")]
fn view_of(form: domain::forms::plan::PlanForm, version: i64, explanation: String) -> PlanFormView {
    use domain::{money::Currency, plans::PauseBilling};

    PlanFormView {
        base: crate::context::base_of(&form),
        form,
        explanation,
        version,
        token: crate::context::new_token(),
        currencies: Currency::ALL.iter().map(|currency| (currency.to_string(), currency.to_string())).collect(),
        pausing: vec![("yes".to_owned(), "Allowed".to_owned()), ("no".to_owned(), "Not allowed".to_owned())],
        pause_billings: crate::choices!(PauseBilling),
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_new() -> Result<PlanFormView, crate::error::AppError> {
    use domain::{forms::plan::PlanForm, permissions::marker::PlansWrite};

    use crate::context::{answer, asked};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<PlansWrite>()?;
        let form = PlanForm {
            currency: "EUR".to_owned(),
            deposit: "0.00".to_owned(),
            tax_percent: "19".to_owned(),
            minimum_term_months: "6".to_owned(),
            notice_days: "30".to_owned(),
            included_km: "1250".to_owned(),
            pause_allowed: "yes".to_owned(),
            pause_max_days: "90".to_owned(),
            pause_billing: "credit".to_owned(),
            cancel_fee: "0.00".to_owned(),
            early_end_fee: "0.00".to_owned(),
            effective_from: cx.clock.today(services::clock::ZONE).to_string(),
            ..PlanForm::default()
        };
        Ok(view_of(form, 0, "It starts as a draft. Nobody can sign it until you publish it.".to_owned()))
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_existing(id: String) -> Result<PlanFormView, crate::error::AppError> {
    use domain::{
        permissions::marker::{PlansRead, PlansWrite},
        plans::PlanStatus,
    };
    use services::{Error, plans};

    use crate::context::{answer, asked, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<PlansWrite>()?;
        let access = actor.authorize::<PlansRead>()?;
        let found = plans::find(&cx, &access, parse_id(&id)?, None).await?;
        if found.plan.status() == PlanStatus::Retired {
            return Err(Error::refused(
                "plan.retired",
                "This plan is retired: who has it keeps it, and nothing about it changes. Create a new plan instead.",
            ));
        }
        let newest = found.newest()?;
        let explanation = if newest.status() == PlanStatus::Draft {
            format!("You edit the draft of version {}. It counts once you publish it.", newest.number)
        } else {
            format!(
                "Version {} is published and stays as it is. Other terms become the draft of version {}.",
                newest.number,
                newest.number + 1
            )
        };
        Ok(view_of(plans::form_of(&found.plan, newest)?, found.plan.version, explanation))
    })
    .await
}
