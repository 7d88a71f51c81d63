//! The door for partners' messages, over real HTTP and behind the whole edge.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests are tests too

use std::{fmt::Write as _, net::SocketAddr};

use axum::Router;
use domain::{
    ids::PartnerId,
    permissions::{Grant, Permission},
};
use keyfob_server::{
    edge::{self, EdgeConfig},
    hooks,
};
use services::{
    Services,
    access::{Access, Actor},
    inbound::{self, Filter},
    partners::{self, PartnerForm},
    testing::{integration, on_both_engines, set_webhook_secret},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

fn console<P: Grant>() -> Access<P> {
    assert!(Permission::ALL.contains(&P::PERMISSION));
    Actor::command_line().authorize().unwrap()
}

async fn partner(cx: &Services) -> PartnerId {
    let form = PartnerForm { name: "Florin".to_owned(), kind: "payments".to_owned(), contact_email: String::new() };
    partners::create(cx, &console(), &partners::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap()
}

/// Listens on a port of its own.
async fn listen(cx: &Services) -> SocketAddr {
    let app = edge::wrap_beside(Router::new(), hooks::router(cx.clone()), &EdgeConfig::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await });
    address
}

/// Sends one request; answers the status and everything after the headers.
async fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Signed by the library standardwebhooks 1.1.1 for JavaScript, at the instant of the tests' clock.
const BODY: &str = r#"{"type":"payment.failed","data":{"subscription":"S-1","amount_minor":57900,"currency":"EUR","reference":"PAY-1"}}"#;
const NOW: &[(&str, &str)] = &[
    ("webhook-id", "msg_npm_1"),
    ("webhook-timestamp", "1795428000"),
    ("webhook-signature", "v1,THxyab1+oywIeUWTBdjHJsX2d/g8DuiTYYwXwle+aj8="),
    // What a browser of another site would say: it makes no difference here.
    ("sec-fetch-site", "cross-site"),
];
/// The same library, 301 seconds before.
const BEFORE: &[(&str, &str)] = &[
    ("webhook-id", "msg_npm_old"),
    ("webhook-timestamp", "1795427699"),
    ("webhook-signature", "v1,DPYn7lnKz141WdGqqfqJqR7H57UtWrukHRPbrPcJpqk="),
];

#[tokio::test]
async fn what_another_languages_library_signed_comes_in_once_and_nothing_else_does() {
    on_both_engines(async |cx| {
        let id = integration(&cx, partner(&cx).await, "florin", "payments", "standard").await;
        set_webhook_secret(&cx, id, SECRET, None).await;
        let to = listen(&cx).await;
        let post = async |path: &str, headers: &[(&str, &str)], body: &str| send(to, "POST", path, headers, body).await;

        let (status, body) = post("/hooks/florin", NOW, BODY).await;
        assert_eq!((status, body.as_str()), (202, r#"{"received":true}"#));
        assert_eq!(post("/hooks/florin", NOW, BODY).await.0, 200, "again");
        assert_eq!(inbound::list(&cx, &console(), &Filter::default()).await.unwrap().rows.len(), 1);

        let refused = [
            (401, "inbound.out_of_time", BEFORE, BODY),
            (401, "inbound.wrong_signature", NOW, "{}"),
            (401, "inbound.unsigned", &[][..], BODY),
        ];
        for (expected, code, headers, body) in refused {
            let (status, answer) = post("/hooks/florin", headers, body).await;
            assert_eq!(status, expected, "{code}: {answer}");
            assert!(answer.contains(code), "{code}: {answer}");
        }
        let (status, answer) = post("/hooks/florin", NOW, &"x".repeat(inbound::LARGEST + 1)).await;
        assert!(status == 413 && answer.contains("inbound.too_large"), "{status} {answer}");
        let (status, answer) = post("/hooks/nowhere", NOW, BODY).await;
        assert!(status == 404 && answer.contains("inbound.no_such_address"), "{status} {answer}");
        assert_eq!(send(to, "GET", "/hooks/florin", &[], "").await.0, 405);

        let figures = inbound::figures(&cx, &console(), Some(id)).await.unwrap();
        assert_eq!(figures.refused.iter().map(|refused| refused.count).sum::<i64>(), 4);
        assert!(figures.refused.iter().all(|refused| refused.last_from == "127.0.0.1"));
    })
    .await;
}

#[tokio::test]
async fn plain_and_stripes_signatures_come_in_by_known_answers() {
    on_both_engines(async |cx| {
        let partner = partner(&cx).await;
        let plain = integration(&cx, partner, "plain", "payments", "hmac").await;
        set_webhook_secret(&cx, plain, "a plain shared secret", None).await;
        let stripe = integration(&cx, partner, "stripe", "payments", "stripe").await;
        set_webhook_secret(&cx, stripe, "whsec_test_secret", None).await;
        let to = listen(&cx).await;
        // Both reckoned with Node's crypto.
        let signature = "sha256=ba46b3c629b51749b7e502ed925dccff624dbb96668cbede3cccdb9ba0716385";
        assert_eq!(send(to, "POST", "/hooks/plain", &[("x-signature", signature)], BODY).await.0, 202);
        assert_eq!(send(to, "POST", "/hooks/plain", &[("x-signature", signature)], BODY).await.0, 200);
        let body = r#"{"id":"evt_1","type":"payment.failed","data":{}}"#;
        let signature = "t=1795428000,v1=182947ec49b72fe4deb55abe68eea7d8fb4af2dc8df5c3fbfbf032c1752977f7";
        assert_eq!(send(to, "POST", "/hooks/stripe", &[("stripe-signature", signature)], body).await.0, 202);
        assert_eq!(send(to, "POST", "/hooks/stripe", &[("stripe-signature", signature)], body).await.0, 200);
    })
    .await;
}
