//! A new subscription.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::reads::{NewSubscription, new_subscription_form};
use crate::components::{ChoiceField, Crumb, Field, Hidden, Loaded, PageHead, PostForm};

/// A new subscription.
#[component]
pub fn NewSubscriptionPage() -> impl IntoView {
    let query = use_query_map();
    let form = Resource::new(move || query.get().get("customer"), new_subscription_form);
    view! { <Loaded resource=form view=show/> }
}

fn show(view: NewSubscription) -> AnyView {
    let subtitle = if view.customer_name.is_empty() { String::new() } else { format!("For {}", view.customer_name) };
    let whose = if view.customer.is_empty() {
        view! { <Field name="customer" label="Customer" hint="Their number, like C-1042." width="w-s" is_first=true/> }
            .into_any()
    } else {
        view! { <Hidden name="customer" value=view.customer/> }.into_any()
    };
    let plans = std::iter::once((String::new(), "Choose a plan".to_owned())).chain(view.plans).collect();
    view! {
        <PageHead title="New subscription".to_owned() subtitle crumbs=vec![Crumb::new("Subscriptions", "/subscriptions")]/>
        <PostForm function="subscriptions/create" warns_unsaved=true>
            <Hidden name="token" value=view.token/>
            {whose}
            <ChoiceField name="plan_version" label="Plan" choices=plans width="w-full" hint="The terms are those of this version."/>
            <ChoiceField name="vehicle" label="Car" choices=view.vehicles is_optional=true width="w-full" hint="It stays on offer until the subscription is approved."/>
            <Field name="service_from" label="First day of service" kind="date" value=view.today width="w-s"/>
            <div class="form-acts">
                <button class="btn primary" type="submit">"Draft subscription"</button>
                <a class="btn quiet" href="/subscriptions">"Discard"</a>
            </div>
        </PostForm>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(customer: Option<String>) -> Result<NewSubscription, crate::error::AppError> {
    use domain::{ids::CustomerId, money::Money, permissions::marker::SubscriptionsWrite};
    use services::subscriptions;

    use crate::context::{answer, asked, new_token};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<SubscriptionsWrite>()?;
        let customer: Option<CustomerId> = customer.and_then(|id| id.parse().ok());
        let found = subscriptions::startable(&cx, &access, customer).await?;
        let price = |minor: i64, currency: &str| {
            currency.parse().map_or_else(|_| String::new(), |currency| Money::new(minor, currency).format())
        };
        Ok(NewSubscription {
            customer: customer.filter(|_| found.customer_name.is_some()).map(|id| id.to_string()).unwrap_or_default(),
            customer_name: found.customer_name.unwrap_or_default(),
            plans: found
                .plans
                .into_iter()
                .map(|(id, name, minor, currency)| {
                    (id.to_string(), format!("{name} · {} a month", price(minor, &currency)))
                })
                .collect(),
            vehicles: found
                .vehicles
                .into_iter()
                .map(|(id, plate, name)| {
                    (id.to_string(), if plate.is_empty() { name } else { format!("{name} · {plate}") })
                })
                .collect(),
            today: cx.clock.today(services::clock::ZONE).to_string(),
            token: new_token(),
        })
    })
    .await
}
