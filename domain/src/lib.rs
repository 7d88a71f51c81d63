//! The rules of a car-subscription business, without input or output.
//!
//! Everything here is a value or a pure function of values: time, identity and randomness come in as arguments. The
//! browser and the server compile the same code, so nothing that is only true on a server lives here.

pub mod addresses;
pub mod api_version;
pub mod assessments;
pub mod civil;
pub mod credentials;
pub mod customers;
pub mod fleet;
pub mod forms;
pub mod health;
pub mod ids;
pub mod inbound;
pub mod integrations;
pub mod limits;
pub mod money;
pub mod partners;
pub mod patches;
pub mod permissions;
pub mod plans;
pub mod proration;
pub mod roles;
pub mod subscription;
mod text_enum;
pub mod texts;
mod timestamp;
pub mod webhooks;

pub use timestamp::Timestamp;
