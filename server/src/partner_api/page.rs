//! Pages of lists: `limit`, `cursor` and `next`.

use axum::http::StatusCode;
use serde::Serialize;
use services::{FieldError, db::Page};
use utoipa::ToSchema;

use crate::error_page::Problem;

/// The longest page.
pub const LONGEST: u32 = 200;

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct List<T: ToSchema> {
    /// The things, in order.
    pub data: Vec<T>,
    /// Give this as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub next: Option<String>,
}

impl<T: ToSchema> List<T> {
    /// From a page of rows.
    pub fn of<Row>(page: Page<Row>, turn: impl FnMut(Row) -> T) -> Self {
        let page = page.map(turn);
        Self { data: page.rows, next: page.next }
    }
}

/// How many rows were asked for: 1 to 200, 50 when it isn't said.
pub fn limit(asked: Option<u32>) -> Result<usize, Problem> {
    match asked {
        None => Ok(50),
        Some(rows) if (1..=LONGEST).contains(&rows) => Ok(rows as usize),
        Some(_) => {
            let mut problem = Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "input.invalid",
                "Some of what was sent doesn't fit; see errors.",
            );
            problem.fields = vec![FieldError::new("limit", format!("Ask for 1 to {LONGEST} at once."))];
            Err(problem)
        }
    }
}
