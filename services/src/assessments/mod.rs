//! Assessing partners before they are connected, and the gate that asks for it.
//!
//! A partner's file holds its profile, evidence, findings and assessments. Two people decide on an assessment; the gate
//! reads the last decision. What the gate asks for stands in [`domain::assessments`].

mod answers;
mod decide;
mod evidence;
mod exceptions;
mod findings;
mod gate;
mod profile;
mod record;
mod register;
mod templates;
mod watch;

pub use answers::{Given, Reply, save, start, submit, withdraw};
pub use decide::{Proposal, confirm, propose, reject};
pub use evidence::{Evidence, EvidenceForm, add_evidence, remove_evidence};
pub use exceptions::{Exception, ExceptionState, ask_exception, decline_exception, end_exception, grant_exception};
pub use findings::{Finding, FindingForm, add_finding, close_finding};
pub use gate::{Condition, GateStanding, Gated, gates, go_live, standing};
pub use profile::{Profile, ProfileForm, save_profile};
pub use record::{Assessment, Detail, File, file, find};
pub use register::{Line, register};
pub(crate) use templates::keep as keep_template;
pub use templates::{Listed, import, template, templates};
pub use watch::watch;

use domain::{forms::FormErrors, ids::StaffId};

use crate::{Error, access::Access, staff};

/// The member of staff who asks. What takes two people is done by people alone.
fn person<P>(access: &Access<P>) -> Result<StaffId, Error> {
    access.actor().staff_id().ok_or_else(|| {
        Error::denied("assessment.people_only", "Two people have to stand behind this. Sign in to the portal to do it.")
    })
}

/// A reason that can't be left out.
fn why(text: &str) -> Result<String, Error> {
    let reason = staff::reason(text)?;
    if reason.is_empty() {
        return Err(Error::invalid_field("reason", "Say why. It is kept in the audit log."));
    }
    Ok(reason)
}

/// Several lines of at most `most` characters; may be empty.
fn block(errors: &mut FormErrors, field: &str, text: &str, most: usize) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > most {
        errors.push(field, format!("Use at most {most} characters."));
        None
    } else if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
        errors.push(field, "Remove control characters.");
        None
    } else {
        Some(text)
    }
}

fn not_found() -> Error {
    Error::not_found("assessment.not_found", "There is no such assessment. The address may be wrong.")
}
