//! A driver as stored, and as a form.

use domain::{
    form,
    ids::{CustomerId, DriverId},
    texts::{CountryCode, EmailAddress, Name, optional},
};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    db::{Bind, Keyed},
    error::{FieldError, FormErrors},
    keys::Purpose,
};

domain::text_enum! {
    /// Whether somebody may drive.
    pub enum DriverStatus {
        /// They may.
        Active = "active", "Active";
        /// They may not for now.
        Blocked = "blocked", "Blocked";
        /// They did once.
        Former = "former", "Former";
    }
}

form! {
    /// A driver as typed.
    pub struct DriverForm {
        customer_id: "Customer",
        name: "Name",
        email: "E-mail",
        born_on: "Born on",
        licence_number: "Licence number",
        licence_country: "Licence from",
        licence_expires_on: "Licence until",
        licence_checked_on: "Licence checked on",
        status: "Status",
    }
}

/// A driver as they can be stored.
#[derive(Clone, Debug)]
pub struct DriverFields {
    /// For whom they drive.
    pub customer: CustomerId,
    /// Their name.
    pub name: Name,
    /// Their address, if any.
    pub email: Option<EmailAddress>,
    /// Their date of birth, if known.
    pub born_on: Option<Date>,
    /// Their licence's number; may be empty.
    pub licence_number: String,
    /// Who gave it.
    pub licence_country: Option<CountryCode>,
    /// Until when it is good.
    pub licence_expires_on: Option<Date>,
    /// When somebody last looked at it.
    pub licence_checked_on: Option<Date>,
    /// Whether they may drive.
    pub status: DriverStatus,
}

/// A driver as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Driver {
    /// Their id.
    pub id: Uuid,
    /// For whom they drive.
    pub customer_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their address; may be empty.
    pub email: String,
    born_on_sealed: Option<Vec<u8>>,
    licence_sealed: Option<Vec<u8>>,
    /// Who gave their licence; may be empty.
    pub licence_country: String,
    /// Until when it is good, as a civil date.
    pub licence_expires_on: Option<String>,
    /// When somebody last looked at it, as a civil date.
    pub licence_checked_on: Option<String>,
    /// Whether they may drive.
    pub status: String,
    /// When the record was made, in milliseconds.
    pub created_at: i64,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// Counts the saves.
    pub version: i64,
}

impl Keyed for Driver {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Int(self.created_at), self.id)
    }
}

/// What a driver's papers say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// Date of birth, as a civil date; empty when not known.
    pub born_on: String,
    /// Licence number; empty when not known.
    pub licence_number: String,
}

fn place(id: Uuid, column: &str) -> String {
    format!("driver/{column}/{id}")
}

impl Driver {
    /// Opens what is sealed.
    pub fn papers(&self, cx: &Services) -> Result<Papers, Error> {
        let open = |sealed: Option<&Vec<u8>>, column: &str| match sealed {
            Some(sealed) => {
                let bytes = cx.keys.unseal(Purpose::SealIdentity, &place(self.id, column), sealed)?;
                String::from_utf8(bytes).map_err(Error::internal)
            }
            None => Ok(String::new()),
        };
        Ok(Papers {
            born_on: open(self.born_on_sealed.as_ref(), "born_on")?,
            licence_number: open(self.licence_sealed.as_ref(), "licence")?,
        })
    }
}

/// Seals what a driver's papers say.
pub(super) fn seal(cx: &Services, id: DriverId, column: &str, text: &str) -> Result<Option<Vec<u8>>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    cx.keys.seal(Purpose::SealIdentity, &place(id.uuid(), column), text.as_bytes()).map(Some)
}

/// Parses every field, and says everything that is wrong at once.
pub fn parse(form: &DriverForm) -> Result<DriverFields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let customer = form.customer_id.parse().ok();
    if customer.is_none() {
        errors.push("customer_id", "Give the id of the customer they drive for.");
    }
    let name = errors.parse("name", form.name.parse());
    let email = errors.parse("email", optional(&form.email));
    let born_on = errors.date("born_on", &form.born_on);
    let licence_number = errors.line("licence_number", &form.licence_number, 40);
    let licence_country = errors.parse("licence_country", optional(&form.licence_country));
    let licence_expires_on = errors.date("licence_expires_on", &form.licence_expires_on);
    let licence_checked_on = errors.date("licence_checked_on", &form.licence_checked_on);
    let status = errors.parse("status", form.status.parse());
    let parsed = (|| {
        Some(DriverFields {
            customer: customer?,
            name: name?,
            email: email?,
            born_on: born_on?,
            licence_number: licence_number?,
            licence_country: licence_country?,
            licence_expires_on: licence_expires_on?,
            licence_checked_on: licence_checked_on?,
            status: status?,
        })
    })();
    parsed.ok_or_else(|| errors.into_fields())
}

/// A driver as their form shows them.
pub fn form_of(driver: &Driver, papers: Papers) -> DriverForm {
    DriverForm {
        customer_id: driver.customer_id.to_string(),
        name: driver.name.clone(),
        email: driver.email.clone(),
        born_on: papers.born_on,
        licence_number: papers.licence_number,
        licence_country: driver.licence_country.clone(),
        licence_expires_on: driver.licence_expires_on.clone().unwrap_or_default(),
        licence_checked_on: driver.licence_checked_on.clone().unwrap_or_default(),
        status: driver.status.clone(),
    }
}
