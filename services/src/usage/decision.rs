//! Why a call was refused: every check in its order, kept by the request's id. No secret is in it.

use domain::{Timestamp, permissions::marker::AccessRead};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::{Error, Services, access::Access, db::on};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was passed.
    Passed,
    /// It refused the call.
    Refused,
}

/// One check of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was checked.
    pub check: String,
    /// What it came to.
    pub outcome: Outcome,
    /// What was seen.
    pub detail: String,
}

/// A call's decision as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Decision {
    /// The request's id.
    pub request_id: String,
    /// When, in milliseconds.
    pub at: i64,
    /// The public part of the credential it came with; empty when it had none that we know.
    pub public_id: String,
    /// The answer's status.
    pub status: i64,
    /// The answer's code.
    pub code: String,
    /// Method and route.
    pub route: String,
    #[sqlx(rename = "decision")]
    checks: String,
}

impl Decision {
    /// Every check, in order.
    pub fn steps(&self) -> Vec<Step> {
        serde_json::from_str(&self.checks).unwrap_or_default()
    }

    /// When.
    pub const fn at(&self) -> Timestamp {
        Timestamp(self.at)
    }
}

/// The decision about a request; nothing when it passed, is too old, or was never ours.
pub async fn find(cx: &Services, _access: &Access<AccessRead>, request_id: &str) -> Result<Option<Decision>, Error> {
    let mut reading = cx.db.read().await?;
    Ok(on!(reading.connection(), c => sqlx::query_as(
        "SELECT request_id, at, public_id, status, code, route, decision FROM call_decision WHERE request_id = $1")
        .bind(request_id.trim()).fetch_optional(c).await)?)
}

/// The latest refusals of a credential, or of everybody when none is named; at most `most`.
pub async fn of_credential(
    cx: &Services,
    _access: &Access<AccessRead>,
    public_id: Option<&str>,
    most: u8,
) -> Result<Vec<Decision>, Error> {
    let mut reading = cx.db.read().await?;
    let most = i64::from(most);
    Ok(match public_id {
        Some(id) => on!(reading.connection(), c => sqlx::query_as(
            "SELECT request_id, at, public_id, status, code, route, decision FROM call_decision
             WHERE public_id = $1 ORDER BY at DESC LIMIT $2")
            .bind(id).bind(most).fetch_all(c).await)?,
        None => on!(reading.connection(), c => sqlx::query_as(
            "SELECT request_id, at, public_id, status, code, route, decision FROM call_decision
             ORDER BY at DESC LIMIT $1")
            .bind(most).fetch_all(c).await)?,
    })
}
