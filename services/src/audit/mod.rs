//! The audit log: who did what, when, from where, and what came of it, in a form that can't be changed unseen.
//!
//! Every entry is canonical bytes in a hash chain and a Merkle tree, sequenced last in the transaction of the change it
//! tells of. Checkpoints signed with a key outside the database make a cut or a rewritten tail show.

pub mod append;
pub mod chain;
pub mod checkpoint;
mod entry;
mod find;
mod list;
pub mod merkle;
mod record;
mod summary;
pub mod verify;

pub use entry::{Entry, Outcome, Stream};
pub use find::{Detail, find};
pub use list::{Filter, Listed, list};
pub use summary::{LastCheckpoint, MOST_COUNTED, Summary, Verification, summary};

use crate::{Error, Services, access::Actor};

/// Records what changed nothing: a refusal, a failed sign-in. A unit of work of its own.
pub async fn record(cx: &Services, actor: &Actor, entry: Entry) -> Result<(), Error> {
    cx.db.begin().await?.commit(cx, actor, entry).await
}
