//! Customers.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    customers::CustomerStatus,
    forms::customer::CustomerForm,
    ids::CustomerId,
    partners::Field,
    permissions::{
        Permission,
        marker::{CustomersRead, CustomersWrite},
    },
};
use serde::{Deserialize, Serialize};
use services::customers::{self, Filter, Sort, form_of};
use utoipa::ToSchema;

use super::{cleared, instant, optional, put, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id, Query},
        call::Call,
        conditional::{conflict_is_412, must_match, tagged},
        operation::{Operation, Parameter, Route},
        page::{List, limit},
    },
};

/// A person or a company that subscribes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    /// `customer`.
    object: &'static str,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The number people quote.
    number: String,
    /// Person or company.
    #[schema(value_type = words::CustomerKind)]
    kind: String,
    /// The name people know; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    name: Option<String>,
    /// Where invoices go; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    email: Option<String>,
    /// A number to call; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    phone: Option<String>,
    /// Where they live or sit; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    address: Option<Address>,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// The IANA time zone whose civil days count.
    zone: String,
    /// The currency invoices are in.
    #[schema(value_type = words::Currency)]
    currency: String,
    /// Where the relation stands.
    #[schema(value_type = words::CustomerStatus)]
    status: String,
    /// The key another system knows it by; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    external_key: Option<String>,
    /// When the record was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
}

/// A postal address.
#[derive(Debug, Serialize, ToSchema)]
pub struct Address {
    /// Street and number.
    street: String,
    /// Postal code.
    postal_code: String,
    /// City.
    city: String,
}

/// A page of customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerList(#[schema(inline)] List<Customer>);

/// A new customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// Person or company.
    #[schema(value_type = words::CustomerKind)]
    kind: String,
    /// The name people know.
    #[schema(min_length = 1, max_length = 160, pattern = "^[A-Za-z0-9][A-Za-z0-9 .'-]*$")]
    name: String,
    /// Where invoices go.
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// A number to call.
    #[serde(default)]
    #[schema(max_length = 30, pattern = "^(\\+?[0-9][0-9 -]{5,12}[0-9])?$")]
    phone: String,
    /// Street and number.
    #[serde(default)]
    #[schema(max_length = 160, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    street: String,
    /// Postal code.
    #[serde(default)]
    #[schema(max_length = 20, pattern = "^[A-Za-z0-9 -]*$")]
    postal_code: String,
    /// City.
    #[serde(default)]
    #[schema(max_length = 80, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    city: String,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
    /// The IANA time zone whose civil days count.
    #[schema(max_length = 64, example = "Europe/Berlin")]
    zone: String,
    /// The currency invoices are in.
    #[schema(value_type = words::Currency)]
    currency: String,
    /// Where the relation stands; `prospect` unless said.
    #[serde(default = "prospect")]
    #[schema(value_type = words::CustomerStatus, required = false)]
    status: String,
    /// The key another system knows it by; fixed once it is set.
    #[serde(default)]
    #[schema(max_length = 80, pattern = "^[!-~]*$")]
    external_key: String,
}

fn prospect() -> String {
    CustomerStatus::Prospect.as_str().to_owned()
}

/// What to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CustomerChange {
    /// The name people know.
    #[schema(nullable = false, min_length = 1, max_length = 160)]
    name: Option<String>,
    /// Where invoices go.
    #[schema(nullable = false, format = "email", max_length = 254)]
    email: Option<String>,
    /// A number to call; empty takes it away.
    #[schema(nullable = false, max_length = 30)]
    phone: Option<String>,
    /// Street and number.
    #[schema(nullable = false, max_length = 160)]
    street: Option<String>,
    /// Postal code.
    #[schema(nullable = false, max_length = 20)]
    postal_code: Option<String>,
    /// City.
    #[schema(nullable = false, max_length = 80)]
    city: Option<String>,
    /// Where the relation stands.
    #[schema(nullable = false, value_type = Option<words::CustomerStatus>)]
    status: Option<String>,
    /// The key another system knows it by; fixed once it is set.
    #[schema(nullable = false, max_length = 80)]
    external_key: Option<String>,
}

/// Which customers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    status: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

const QUERY: &[Parameter] = &[
    Parameter {
        name: "status",
        description: "Only those in this status.",
        schema: r#"{"type":"string","enum":["prospect","active","blocked","closed"]}"#,
    },
    Parameter {
        name: "q",
        description: "Words of the name, the e-mail address or the number.",
        schema: r#"{"type":"string","minLength":1,"maxLength":100}"#,
    },
    Parameter {
        name: "sort",
        description: "By name, or by when the record was made; a minus runs downwards.",
        schema: r#"{"type":"string","enum":["name","-name","created_at","-created_at"]}"#,
    },
];

pub(super) fn routes() -> Vec<Route> {
    use Permission::{CustomersRead as Read, CustomersWrite as Write};
    vec![
        Route::new(
            Operation::list::<CustomerList>("listCustomers", "GET /api/v1/customers", "List customers", Read)
                .tag("Customers")
                .query(QUERY),
            list,
        ),
        Route::new(
            Operation::create::<NewCustomer, Customer>(
                "createCustomer",
                "POST /api/v1/customers",
                "Create a customer",
                Write,
            )
            .tag("Customers")
            .with_etag(),
            create,
        ),
        Route::new(
            Operation::read::<Customer>("getCustomer", "GET /api/v1/customers/{id}", "Read a customer", Read)
                .tag("Customers")
                .with_etag(),
            read,
        ),
        Route::new(
            Operation::write::<CustomerChange, Customer>(
                "updateCustomer",
                "PATCH /api/v1/customers/{id}",
                "Change a customer",
                Write,
            )
            .tag("Customers")
            .with_if_match(),
            update,
        ),
    ]
}

