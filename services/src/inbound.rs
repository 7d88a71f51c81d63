//! Messages that come in from partners: checked, kept, worked off in order.
//!
//! A message is checked at the [`door`](mod@door) by its integration's secrets and kept, sealed, before it is
//! acknowledged. Workers ([`work_once`]) take messages of one subject one after the other; what can't be worked off is
//! parked, and its subject waits until somebody decides. What a message does, and that it was done, is written in one
//! transaction where the effect is ours alone, and is otherwise found done when it is tried again.

mod acts;
mod door;
mod figures;
mod list;
mod payload;
mod payments;
mod sweep;
mod telematics;
mod verify;
mod work;

pub use acts::{MOST_SHOWN, Revealed, retry, reveal, skip};
pub use door::{Door, LARGEST, Receipt, accept, door, refuse};
pub use figures::{Entrance, Figures, MOST_COUNTED, Refused, entrances, figures};
pub use list::{Detail, Filter, Message, find, list};
pub use sweep::sweep;
pub use work::work_once;

use uuid::Uuid;

/// The place that a sealed body is bound to.
pub(crate) fn place(id: Uuid) -> String {
    format!("inbound_message/body/{id}")
}
