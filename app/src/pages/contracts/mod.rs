//! Data-sharing contracts and the ledger of disclosures: what may leave for whom, and what did.

mod actions;
mod detail;
mod disclosures;
mod form;
mod list;
mod reads;
mod words;

pub use detail::ContractPage;
pub use disclosures::DisclosuresPage;
pub use form::EditContractPage;
pub use list::ContractsPage;

use crate::components::Crumb;

/// The way to the pages of contracts.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Contracts", "/integrations/contracts")]
}
