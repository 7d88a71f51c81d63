//! What a plan promises.

use jiff::civil::Date;

use crate::money::{Money, Rate, TaxRate};

crate::text_enum! {
    /// Where a plan, or one version of it, stands.
    pub enum PlanStatus {
        /// Being written; nobody can sign it.
        Draft = "draft", "Draft";
        /// On offer.
        Published = "published", "Published";
        /// No longer on offer; who has it keeps it.
        Retired = "retired", "Retired";
    }
}

crate::text_enum! {
    /// What a pause does to billing.
    pub enum PauseBilling {
        /// The days of the pause are credited.
        Credit = "credit", "Credit the days of the pause";
        /// The running period is billed in full; billing stops from the next one.
        PeriodEnd = "period_end", "Stop at the end of the period";
    }
}

/// The terms a subscription is signed with: one version of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Price for each period.
    pub price: Money,
    /// Deposit.
    pub deposit: Money,
    /// Tax in hundredths of a percent.
    pub tax_basis_points: i64,
    /// Shortest time to stay, in months.
    pub minimum_term_months: i64,
    /// Days of notice.
    pub notice_days: i64,
    /// Kilometres included in each period.
    pub included_km: i64,
    /// Price of each further kilometre.
    pub excess_rate: Rate,
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

impl Terms {
    /// The tax on every line.
    pub fn tax(&self) -> TaxRate {
        TaxRate::from_basis_points(self.tax_basis_points)
    }
}
