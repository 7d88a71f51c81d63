//! What the tests of the audit log share: those who write it, and somebody with a shell on the database who means harm.

// Each test binary uses a part of it, and what it sets up must be there.
#![allow(dead_code, clippy::expect_used)]

use std::collections::BTreeSet;

use domain::{ids::StaffId, permissions::marker::AuditRead};
use services::{
    Db, Services,
    access::{Access, Actor, ActorKind, Trace},
    audit::{
        self, Entry, Stream,
        chain::{GENESIS, Hash, leaf, link},
        checkpoint,
        merkle::Frontier,
        verify::{Kind, StreamReport, verify},
    },
    db::on,
};
use sqlx::AssertSqlSafe;

/// A member of staff who works at the portal.
pub fn staff() -> Actor {
    let kind = ActorKind::Staff { id: StaffId::new(), name: "Ines Albrecht".to_owned(), session: None };
    let trace = Trace {
        ip: "192.0.2.7".to_owned(),
        user_agent: "Mozilla/5.0".to_owned(),
        request_id: "0192f0aa-0000-7000-8000-000000000001".to_owned(),
    };
    Actor::new(kind, BTreeSet::new(), trace)
}

/// Somebody who may read the log.
pub fn reader() -> Access<AuditRead> {
    Actor::command_line().authorize().expect("the command line holds everything")
}

/// An entry that says which it is.
pub fn entry(number: usize) -> Entry {
    Entry::new("customer.updated").target("customer", format!("customer-{number}")).change("status", "lead", "active")
}

/// Writes so many events, each in a change of its own.
pub async fn write(cx: &Services, events: usize) {
    for number in 0..events {
        audit::record(cx, &staff(), entry(number)).await.expect("recorded");
    }
}

/// Signs, and answers the notes as a file.
pub async fn sign(cx: &Services) -> String {
    checkpoint::sign(cx).await.expect("signed").to_string()
}

/// What a check of the control stream finds.
pub async fn check(cx: &Services, against: Option<&str>) -> StreamReport {
    let report = verify(cx, against, None).await.expect("checked");
    report.streams.into_iter().find(|stream| stream.stream == "control").expect("the control stream is checked")
}

/// The first finding.
pub async fn first_finding(cx: &Services) -> (i64, Kind) {
    let report = check(cx, None).await;
    report.first().map(|finding| (finding.seq, finding.kind)).expect("something is found")
}

/// Every finding, by place and kind.
pub fn findings(report: &StreamReport) -> Vec<(i64, Kind)> {
    report.findings.iter().map(|finding| (finding.seq, finding.kind)).collect()
}

/// Runs a statement as the owner of the database. Answers what the database says.
pub async fn attempt(cx: &Services, sql: &str) -> Result<(), String> {
    match &cx.db {
        Db::Sqlite { writer, .. } => sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.map(|_| ()),
    }
    .map_err(|error| error.to_string())
}

/// The same, when it must work.
pub async fn attack(cx: &Services, sql: &str) {
    attempt(cx, sql).await.expect("the owner of the database may do this");
}

/// Switches off what protects the events, as an attacker who owns the database would.
pub async fn disarm(cx: &Services) {
    let sql = match cx.db {
        Db::Sqlite { .. } => "DROP TRIGGER audit_event_no_update; DROP TRIGGER audit_event_no_delete;",
        Db::Postgres(_) => "ALTER TABLE audit_event DISABLE TRIGGER USER",
    };
    attack(cx, sql).await;
}

/// Bytes as the engine writes them in a statement.
pub fn bytes(cx: &Services, bytes: &[u8]) -> String {
    match cx.db {
        Db::Sqlite { .. } => format!("x'{}'", hex::encode(bytes)),
        Db::Postgres(_) => format!("'\\x{}'::bytea", hex::encode(bytes)),
    }
}

/// What the event at a place says.
pub async fn payload(cx: &Services, seq: i64) -> String {
    let mut reading = cx.db.read().await.expect("a connection");
    let (payload,): (Vec<u8>,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT payload FROM audit_event WHERE stream = 'control' AND seq = $1").bind(seq).fetch_one(c).await)
    .expect("the event is there");
    String::from_utf8(payload).expect("text")
}

/// A number.
pub async fn number(cx: &Services, sql: &'static str) -> i64 {
    let mut reading = cx.db.read().await.expect("a connection");
    let (number,): (i64,) =
        on!(reading.connection(), c => sqlx::query_as(sql).fetch_one(c).await).expect("the query runs");
    number
}

/// Sets one value of one event.
pub async fn set(cx: &Services, seq: i64, column: &str, value: &str) {
    attack(cx, &format!("UPDATE audit_event SET {column} = {value} WHERE stream = 'control' AND seq = {seq}")).await;
}

/// Replaces a word in what an event says, and nothing else.
pub async fn edit(cx: &Services, seq: i64, from: &str, to: &str) {
    let said = payload(cx, seq).await;
    assert!(said.contains(from), "{said}");
    set(cx, seq, "payload", &bytes(cx, said.replace(from, to).as_bytes())).await;
}

/// Recomputes all hashes of the first `size` events and the head, as somebody would who has read our code.
pub async fn rewrite_hashes(cx: &Services, size: i64) {
    let mut previous: Hash = GENESIS;
    let mut frontier = Frontier::default();
    for seq in 0..size {
        let leaf = leaf(payload(cx, seq).await.as_bytes());
        let chained = link(&previous, seq, &leaf);
        set(cx, seq, "leaf_hash", &bytes(cx, &leaf)).await;
        set(cx, seq, "chain_prev", &bytes(cx, &previous)).await;
        set(cx, seq, "chain_hash", &bytes(cx, &chained)).await;
        frontier.push(leaf);
        previous = chained;
    }
    set_head(cx, size, &previous, &frontier).await;
}

/// Cuts the log after so many events and makes its head fit.
pub async fn cut(cx: &Services, size: i64) {
    attack(cx, &format!("DELETE FROM audit_event WHERE stream = 'control' AND seq >= {size}")).await;
    rewrite_hashes(cx, size).await;
}

/// Forgets all stored checkpoints.
pub async fn forget_checkpoints(cx: &Services) {
    attack(cx, "DELETE FROM audit_checkpoint; UPDATE audit_head SET signed_size = 0, signed_root = NULL").await;
}

async fn set_head(cx: &Services, size: i64, chain_hash: &Hash, frontier: &Frontier) {
    let (chain_hash, frontier) = (bytes(cx, chain_hash), bytes(cx, &frontier.to_bytes()));
    attack(
        cx,
        &format!(
            "UPDATE audit_head SET size = {size}, chain_hash = {chain_hash}, frontier = {frontier}
             WHERE stream = '{}'",
            Stream::Control
        ),
    )
    .await;
}
