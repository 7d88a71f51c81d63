//! Every server function as every role and as nobody: what the registry declares is what is allowed, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests are tests too

use std::collections::BTreeSet;

use app::functions::{self, Function, Guard, Kind};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use domain::{permissions::Permission, roles::BUILT_IN};
use keyfob_server::site::{self, Site};
use services::{
    demo::{self, Options},
    roles,
    testing::on_both_engines,
};
use tower::ServiceExt;

/// Somebody who comes: their session, the token of their forms, and what they hold.
struct Visitor {
    name: &'static str,
    cookie: String,
    token: String,
    /// Nothing for who is not signed in.
    holds: Option<BTreeSet<Permission>>,
}

struct Answer {
    status: StatusCode,
    cookie: Option<String>,
    body: String,
}

async fn ask(router: &Router, method: Method, path: &str, visitor: &Visitor, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, &visitor.cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .header("x-keyfob-form", &visitor.token)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let cookie = answer.headers().get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    Answer { status, cookie, body: String::from_utf8_lossy(&body).into_owned() }
}

fn nobody() -> Visitor {
    Visitor { name: "nobody", cookie: String::new(), token: String::new(), holds: None }
}

async fn signed_in(router: &Router, account: &demo::Account) -> Visitor {
    let form = format!(
        "_fn=gate%2Fsign_in&_form=&next=&email={}&password={}",
        account.email.replace('@', "%40"),
        demo::PASSWORD
    );
    let answer = ask(router, Method::POST, "/sign-in", &nobody(), &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", account.email, answer.body);
    let role = BUILT_IN.iter().find(|role| role.key == account.role_key).unwrap();
    let mut visitor = Visitor {
        name: account.role_name,
        cookie: answer.cookie.unwrap(),
        token: String::new(),
        holds: Some(role.permissions()),
    };
    let page = ask(router, Method::GET, "/settings/account", &visitor, "").await.body;
    let (_, rest) = page.split_once("name=\"_form\" value=\"").expect("a form of theirs");
    rest.split_once('"').unwrap().0.clone_into(&mut visitor.token);
    visitor
}

fn is_allowed(guard: Guard, visitor: &Visitor) -> bool {
    match (guard, &visitor.holds) {
        (Guard::Anybody, _) | (Guard::SignedIn, Some(_)) => true,
        (_, None) => false,
        (Guard::Holds(permission), Some(held)) => held.contains(&permission),
        (Guard::OneOf(permissions), Some(held)) => permissions.iter().any(|permission| held.contains(permission)),
    }
}

#[tokio::test]
async fn every_function_is_open_to_whom_it_declares_and_to_nobody_else() {
    on_both_engines(async |cx| {
        let mut settings = (*cx.settings).clone();
        settings.second_factor_required = false;
        let cx = services::Services { settings: settings.into(), ..cx };
        roles::seed(&cx).await.unwrap();
        demo::fill(&cx, Options { customers: 20, seed: 1 }).await.unwrap();
        let router =
            site::router(Site { services: cx.clone(), assets: app::Assets::default(), calls: app::Calls::none() });
        let mut visitors = vec![nobody()];
        for account in demo::ACCOUNTS {
            visitors.push(signed_in(&router, account).await);
        }
        // What ends the session that asks comes last.
        let (ending, others): (Vec<&Function>, Vec<&Function>) =
            functions::ALL.iter().partition(|function| function.endpoint == "account/sign_out");
        let (mut open, mut closed) = (0, 0);
        for function in others.into_iter().chain(ending) {
            let path = format!("/_fn/{}", function.endpoint);
            for visitor in &visitors {
                let what = format!("{} as {}", function.endpoint, visitor.name);
                let answer = ask(&router, Method::POST, &path, visitor, "").await;
                let code = serde_json::from_str::<app::error::AppError>(&answer.body).map(|error| error.code);
                let code = code.unwrap_or_default();
                if is_allowed(function.guard, visitor) {
                    open += 1;
                    assert!(!code.starts_with("access."), "{what}: {} {}", answer.status, answer.body);
                    assert!(!answer.status.is_server_error(), "{what}: {} {}", answer.status, answer.body);
                } else {
                    closed += 1;
                    let expected = if visitor.holds.is_some() {
                        (StatusCode::FORBIDDEN, "access.missing_permission")
                    } else {
                        (StatusCode::UNAUTHORIZED, "access.signed_out")
                    };
                    assert_eq!((answer.status, code.as_str()), expected, "{what}: {}", answer.body);
                }
                if function.kind == Kind::Write && visitor.holds.is_some() && function.endpoint != "account/sign_out" {
                    let forged = Visitor { token: "0".repeat(32), cookie: visitor.cookie.clone(), ..nobody() };
                    let answer = ask(&router, Method::POST, &path, &forged, "").await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what} without the form's token");
                }
            }
        }
        assert!(open > 100 && closed > 100, "{open} open, {closed} closed: too few to show anything");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_declared_is_not_there() {
    on_both_engines(async |cx| {
        let router = site::router(Site { services: cx, assets: app::Assets::default(), calls: app::Calls::none() });
        for path in ["/_fn/customers/everything", "/_fn/../customers/list", "/_fn/customers/list/"] {
            assert_eq!(ask(&router, Method::POST, path, &nobody(), "").await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let read = ask(&router, Method::GET, "/_fn/customers/list", &nobody(), "").await;
        assert_eq!(read.status, StatusCode::NOT_FOUND, "a function is called by POST alone");
    })
    .await;
}
