//! Pages, by area. Beside each page stand the server functions that serve it.

pub mod access;
pub mod account;
pub mod assessments;
pub mod contracts;
pub mod customers;
pub mod fleet;
pub mod gate;
pub mod health;
pub mod inbound;
pub mod integrations;
pub mod limits;
pub mod missing;
pub mod overview;
pub mod partners;
pub mod patches;
pub mod plans;
pub mod records;
pub mod reference;
pub mod roles;
pub mod search;
pub mod security;
pub mod staff;
pub mod subscriptions;
pub mod usage;
pub mod webhooks;
