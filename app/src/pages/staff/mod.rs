//! Who works here: the list, one person with their roles and sessions, and inviting somebody.

mod actions;
mod acts;
mod invite;
mod list;
mod member;
mod reads;
mod refusal;

pub use invite::InvitePage;
pub use list::StaffPage;
pub use member::StaffMemberPage;
pub(in crate::pages) use refusal::Refusal;
