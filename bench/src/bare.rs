//! The floor: an axum server with one route that answers with the same bytes and does nothing else.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use axum::{Router, http::header, routing::get};
use tokio::net::TcpListener;

use crate::client::{Portal, Trouble};

/// The server in a process of its own, as the portal is. Dropped, it ends.
pub struct Bare {
    child: Child,
    portal: Portal,
}

impl Bare {
    /// Where it answers.
    pub fn portal(&self) -> Portal {
        self.portal.clone()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it on a page's bytes.
pub fn start(page: &[u8]) -> Result<Bare, Trouble> {
    let file = env::temp_dir().join(format!("keyfob-bench-{}.html", std::process::id()));
    fs::write(&file, page)?;
    let mut child = Command::new(env::current_exe()?).arg("bare").arg(&file).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    fs::remove_file(&file)?;
    let portal = Portal::at(line.trim())?;
    Ok(Bare { child, portal })
}

/// Serves, and says where on the first line.
pub async fn serve(file: &str) -> Result<(), Trouble> {
    let page: &'static str = String::leak(fs::read_to_string(file)?);
    let answer = move || async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page) };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, Router::new().route("/", get(answer))).await?)
}
