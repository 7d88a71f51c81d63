//! A plan and its versions as stored, and as a form.

use domain::{
    forms::plan::{PlanFields, PlanForm},
    money::{Currency, Money},
    plans::{PauseBilling, PlanStatus, Terms},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error,
    db::{Connection, on},
};

/// A plan as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Plan {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Where it stands.
    pub status: String,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it or one of its versions was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves, those of its versions too.
    pub version: i64,
}

impl Plan {
    /// The status; what the database's own check admits always parses.
    pub fn status(&self) -> PlanStatus {
        self.status.parse().unwrap_or(PlanStatus::Retired)
    }
}

/// One version of a plan as stored.
#[derive(Clone, Debug, FromRow)]
pub struct PlanVersion {
    /// Its id.
    pub id: Uuid,
    /// The plan.
    pub plan_id: Uuid,
    /// 1, 2, 3 …
    pub number: i64,
    /// Where it stands.
    pub status: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Price for each month, in minor units.
    pub price_minor: i64,
    /// Deposit, in minor units.
    pub deposit_minor: i64,
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
    pub pause_billing: String,
    /// Fee for cancelling before the hand-over, in minor units.
    pub cancel_fee_minor: i64,
    /// Fee for ending before the minimum term, in minor units.
    pub early_end_fee_minor: i64,
    /// First day on which it can be signed, as a civil date.
    pub effective_from: String,
    /// When it was published, in milliseconds.
    pub published_at: Option<i64>,
}

impl PlanVersion {
    /// The status; what the database's own check admits always parses.
    pub fn status(&self) -> PlanStatus {
        self.status.parse().unwrap_or(PlanStatus::Retired)
    }

    /// The first day on which it can be signed.
    pub fn effective_from(&self) -> Result<Date, Error> {
        self.effective_from.parse().map_err(Error::internal)
    }

    /// What it promises, as the rules take it.
    pub fn terms(&self) -> Result<Terms, Error> {
        let currency: Currency = self.currency.parse().map_err(Error::internal)?;
        Ok(Terms {
            price: Money::new(self.price_minor, currency),
            deposit: Money::new(self.deposit_minor, currency),
            tax_basis_points: self.tax_basis_points,
            minimum_term_months: self.minimum_term_months,
            notice_days: self.notice_days,
            included_km: self.included_km,
            excess_rate: self.excess_rate.parse().map_err(Error::internal)?,
            pause_allowed: self.pause_allowed,
            pause_max_days: self.pause_max_days,
            pause_billing: self.pause_billing.parse::<PauseBilling>().map_err(Error::internal)?,
            cancel_fee: Money::new(self.cancel_fee_minor, currency),
            early_end_fee: Money::new(self.early_end_fee_minor, currency),
            effective_from: self.effective_from()?,
        })
    }

    /// The plan with this version, as its form parses.
    pub(super) fn fields(&self, plan: &Plan) -> Result<PlanFields, Error> {
        let terms = self.terms()?;
        Ok(PlanFields {
            name: plan.name.clone(),
            description: plan.description.clone(),
            price: terms.price,
            deposit: terms.deposit,
            tax_basis_points: terms.tax_basis_points,
            minimum_term_months: terms.minimum_term_months,
            notice_days: terms.notice_days,
            included_km: terms.included_km,
            excess_rate: self.excess_rate.clone(),
            pause_allowed: terms.pause_allowed,
            pause_max_days: terms.pause_max_days,
            pause_billing: terms.pause_billing,
            cancel_fee: terms.cancel_fee,
            early_end_fee: terms.early_end_fee,
            effective_from: terms.effective_from,
        })
    }
}

/// A plan with one of its versions as the form shows it.
pub fn form_of(plan: &Plan, version: &PlanVersion) -> Result<PlanForm, Error> {
    version.fields(plan).map(|fields| normalized(&fields))
}

/// What was typed, as it will be stored: so that "579" over "579.00" is no change.
pub(super) fn normalized(fields: &PlanFields) -> PlanForm {
    PlanForm {
        name: fields.name.clone(),
        description: fields.description.clone(),
        currency: fields.price.currency().to_string(),
        price: fields.price.plain(),
        deposit: fields.deposit.plain(),
        tax_percent: Decimal::new(fields.tax_basis_points, 2).normalize().to_string(),
        minimum_term_months: fields.minimum_term_months.to_string(),
        notice_days: fields.notice_days.to_string(),
        included_km: fields.included_km.to_string(),
        excess_rate: fields.excess_rate.clone(),
        pause_allowed: if fields.pause_allowed { "yes" } else { "no" }.to_owned(),
        pause_max_days: fields.pause_max_days.to_string(),
        pause_billing: fields.pause_billing.to_string(),
        cancel_fee: fields.cancel_fee.plain(),
        early_end_fee: fields.early_end_fee.plain(),
        effective_from: fields.effective_from.to_string(),
    }
}

/// Loads one plan.
pub(crate) async fn load(connection: Connection<'_>, id: Uuid) -> Result<Plan, Error> {
    let row: Option<Plan> = on!(connection, c => sqlx::query_as(
        "SELECT id, name, description, status, created_at, created_by, updated_at, updated_by, version
         FROM plan
         WHERE id = $1")
        .bind(id).fetch_optional(c).await)?;
    row.ok_or_else(|| Error::not_found("plan.not_found", "There is no such plan. The address may be wrong."))
}

/// All versions of a plan, newest first. Each was written by hand, so there are few.
pub(crate) async fn versions(connection: Connection<'_>, plan: Uuid) -> Result<Vec<PlanVersion>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT id, plan_id, number, status, currency, price_minor, deposit_minor, tax_basis_points,
                minimum_term_months, notice_days, included_km, excess_rate, pause_allowed, pause_max_days,
                pause_billing, cancel_fee_minor, early_end_fee_minor, effective_from, published_at
         FROM plan_version
         WHERE plan_id = $1
         ORDER BY number DESC")
        .bind(plan).fetch_all(c).await)?)
}

/// The newest version: a plan has one from the moment it is made.
pub(super) fn newest(versions: &[PlanVersion]) -> Result<&PlanVersion, Error> {
    versions.first().ok_or_else(|| Error::internal("a plan without a version"))
}