fn shown(call: &Call, customer: &customers::Customer) -> Customer {
    let part = |text: &str| cleared(call, Field::CustomerAddress, text).unwrap_or_default();
    let address = Address {
        street: part(&customer.street),
        postal_code: part(&customer.postal_code),
        city: part(&customer.city),
    };
    let has_address = ![&address.street, &address.postal_code, &address.city].into_iter().all(String::is_empty);
    let shown = Customer {
        object: "customer",
        id: customer.id.to_string(),
        number: customer.number.clone(),
        kind: customer.kind.clone(),
        name: cleared(call, Field::CustomerName, &customer.name),
        email: cleared(call, Field::CustomerEmail, &customer.email),
        phone: cleared(call, Field::CustomerPhone, &customer.phone),
        address: has_address.then_some(address),
        country: customer.country.clone(),
        zone: customer.zone.clone(),
        currency: customer.currency.clone(),
        status: customer.status.clone(),
        external_key: customer.external_key.as_deref().and_then(|key| cleared(call, Field::CustomerExternalKey, key)),
        created_at: instant(customer.created_at),
        updated_at: instant(customer.updated_at),
    };
    let fields = [
        (Field::CustomerName, shown.name.is_some()),
        (Field::CustomerEmail, shown.email.is_some()),
        (Field::CustomerPhone, shown.phone.is_some()),
        (Field::CustomerAddress, shown.address.is_some()),
        (Field::CustomerExternalKey, shown.external_key.is_some()),
    ];
    call.given.note("customer", customer.id, &fields);
    shown
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<CustomerList>, Problem> {
    let (sort, is_descending) = match which.sort.as_deref() {
        None | Some("name") => (Sort::Name, false),
        Some("-name") => (Sort::Name, true),
        Some("created_at") => (Sort::Created, false),
        Some("-created_at") => (Sort::Created, true),
        Some(_) => {
            return Err(services::Error::invalid_field(
                "sort",
                "Sort by name or created_at, with a minus to run downwards.",
            )
            .into());
        }
    };
    let is_searchable = call.terms.is_whole(Field::CustomerName) && call.terms.is_whole(Field::CustomerEmail);
    match which.q.as_deref() {
        // Searching by what one may not read would tell it.
        Some(_) if !is_searchable => {
            let words =
                "This credential's partner is not cleared for names and e-mail addresses, so it can't search by them.";
            return Err(services::Error::invalid_field("q", words).into());
        }
        Some(words) if !(1..=100).contains(&words.chars().count()) => {
            return Err(services::Error::invalid_field("q", "Search for 1 to 100 characters.").into());
        }
        _ => {}
    }
    let filter = Filter {
        status: optional("status", which.status.as_deref())?,
        query: which.q,
        sort,
        is_descending,
        cursor: which.cursor,
        limit: Some(limit(which.limit)?),
        tag: None,
    };
    let page = customers::list(&call.cx, &call.access::<CustomersRead>()?, &filter).await?;
    Ok(Json(CustomerList(List::of(page, |customer| shown(&call, &customer)))))
}

async fn one(call: &Call, id: CustomerId) -> Result<customers::Customer, Problem> {
    let access = call.actor.authorize::<CustomersRead>();
    // Whoever may write one may see what they wrote.
    let found = match access {
        Ok(access) => customers::find(&call.cx, &access, id, None).await?.customer,
        Err(_) => customers::written(&call.cx, &call.access::<CustomersWrite>()?, id).await?,
    };
    Ok(found)
}

async fn read(call: Call, headers: HeaderMap, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let customer = one(&call, id).await?;
    Ok(tagged(&call, &headers, customer.version, StatusCode::OK, shown(&call, &customer)))
}

async fn create(call: Call, headers: HeaderMap, Body(new): Body<NewCustomer>) -> Result<Response, Problem> {
    let form = CustomerForm {
        kind: new.kind,
        name: new.name,
        email: new.email,
        phone: new.phone,
        street: new.street,
        postal_code: new.postal_code,
        city: new.city,
        country: new.country,
        zone: new.zone,
        currency: new.currency,
        status: new.status,
        external_key: new.external_key,
    };
    let id = customers::create(&call.cx, &call.access::<CustomersWrite>()?, &form, call.token).await?;
    let customer = one(&call, id).await?;
    Ok(tagged(&call, &headers, customer.version, StatusCode::CREATED, shown(&call, &customer)))
}

async fn update(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<CustomerId>,
    Body(change): Body<CustomerChange>,
) -> Result<Response, Problem> {
    let access = call.access::<CustomersWrite>()?;
    let stored = one(&call, id).await?;
    let version = must_match(&headers, stored.version)?;
    let base = form_of(&stored);
    let mut form = base.clone();
    put(&mut form.name, change.name);
    put(&mut form.email, change.email);
    put(&mut form.phone, change.phone);
    put(&mut form.street, change.street);
    put(&mut form.postal_code, change.postal_code);
    put(&mut form.city, change.city);
    put(&mut form.status, change.status);
    put(&mut form.external_key, change.external_key);
    customers::edit(&call.cx, &access, id, version, &base, &form).await.map_err(conflict_is_412)?;
    let customer = one(&call, id).await?;
    Ok(tagged(&call, &headers, customer.version, StatusCode::OK, shown(&call, &customer)))
}
