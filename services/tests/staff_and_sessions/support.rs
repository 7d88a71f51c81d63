//! People to try things with.

use std::{collections::BTreeSet, sync::Arc};

use axum_login::AuthnBackend;
use domain::{
    ids::{RoleId, SessionId, StaffId},
    permissions::Grant,
    roles::OWNER,
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Error, Services,
    access::{Access, Actor, Trace},
    db::on,
    roles,
    sessions::{Backend, User},
    settings::Settings,
    staff::{self, Accept, Invite, Link, SignIn, SignedIn},
};

/// A password that the policy takes.
pub const PASSWORD: &str = "vier lila kamele trinken tee";
/// Another one.
pub const OTHER_PASSWORD: &str = "sieben blaue wale fliegen heim";
/// Where requests come from unless told.
pub const HOME: &str = "198.51.100.7";

/// Runs a test on both engines, with the built-in roles and without a second factor being asked for.
pub async fn on_both_engines<F: AsyncFn(Services)>(test: F) {
    services::testing::on_both_engines(async |mut cx: Services| {
        cx.settings = Arc::new(Settings { second_factor_required: false, ..Settings::default() });
        roles::seed(&cx).await.unwrap();
        test(cx).await;
    })
    .await;
}

/// The same services, where whoever can write must have a second factor.
pub fn strict(cx: &Services) -> Services {
    let mut cx = cx.clone();
    cx.settings = Arc::new(Settings { second_factor_required: true, ..Settings::default() });
    cx
}

pub fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

pub fn trace(ip: &str) -> Trace {
    Trace {
        ip: ip.to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0".to_owned(),
        request_id: "test".to_owned(),
    }
}

/// The proof of a permission that an actor holds.
pub fn access<P: Grant>(actor: &Actor) -> Access<P> {
    actor.authorize().unwrap()
}

/// The proof that the command line has.
pub fn console<P: Grant>() -> Access<P> {
    access(&Actor::command_line())
}

pub fn token(link: &Link) -> String {
    link.url.expose_secret().rsplit('/').next().unwrap().to_owned()
}

pub async fn role(cx: &Services, key: &str) -> RoleId {
    roles::list(cx, &console()).await.unwrap().into_iter().find(|role| role.key == key).unwrap().id
}

pub async fn accept(cx: &Services, link: &Link, email: &str, name: &str, password: &str) -> Result<StaffId, Error> {
    let accept = Accept {
        token: token(link),
        email: email.to_owned(),
        name: name.to_owned(),
        password: secret(password),
        trace: trace(HOME),
    };
    staff::accept(cx, accept).await.map(|accepted| accepted.staff_id)
}

/// Somebody with a built-in role, who joined by invitation; the address is `name@nordwagen.example`.
pub async fn member(cx: &Services, name: &str, role_key: &str) -> StaffId {
    let email = format!("{name}@nordwagen.example");
    let invite = Invite { email: email.clone(), name: name.to_owned(), role: role(cx, role_key).await };
    let link = staff::invite(cx, &console(), invite).await.unwrap();
    accept(cx, &link, "", name, PASSWORD).await.unwrap()
}

pub async fn owner(cx: &Services, name: &str) -> StaffId {
    member(cx, name, OWNER).await
}

/// Somebody as their requests see them, now.
pub async fn user(cx: &Services, id: StaffId) -> Option<User> {
    Backend::new(cx.clone()).get_user(&id).await.unwrap()
}

pub async fn actor(cx: &Services, id: StaffId) -> Actor {
    actor_in(cx, id, None).await
}

pub async fn actor_in(cx: &Services, id: StaffId, session: Option<SessionId>) -> Actor {
    user(cx, id).await.unwrap().to_actor(trace(HOME), session)
}

pub async fn sign_in(cx: &Services, name: &str, password: &str, ip: &str) -> Result<SignedIn, Error> {
    let attempt = SignIn { email: format!("{name}@nordwagen.example"), password: secret(password), trace: trace(ip) };
    staff::sign_in(cx, attempt).await
}

pub fn roles_of(ids: impl IntoIterator<Item = RoleId>) -> BTreeSet<RoleId> {
    ids.into_iter().collect()
}

/// One number from the database.
pub async fn number(cx: &Services, statement: &'static str) -> i64 {
    let mut reading = cx.db.read().await.unwrap();
    let (number,): (i64,) = on!(reading.connection(), c => sqlx::query_as(statement).fetch_one(c).await).unwrap();
    number
}

/// One statement on the database, for what no use case does.
pub async fn run(cx: &Services, statement: &'static str) {
    match &cx.db {
        services::Db::Sqlite { writer, .. } => drop(sqlx::query(statement).execute(writer).await.unwrap()),
        services::Db::Postgres(pool) => drop(sqlx::query(statement).execute(pool).await.unwrap()),
    }
}

/// How many events of an action and an outcome the audit log holds.
pub async fn events(cx: &Services, action: &'static str, outcome: &'static str) -> i64 {
    let mut reading = cx.db.read().await.unwrap();
    let (number,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
        "SELECT COUNT(*) FROM audit_event WHERE stream = 'auth' AND action = $1 AND outcome = $2")
        .bind(action).bind(outcome).fetch_one(c).await)
    .unwrap();
    number
}

/// What many tasks at once have answered.
pub async fn join_all<T>(tasks: impl IntoIterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let mut answers = Vec::with_capacity(tasks.len());
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}
