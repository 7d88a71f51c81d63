//! Puts a running portal under load and tells what it bore. `cargo xtask bench` starts the servers and calls this.

mod bare;
mod calls;
mod client;
mod load;
mod rows;
mod webhooks;

use std::{env, process::ExitCode, time::Duration};

use client::{Portal, Trouble};
use load::{Load, Measured};

/// What this takes, for whoever calls it wrongly.
const USAGE: &str = "Usage:
  bench list PORTAL SECONDS CONNECTIONS           the list of customers against a bare axum route
  bench rows SMALL LARGE SECONDS CONNECTIONS      the list of two portals, of few and of many rows
  bench sign-in PORTAL SECONDS CONNECTIONS        other requests while people sign in
  bench checks FOLDER                             a key check and a limit, in process
  bench calls PORTAL KEY SECONDS CONNECTIONS      calls with a key against a bare axum route
  bench webhooks DATABASE                         messages to receivers, in process, on an empty database
  bench widen DATABASE                            makes the limits of an embedded database too wide to matter
  bench fill DATABASE ROWS                        gives an embedded database more customers
  bench bare FILE                                 answers every request with the file; for `bench list`";

/// The page that is measured: 50 rows, for somebody signed in.
const LIST: &str = "/customers";

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["list", portal, seconds, connections] => match load(seconds, connections) {
            Some(load) => list(portal, load).await,
            None => Err(USAGE.into()),
        },
        ["rows", small, large, seconds, connections] => match load(seconds, connections) {
            Some(load) => compare_rows(small, large, load).await,
            None => Err(USAGE.into()),
        },
        ["sign-in", portal, seconds, connections] => match load(seconds, connections) {
            Some(load) => sign_in(portal, load).await,
            None => Err(USAGE.into()),
        },
        ["checks", folder] => calls::checks(folder).await,
        ["calls", portal, key, seconds, connections] => match load(seconds, connections) {
            Some(load) => calls::calls(portal, key, load).await,
            None => Err(USAGE.into()),
        },
        ["webhooks", database] => webhooks::webhooks(database).await,
        ["widen", database] => rows::widen(database).await,
        ["fill", database, rows] => match rows.parse() {
            Ok(rows) => rows::fill(database, rows).await,
            Err(_) => Err(USAGE.into()),
        },
        ["bare", file] => bare::serve(file).await,
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn load(seconds: &str, connections: &str) -> Option<Load> {
    let duration = Duration::from_secs(seconds.parse().ok().filter(|seconds| *seconds > 0)?);
    Some(Load { duration, connections: connections.parse().ok().filter(|connections| *connections > 0)? })
}

/// The list and a bare route that answers with the same bytes, each under the same load, one after the other and twice,
/// so that a machine that slows down meanwhile does so for both.
async fn list(address: &str, load: Load) -> Result<(), Trouble> {
    let portal = Portal::sign_in(address, "reader").await?;
    let page = portal.get(LIST).await?;
    println!("  the page: {} bytes, {} rows", page.len(), String::from_utf8_lossy(&page).matches("row-link").count());
    let bare = bare::start(&page)?;
    let (mut ours, mut floor) = (Measured::default(), Measured::default());
    for _ in 0..2 {
        floor.add(&load.on(&bare.portal(), "/").await?);
        ours.add(&load.on(&portal, LIST).await?);
    }
    println!("  {}", floor.line("bare axum route"));
    println!("  {}", ours.line("customer list"));
    println!("  the bare route answers {:.1} times as many", floor.rate() / ours.rate());
    Ok(())
}

async fn compare_rows(small: &str, large: &str, load: Load) -> Result<(), Trouble> {
    let (small, large) = (Portal::sign_in(small, "reader").await?, Portal::sign_in(large, "reader").await?);
    // The first page, one from the middle, and one by another order: a list that counts or skips shows it there.
    for path in [LIST, "/customers?sort=-created", "/customers?status=active"] {
        let middle = |page: Vec<u8>| -> Option<String> {
            let text = String::from_utf8(page).ok()?;
            let (before, _) = text.split_once("rel=\"next\"")?;
            let (_, href) = before.rsplit_once("href=\"")?;
            href.split_once('"').map(|(href, _)| href.replace("&amp;", "&"))
        };
        let (next_small, next_large) = (middle(small.get(path).await?), middle(large.get(path).await?));
        let pairs = [Some((path.to_owned(), path.to_owned())), next_small.zip(next_large)];
        for (nth, (at_small, at_large)) in pairs.into_iter().flatten().enumerate() {
            let (mut few, mut many) = (Measured::default(), Measured::default());
            for _ in 0..2 {
                few.add(&load.on(&small, &at_small).await?);
                many.add(&load.on(&large, &at_large).await?);
            }
            println!("  {path}, {}", if nth == 0 { "first page" } else { "second page" });
            println!("    {}", few.line("few rows"));
            println!("    {}", many.line("many rows"));
            println!("    many take {:.2} times as long (median; at most 1.5)", many.median() / few.median());
        }
    }
    Ok(())
}

/// The health check and the list, alone and while as many people as there are cores, twice over, sign in at once.
async fn sign_in(address: &str, load: Load) -> Result<(), Trouble> {
    let portal = Portal::sign_in(address, "reader").await?;
    let calm = Load { connections: 2, ..load };
    for path in ["/healthz", LIST] {
        let alone = calm.on(&portal, path).await?;
        let (beside, sign_ins) = tokio::join!(calm.on(&portal, path), load.signing_in(address));
        let (beside, sign_ins) = (beside?, sign_ins?);
        println!("  {}", alone.line(&format!("{path} alone")));
        println!("  {}", beside.line(&format!("{path} beside sign-ins")));
        println!("  {}", sign_ins.line("sign-ins"));
    }
    Ok(())
}
