//! The ledger: what left for whom, about whom.

use domain::{
    Timestamp,
    ids::{CustomerId, PartnerId},
    partners::Via,
    permissions::{
        Permission,
        marker::{CustomersRead, DisclosuresRead},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::{
    Error, Services,
    access::{Access, Actor},
    customers,
    disclosures::{self, Disclosure, Filter, Subject},
    partners,
};

use super::{
    reads::{DisclosuresView, disclosure_list},
    words as said,
};
use crate::{
    choices,
    components::{ChoiceField, ListPanel, Loaded, PageHead},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    views::{Cell, Chip, Row},
    words,
};

const PATH: &str = "/integrations/disclosures";

/// The ledger.
#[component]
pub fn DisclosuresPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), disclosure_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(view: DisclosuresView) -> AnyView {
    let list = view.list.clone();
    let (title, subtitle) = match &view.about {
        Some((name, _)) => {
            (format!("What left about {name}"), "With their drivers and their subscriptions. The latest first.")
        }
        None => ("Disclosures".to_owned(), "What left for whom: names of fields and ids of records, never values."),
    };
    let back = view.about.clone();
    view! {
        <PageHead title subtitle>
            {back.map(|(name, href)| view! { <a class="btn" href=href>{name}</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/disclosures"/>
        <Narrow view/>
        <ListPanel list empty="Nothing that tells of a person or a car has left yet, for no partner."/>
    }
    .into_any()
}

/// Narrows the ledger, and keeps the rest of its address.
#[component]
fn Narrow(view: DisclosuresView) -> impl IntoView {
    let DisclosuresView { list, partner, partners, kind, kinds, via, ways, .. } = view;
    let query = (!list.query.is_empty()).then(|| ("q".to_owned(), list.query));
    let columns = list.choices.into_iter().filter(|choice| choice.is_on).map(|choice| ("col".to_owned(), choice.key));
    let kept: Vec<_> = list
        .kept
        .into_iter()
        .filter(|(key, _)| !["partner", "kind", "via"].contains(&key.as_str()))
        .chain(query)
        .chain(columns)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    let is_on = ![&partner, &kind, &via].into_iter().all(String::is_empty);
    view! {
        <form class="filters" method="get" aria-label="Filters">
            <ChoiceField name="partner" label="Partner" value=partner choices=partners is_optional=true width="w-full"/>
            <ChoiceField name="kind" label="Record" value=kind choices=kinds is_optional=true width="w-full"/>
            <ChoiceField name="via" label="By" value=via choices=ways is_optional=true width="w-full"/>
            {kept}
            <button class="btn" type="submit">"Apply"</button>
            {is_on.then(|| view! { <a class="btn quiet" href=list.clear_href>"Clear"</a> })}
        </form>
    }
}

const COLUMNS: &[Known] = &[
    column("record", "Record"),
    column("partner", "For"),
    column("via", "By"),
    column("fields", "Fields that left"),
    column("withheld", "Withheld"),
    column("calls", "Times that day").number(),
    column("last", "Last"),
    column("first", "First that day").hidden(),
];

/// The page of a record, for those who may read it.
fn page_of(row: &Disclosure, actor: &Actor) -> String {
    let (area, permission) = match row.subject_type.as_str() {
        "customer" => ("customers", Permission::CustomersRead),
        "vehicle" => ("fleet", Permission::FleetRead),
        "subscription" => ("subscriptions", Permission::SubscriptionsRead),
        _ => return String::new(),
    };
    if actor.holds(permission) { format!("/{area}/{}", row.subject_id) } else { String::new() }
}

fn row(row: &Disclosure, shown: &[&Known], actor: &Actor, now: Timestamp) -> Row {
    let kind =
        row.subject_type.parse().map_or_else(|_| row.subject_type.clone(), |kind: Subject| kind.label().to_owned());
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "record" => Cell::Who(kind.clone(), row.subject_id.to_string()),
            "partner" if actor.holds(Permission::IntegrationsRead) => {
                Cell::Link(row.partner_name.clone(), format!("/integrations/contracts/{}", row.partner_id))
            }
            "partner" => Cell::Text(row.partner_name.clone()),
            "via" => Cell::Text(row.via().label().to_owned()),
            "fields" => Cell::Text(said::fields(&row.fields())),
            "withheld" => Cell::Text(said::fields(&row.withheld())),
            "calls" => Cell::Number(words::grouped(row.calls)),
            "first" => Cell::When(words::when(Timestamp(row.first_at), now)),
            _ => Cell::When(words::when(Timestamp(row.last_at), now)),
        })
        .collect();
    let mark = if row.withheld().is_empty() { "" } else { "attn" };
    Row { href: page_of(row, actor), mark: mark.to_owned(), cells }
}

/// A view that is pressed on and off.
fn toggle(address: &Address, key: &str, value: &str, label: &str) -> Chip {
    let is_on = address.get(key) == Some(value);
    Chip { label: label.to_owned(), href: address.href(&[(key, (!is_on).then_some(value))]), is_on }
}

/// What is searched for: a record's id, or a customer's number.
async fn searched(
    cx: &Services,
    access: &Access<DisclosuresRead>,
    text: &str,
    filter: &mut Filter,
) -> Result<(), Error> {
    if let Ok(record) = uuid::Uuid::try_parse(text.trim()) {
        filter.record = Some(record);
        return Ok(());
    }
    filter.customer = customers::by_id_or_number(cx, access, text.trim()).await?;
    if filter.customer.is_none() {
        return Err(Error::invalid_field("q", "Search by the whole id of a record, or by a customer’s number."));
    }
    Ok(())
}

async fn filter_of(cx: &Services, access: &Access<DisclosuresRead>, address: &Address) -> Result<Filter, Error> {
    let days = match address.get("days") {
        None => None,
        Some("7") => Some(7),
        Some("30") => Some(30),
        Some("90") => Some(90),
        Some(_) => return Err(Error::invalid_field("days", "Choose 7, 30 or 90 days.")),
    };
    let mut filter = Filter {
        partner: address.parsed::<PartnerId>("partner")?,
        subject: address.parsed::<Subject>("kind")?,
        record: address.parsed("record")?,
        via: address.parsed::<Via>("via")?,
        since: days.map(|days| cx.clock.now().plus(-days * Timestamp::DAY)),
        is_withheld: address.get("withheld").is_some(),
        cursor: address.get("cursor").map(str::to_owned),
        customer: None,
    };
    if let Some(text) = address.get("q") {
        searched(cx, access, text, &mut filter).await?;
    }
    if let Some(customer) = address.parsed::<CustomerId>("customer")? {
        filter.customer = Some(customer);
    }
    Ok(filter)
}

/// Who a customer is, for those who may know.
async fn about(cx: &Services, actor: &Actor, customer: Option<CustomerId>) -> Result<Option<(String, String)>, Error> {
    let Some(id) = customer else { return Ok(None) };
    let name = match actor.authorize::<CustomersRead>() {
        Ok(access) => customers::find(cx, &access, id, None).await?.customer.name,
        Err(_) => return Ok(None),
    };
    Ok(Some((name, format!("/customers/{id}"))))
}

pub(super) async fn answer(search: String) -> Result<DisclosuresView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<DisclosuresRead>()?;
        let now = cx.clock.now();
        let known = ["partner", "customer", "kind", "record", "via", "days", "withheld"];
        let address = Address::parse(PATH, &search, &known)?;
        let filter = filter_of(&cx, &access, &address).await?;
        let page = disclosures::list(&cx, &access, &filter).await?;
        let mut list = address.view(
            "Disclosures",
            "Id of a record, or a customer’s number",
            COLUMNS,
            ("last", true),
            page,
            |one, shown| row(&one, shown, &actor, now),
        );
        list.chips.push(address.chip("All time", "days", None));
        list.chips.extend(
            [("7", "7 days"), ("30", "30 days"), ("90", "90 days")]
                .into_iter()
                .map(|(days, label)| address.chip(label, "days", Some(days))),
        );
        list.chips.push(toggle(&address, "withheld", "yes", "Withheld"));
        list.filters.extend(address.filter_chip("Customer", "customer"));
        list.filters.extend(address.filter_chip("Record", "record"));
        let partners = partners::choices(&cx, &access).await?;
        Ok(DisclosuresView {
            about: about(&cx, &actor, filter.customer).await?,
            partner: address.get("partner").unwrap_or_default().to_owned(),
            partners: partners.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            kind: address.get("kind").unwrap_or_default().to_owned(),
            kinds: choices!(Subject),
            via: address.get("via").unwrap_or_default().to_owned(),
            ways: choices!(Via),
            list,
        })
    })
    .await
}
