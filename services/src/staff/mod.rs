//! Who works here, and how they prove who they are: sign-in, invitations, passwords, second factors.
//!
//! What a session is stands in [`crate::sessions`], what a role allows in [`crate::roles`].

mod accept;
mod account;
mod confirm;
mod disable;
mod first_owner;
mod invitation;
mod invite;
mod list;
mod password;
mod preferences;
mod recovery;
mod rename;
mod reset;
mod second_factor;
mod set_roles;
mod sign_in;
mod step_up;
mod throttle;
mod totp;
mod unlock;

pub use accept::{Accept, Accepted, accept};
pub(crate) use account::{end_sessions, must_exist, own, reason};
pub use disable::{disable, enable};
pub use first_owner::first_owner_link;
pub use invitation::{Invitation, Link, Pending, Purpose, invitation, invitations, revoke_invitation};
pub use invite::{Invite, invite};
pub use list::{Filter, Member, Status, find, find_by_email, list};
pub use password::{ChangePassword, change_password};
pub use preferences::{Density, Preferences, Theme, save_preferences};
pub use recovery::{RecoveryCodes, new_recovery_codes};
pub use rename::rename;
pub use reset::{ResetPassword, reset_link, reset_second_factor};
pub(crate) use second_factor::prove_second_factor;
pub use set_roles::{SetRoles, set_roles};
pub use sign_in::{SignIn, SignedIn, Step, sign_in};
pub use step_up::{FIELD as STEP_UP_FIELD, needs_step_up, step_up};
pub(crate) use throttle::sweep as sweep_throttle;
#[cfg(feature = "testing")]
pub use totp::code_at;
pub use totp::{
    Enrolment, SecondFactor, begin_second_factor, confirm_second_factor, remove_second_factor, second_factor,
};
pub use unlock::unlock;
