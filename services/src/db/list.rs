//! Lists of any length: keyset pages composed from constant fragments.
//!
//! This is the one place where SQL is put together at run time. Every fragment is `&'static str`; what people type is
//! only ever bound. A page costs the same at row fifty and at row five million, because it starts at a key in an index
//! and counts nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::{Connection, on};
use crate::Error;

/// A value for a `?` of a fragment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bind {
    /// A text.
    #[serde(rename = "t")]
    Text(String),
    /// A number or an instant.
    #[serde(rename = "i")]
    Int(i64),
    /// An id.
    #[serde(rename = "u")]
    Id(Uuid),
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Where a page begins: the key of the row before it (or after it, when paging back).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "b")]
    is_backward: bool,
    #[serde(rename = "k")]
    key: Bind,
    #[serde(rename = "d")]
    id: Uuid,
}

impl Cursor {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(text: &str) -> Result<Self, Error> {
        Some(text)
            .filter(|text| text.len() <= 1_024)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| {
                Error::invalid_field("cursor", "This page of the list can't be found. Go back to its first page.")
            })
    }
}

/// A row that knows the value it is sorted by.
pub trait Keyed {
    /// The value of the sort column and the id, as the list was ordered.
    fn key(&self, sort: &str) -> (Bind, Uuid);
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<Row> {
    /// The rows, in the order asked for.
    pub rows: Vec<Row>,
    /// The cursor of the page before, when there is one.
    pub previous: Option<String>,
    /// The cursor of the page after, when there is one.
    pub next: Option<String>,
}

impl<Row> Page<Row> {
    /// The same page with each row turned into something else.
    pub fn map<Other>(self, turn: impl FnMut(Row) -> Other) -> Page<Other> {
        Page { rows: self.rows.into_iter().map(turn).collect(), previous: self.previous, next: self.next }
    }
}

/// A list statement while it is put together.
#[derive(Debug)]
pub struct KeysetList {
    select: &'static str,
    conditions: Vec<&'static str>,
    binds: Vec<Bind>,
    sort: &'static str,
    id: &'static str,
    direction: Direction,
    cursor: Option<Cursor>,
    limit: usize,
}

impl KeysetList {
    /// Begins with `SELECT … FROM …`, without conditions; the list is ordered by `sort` and then `id`, two columns that
    /// an index holds in this order.
    pub fn new(select: &'static str, sort: &'static str, id: &'static str, direction: Direction) -> Self {
        Self { select, conditions: Vec::new(), binds: Vec::new(), sort, id, direction, cursor: None, limit: 50 }
    }

    /// Adds a condition; each `?` takes the next value.
    #[must_use]
    pub fn filter(mut self, condition: &'static str, binds: impl IntoIterator<Item = Bind>) -> Self {
        self.conditions.push(condition);
        self.binds.extend(binds);
        self
    }

    /// Begins after (or ends before) the row a cursor names.
    pub fn from_cursor(mut self, cursor: Option<&str>) -> Result<Self, Error> {
        self.cursor = cursor.map(Cursor::decode).transpose()?;
        Ok(self)
    }

    /// At most so many rows: 1 to 200, 50 unless told.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = rows.clamp(1, 200);
        self
    }

    fn statement(&self) -> (String, Vec<Bind>) {
        let is_backward = self.cursor.as_ref().is_some_and(|cursor| cursor.is_backward);
        let runs_up = (self.direction == Direction::Ascending) != is_backward;
        let mut binds = self.binds.clone();
        let mut conditions = self.conditions.join(")\n  AND (");
        if let Some(cursor) = &self.cursor {
            if !conditions.is_empty() {
                conditions.push_str(")\n  AND (");
            }
            let comparison = if runs_up { ">" } else { "<" };
            conditions.extend(["(", self.sort, ", ", self.id, ") ", comparison, " (?, ?)"]);
            binds.extend([cursor.key.clone(), Bind::Id(cursor.id)]);
        }
        let mut sql = self.select.to_owned();
        if !conditions.is_empty() {
            sql.push_str("\nWHERE (");
            let mut number = 0;
            for piece in conditions.split_inclusive('?') {
                match piece.strip_suffix('?') {
                    Some(before) => {
                        number += 1;
                        sql.extend([before, "$", &number.to_string()]);
                    }
                    None => sql.push_str(piece),
                }
            }
            sql.push(')');
        }
        let order = if runs_up { "ASC" } else { "DESC" };
        let limit = (self.limit + 1).to_string();
        sql.extend(["\nORDER BY ", self.sort, " ", order, ", ", self.id, " ", order, "\nLIMIT ", &limit]);
        (sql, binds)
    }

    /// Runs the statement and cuts the page.
    pub async fn fetch<Row>(&self, connection: Connection<'_>) -> Result<Page<Row>, Error>
    where
        Row: Keyed + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let (sql, binds) = self.statement();
        let mut rows: Vec<Row> = on!(connection, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for bind in binds {
                query = match bind {
                    Bind::Text(text) => query.bind(text),
                    Bind::Int(number) => query.bind(number),
                    Bind::Id(id) => query.bind(id),
                };
            }
            query.fetch_all(c).await
        })?;
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let is_backward = self.cursor.as_ref().is_some_and(|cursor| cursor.is_backward);
        if is_backward {
            rows.reverse();
        }
        let (has_previous, has_next) = if is_backward { (has_more, true) } else { (self.cursor.is_some(), has_more) };
        let cursor = |row: Option<&Row>, is_backward| {
            row.map(|row| {
                let (key, id) = row.key(self.sort);
                Cursor { is_backward, key, id }.encode()
            })
        };
        Ok(Page {
            previous: cursor(rows.first(), true).filter(|_| has_previous),
            next: cursor(rows.last(), false).filter(|_| has_next),
            rows,
        })
    }
}

/// The range of texts that begin with `prefix`, for `column >= ? AND column < ?`: an index can walk it on both engines.
pub fn prefix_range(prefix: &str) -> [Bind; 2] {
    [Bind::Text(prefix.to_owned()), Bind::Text(format!("{prefix}\u{10FFFF}"))]
}
