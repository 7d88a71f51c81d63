//! The form by which a plan and its next version are drafted.

use jiff::civil::Date;

use super::{FieldError, FormErrors};
use crate::{
    form,
    money::{Currency, Money},
    plans::PauseBilling,
};

form! {
    /// A plan with the terms of one version, as typed. Amounts are in major units ("579.00").
    pub struct PlanForm {
        name: "Name",
        description: "Description",
        currency: "Currency",
        price: "Monthly price",
        deposit: "Deposit",
        tax_percent: "Tax",
        minimum_term_months: "Minimum term",
        notice_days: "Notice",
        included_km: "Included distance",
        excess_rate: "Price of each further kilometre",
        pause_allowed: "Pausing",
        pause_max_days: "Longest pause",
        pause_billing: "Billing while paused",
        cancel_fee: "Fee for cancelling before the hand-over",
        early_end_fee: "Fee for ending early",
        effective_from: "Effective from",
    }
}

/// A plan version as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFields {
    /// The plan's name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Price for each month.
    pub price: Money,
    /// Deposit.
    pub deposit: Money,
    /// Tax in hundredths of a percent.
    pub tax_basis_points: i64,
    /// Shortest time to stay, in months.
    pub minimum_term_months: i64,
    /// Days of notice.
    pub notice_days: i64,
    /// Kilometres included in each month.
    pub included_km: i64,
    /// Price of a further kilometre, a decimal in major units.
    pub excess_rate: String,
    /// Whether pausing is allowed.
    pub pause_allowed: bool,
    /// Longest pause in days.
    pub pause_max_days: i64,
    /// What a pause does to billing.
    pub pause_billing: PauseBilling,
    /// Fee for cancelling before the hand-over.
    pub cancel_fee: Money,
    /// Fee for ending before the minimum term.
    pub early_end_fee: Money,
    /// First day on which it can be signed.
    pub effective_from: Date,
}

impl PlanForm {
    /// Parses every field, and says everything that is wrong at once.
    pub fn parse(&self) -> Result<PlanFields, Vec<FieldError>> {
        let mut errors = FormErrors::default();
        let name = errors.required_line("name", &self.name, 80);
        let description = errors.line("description", &self.description, 1_000);
        let currency: Option<Currency> = errors.parse("currency", self.currency.parse());
        let mut amount = |field: &str, text: &str| currency.and_then(|currency| errors.amount(field, text, currency));
        let price = amount("price", &self.price);
        let deposit = amount("deposit", &self.deposit);
        let cancel_fee = amount("cancel_fee", &self.cancel_fee);
        let early_end_fee = amount("early_end_fee", &self.early_end_fee);
        let tax_basis_points = errors.percent("tax_percent", &self.tax_percent);
        let minimum_term_months = errors.number("minimum_term_months", &self.minimum_term_months, 0, 120);
        let notice_days = errors.number("notice_days", &self.notice_days, 0, 365);
        let included_km = errors.number("included_km", &self.included_km, 0, 100_000);
        let excess_rate = errors.rate("excess_rate", &self.excess_rate);
        let pause_max_days = errors.number("pause_max_days", &self.pause_max_days, 0, 730);
        let pause_billing = errors.parse("pause_billing", self.pause_billing.parse());
        let effective_from = errors.date("effective_from", &self.effective_from);
        if effective_from == Some(None) {
            errors.push("effective_from", "Enter the first day on which this version can be signed.");
        }
        let parsed = (|| {
            Some(PlanFields {
                name: name?,
                description: description?,
                price: price?,
                deposit: deposit?,
                tax_basis_points: tax_basis_points?,
                minimum_term_months: minimum_term_months?,
                notice_days: notice_days?,
                included_km: included_km?,
                excess_rate: excess_rate?,
                pause_allowed: matches!(self.pause_allowed.as_str(), "yes" | "true" | "on"),
                pause_max_days: pause_max_days?,
                pause_billing: pause_billing?,
                cancel_fee: cancel_fee?,
                early_end_fee: early_end_fee?,
                effective_from: effective_from??,
            })
        })();
        parsed.ok_or_else(|| errors.into_fields())
    }
}
