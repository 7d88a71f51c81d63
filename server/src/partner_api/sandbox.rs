//! The sandbox: what test credentials work on. It has a database of its own, with made-up data, so that no test call ever
//! touches the business.

use services::{
    Db, Services,
    db::OpenError,
    demo::{self, Options},
};

/// How many customers the sandbox begins with.
const CUSTOMERS: u32 = 60;

/// Why the sandbox can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum Sandbox {
    /// Its database can't be opened.
    #[error("the sandbox's database: {0}")]
    Open(#[from] OpenError),
    /// It can't be filled.
    #[error("the sandbox's data: {0}")]
    Fill(#[from] services::Error),
}

/// Opens the sandbox beside the business, and fills it the first time.
pub async fn open(live: &Services, url: &str) -> Result<Services, Sandbox> {
    let db = match &live.db {
        Db::Sqlite { .. } => Db::open(url).await?,
        Db::Postgres(_) => Db::open_sandbox(url).await?,
    };
    db.migrate().await?;
    let cx = Services::new(
        db,
        live.clock.clone(),
        live.keys.clone(),
        live.passwords.clone(),
        live.settings.as_ref().clone(),
    );
    demo::fill_business(&cx, Options { customers: CUSTOMERS, seed: 7 }).await?;
    Ok(cx)
}
