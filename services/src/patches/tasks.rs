//! What has to be updated, by whom and until when.

use domain::{
    ids::PatchId,
    patches::{Affected, PatchState, Severity},
    permissions::marker::IntegrationsRead,
    texts::fold,
};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use super::{MOST_COUNTED, no_task};
use crate::{
    Error, Services,
    access::Access,
    clock::ZONE,
    db::{Bind, Connection, Direction, Keyed, KeysetList, Page, on, prefix_range},
};

/// An update that has to be made, or had to be.
#[derive(Clone, Debug, FromRow)]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// The advisory's id, as published.
    pub osv_id: String,
    /// What the advisory says, in one line.
    pub summary: String,
    /// Which component.
    pub component_id: Uuid,
    /// Its name.
    pub component_name: String,
    /// Its version in the inventory.
    pub component_version: String,
    severity: String,
    /// Whether it is known to be exploited.
    pub is_exploited: bool,
    /// Whether the versions could not be compared, so that a person has to look.
    pub is_unclear: bool,
    /// The last day on which it is in time.
    pub due_on: String,
    state: String,
    /// Who is at it; empty when nobody is.
    pub owner: String,
    /// Why it stands where it stands.
    pub reason: String,
    /// Who asks that it may wait, by id.
    pub asked_by_id: Option<Uuid>,
    /// Their name.
    pub asked_by: String,
    /// Why.
    pub asked_why: String,
    /// Until when.
    pub asked_until: Option<String>,
    /// Who let it wait.
    pub excepted_by: String,
    /// Until when.
    pub excepted_until: Option<String>,
    /// When it was opened, in milliseconds.
    pub opened_at: i64,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the changes.
    pub row_version: i64,
}

impl Task {
    /// Where it stands; what the database's own check admits always parses.
    pub fn state(&self) -> PatchState {
        self.state.parse().unwrap_or(PatchState::Open)
    }

    /// How bad it is; what the database's own check admits always parses.
    pub fn severity(&self) -> Severity {
        self.severity.parse().unwrap_or(Severity::Unrated)
    }

    /// Whether it is late.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state().is_to_do() && self.due_on < today.to_string()
    }

    /// Whether somebody waits for a word on an exception.
    pub const fn is_asked(&self) -> bool {
        self.asked_by_id.is_some()
    }
}

impl Keyed for Task {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Text(self.due_on.clone()), self.id)
    }
}

const SELECT: &str = "SELECT t.id, a.osv_id, a.summary, t.component_id, c.name AS component_name, c.version AS component_version,
       t.severity, t.is_exploited, t.is_unclear, t.due_on, t.state, t.owner, t.reason, t.asked_by_id, t.asked_by,
       t.asked_why, t.asked_until, t.excepted_by, t.excepted_until, t.opened_at, t.updated_at, t.updated_by, t.row_version
FROM patch_task t
JOIN advisory a ON a.id = t.advisory_id
JOIN component c ON c.id = t.component_id";

domain::text_enum! {
    /// Which tasks a list shows.
    pub enum Show {
        /// What somebody has to do.
        ToDo = "to_do", "To do";
        /// What is late.
        Overdue = "overdue", "Overdue";
        /// What is known to be exploited, of what is to do.
        Exploited = "exploited", "Known exploited";
        /// What waits for a word on an exception.
        Asked = "asked", "Exception asked for";
        /// What may wait.
        Excepted = "excepted", "Excepted";
        /// What is over.
        Over = "over", "Over";
        /// Everything.
        All = "all", "All";
    }
}

