//! An operation as typed, and as it can be stored.

use domain::{
    form,
    ids::IntegrationId,
    integrations::{Plan, naming},
};

use super::Operation;
use crate::error::{FieldError, FormErrors};

form! {
    /// An operation as typed.
    pub struct OperationForm {
        name: "Name",
        method: "Method",
        path: "Path",
        is_idempotent: "Safe to repeat",
        timeout_ms: "Time for an attempt",
        deadline_ms: "Time for the whole call",
        max_attempts: "Attempts",
        plan: "When it can’t be had",
        second: "Second provider",
        last_known_hours: "Age of the last answer",
        error_pointer: "Where an error stands",
        error_value: "What says so",
    }
}

/// An operation as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFields {
    /// Our own word for it. It can't be changed later: queued calls know it by this name.
    pub name: String,
    /// The method.
    pub method: String,
    /// The path below the base address.
    pub path: String,
    /// Whether the partner does the same thing once however often it is asked.
    pub is_idempotent: bool,
    /// How long an attempt may take, in milliseconds.
    pub timeout_ms: i64,
    /// How long the whole call may take, in milliseconds.
    pub deadline_ms: i64,
    /// How often it is tried, at most.
    pub max_attempts: i64,
    /// What is done when it can't be had.
    pub plan: Plan,
    /// The second provider, where the plan is to ask one.
    pub second: Option<IntegrationId>,
    /// How old the last known answer may be, in seconds, where the plan is to give it.
    pub last_known_seconds: Option<i64>,
    /// Where in a good answer it stands that it is none; empty when nowhere.
    pub error_pointer: String,
    /// The value that means so.
    pub error_value: String,
}

/// The methods an operation may have.
pub(super) const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// An operation as its form shows it.
pub fn form_of_operation(operation: &Operation) -> OperationForm {
    OperationForm {
        name: operation.name.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        is_idempotent: if operation.is_idempotent { "yes".to_owned() } else { String::new() },
        timeout_ms: operation.timeout_ms.to_string(),
        deadline_ms: operation.deadline_ms.to_string(),
        max_attempts: operation.max_attempts.to_string(),
        plan: operation.plan().to_string(),
        second: operation.second_id.map(|id| id.to_string()).unwrap_or_default(),
        last_known_hours: operation.last_known_seconds.map(hours).unwrap_or_default(),
        error_pointer: operation.error_pointer.clone(),
        error_value: operation.error_value.clone(),
    }
}

/// Seconds as hours, with as many decimals as they need: 5,400 is `1.5`.
fn hours(seconds: i64) -> String {
    let text = format!("{}.{:04}", seconds / 3_600, seconds % 3_600 * 10_000 / 3_600);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn seconds(errors: &mut FormErrors, text: &str) -> Option<i64> {
    let hours: Option<rust_decimal::Decimal> = text.trim().parse().ok();
    let seconds = hours
        .map(|hours| (hours * rust_decimal::Decimal::from(3_600)).round())
        .and_then(|seconds| i64::try_from(seconds).ok())
        .filter(|seconds| (1..=31_536_000).contains(seconds));
    if seconds.is_none() {
        errors.push("last_known_hours", "Enter hours, up to 8760 (a year), like 24 or 0.5.");
    }
    seconds
}

/// Parses every field, and says everything that is wrong at once.
pub fn parse_operation(form: &OperationForm) -> Result<OperationFields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let name = errors.parse("name", naming::operation_name(&form.name));
    let method = METHODS.iter().find(|method| **method == form.method.trim());
    if method.is_none() {
        errors.push("method", "Choose a method.");
    }
    let path = errors.parse("path", naming::operation_path(&form.path));
    let is_idempotent = form.is_idempotent == "yes";
    let timeout = errors.number("timeout_ms", &form.timeout_ms, 50, 60_000);
    let deadline = errors.number("deadline_ms", &form.deadline_ms, 50, 120_000);
    if timeout.zip(deadline).is_some_and(|(timeout, deadline)| timeout > deadline) {
        errors.push("deadline_ms", "The whole call takes at least as long as one attempt.");
    }
    let attempts = errors.number("max_attempts", &form.max_attempts, 1, 6);
    let plan = errors.parse("plan", form.plan.parse());
    let is_read = is_idempotent || method.is_some_and(|method| *method == "GET");
    let (second, last_known) = plan_needs(&mut errors, plan, form, is_read);
    let (pointer, value) = own_errors(&mut errors, form);
    match (name, method, path, timeout, deadline, attempts, plan, errors.is_empty()) {
        (
            Some(name),
            Some(method),
            Some(path),
            Some(timeout_ms),
            Some(deadline_ms),
            Some(max_attempts),
            Some(plan),
            true,
        ) => Ok(OperationFields {
            name,
            method: (*method).to_owned(),
            path,
            is_idempotent,
            timeout_ms,
            deadline_ms,
            max_attempts,
            plan,
            second,
            last_known_seconds: last_known,
            error_pointer: pointer,
            error_value: value,
        }),
        _ => Err(errors.into_fields()),
    }
}

/// What the plan needs beside its name; what another plan would need is let go.
fn plan_needs(
    errors: &mut FormErrors,
    plan: Option<Plan>,
    form: &OperationForm,
    is_read: bool,
) -> (Option<IntegrationId>, Option<i64>) {
    match plan {
        Some(Plan::Second) => {
            let second = form.second.trim().parse().ok();
            if second.is_none() {
                errors.push("second", "Choose the integration that is asked instead.");
            }
            (second, None)
        }
        Some(Plan::LastKnown) => {
            if !is_read {
                errors.push(
                    "plan",
                    "An earlier answer stands in only for a question: use it with GET, or where it is safe to repeat.",
                );
            }
            (None, seconds(errors, &form.last_known_hours))
        }
        Some(Plan::Queue | Plan::Refuse) | None => (None, None),
    }
}

/// Partners that answer 200 and mean no.
fn own_errors(errors: &mut FormErrors, form: &OperationForm) -> (String, String) {
    let value = errors.line("error_value", &form.error_value, 200).unwrap_or_default();
    if form.error_pointer.trim().is_empty() {
        if !value.is_empty() {
            errors.push("error_pointer", "Say where this value stands, or leave both empty.");
        }
        return (String::new(), String::new());
    }
    if value.is_empty() {
        errors.push("error_value", "Say which value means an error, or leave both empty.");
    }
    (errors.parse("error_pointer", naming::pointer(&form.error_pointer)).unwrap_or_default(), value)
}
