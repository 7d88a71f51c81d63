//! The form by which a customer is created and changed.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::reads::{CustomerFormView, new_customer_form, read_customer_form};
use crate::{
    components::{ChoiceField, Crumb, Field, Hidden, Loaded, PageHead, PostForm},
    failure::as_sent,
    pages::records::ConflictPanel,
};

/// A new customer.
#[component]
pub fn NewCustomerPage() -> impl IntoView {
    let form = Resource::new(|| (), |()| new_customer_form());
    view! { <Loaded resource=form view=show_new/> }
}

/// A customer to change.
#[component]
pub fn EditCustomerPage() -> impl IntoView {
    let params = use_params_map();
    let form = Resource::new(move || params.get().get("id").unwrap_or_default(), read_customer_form);
    view! { <Loaded resource=form view=show_existing/> }
}

fn show_new(view: CustomerFormView) -> AnyView {
    let token = view.token.clone();
    view! {
        <PageHead title="New customer".to_owned() crumbs=vec![Crumb::new("Customers", "/customers")]/>
        <PostForm function="customers/create" warns_unsaved=true class="form two">
            <Hidden name="token" value=token/>
            <Fields view/>
            <div class="form-acts span">
                <button class="btn primary" type="submit">"Create customer"</button>
                <a class="btn quiet" href="/customers">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

fn show_existing(view: CustomerFormView) -> AnyView {
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    let back = format!("/customers/{id}");
    let (version, base) = (view.version.to_string(), view.base.clone());
    let name = view.form.name.clone();
    view! {
        <PageHead
            title=format!("Edit {name}")
            crumbs=vec![Crumb::new("Customers", "/customers"), Crumb::new(&name, back.clone())]
        />
        <ConflictPanel function="customers/edit" id=id.clone()/>
        <PostForm function="customers/edit" warns_unsaved=true class="form two">
            <Hidden name="id" value=id/>
            <Hidden name="version" value=as_sent("customers/edit", "version", version)/>
            <Hidden name="base" value=as_sent("customers/edit", "base", base)/>
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
fn Fields(view: CustomerFormView) -> impl IntoView {
    let CustomerFormView { form, kinds, statuses, currencies, .. } = view;
    view! {
        <ChoiceField name="form[kind]" label="Kind" value=form.kind choices=kinds/>
        <ChoiceField name="form[status]" label="Status" value=form.status choices=statuses/>
        <Field name="form[name]" label="Name" value=form.name hint="As it should stand on invoices." is_first=true/>
        <Field name="form[email]" label="E-mail" value=form.email kind="email" hint="Invoices and messages go here."/>
        <Field name="form[phone]" label="Phone" value=form.phone kind="tel" is_optional=true hint="With country code, like +49 30 1234567."/>
        <Field name="form[external_key]" label="External key" value=form.external_key is_optional=true hint="Another system’s key. Fixed once set."/>
        <Field name="form[street]" label="Street" value=form.street is_optional=true/>
        <Field name="form[postal_code]" label="Postal code" value=form.postal_code is_optional=true width="w-s"/>
        <Field name="form[city]" label="City" value=form.city is_optional=true/>
        <Field name="form[country]" label="Country" value=form.country width="w-xs" hint="Two letters, like DE."/>
        <Field name="form[zone]" label="Time zone" value=form.zone hint="Its civil days count for contracts, like Europe/Berlin."/>
        <ChoiceField name="form[currency]" label="Currency" value=form.currency choices=currencies width="w-s"/>
    }
}

#[cfg(feature = "ssr")]
fn view_of(form: domain::forms::customer::CustomerForm, version: i64) -> CustomerFormView {
    use domain::{
        customers::{CustomerKind, CustomerStatus},
        money::Currency,
    };

    CustomerFormView {
        base: crate::context::base_of(&form),
        form,
        version,
        token: crate::context::new_token(),
        kinds: crate::choices!(CustomerKind),
        statuses: crate::choices!(CustomerStatus),
        currencies: Currency::ALL.iter().map(|currency| (currency.to_string(), currency.to_string())).collect(),
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_new() -> Result<CustomerFormView, crate::error::AppError> {
    use domain::{forms::customer::CustomerForm, permissions::marker::CustomersWrite};

    use crate::context::{answer, asked};

    answer(async {
        let (_, actor) = asked()?;
        actor.authorize::<CustomersWrite>()?;
        let form = CustomerForm {
            kind: "person".to_owned(),
            status: "active".to_owned(),
            country: "DE".to_owned(),
            zone: services::clock::ZONE.to_owned(),
            currency: "EUR".to_owned(),
            ..CustomerForm::default()
        };
        Ok(view_of(form, 0))
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn answer_existing(id: String) -> Result<CustomerFormView, crate::error::AppError> {
    use domain::permissions::marker::{CustomersRead, CustomersWrite};
    use services::customers;

    use crate::context::{answer, asked, parse_id};

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<CustomersWrite>()?;
        let access = actor.authorize::<CustomersRead>()?;
        let found = customers::find(&cx, &access, parse_id(&id)?, None).await?;
        Ok(view_of(customers::form_of(&found.customer), found.customer.version))
    })
    .await
}
