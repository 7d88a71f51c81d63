//! The register of integrations: how each partner is called, what can be asked of it, and what we prove ourselves by.
//!
//! What happens at a call stands in the gateway; here is what the call finds: the address, the operations with their
//! contingency plans, and the credentials, which are written and never read back.

mod create;
mod edit;
mod find;
mod form;
mod operation_form;
mod operations;
mod probe;
mod retire;
mod secrets;

pub use create::create;
pub use edit::{Edited, edit};
pub use find::{Filter, Integration, choices, find, list, owners};
pub use form::{IntegrationFields, IntegrationForm, form_of, parse};
pub use operation_form::{OperationFields, OperationForm, form_of_operation, parse_operation};
pub use operations::{
    Operation, all_operations, create_operation, delete_operation, edit_operation, operation, operations, plan_in_words,
};
pub use probe::{Probe, Probed, test_connection};
pub use retire::retire;
pub use secrets::{Expiring, SetSecret, Typed, WARNED, expiring, secrets, set_secret};

use crate::Error;

#[track_caller]
fn not_found() -> Error {
    Error::not_found("integration.not_found", "There is no such integration. The address may be wrong.")
}
