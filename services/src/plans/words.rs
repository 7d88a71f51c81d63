//! The terms of a plan in the words people read, for timelines, reviews and pages.

use domain::forms::{
    Form,
    plan::{PlanFields, PlanForm},
};

use super::{Plan, PlanVersion, record::normalized};
use crate::{Error, timeline::Change};

/// A field of a plan in words: "€ 579.00 a month", "6 months".
fn value(field: &str, fields: &PlanFields) -> String {
    let count = |number: i64, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    match field {
        "price" => format!("{} a month", fields.price),
        "deposit" => fields.deposit.to_string(),
        "tax_percent" => format!("{} %", normalized(fields).tax_percent),
        "minimum_term_months" if fields.minimum_term_months == 0 => "None".to_owned(),
        "minimum_term_months" => count(fields.minimum_term_months, "month", "months"),
        "notice_days" => count(fields.notice_days, "day", "days"),
        "included_km" => format!("{} km a month", fields.included_km),
        "excess_rate" => format!("{} {} a km", fields.excess_rate, fields.price.currency()),
        "pause_allowed" => if fields.pause_allowed { "Allowed" } else { "Not allowed" }.to_owned(),
        "pause_max_days" => count(fields.pause_max_days, "day", "days"),
        "pause_billing" => fields.pause_billing.label().to_owned(),
        "cancel_fee" => fields.cancel_fee.to_string(),
        "early_end_fee" => fields.early_end_fee.to_string(),
        "effective_from" => fields.effective_from.strftime("%-d %b %Y").to_string(),
        _ => normalized(fields).value(field).to_owned(),
    }
}

/// The terms of a version, label by label, without the plan's own name and description.
pub fn spoken(plan: &Plan, version: &PlanVersion) -> Result<Vec<(&'static str, String)>, Error> {
    let fields = version.fields(plan)?;
    Ok(terms().map(|(field, label)| (label, value(field, &fields))).collect())
}

/// The fields that belong to a version, not to the plan.
fn terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    PlanForm::FIELDS.iter().copied().filter(|(field, _)| !OF_THE_PLAN.contains(field))
}

/// Fields that the plan has once, over all its versions.
pub(super) const OF_THE_PLAN: [&str; 2] = ["name", "description"];

/// What differs between two, in words.
pub(super) fn changes(before: &PlanFields, after: &PlanFields) -> Vec<Change> {
    PlanForm::FIELDS
        .iter()
        .filter_map(|(field, label)| Change::of(label, &value(field, before), &value(field, after)))
        .collect()
}

/// Whether two promise different things.
pub(super) fn has_other_terms(before: &PlanForm, after: &PlanForm) -> bool {
    terms().any(|(field, _)| before.value(field) != after.value(field))
}
