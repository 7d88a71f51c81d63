//! A customer's page.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::reads::{CustomerDetail, read_customer};
use crate::{
    components::{Crumb, Facts, Loaded, Notes, PageHead, Tags, Timeline},
    pages::records::SmallTable,
    viewer::may,
};

/// One customer.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let detail = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("cursor")),
        |(id, cursor)| read_customer(id, cursor),
    );
    view! { <Loaded resource=detail view=show/> }
}

fn show(detail: CustomerDetail) -> AnyView {
    let may_write = may(Permission::CustomersWrite);
    let edit = format!("/customers/{}/edit", detail.id);
    let subscribe = format!("/subscriptions/new?customer={}", detail.id);
    let disclosures = format!("/integrations/disclosures?customer={}", detail.id);
    view! {
        <PageHead
            title=detail.name
            subtitle=detail.subtitle
            badge=detail.status
            crumbs=vec![Crumb::new("Customers", "/customers")]
        >
            {may_write.then(|| view! { <a class="btn" href=edit>"Edit"</a> })}
            {may(Permission::SubscriptionsWrite)
                .then(|| view! { <a class="btn primary" href=subscribe>"New subscription"</a> })}
        </PageHead>
        <div class="stack">
            <Tags tags=detail.tags subject="customer" id=detail.id.clone() list_href="/customers?tag=" may_write/>
            <div class="cols">
                <div class="stack">
                    <SmallTable
                        heading="Subscriptions"
                        columns=vec!["Subscription", "Car", "State", "Service from", "Until", "Monthly"]
                        rows=detail.subscriptions
                        empty="No subscription yet."
                    />
                    <Timeline timeline=detail.timeline/>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="contact">
                        <header class="panel-head"><h2 id="contact">"Contact"</h2></header>
                        <div class="panel-body"><Facts facts=detail.contact/></div>
                    </section>
                    <section class="panel" aria-labelledby="record">
                        <header class="panel-head"><h2 id="record">"Record"</h2></header>
                        <div class="panel-body stack s">
                            <Facts facts=detail.record/>
                            {may(Permission::DisclosuresRead)
                                .then(|| view! { <p><a href=disclosures>"What left about them"</a></p> })}
                        </div>
                    </section>
                    <Notes notes=detail.notes subject="customer" id=detail.id may_write/>
                </aside>
            </div>
        </div>
    }
    .into_any()
}

/// How a status looks.
#[cfg(feature = "ssr")]
pub(super) fn tone(status: domain::customers::CustomerStatus) -> domain::subscription::Tone {
    use domain::{customers::CustomerStatus, subscription::Tone};

    match status {
        CustomerStatus::Prospect => Tone::Notice,
        CustomerStatus::Active => Tone::Ok,
        CustomerStatus::Blocked => Tone::Danger,
        CustomerStatus::Closed => Tone::Neutral,
    }
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String, cursor: Option<String>) -> Result<CustomerDetail, crate::error::AppError> {
    use domain::{
        Timestamp,
        permissions::marker::{CustomersRead, SubscriptionsRead},
    };
    use services::{customers, subscriptions};

    use crate::{
        context::{answer, asked, parse_id},
        pages::subscriptions::row_of,
        views::{Badge, Fact},
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<CustomersRead>()?;
        let now = cx.clock.now();
        let id = parse_id(&id)?;
        let found = customers::find(&cx, &access, id, cursor.as_deref()).await?;
        let subscriptions = match actor.authorize::<SubscriptionsRead>() {
            Ok(access) => subscriptions::of_customer(&cx, &access, id).await?,
            Err(_) => Vec::new(),
        };
        let customer = found.customer;
        let path = format!("/customers/{id}");
        let place = [customer.postal_code.as_str(), customer.city.as_str()].join(" ");
        Ok(CustomerDetail {
            id: id.to_string(),
            subtitle: format!(
                "{} · customer since {}",
                customer.number,
                words::when(Timestamp(customer.created_at), now).exact.split(',').next().unwrap_or_default()
            ),
            status: Badge::new(tone(customer.status()), customer.status().label()),
            contact: vec![
                Fact::new("E-mail", customer.email.clone()),
                Fact::new("Phone", customer.phone.clone()),
                Fact::new("Street", customer.street.clone()),
                Fact::new("City", place.trim()),
                Fact::new("Country", customer.country.clone()),
            ],
            record: vec![
                Fact::code("Number", customer.number.clone()),
                Fact::new("Kind", customer.kind().label()),
                Fact::new("Currency", customer.currency.clone()),
                Fact::new("Time zone", customer.zone.clone()),
                Fact::code("External key", customer.external_key.clone().unwrap_or_default()),
                Fact::new(
                    "Last changed",
                    format!("{} by {}", words::when(Timestamp(customer.updated_at), now).shown, customer.updated_by),
                ),
                Fact::code("Id", id.to_string()),
            ],
            name: customer.name,
            tags: found.tags,
            notes: words::notes(found.notes, now),
            subscriptions: subscriptions.into_iter().map(|subscription| row_of(&subscription)).collect(),
            timeline: words::timeline(found.timeline, &actor, &path, now),
        })
    })
    .await
}
