//! The pages of assessments and of the gate, as a browser without JavaScript gets them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests are tests too

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use domain::ids::IntegrationId;
use keyfob_server::site::{self, Site};
use services::{
    Services,
    access::Actor,
    assessments::{self, Line},
    demo, roles,
    testing::{on_both_engines, run_statement},
};
use tower::ServiceExt;

/// Somebody at a browser.
struct Visitor {
    router: Router,
    cookie: String,
    token: String,
}

impl Visitor {
    async fn ask(&self, method: Method, path: &str, body: String) -> (StatusCode, String, Option<String>) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html")
            .body(Body::from(body))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        let body = to_bytes(answer.into_body(), 4 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned(), cookie)
    }

    async fn sign_in(router: &Router, email: &str) -> Self {
        let mut visitor = Self { router: router.clone(), cookie: String::new(), token: String::new() };
        let form =
            format!("_fn=gate%2Fsign_in&_form=&next=&email={}&password={}", email.replace('@', "%40"), demo::PASSWORD);
        let (status, body, cookie) = visitor.ask(Method::POST, "/sign-in", form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        visitor.cookie = cookie.unwrap();
        let page = visitor.get("/settings/account").await;
        let (_, rest) = page.split_once("name=\"_form\" value=\"").expect("a form of theirs");
        rest.split_once('"').unwrap().0.clone_into(&mut visitor.token);
        visitor
    }

    /// A page that is there.
    async fn get(&self, path: &str) -> String {
        let (status, body, _) = self.ask(Method::GET, path, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, function: &str, fields: &str) -> (StatusCode, String) {
        let form = format!("_fn={}&_form={}&{fields}", function.replace('/', "%2F"), self.token);
        let (status, body, _) = self.ask(Method::POST, path, form).await;
        (status, body)
    }
}

/// One of the demo's second insurer that was never probed or drilled.
async fn integration(cx: &Services, line: &Line) -> IntegrationId {
    let id = IntegrationId::new();
    let sql = "INSERT INTO integration (id, partner_id, name, sort_name, slug, kind, criticality, base_url, auth, created_at,
                                        created_by, updated_at, updated_by)
               VALUES ($1, $2, 'Cover by <b>Aegis</b>', 'cover', 'cover-test', 'insurance', 'high', 'https://cover.example',
                       'none', 1, 'x', 1, 'x')";
    run_statement(cx, sql, &[id.uuid(), line.partner]).await;
    id
}

