//! `keyfob-simulator`: plays partners until it is stopped.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use clap::Parser;
use simulator::{Options, Simulator};

/// Plays Keyfob's partners over HTTP, well and badly, for the demo and for tests. Never where anybody else can reach it.
#[derive(Debug, Parser)]
#[command(name = "keyfob-simulator", version)]
struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:3901")]
    listen: SocketAddr,
    /// Where the same partners stand behind a certificate that ran out.
    #[arg(long)]
    expired_listen: Option<SocketAddr>,
    /// A partner's secret, NAME=SECRET; without it, it is sim-NAME-secret. May be repeated.
    #[arg(long = "secret", value_parser = secret)]
    secrets: Vec<(String, String)>,
    /// How long an access token is good, in seconds.
    #[arg(long, default_value_t = 300)]
    token_seconds: u64,
    /// End when the process that started this one ends.
    #[arg(long)]
    with_parent: bool,
}

fn secret(word: &str) -> Result<(String, String), String> {
    let (name, secret) = word.split_once('=').ok_or("it is written NAME=SECRET")?;
    if simulator::partner(name).is_none() {
        return Err(format!("nobody here is called {name}"));
    }
    Ok((name.to_owned(), secret.to_owned()))
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let parent = parent();
    let options = Options {
        secrets: arguments.secrets.into_iter().collect(),
        token_seconds: arguments.token_seconds,
        expired_listen: arguments.expired_listen,
        ..Options::default()
    };
    let simulator = match Simulator::start_with(arguments.listen, options).await {
        Ok(simulator) => simulator,
        Err(error) => {
            eprintln!("The partner simulator did not start: {error}.");
            return ExitCode::FAILURE;
        }
    };
    println!("Partners are played at {}", simulator.origin());
    if let Some(expired) = simulator.expired_origin() {
        println!("With a certificate that ran out, at {expired}");
    }
    tokio::select! {
        () = asked_to_stop() => {}
        () = parent_is_gone(parent), if arguments.with_parent => {}
    }
    ExitCode::SUCCESS
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

/// Whoever has lost its parent is given another one.
async fn parent_is_gone(first: u32) {
    while parent() == first {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
