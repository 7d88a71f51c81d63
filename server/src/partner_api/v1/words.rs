//! Closed sets of words, as schemas.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, SchemaType, Type},
    },
};

/// Declares a schema that lists the words of a set of the domain.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $words:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: Vec<&'static str> = $words;
                ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

words! {
    /// Person or company.
    CustomerKind = domain::customers::CustomerKind::ALL.iter().map(|word| word.as_str()).collect();
    /// Where the relation stands.
    CustomerStatus = domain::customers::CustomerStatus::ALL.iter().map(|word| word.as_str()).collect();
    /// ISO 4217.
    Currency = domain::money::Currency::ALL.iter().map(|currency| currency.as_str()).collect();
    /// What a vehicle runs on.
    Fuel = domain::fleet::Fuel::ALL.iter().map(|word| word.as_str()).collect();
    /// Where a vehicle is in its life.
    VehicleState = domain::fleet::VehicleState::ALL.iter().map(|word| word.as_str()).collect();
    /// Whether a plan is on offer.
    PlanStatus = domain::plans::PlanStatus::ALL.iter().map(|word| word.as_str()).collect();
    /// Where a subscription stands.
    SubscriptionState = domain::subscription::State::ALL.iter().map(|word| word.as_str()).collect();
    /// Where its money stands.
    MoneyState = domain::subscription::MoneyState::ALL.iter().map(|word| word.as_str()).collect();
    /// Why a hold is there.
    HoldKind = domain::subscription::HoldKind::ALL.iter().map(|word| word.as_str()).collect();
    /// What a hold is on.
    HoldScope = domain::subscription::HoldScope::ALL.iter().map(|word| word.as_str()).collect();
    /// Whether a driver may drive.
    DriverStatus = services::drivers::DriverStatus::ALL.iter().map(|word| word.as_str()).collect();
    /// What an endpoint can be told of.
    EventType = domain::webhooks::CATALOGUE.iter().map(|known| known.name).collect();
    /// How messages to an endpoint are signed.
    WebhookScheme = domain::webhooks::Scheme::ALL.iter().map(|word| word.as_str()).collect();
    /// What an event is about.
    EventObject = vec!["customer", "vehicle", "plan", "subscription"];
    /// What a credential works on.
    Environment = domain::credentials::Environment::ALL.iter().map(|word| word.as_str()).collect();
    /// Key or client.
    CredentialKind = domain::credentials::CredentialKind::ALL.iter().map(|word| word.as_str()).collect();
}