/// Which tasks, from where; what is due first comes first.
#[derive(Clone, Debug)]
pub struct TaskFilter {
    /// Which part of them.
    pub show: Show,
    /// Only those this bad.
    pub severity: Option<Severity>,
    /// Only those of a component.
    pub component: Option<Uuid>,
    /// The beginning of a component's name, or the id of an advisory.
    pub query: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Default for TaskFilter {
    fn default() -> Self {
        Self { show: Show::ToDo, severity: None, component: None, query: None, cursor: None }
    }
}

/// A page of tasks.
pub async fn list(cx: &Services, _access: &Access<IntegrationsRead>, filter: &TaskFilter) -> Result<Page<Task>, Error> {
    let list = KeysetList::new(SELECT, "t.due_on", "t.id", Direction::Ascending);
    let mut list = match filter.show {
        Show::ToDo => list.filter("t.state IN ('open', 'in_progress')", []),
        Show::Overdue => list.filter(
            "t.state IN ('open', 'in_progress') AND t.due_on < ?",
            [Bind::Text(cx.clock.today(ZONE).to_string())],
        ),
        Show::Exploited => list.filter("t.state IN ('open', 'in_progress') AND t.is_exploited", []),
        Show::Asked => list.filter("t.asked_by_id IS NOT NULL", []),
        Show::Excepted => list.filter("t.state = 'excepted'", []),
        Show::Over => list.filter("t.state IN ('fixed', 'not_affected', 'closed')", []),
        Show::All => list,
    };
    if let Some(severity) = filter.severity {
        list = list.filter("t.severity = ?", [Bind::Text(severity.as_str().to_owned())]);
    }
    if let Some(component) = filter.component {
        list = list.filter("t.component_id = ?", [Bind::Id(component)]);
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        let [from, until] = prefix_range(&fold(query));
        let condition = "t.component_id IN (SELECT q.id FROM component q WHERE q.sort_name >= ? AND q.sort_name < ?)
                         OR t.advisory_id IN (SELECT n.advisory_id FROM advisory_name n WHERE n.name = ?)";
        list = list.filter(condition, [from, until, Bind::Text(query.to_owned())]);
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}

/// The first of what is late, for pages that warn of it.
pub async fn overdue(cx: &Services, access: &Access<IntegrationsRead>) -> Result<Vec<Task>, Error> {
    Ok(list(cx, access, &TaskFilter { show: Show::Overdue, ..TaskFilter::default() }).await?.rows)
}

/// A task with all that is known of it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The task.
    pub task: Task,
    /// More of what the advisory says; plain text.
    pub details: String,
    /// What others call the advisory.
    pub aliases: Vec<String>,
    /// The CVSS base score in tenths.
    pub score: Option<i64>,
    /// Its vector; may be empty.
    pub vector: String,
    /// When the advisory was published, in milliseconds.
    pub published_at: Option<i64>,
    /// When it was last changed, in milliseconds.
    pub modified_at: i64,
    /// When it was taken back, in milliseconds.
    pub withdrawn_at: Option<i64>,
    /// What it is about.
    pub affected: Vec<Affected>,
    /// The ecosystem of the component.
    pub ecosystem: String,
}

#[derive(FromRow)]
struct More {
    details: String,
    aliases: String,
    score: Option<i64>,
    vector: String,
    published_at: Option<i64>,
    modified_at: i64,
    withdrawn_at: Option<i64>,
    affected: String,
    ecosystem: String,
}

/// One task.
pub async fn find(cx: &Services, _access: &Access<IntegrationsRead>, id: PatchId) -> Result<Detail, Error> {
    let mut reading = cx.db.read().await?;
    let task = load(reading.connection(), id).await?;
    let more: More = on!(reading.connection(), c => sqlx::query_as(
        "SELECT a.details, a.aliases, a.score, a.vector, a.published_at, a.modified_at, a.withdrawn_at, a.affected, c.ecosystem
         FROM patch_task t JOIN advisory a ON a.id = t.advisory_id JOIN component c ON c.id = t.component_id
         WHERE t.id = $1")
        .bind(id.uuid()).fetch_one(c).await)?;
    Ok(Detail {
        task,
        details: more.details,
        aliases: serde_json::from_str(&more.aliases).unwrap_or_default(),
        score: more.score,
        vector: more.vector,
        published_at: more.published_at,
        modified_at: more.modified_at,
        withdrawn_at: more.withdrawn_at,
        affected: serde_json::from_str(&more.affected).unwrap_or_default(),
        ecosystem: more.ecosystem,
    })
}

pub(super) async fn load(connection: Connection<'_>, id: PatchId) -> Result<Task, Error> {
    let page: Page<Task> = KeysetList::new(SELECT, "t.due_on", "t.id", Direction::Ascending)
        .filter("t.id = ?", [Bind::Id(id.uuid())])
        .limit(1)
        .fetch(connection)
        .await?;
    page.rows.into_iter().next().ok_or_else(no_task)
}

/// The figures above the list; each at most [`MOST_COUNTED`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What somebody has to do.
    pub to_do: i64,
    /// What of that is late.
    pub overdue: i64,
    /// What of it is known to be exploited.
    pub exploited: i64,
    /// Components that nobody looks after any more.
    pub past_end: i64,
}

/// Counts what is to do.
pub async fn counts(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Counts, Error> {
    let today = cx.clock.today(ZONE).to_string();
    let mut reading = cx.db.read().await?;
    let (to_do, overdue, exploited): (i64, i64, i64) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*), COUNT(CASE WHEN due_on < $1 THEN 1 END), COUNT(CASE WHEN is_exploited THEN 1 END)
         FROM (SELECT due_on, is_exploited FROM patch_task WHERE state IN ('open', 'in_progress')
               ORDER BY due_on LIMIT $2) counted")
        .bind(&today).bind(MOST_COUNTED).fetch_one(c).await)?;
    let (past_end,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM component
                               WHERE removed_at IS NULL AND end_of_life IS NOT NULL AND end_of_life < $1 LIMIT $2) counted")
        .bind(&today).bind(MOST_COUNTED).fetch_one(c).await)?;
    Ok(Counts { to_do, overdue, exploited, past_end })
}
