//! The form by which a vehicle is added and changed.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::reads::{VehicleFormView, open_new_vehicle, open_vehicle};
use crate::{
    components::{ChoiceField, Crumb, Field, Hidden, Loaded, PageHead, PostForm},
    failure::as_sent,
    pages::records::ConflictPanel,
};

/// A new vehicle.
#[component]
pub fn NewVehiclePage() -> impl IntoView {
    let form = Resource::new(|| (), |()| open_new_vehicle());
    view! { <Loaded resource=form view=show_new/> }
}

/// A vehicle to change.
#[component]
pub fn EditVehiclePage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), open_vehicle);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: VehicleFormView) -> AnyView {
    let token = view.token.clone();
    view! {
        <PageHead title="New vehicle".to_owned() crumbs=vec![Crumb::new("Fleet", "/fleet")]/>
        <PostForm function="fleet/create" warns_unsaved=true class="form two">
            <Hidden name="token" value=token/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Add vehicle"</button>
                <a class="btn quiet" href="/fleet">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: VehicleFormView) -> AnyView {
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    let back = format!("/fleet/{id}");
    let (version, base, title) = (view.version.to_string(), view.base.clone(), view.title.clone());
    view! {
        <PageHead
            title=format!("Edit {title}")
            crumbs=vec![Crumb::new("Fleet", "/fleet"), Crumb::new(&title, back.clone())]
        />
        <ConflictPanel function="fleet/edit" id=id.clone()/>
        <PostForm function="fleet/edit" warns_unsaved=true class="form two">
            <Hidden name="id" value=id/>
            <Hidden name="version" value=as_sent("fleet/edit", "version", version)/>
            <Hidden name="base" value=as_sent("fleet/edit", "base", base)/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Save changes"</button>
                <a class="btn quiet" href=back>"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Fields(view: VehicleFormView) -> impl IntoView {
    let VehicleFormView { form, states, state_hint, fuels, .. } = view;
    view! {
        <Field name="form[vin]" label="VIN" value=form.vin hint="17 letters and digits, without I, O and Q." width="w-m" is_first=true/>
        <Field name="form[plate]" label="Plate" value=form.plate is_optional=true width="w-s" hint="As written on the car, like B-KF 2041."/>
        <Field name="form[make]" label="Make" value=form.make/>
        <Field name="form[model]" label="Model" value=form.model/>
        <Field name="form[model_trim]" label="Trim" value=form.model_trim is_optional=true/>
        <Field name="form[model_year]" label="Model year" value=form.model_year width="w-xs" inputmode="numeric"/>
        <ChoiceField name="form[fuel]" label="Fuel" value=form.fuel choices=fuels/>
        <ChoiceField name="form[state]" label="State" value=form.state choices=states hint=state_hint/>
        <Field name="form[odometer_km]" label="Odometer" value=form.odometer_km unit="km" width="w-s" inputmode="numeric" hint="It never runs backwards."/>
        <Field name="form[category]" label="Category" value=form.category is_optional=true hint="As offered to customers, like Compact."/>
        <Field name="form[location]" label="Location" value=form.location is_optional=true hint="Where it stands when nobody has it."/>
        <Field name="form[registered_on]" label="Registered on" value=form.registered_on kind="date" is_optional=true width="w-s"/>
        <Field name="form[inspection_due_on]" label="Inspection due" value=form.inspection_due_on kind="date" is_optional=true width="w-s"/>
        <Field name="form[service_due_on]" label="Service due" value=form.service_due_on kind="date" is_optional=true width="w-s"/>
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_new() -> Result<VehicleFormView, crate::error::AppError> {
    use domain::{fleet::Fuel, forms::vehicle::VehicleForm, permissions::marker::FleetWrite};

    use super::states;
    use crate::context::{answer, asked, base_of, new_token};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<FleetWrite>()?;
        let form = VehicleForm {
            fuel: "electric".to_owned(),
            state: "incoming".to_owned(),
            model_year: cx.clock.today(services::clock::ZONE).year().to_string(),
            odometer_km: "0".to_owned(),
            ..VehicleForm::default()
        };
        Ok(VehicleFormView {
            base: base_of(&form),
            form,
            title: String::new(),
            version: 0,
            token: new_token(),
            states: states::choices(None),
            state_hint: "Reserved, allocated and on subscription follow from subscriptions.".to_owned(),
            fuels: crate::choices!(Fuel),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_existing(id: String) -> Result<VehicleFormView, crate::error::AppError> {
    use domain::{
        fleet::Fuel,
        permissions::marker::{FleetRead, FleetWrite},
    };
    use services::fleet;

    use super::states;
    use crate::context::{answer, asked, base_of, new_token, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<FleetWrite>()?;
        let access = actor.authorize::<FleetRead>()?;
        let vehicle = fleet::find(&cx, &access, parse_id(&id)?, None).await?.vehicle;
        let form = fleet::form_of(&vehicle);
        let state = vehicle.state();
        Ok(VehicleFormView {
            base: base_of(&form),
            form,
            title: vehicle.title().to_owned(),
            version: vehicle.version,
            token: new_token(),
            states: states::choices(Some(state)),
            state_hint: if state.is_set_by_subscriptions() {
                "Its subscription sets this. By hand it can only become stolen or an accident.".to_owned()
            } else {
                String::new()
            },
            fuels: crate::choices!(Fuel),
        })
    })
    .await
}
