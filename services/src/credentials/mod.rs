//! API keys and OAuth clients: issued, rotated, approved, switched off and taken back by people; verified at each call.
//!
//! A credential is found by a keyed hash of its whole text ([`digest`]), so that neither a copy of the database nor
//! somebody who can write to it has a working one. What a process remembers of credentials is good as long as the
//! [`Epoch`] it was read in, which every change moves on.

mod approve;
mod blast;
mod bulk;
mod digest;
mod edit;
mod epoch;
mod find;
mod first_use;
mod form;
mod hygiene;
mod issue;
mod leak;
mod list;
mod make;
mod networks;
mod record;
mod revoke;
mod rotate;
mod switch_off;
mod verify;

pub use approve::{approve, decline};
pub use blast::{Blast, blast};
pub use bulk::{Bulk, BulkPreview, bulk_preview, bulk_revoke};
pub use edit::edit;
pub use epoch::{Epoch, watch, watch_by_polling};
pub use find::{Detail, ScopeUse, Secret, find, grantable_scopes};
pub use form::{CredentialForm, Fields, form_of, parse};
pub use hygiene::{Finding, Hygiene, hygiene};
pub use issue::{Issued, issue};
pub use leak::{Leak, LeakReport, Reported, report, trace};
pub use list::{Filter, Sort, list};
pub use make::new_secret;
pub use networks::{network_of, parse_networks};
pub use record::Listed;
pub use revoke::{Revoke, revoke};
pub use rotate::{Rotate, rotate};
pub use switch_off::{disable, enable};
pub use verify::{Caller, Refused, Verifier};

pub(crate) use epoch::bump_and_commit;