#[tokio::test]
async fn every_page_shows_what_it_should_and_a_refused_form_keeps_what_was_typed() {
    on_both_engines(async |cx| {
        let mut settings = (*cx.settings).clone();
        settings.second_factor_required = false;
        let cx = Services { settings: settings.into(), ..cx };
        roles::seed(&cx).await.unwrap();
        demo::fill(&cx, demo::Options { customers: 4, seed: 1 }).await.unwrap();
        let router =
            site::router(Site { services: cx.clone(), assets: app::Assets::default(), calls: app::Calls::none() });
        let owner = Visitor::sign_in(&router, "owner@demo.keyfob.example").await;
        let console = Actor::command_line();
        let lines = assessments::register(&cx, &console.authorize().unwrap()).await.unwrap();
        let of = |name: &str| lines.iter().find(|line| line.name == name).unwrap();
        let gate = integration(&cx, of("Aegis Mobility Cover")).await;

        let register = owner.get("/integrations/assessments").await;
        for words in ["Aegis Mobility Cover", "Ends in 6 days", "Never assessed", "Review calendar", "&lt;b&gt;Aegis"] {
            assert!(register.contains(words), "{words} is not in the register");
        }
        let due = owner.get("/integrations/assessments?standing=due").await;
        assert!(due.contains("Hansa Werkstatt Verbund") && !due.contains("Passwerk"), "only what is due");
        let shown = owner.get("/integrations/assessments/templates?show=short/1").await;
        assert!(shown.contains("second factor") && shown.contains("Import a questionnaire"));
        let refused = owner
            .post("/integrations/assessments/templates", "assessments/import", "document=%7B%22wrong%22%3A1%7D")
            .await;
        assert_eq!(refused.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.1.contains("unknown field `wrong`") && refused.1.contains("{\"wrong\":1}"), "{}", refused.1);

        let file = format!("/integrations/assessments/partners/{}", of("Aegis Mobility Cover").partner);
        let body = owner.get(&file).await;
        for words in ["Penetration test of the cover API", "Session tokens live for 30 days", "Second insurer"] {
            assert!(body.contains(words), "{words} is not in the file");
        }
        for act in ["profile", "evidence", "finding", "start"] {
            assert!(owner.get(&format!("{file}?act={act}")).await.contains("name=\"_fn\" value=\"assessments/"), "{act}");
        }
        let typed = format!(
            "partner={}&token={}&form%5Bkind%5D=soc2&form%5Btitle%5D=&form%5Bissuer%5D=Barrow&form%5Breference%5D=&form%5Bvalid_from%5D=&form%5Bvalid_until%5D=",
            of("Aegis Mobility Cover").partner,
            uuid::Uuid::now_v7()
        );
        let refused = owner.post(&format!("{file}?act=evidence"), "assessments/add_evidence", &typed).await;
        assert_eq!(refused.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.1.contains("Fill this in.") && refused.1.contains("value=\"Barrow\""), "{}", refused.1);

        let (waiting, _) = of("Klarblick Ident").open.unwrap();
        let page = format!("/integrations/assessments/{waiting}");
        let body = owner.get(&page).await;
        assert!(body.contains("Propose approval") && body.contains("possible points"), "{body}");
        assert!(owner.get(&format!("{page}?act=answer")).await.contains("answers[second_factor]"));
        let typed = format!("id={waiting}&version=1&answers%5Bsecond_factor%5D=&comments%5Bsecond_factor%5D=Only+admins&evidence%5Bsecond_factor%5D=");
        let refused = owner.post(&format!("{page}?act=answer"), "assessments/save", &typed).await;
        assert_eq!(refused.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.1.contains("Choose an answer") && refused.1.contains("Only admins"), "{}", refused.1);
        let typed = format!("id={waiting}&version=1&conditions=&review_on=");
        let done = owner.post(&format!("{page}?act=propose"), "assessments/propose", &typed).await;
        assert_eq!(done.0, StatusCode::SEE_OTHER, "{}", done.1);
        let auditor = Visitor::sign_in(&router, "auditor@demo.keyfob.example").await;
        let confirm = auditor.get(&format!("{page}?act=confirm")).await;
        let (_, rest) = confirm.split_once("name=\"digest\" value=\"").expect("what was seen");
        let typed = format!("id={waiting}&reason=It+fits&digest={}", rest.split_once('"').unwrap().0);
        let done = auditor.post(&format!("{page}?act=confirm"), "assessments/confirm", &typed).await;
        assert_eq!(done.0, StatusCode::SEE_OTHER, "{}", done.1);
        assert!(auditor.get(&page).await.contains("Approved"));

        let page = format!("/integrations/{gate}/gate");
        let body = owner.get(&page).await;
        for words in ["Failure drill", "Successful probe", "Ask for an exception", "Cover by &lt;b&gt;Aegis"] {
            assert!(body.contains(words), "{words} is not on the gate’s page");
        }
        let refused =
            owner.post(&format!("{page}?act=go_live"), "assessments/go_live", &format!("id={gate}&reason=Now")).await;
        assert_eq!(refused.0, StatusCode::CONFLICT);
        assert!(refused.1.contains("Contingency plans, Owner, Failure drill, Successful probe"), "{}", refused.1);
        assert!(owner.get(&format!("{page}?act=exception")).await.contains("conditions[drill]"));
    })
    .await;
}
