//! The audit log: who did what, when, from where, and what came of it, in a form that can't be changed unseen.
//!
//! Every entry is canonical bytes ([`record`](mod@record)) in a hash chain ([`chain`]) and a Merkle tree ([`merkle`]),
//! sequenced last in the transaction of the change it tells of ([`append`](mod@append)). Checkpoints signed with a key
//! outside the database ([`checkpoint`]) make a cut or a rewritten tail show; [`verify`] names the first row that is
//! wrong. What the log can't show is told in `docs/audit.md`.

pub mod append;
pub mod chain;
pub mod checkpoint;
mod entry;
mod find;
mod list;
pub mod merkle;
pub mod note;
mod record;
mod summary;
mod tree;
pub mod verify;

pub use entry::{Entry, Outcome, Stream};
pub use find::{Change, Detail, Proof, find, prove};
pub use list::{Filter, Listed, for_target, list};
pub use summary::{LastCheckpoint, MOST_COUNTED, Summary, Verification, summary};

use crate::{Error, Services, access::Actor};

/// Records what changed nothing: a refusal, a failed sign-in. A unit of work of its own.
pub async fn record(cx: &Services, actor: &Actor, entry: Entry) -> Result<(), Error> {
    cx.db.begin().await?.commit(cx, actor, entry).await
}
