//! The form by which a customer is created and changed.

use super::{FieldError, FormErrors};
use crate::{
    customers::{CustomerKind, CustomerStatus},
    form,
    money::Currency,
    texts::{CountryCode, EmailAddress, ExternalKey, Name, Phone, ZoneName, optional},
};

form! {
    /// A customer as typed.
    pub struct CustomerForm {
        kind: "Kind",
        name: "Name",
        email: "E-mail",
        phone: "Phone",
        street: "Street",
        postal_code: "Postal code",
        city: "City",
        country: "Country",
        zone: "Time zone",
        currency: "Currency",
        status: "Status",
        external_key: "External key",
    }
}

/// A customer as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFields {
    /// Person or company.
    pub kind: CustomerKind,
    /// The name people know.
    pub name: Name,
    /// Where invoices and messages go.
    pub email: EmailAddress,
    /// A number to call, if any.
    pub phone: Option<Phone>,
    /// Street and number; may be empty.
    pub street: String,
    /// Postal code; may be empty.
    pub postal_code: String,
    /// City; may be empty.
    pub city: String,
    /// Country of residence or seat.
    pub country: CountryCode,
    /// The zone whose civil days count.
    pub zone: ZoneName,
    /// The currency invoices are in.
    pub currency: Currency,
    /// Where the relation stands.
    pub status: CustomerStatus,
    /// The key another system knows them by; fixed once set.
    pub external_key: Option<ExternalKey>,
}

impl CustomerForm {
    /// Parses every field, and says everything that is wrong at once.
    pub fn parse(&self) -> Result<CustomerFields, Vec<FieldError>> {
        let mut errors = FormErrors::default();
        let kind = errors.parse("kind", self.kind.parse());
        let name = errors.parse("name", self.name.parse());
        let email = errors.parse("email", self.email.parse());
        let phone = errors.parse("phone", optional(&self.phone));
        let country = errors.parse("country", self.country.parse());
        let zone = errors.parse("zone", self.zone.parse());
        let currency = errors.parse("currency", self.currency.parse());
        let status = errors.parse("status", self.status.parse());
        let external_key = errors.parse("external_key", optional(&self.external_key));
        let street = errors.line("street", &self.street, 160);
        let postal_code = errors.line("postal_code", &self.postal_code, 20);
        let city = errors.line("city", &self.city, 80);
        let parsed = (|| {
            Some(CustomerFields {
                kind: kind?,
                name: name?,
                email: email?,
                phone: phone?,
                street: street?,
                postal_code: postal_code?,
                city: city?,
                country: country?,
                zone: zone?,
                currency: currency?,
                status: status?,
                external_key: external_key?,
            })
        })();
        parsed.ok_or_else(|| errors.into_fields())
    }
}
