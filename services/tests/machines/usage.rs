use domain::{Timestamp, permissions::Permission};
use services::{
    Services,
    credentials::Verifier,
    usage::{self, Call, Of, Outcome, Range, Recorder, Step},
};

use super::support::{console, key, on_both_engines, partner};

fn call(cx: &Services, caller: &services::credentials::Caller, status: u16, request: &str) -> Call {
    Call {
        at: cx.clock.now(),
        caller: Some((caller.id, caller.partner, caller.secret)),
        public_id: caller.public_id.to_string(),
        route: "GET /api/v1/customers",
        version: "2026-11-01",
        scope: Some(Permission::CustomersRead),
        status,
        code: if status == 200 { String::new() } else { "limit.exceeded".to_owned() },
        micros: 2_000,
        address: "203.0.113.9".parse().unwrap(),
        agent: "test/1".to_owned(),
        request_id: request.to_owned(),
        steps: vec![Step { check: "Limit".to_owned(), outcome: Outcome::Refused, detail: "over".to_owned() }],
    }
}

#[tokio::test]
async fn calls_are_counted_by_hour_day_and_month_and_refusals_can_be_looked_up() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let (id, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let caller = verifier.verify(&cx, &secret, domain::credentials::SecretKind::ApiKey).await.unwrap();
        let recorder = Recorder::default();
        for number in 0..30 {
            let status = if number % 10 == 0 { 429 } else { 200 };
            recorder.record(call(&cx, &caller, status, &format!("request-{number}")));
            cx.clock.advance(Timestamp::HOUR);
        }
        usage::flush(&cx, &recorder).await.unwrap();
        usage::flush(&cx, &recorder).await.unwrap();
        for range in [Range::Week, Range::Month, Range::Year] {
            let points = usage::series(&cx, &console(), Of::Credential(id), range).await.unwrap();
            let (calls, refusals): (i64, i64) =
                points.iter().fold((0, 0), |(calls, refusals), point| (calls + point.calls, refusals + point.refusals));
            assert_eq!((calls, refusals), (30, 3), "{range}");
        }
        assert_eq!(usage::series(&cx, &console(), Of::Credential(id), Range::Day).await.unwrap().len(), 24);
        let routes = usage::routes(&cx, &console(), Of::Credential(id), Range::Month).await.unwrap();
        assert_eq!((routes.len(), routes[0].calls), (1, 30));
        let found = usage::find_decision(&cx, &console(), "request-10").await.unwrap().unwrap();
        assert_eq!((found.status, found.steps()[0].check.as_str()), (429, "Limit"));
        assert!(usage::find_decision(&cx, &console(), "request-11").await.unwrap().is_none());
        let used = services::credentials::find(&cx, &console(), id).await.unwrap();
        assert!(used.credential.last_used_at.is_some());
        assert_eq!(used.scopes[0].last_used_at.map(Timestamp::millis), used.credential.last_used_at);
        let sources = usage::sources(&cx, &console(), id, 90).await.unwrap();
        assert_eq!((sources[0].network.as_str(), sources[0].calls), ("203.0.113.0/24", 30));
    })
    .await;
}

#[tokio::test]
async fn what_is_in_use_wants_its_name_typed_before_it_is_revoked() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let (id, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let caller = verifier.verify(&cx, &secret, domain::credentials::SecretKind::ApiKey).await.unwrap();
        let recorder = Recorder::default();
        recorder.record(call(&cx, &caller, 200, "r"));
        usage::flush(&cx, &recorder).await.unwrap();
        let blast = services::credentials::blast(&cx, &console(), id).await.unwrap();
        assert!(blast.is_in_use && blast.calls == 1 && blast.sources.len() == 1);
        let revoke =
            |typed: &str| services::credentials::Revoke { id, reason: "x".to_owned(), typed: typed.to_owned() };
        let refused = services::credentials::revoke(&cx, &console(), &revoke("")).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "typed");
        services::credentials::revoke(&cx, &console(), &revoke("Sync")).await.unwrap();
    })
    .await;
}
