//! What the search page and the palette ask.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is, as a word.
    pub kind: String,
    /// Its name.
    pub title: String,
    /// What tells it from its namesakes.
    pub subtitle: String,
    /// Its address.
    pub href: String,
}

/// The best few records of each kind.
#[server(prefix = "/_fn", endpoint = "search/everywhere")]
pub async fn find_everywhere(query: String) -> Result<Vec<Found>, AppError> {
    use crate::context::{answer, asked};
    use services::search::{self, Kind};

    answer(async {
        let (cx, actor) = asked()?;
        if query.chars().count() > 120 {
            return Err(services::Error::invalid_field("q", "Search for at most 120 characters."));
        }
        let hits = search::everywhere(&cx, &actor, &query).await?;
        Ok(hits
            .into_iter()
            .map(|hit| {
                let (kind, area) = match hit.kind {
                    Kind::Customer => ("Customer", "customers"),
                    Kind::Vehicle => ("Vehicle", "fleet"),
                    Kind::Plan => ("Plan", "plans"),
                    Kind::Subscription => ("Subscription", "subscriptions"),
                };
                Found {
                    kind: kind.to_owned(),
                    title: hit.title,
                    subtitle: hit.subtitle,
                    href: format!("/{area}/{}", hit.id),
                }
            })
            .collect())
    })
    .await
}
