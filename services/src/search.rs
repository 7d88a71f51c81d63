//! Finding records by what people remember: a name, an e-mail address, a plate, a VIN, a number.
//!
//! Every record keeps its folded words in one table; a search is a walk along an index from the first word that begins
//! with what was typed.

use domain::{permissions::Permission, texts::fold};
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Actor,
    db::{Bind, Connection, on},
};

/// What kinds of record can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A customer.
    Customer,
    /// A vehicle.
    Vehicle,
    /// A plan.
    Plan,
    /// A subscription.
    Subscription,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Customer, Self::Vehicle, Self::Subscription, Self::Plan];

    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Vehicle => "vehicle",
            Self::Plan => "plan",
            Self::Subscription => "subscription",
        }
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Customer => Permission::CustomersRead,
            Self::Vehicle => Permission::FleetRead,
            Self::Plan => Permission::PlansRead,
            Self::Subscription => Permission::SubscriptionsRead,
        }
    }
}

/// The folded words of a text: each word, and the whole without spaces, so that "b-kf 2041" is found by "bkf2041".
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric() && c != '@' && c != '.')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let whole: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if words.len() > 1 && whole.len() <= 40 {
        words.push(whole);
    }
    words
}

/// Replaces the words of a record.
pub async fn replace(mut connection: Connection<'_>, kind: Kind, id: Uuid, texts: &[&str]) -> Result<(), Error> {
    on!(connection.again(), c => sqlx::query("DELETE FROM search_term WHERE kind = $1 AND record_id = $2")
        .bind(kind.as_str()).bind(id).execute(c).await.map(|_| ()))?;
    let mut terms: Vec<String> = texts.iter().flat_map(|text| words(text)).collect();
    terms.sort_unstable();
    terms.dedup();
    for term in terms {
        on!(connection.again(), c => sqlx::query("INSERT INTO search_term (kind, term, record_id) VALUES ($1, $2, $3)")
            .bind(kind.as_str()).bind(&term).bind(id).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// The words of a query as ranges to bind, at most four; empty when there is nothing to look for.
pub fn ranges(query: &str) -> Vec<[Bind; 2]> {
    let folded = fold(query);
    let compact: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    // A plate or a number is typed with or without its spaces and dashes.
    if compact.chars().any(|c| c.is_ascii_digit()) && compact.len() <= 20 && !folded.contains('@') {
        return vec![crate::db::prefix_range(&compact)];
    }
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '@' && c != '.')
        .filter(|word| !word.is_empty())
        .take(4)
        .map(crate::db::prefix_range)
        .collect()
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// What tells it from its namesakes.
    pub subtitle: String,
}

/// The best few records of each kind that the actor may read, for the palette.
pub async fn everywhere(cx: &Services, actor: &Actor, query: &str) -> Result<Vec<Hit>, Error> {
    let ranges = ranges(query);
    let Some([Bind::Text(from), Bind::Text(until)]) = ranges.first().cloned() else { return Ok(Vec::new()) };
    let mut reading = cx.db.read().await?;
    let mut hits = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| actor.holds(kind.permission())) {
        // The ids come first, bounded, from the index of words; only they are joined.
        let statement = match kind {
            Kind::Customer => {
                "SELECT id, name, number || ' · ' || email FROM customer
                 WHERE id IN (SELECT record_id FROM search_term WHERE kind = 'customer' AND term >= $1 AND term < $2 ORDER BY term LIMIT 60)
                 ORDER BY sort_name LIMIT 60"
            }
            Kind::Vehicle => {
                "SELECT id, CASE WHEN plate = '' THEN vin ELSE plate END, make || ' ' || model || ' · ' || vin FROM vehicle
                 WHERE id IN (SELECT record_id FROM search_term WHERE kind = 'vehicle' AND term >= $1 AND term < $2 ORDER BY term LIMIT 60)
                 ORDER BY sort_name LIMIT 60"
            }
            Kind::Subscription => {
                "SELECT id, number, customer_name || ' · ' || state FROM subscription
                 WHERE id IN (SELECT record_id FROM search_term WHERE kind = 'subscription' AND term >= $1 AND term < $2 ORDER BY term LIMIT 60)
                 ORDER BY created_at DESC LIMIT 60"
            }
            Kind::Plan => {
                "SELECT id, name, status FROM plan
                 WHERE id IN (SELECT record_id FROM search_term WHERE kind = 'plan' AND term >= $1 AND term < $2 ORDER BY term LIMIT 60)
                 ORDER BY sort_name LIMIT 60"
            }
        };
        let rows: Vec<(Uuid, String, String)> = on!(reading.connection(), c => sqlx::query_as(statement)
            .bind(&from).bind(&until).fetch_all(c).await)?;
        let rest = &ranges[1..];
        hits.extend(
            rows.into_iter()
                .filter(|(_, title, subtitle)| {
                    let words = [words(title), words(subtitle)].concat();
                    rest.iter().all(|[from, _]| {
                        matches!(from, Bind::Text(prefix) if words.iter().any(|word| word.starts_with(prefix.as_str())))
                    })
                })
                .take(6)
                .map(|(id, title, subtitle)| Hit { kind, id, title, subtitle }),
        );
    }
    Ok(hits)
}
