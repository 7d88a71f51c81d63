//! What creating and editing a plan write alike.

use domain::{Timestamp, forms::plan::PlanFields, ids::PlanVersionId, texts::fold};
use uuid::Uuid;

use crate::{
    Error,
    db::{Connection, dialect::is_violation, on},
    search,
};

/// A row of a version, with its terms.
pub(super) async fn insert_draft(
    connection: Connection<'_>,
    plan: Uuid,
    number: i64,
    fields: &PlanFields,
    now: Timestamp,
    by: &str,
) -> Result<PlanVersionId, Error> {
    let id = PlanVersionId::new();
    on!(connection, c => sqlx::query(
        "INSERT INTO plan_version (id, plan_id, number, status, currency, price_minor, deposit_minor, tax_basis_points,
                                   minimum_term_months, notice_days, included_km, excess_rate, pause_allowed,
                                   pause_max_days, pause_billing, cancel_fee_minor, early_end_fee_minor,
                                   effective_from, created_at, created_by)
         VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)")
        .bind(id.uuid()).bind(plan).bind(number).bind(fields.price.currency().as_str()).bind(fields.price.minor())
        .bind(fields.deposit.minor()).bind(fields.tax_basis_points).bind(fields.minimum_term_months)
        .bind(fields.notice_days).bind(fields.included_km).bind(&fields.excess_rate).bind(fields.pause_allowed)
        .bind(fields.pause_max_days).bind(fields.pause_billing.as_str()).bind(fields.cancel_fee.minor())
        .bind(fields.early_end_fee.minor()).bind(fields.effective_from.to_string()).bind(now.millis()).bind(by)
        .execute(c).await.map(|_| ()))?;
    Ok(id)
}

/// New terms for a version that is still a draft. Any other is left alone, whatever asks.
pub(super) async fn update_draft(connection: Connection<'_>, version: Uuid, fields: &PlanFields) -> Result<(), Error> {
    let saved = on!(connection, c => sqlx::query(
        "UPDATE plan_version
         SET currency = $2, price_minor = $3, deposit_minor = $4, tax_basis_points = $5, minimum_term_months = $6,
             notice_days = $7, included_km = $8, excess_rate = $9, pause_allowed = $10, pause_max_days = $11,
             pause_billing = $12, cancel_fee_minor = $13, early_end_fee_minor = $14, effective_from = $15
         WHERE id = $1 AND status = 'draft'")
        .bind(version).bind(fields.price.currency().as_str()).bind(fields.price.minor())
        .bind(fields.deposit.minor()).bind(fields.tax_basis_points).bind(fields.minimum_term_months)
        .bind(fields.notice_days).bind(fields.included_km).bind(&fields.excess_rate).bind(fields.pause_allowed)
        .bind(fields.pause_max_days).bind(fields.pause_billing.as_str()).bind(fields.cancel_fee.minor())
        .bind(fields.early_end_fee.minor()).bind(fields.effective_from.to_string())
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 1 { Ok(()) } else { Err(Error::internal("a published version was about to be changed")) }
}

/// Keeps the words by which the plan is found.
pub(super) async fn index(connection: Connection<'_>, id: Uuid, name: &str) -> Result<(), Error> {
    search::replace(connection, search::Kind::Plan, id, &[name]).await
}

/// Refuses a name that another plan has, however it is capitalised.
pub(super) async fn refuse_twin(connection: Connection<'_>, id: Uuid, name: &str) -> Result<(), Error> {
    let twin: Option<(String, String)> = on!(connection, c => sqlx::query_as(
        "SELECT name, status FROM plan WHERE sort_name = $1 AND id <> $2 LIMIT 1")
        .bind(fold(name)).bind(id).fetch_optional(c).await)?;
    match twin {
        None => Ok(()),
        Some((twin, status)) => Err(Error::invalid_field(
            "name",
            format!("There is a plan named “{twin}” already ({status}). Choose a name that tells them apart."),
        )),
    }
}

/// The same in fewer words, for the moment in which another plan took the name between our reading and our writing.
pub(super) fn name_the_twin(error: sqlx::Error) -> Error {
    if is_violation(&error, "plan_name_key", "plan.name") {
        Error::invalid_field("name", "Another plan has this name. Choose one that tells them apart.")
    } else {
        error.into()
    }
}

/// Counts a save of a plan whose version was read, and so keeps everybody else out until the end of the transaction.
/// `false` when somebody else saved first.
pub(super) async fn count_save(
    connection: Connection<'_>,
    plan: Uuid,
    version: i64,
    now: Timestamp,
    by: &str,
) -> Result<bool, Error> {
    let saved = on!(connection, c => sqlx::query(
        "UPDATE plan SET version = version + 1, updated_at = $3, updated_by = $4 WHERE id = $1 AND version = $2")
        .bind(plan).bind(version).bind(now.millis()).bind(by)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(saved == 1)
}
