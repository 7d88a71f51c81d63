//! A customer as stored, and as a form.

use domain::{
    customers::{CustomerKind, CustomerStatus},
    forms::customer::{CustomerFields, CustomerForm},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    db::{Bind, Connection, Keyed, on},
    search,
};

/// A customer as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Customer {
    /// Its id.
    pub id: Uuid,
    /// The number people quote.
    pub number: String,
    /// The key another system knows them by.
    pub external_key: Option<String>,
    /// `person` or `company`.
    pub kind: String,
    /// The name people know.
    pub name: String,
    /// The name as sorted.
    pub sort_name: String,
    /// Where invoices and messages go.
    pub email: String,
    /// A number to call; may be empty.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// IANA zone whose civil days count.
    pub zone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Where the relation stands.
    pub status: String,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub version: i64,
}

impl Customer {
    /// The kind; what the database's own check admits always parses.
    pub fn kind(&self) -> CustomerKind {
        self.kind.parse().unwrap_or(CustomerKind::Person)
    }

    /// The status; what the database's own check admits always parses.
    pub fn status(&self) -> CustomerStatus {
        self.status.parse().unwrap_or(CustomerStatus::Closed)
    }
}

impl Keyed for Customer {
    fn key(&self, sort: &str) -> (Bind, Uuid) {
        let key = match sort {
            "created_at" => Bind::Int(self.created_at),
            _ => Bind::Text(self.sort_name.clone()),
        };
        (key, self.id)
    }
}

/// A customer as its form shows it.
pub fn form_of(customer: &Customer) -> CustomerForm {
    CustomerForm {
        kind: customer.kind.clone(),
        name: customer.name.clone(),
        email: customer.email.clone(),
        phone: customer.phone.clone(),
        street: customer.street.clone(),
        postal_code: customer.postal_code.clone(),
        city: customer.city.clone(),
        country: customer.country.clone(),
        zone: customer.zone.clone(),
        currency: customer.currency.clone(),
        status: customer.status.clone(),
        external_key: customer.external_key.clone().unwrap_or_default(),
    }
}

/// Keeps the words by which the customer is found.
pub(super) async fn index(
    connection: Connection<'_>,
    id: Uuid,
    number: &str,
    fields: &CustomerFields,
) -> Result<(), Error> {
    let external_key = fields.external_key.as_ref().map_or("", |key| key.as_str());
    let texts = [number, fields.name.as_str(), fields.email.as_str(), external_key];
    search::replace(connection, search::Kind::Customer, id, &texts).await
}

/// Loads one customer.
pub(crate) async fn load(connection: Connection<'_>, id: Uuid) -> Result<Customer, Error> {
    let row: Option<Customer> = on!(connection, c => sqlx::query_as(
        "SELECT id, number, external_key, kind, name, sort_name, email, phone, street, postal_code, city, country,
                zone, currency, status, created_at, created_by, updated_at, updated_by, version
         FROM customer
         WHERE id = $1")
        .bind(id).fetch_optional(c).await)?;
    row.ok_or_else(|| {
        Error::not_found(
            "customer.not_found",
            "There is no such customer. The address may be wrong, or the record was erased.",
        )
    })
}

/// Turns the database's refusal of a second customer with the same key into words.
pub(super) fn name_the_twin(error: sqlx::Error) -> Error {
    if crate::db::dialect::is_violation(&error, "customer_external_key_key", "customer.external_key") {
        Error::invalid_field("external_key", "Another customer has this external key. Each can be used once.")
    } else {
        error.into()
    }
}
