//! The catalogue of fields that say something about a person or a car, and who is cleared for them.
//!
//! A field in the catalogue leaves through the partner API only for a partner that is cleared for it; what is not listed
//! (ids, states, dates) says nothing that its record's id doesn't.

use std::collections::BTreeSet;

use super::PartnerKind;
use crate::texts::Invalid;

crate::text_enum! {
    /// What a field can tell about a person.
    pub enum Sensitivity {
        /// Nothing by itself.
        Business = "business", "Business";
        /// Who they are and how to reach them.
        Contact = "contact", "Contact";
        /// Papers and dates of birth.
        Identity = "identity", "Identity papers";
        /// What they pay.
        Money = "money", "Money";
    }
}

macro_rules! fields {
    ($($name:ident = $text:literal, $label:literal, $sensitivity:ident;)+) => {
        /// One field of one resource.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = $label] $name,)+
        }

        impl Field {
            /// All of them, in the order in which people list them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable text, `resource.field`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// In words.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }

            /// The record it belongs to: what stands before the point.
            pub fn record(self) -> &'static str {
                self.as_str().split_once('.').map_or("", |(record, _)| record)
            }

            /// What the partner API calls it in its record.
            pub fn property(self) -> &'static str {
                match self {
                    Self::VehicleOdometer => "odometer_km",
                    other => other.as_str().split_once('.').map_or("", |(_, property)| property),
                }
            }

            /// What it can tell.
            pub const fn sensitivity(self) -> Sensitivity {
                match self { $(Self::$name => Sensitivity::$sensitivity,)+ }
            }
        }
    };
}

fields! {
    CustomerName = "customer.name", "Customer's name", Contact;
    CustomerEmail = "customer.email", "Customer's e-mail", Contact;
    CustomerPhone = "customer.phone", "Customer's phone", Contact;
    CustomerAddress = "customer.address", "Customer's address", Contact;
    CustomerExternalKey = "customer.external_key", "Customer's key in another system", Business;
    DriverName = "driver.name", "Driver's name", Contact;
    DriverEmail = "driver.email", "Driver's e-mail", Contact;
    DriverBirthDate = "driver.born_on", "Driver's date of birth", Identity;
    DriverLicence = "driver.licence", "Driver's licence", Identity;
    VehicleVin = "vehicle.vin", "Vehicle's VIN", Business;
    VehiclePlate = "vehicle.plate", "Vehicle's plate", Business;
    VehicleOdometer = "vehicle.odometer", "Vehicle's odometer", Business;
    VehicleLocation = "vehicle.location", "Vehicle's place", Business;
    SubscriptionPrice = "subscription.price", "Subscription's price", Money;
    SubscriptionMoneyState = "subscription.money_state", "Whether a subscription is paid", Money;
}

impl std::str::FromStr for Field {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .iter()
            .copied()
            .find(|field| field.as_str() == text)
            .ok_or_else(|| Invalid::new("This field is not in the catalogue."))
    }
}

/// The fields a partner is cleared for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clearance(BTreeSet<Field>);

impl Clearance {
    /// For exactly these fields.
    pub fn of(fields: impl IntoIterator<Item = Field>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// For every field: our own staff and systems.
    pub fn full() -> Self {
        Self::of(Field::ALL.iter().copied())
    }

    /// What a partner of a kind usually needs, and no more: where a new record begins.
    pub fn usual(kind: PartnerKind) -> Self {
        use Field as F;
        match kind {
            PartnerKind::Insurer => Self::of([
                F::CustomerName,
                F::CustomerAddress,
                F::DriverName,
                F::DriverBirthDate,
                F::DriverLicence,
                F::VehicleVin,
                F::VehiclePlate,
            ]),
            PartnerKind::Telematics => Self::of([F::VehicleVin, F::VehicleOdometer]),
            PartnerKind::Payments => {
                Self::of([F::CustomerName, F::CustomerEmail, F::SubscriptionPrice, F::SubscriptionMoneyState])
            }
            PartnerKind::Identity => Self::of([F::DriverName, F::DriverBirthDate, F::DriverLicence]),
            PartnerKind::Workshop => Self::of([F::VehicleVin, F::VehiclePlate, F::VehicleOdometer, F::VehicleLocation]),
            PartnerKind::Internal => Self::full(),
            PartnerKind::Other => Self::default(),
        }
    }

    /// Whether a field may leave.
    pub fn has(&self, field: Field) -> bool {
        self.0.contains(&field)
    }

    /// The fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.0.iter().copied()
    }
}
