//! Where the inventory meets the advisories. Whatever changes on either side, what follows for the tasks is decided and
//! written here, in the change's own unit of work.

use domain::{
    Timestamp,
    ids::PatchId,
    patches::{Affected, PatchState, Severity, Verdict, due_on, verdict},
};
use jiff::civil::Date;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Actor,
    audit,
    clock::ZONE,
    db::{Connection, on},
};

/// At most so many advisories about one component, or components of one advisory, are looked at.
const MOST: i64 = 2_000;

/// An advisory, as far as matching needs it.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Published {
    pub(super) id: Uuid,
    pub(super) osv_id: String,
    severity: String,
    is_exploited: bool,
    withdrawn_at: Option<i64>,
    affected: String,
}

/// A component, as far as matching needs it.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Used {
    pub(super) id: Uuid,
    name: String,
    ecosystem: String,
    version: String,
    removed_at: Option<i64>,
}

#[derive(Debug, FromRow)]
struct Known {
    id: Uuid,
    state: String,
    severity: String,
    is_exploited: bool,
    is_unclear: bool,
    due_on: String,
}

/// Why a task is over that is over by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause<'a> {
    /// The advisory was imported or changed.
    Advisory,
    /// The component is there in another version, or not any more: in the words of the task.
    Component(&'a str),
}

/// What came of it, for whoever asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tasks that are new or open again.
    pub opened: u64,
    /// Tasks that are over by themselves.
    pub closed: u64,
}

/// Decides on tasks one by one, and keeps what the audit log will say.
#[derive(Debug)]
pub(super) struct Matcher {
    now: Timestamp,
    today: Date,
    by: String,
    pub(super) entries: Vec<audit::Entry>,
    pub(super) tally: Tally,
}

