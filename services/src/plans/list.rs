//! The list of plans, each with the version that counts today.

use domain::{
    money::{Currency, Money},
    permissions::marker::PlansRead,
    plans::PlanStatus,
    texts::fold,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    clock,
    db::{Bind, Direction, Keyed, KeysetList, Page},
    search,
};

/// Which plans, in what order, from where. They are sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these.
    pub status: Option<PlanStatus>,
    /// Words of their names.
    pub query: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Last name first.
    pub is_descending: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many rows; 50 when not told.
    pub limit: Option<usize>,
}

/// A plan in the list: with the version in force, or else the next one, or else its draft.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    sort_name: String,
    /// What it is for; may be empty.
    pub description: String,
    status: String,
    /// The version's number.
    pub number: i64,
    currency: String,
    price_minor: i64,
    /// Shortest time to stay, in months.
    pub minimum_term_months: i64,
    /// Days of notice.
    pub notice_days: i64,
    /// Kilometres included in each month.
    pub included_km: i64,
    /// First day on which it can be signed, as a civil date.
    pub effective_from: String,
    /// Whether a later version is being written.
    pub has_draft: bool,
}

impl Listed {
    /// The status; what the database's own check admits always parses.
    pub fn status(&self) -> PlanStatus {
        self.status.parse().unwrap_or(PlanStatus::Retired)
    }

    /// Price for each month; what the form admitted always parses.
    pub fn price(&self) -> Option<Money> {
        self.currency.parse::<Currency>().ok().map(|currency| Money::new(self.price_minor, currency))
    }
}

impl Keyed for Listed {
    fn key(&self, _: &str) -> (Bind, Uuid) {
        (Bind::Text(self.sort_name.clone()), self.id)
    }
}

const SELECT: &str = "SELECT p.id, p.name, p.sort_name, p.description, p.status, v.number, v.currency, v.price_minor,
            v.minimum_term_months, v.notice_days, v.included_km, v.effective_from,
            EXISTS (SELECT 1 FROM plan_version d WHERE d.plan_id = p.id AND d.number > v.number AND d.status = 'draft') AS has_draft
FROM plan p
CROSS JOIN plan_version v";

/// The one version that stands for its plan: in force, else upcoming, else the draft. Joined by its key alone, so that
/// both engines walk the plans in their order and look each version up.
const COUNTS_TODAY: &str = "v.id = (SELECT x.id FROM plan_version x WHERE x.plan_id = p.id
             ORDER BY CASE WHEN x.status = 'draft' THEN 2 WHEN x.effective_from <= ? THEN 0 ELSE 1 END, x.number DESC
             LIMIT 1)";

/// A page of plans.
pub async fn list(cx: &Services, _access: &Access<PlansRead>, filter: &Filter) -> Result<Page<Listed>, Error> {
    let direction = if filter.is_descending { Direction::Descending } else { Direction::Ascending };
    let today = cx.clock.today(clock::ZONE).to_string();
    let mut list = KeysetList::new(SELECT, "p.sort_name", "p.id", direction)
        .limit(filter.limit.unwrap_or(50))
        .filter(COUNTS_TODAY, [Bind::Text(today)]);
    if let Some(status) = filter.status {
        list = list.filter("p.status = ?", [Bind::Text(status.as_str().to_owned())]);
    }
    for range in filter.query.as_deref().map(search::ranges).unwrap_or_default() {
        list = list.filter(
            "p.id IN (SELECT record_id FROM search_term WHERE kind = 'plan' AND term >= ? AND term < ?)",
            range,
        );
    }
    if let Some(tag) = &filter.tag {
        list = list.filter(
            "p.id IN (SELECT object_id FROM tag WHERE object_type = 'plan' AND tag = ?)",
            [Bind::Text(fold(tag))],
        );
    }
    let mut reading = cx.db.read().await?;
    list.from_cursor(filter.cursor.as_deref())?.fetch(reading.connection()).await
}