impl Matcher {
    pub(super) fn new(cx: &Services, actor: &Actor) -> Self {
        Self {
            now: cx.clock.now(),
            today: cx.clock.today(ZONE),
            by: actor.name(),
            entries: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Looks at everything that an advisory may be about.
    pub(super) async fn advisory(&mut self, mut connection: Connection<'_>, id: Uuid) -> Result<(), Error> {
        let published: Published = on!(connection.again(), c => sqlx::query_as(
            "SELECT id, osv_id, severity, is_exploited, withdrawn_at, affected FROM advisory WHERE id = $1")
            .bind(id).fetch_one(c).await)?;
        let used: Vec<Used> = on!(connection.again(), c => sqlx::query_as(
            "SELECT id, name, ecosystem, version, removed_at FROM component
             WHERE id IN (SELECT t.component_id FROM patch_task t WHERE t.advisory_id = $1
                          UNION
                          SELECT u.id FROM component u
                          JOIN advisory_package p ON p.ecosystem = u.ecosystem AND p.package_key = u.package_key
                          WHERE p.advisory_id = $1 AND u.removed_at IS NULL)
             ORDER BY id LIMIT $2")
            .bind(id).bind(MOST).fetch_all(c).await)?;
        for one in used {
            self.weigh(connection.again(), &published, &one, Cause::Advisory).await?;
        }
        Ok(())
    }

    /// Looks at every advisory that may be about a component. `over` says why a task that is over now is so.
    pub(super) async fn component(
        &mut self,
        mut connection: Connection<'_>,
        id: Uuid,
        over: &str,
    ) -> Result<(), Error> {
        let used: Used = on!(connection.again(), c => sqlx::query_as(
            "SELECT id, name, ecosystem, version, removed_at FROM component WHERE id = $1")
            .bind(id).fetch_one(c).await)?;
        let published: Vec<Published> = on!(connection.again(), c => sqlx::query_as(
            "SELECT id, osv_id, severity, is_exploited, withdrawn_at, affected FROM advisory
             WHERE id IN (SELECT t.advisory_id FROM patch_task t WHERE t.component_id = $1
                          UNION
                          SELECT p.advisory_id FROM advisory_package p
                          JOIN component u ON u.ecosystem = p.ecosystem AND u.package_key = p.package_key
                          WHERE u.id = $1)
             ORDER BY id LIMIT $2")
            .bind(id).bind(MOST).fetch_all(c).await)?;
        for one in published {
            self.weigh(connection.again(), &one, &used, Cause::Component(over)).await?;
        }
        Ok(())
    }

    async fn weigh(
        &mut self,
        mut connection: Connection<'_>,
        published: &Published,
        used: &Used,
        cause: Cause<'_>,
    ) -> Result<(), Error> {
        let affected: Vec<Affected> = serde_json::from_str(&published.affected).map_err(Error::internal)?;
        let is_over = published.withdrawn_at.is_some() || used.removed_at.is_some();
        let found =
            if is_over { Verdict::Unaffected } else { verdict(&affected, &used.ecosystem, &used.name, &used.version) };
        let known: Option<Known> = on!(connection.again(), c => sqlx::query_as(
            "SELECT id, state, severity, is_exploited, is_unclear, due_on FROM patch_task
             WHERE advisory_id = $1 AND component_id = $2")
            .bind(published.id).bind(used.id).fetch_optional(c).await)?;
        let is_unclear = found == Verdict::Unclear;
        let Some(known) = known else {
            return match found {
                Verdict::Unaffected => Ok(()),
                _ => self.open(connection, published, used, is_unclear).await,
            };
        };
        let state: PatchState = known.state.parse().map_err(Error::internal)?;
        // What somebody said of a version doesn't hold for the next one.
        let is_other_version = matches!(cause, Cause::Component(_));
        match (found, state) {
            (Verdict::Unaffected, state) if state.is_unsettled() => {
                self.close(connection, published, &known, cause).await
            }
            (Verdict::Unaffected, _) => Ok(()),
            (_, PatchState::Closed) => self.reopen(connection, published, &known, is_unclear).await,
            (_, PatchState::Fixed | PatchState::NotAffected) if is_other_version => {
                self.reopen(connection, published, &known, is_unclear).await
            }
            (_, PatchState::Fixed | PatchState::NotAffected) => Ok(()),
            _ => self.raise(connection, published, &known, is_unclear).await,
        }
    }

    fn due(&self, published: &Published) -> Result<Date, Error> {
        let severity: Severity = published.severity.parse().map_err(Error::internal)?;
        Ok(due_on(self.today, severity, published.is_exploited))
    }

    async fn open(
        &mut self,
        connection: Connection<'_>,
        published: &Published,
        used: &Used,
        is_unclear: bool,
    ) -> Result<(), Error> {
        let (id, due) = (PatchId::new(), self.due(published)?.to_string());
        on!(connection, c => sqlx::query(
            "INSERT INTO patch_task (id, advisory_id, component_id, severity, is_exploited, is_unclear, due_on, state,
                                     opened_at, updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $8, $9)")
            .bind(id.uuid()).bind(published.id).bind(used.id).bind(&published.severity).bind(published.is_exploited)
            .bind(is_unclear).bind(&due).bind(self.now.millis()).bind(&self.by)
            .execute(c).await.map(|_| ()))?;
        self.tally.opened += 1;
        self.tell("patch.opened", id, published, |entry| {
            entry.detail("due", due).detail("severity", published.severity.clone())
        });
        Ok(())
    }

    async fn reopen(
        &mut self,
        connection: Connection<'_>,
        published: &Published,
        known: &Known,
        is_unclear: bool,
    ) -> Result<(), Error> {
        let due = self.due(published)?.to_string();
        on!(connection, c => sqlx::query(
            "UPDATE patch_task
             SET state = 'open', severity = $2, is_exploited = $3, is_unclear = $4, due_on = $5, owner_id = NULL, owner = '',
                 reason = '', overdue_at = NULL, updated_at = $6, updated_by = $7, row_version = row_version + 1
             WHERE id = $1")
            .bind(known.id).bind(&published.severity).bind(published.is_exploited).bind(is_unclear).bind(&due)
            .bind(self.now.millis()).bind(&self.by)
            .execute(c).await.map(|_| ()))?;
        self.tally.opened += 1;
        self.tell("patch.opened_again", known.id.into(), published, |entry| {
            entry.change("state", known.state.clone(), "open").detail("due", due)
        });
        Ok(())
    }

    async fn close(
        &mut self,
        connection: Connection<'_>,
        published: &Published,
        known: &Known,
        cause: Cause<'_>,
    ) -> Result<(), Error> {
        let why = match cause {
            _ if published.withdrawn_at.is_some() => "The advisory was withdrawn.",
            Cause::Advisory => "The advisory was changed, and doesn’t concern this version any more.",
            Cause::Component(why) => why,
        };
        on!(connection, c => sqlx::query(
            "UPDATE patch_task
             SET state = 'closed', reason = $2, asked_by_id = NULL, asked_by = '', asked_why = '', asked_until = NULL,
                 excepted_by = '', excepted_until = NULL, updated_at = $3, updated_by = $4, row_version = row_version + 1
             WHERE id = $1")
            .bind(known.id).bind(why).bind(self.now.millis()).bind(&self.by)
            .execute(c).await.map(|_| ()))?;
        self.tally.closed += 1;
        self.tell("patch.closed", known.id.into(), published, |entry| {
            entry.reason(why).change("state", known.state.clone(), "closed")
        });
        Ok(())
    }

    /// Takes over what an advisory says now. A day comes closer when it got worse, and is never moved away.
    async fn raise(
        &mut self,
        connection: Connection<'_>,
        published: &Published,
        known: &Known,
        is_unclear: bool,
    ) -> Result<(), Error> {
        let is_same = known.severity == published.severity
            && known.is_exploited == published.is_exploited
            && known.is_unclear == is_unclear;
        if is_same {
            return Ok(());
        }
        let due = self.due(published)?.to_string().min(known.due_on.clone());
        on!(connection, c => sqlx::query(
            "UPDATE patch_task
             SET severity = $2, is_exploited = $3, is_unclear = $4, due_on = $5, updated_at = $6, updated_by = $7,
                 row_version = row_version + 1
             WHERE id = $1")
            .bind(known.id).bind(&published.severity).bind(published.is_exploited).bind(is_unclear).bind(&due)
            .bind(self.now.millis()).bind(&self.by)
            .execute(c).await.map(|_| ()))?;
        self.tell("patch.changed", known.id.into(), published, |entry| {
            entry
                .change("severity", known.severity.clone(), published.severity.clone())
                .change("known_exploited", known.is_exploited, published.is_exploited)
                .change("due", known.due_on.clone(), due)
        });
        Ok(())
    }

    fn tell(
        &mut self,
        action: &'static str,
        id: PatchId,
        published: &Published,
        more: impl FnOnce(audit::Entry) -> audit::Entry,
    ) {
        let entry = audit::Entry::new(action).target("patch", id).detail("advisory", published.osv_id.clone());
        self.entries.push(more(entry));
    }
}
