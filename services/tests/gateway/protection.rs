//! What protects us from a partner, and a partner from us.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use domain::{
    Timestamp,
    integrations::{BreakerState, CallFailure, KillLevel},
};
use secrecy::SecretString;
use serde_json::json;
use services::{
    gateway::{self, Answer},
    testing::on_both_engines,
};

use super::{
    fleet_fixture::{access, access_of},
    partner::{Described, Mode, Partner, ask, call, here, integration, other_node, set},
};

const INSURANCE: (&str, &str) = ("insurance", "insurer");

fn refused(answer: &Answer) -> CallFailure {
    match answer {
        Answer::Refused(failure, _) => *failure,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_partner_that_is_down_is_called_five_times_in_a_thousand_calls_and_then_only_by_probes() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        partner.behave(Mode::Status(503));
        for number in 0..1_000 {
            let begun = Instant::now();
            let answer = call(&cx, ask(id, &format!("work-{number}"))).await;
            assert!(matches!(refused(&answer), CallFailure::Server | CallFailure::Open), "{answer:?}");
            assert!(begun.elapsed() < Duration::from_millis(1_500), "within its deadline");
        }
        assert_eq!(partner.calls(), 5, "nothing goes out while the circuit is open");
        let other = other_node(&cx);
        assert_eq!(refused(&call(&other, ask(id, "on another node")).await), CallFailure::Open);
        assert_eq!(partner.calls(), 5, "on no node");
        cx.clock.advance(31 * Timestamp::SECOND);
        for number in 0..20 {
            call(&cx, ask(id, &format!("later-{number}"))).await;
        }
        assert_eq!(partner.calls(), 6, "one probe finds out");
        partner.behave(Mode::Good);
        cx.clock.advance(61 * Timestamp::SECOND);
        for number in 0..5 {
            assert!(matches!(call(&cx, ask(id, &format!("back-{number}"))).await, Answer::Answered(_)));
        }
        let standing = gateway::standing(&cx, &access(), id).await.unwrap();
        assert_eq!(standing.state, BreakerState::Closed);
        let turns: Vec<_> = gateway::turns(&cx, &access(), id).await.unwrap().into_iter().map(|turn| turn.1).collect();
        let (open, half, closed) = (BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed);
        assert_eq!(turns, [closed, half, open, half, open]);
    })
    .await;
}

#[tokio::test]
async fn every_way_to_fail_has_its_word_and_ends_within_the_deadline() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        for (number, (mode, failure)) in [
            (Mode::Hanging, CallFailure::Timeout),
            (Mode::BadJson, CallFailure::Malformed),
            (Mode::Status(500), CallFailure::Server),
            (Mode::Status(422), CallFailure::Client),
            (Mode::Status(401), CallFailure::Credential),
            (Mode::Status(429), CallFailure::Throttled),
            (Mode::SaysFailed, CallFailure::Credential),
            (Mode::LeadsInside, CallFailure::Server),
        ]
        .into_iter()
        .enumerate()
        {
            let id =
                integration(&cx, &format!("Number {number}"), INSURANCE, &partner.origin, Described::default()).await;
            partner.behave(mode);
            let begun = Instant::now();
            assert_eq!(refused(&call(&cx, ask(id, "work")).await), failure, "{mode:?}");
            assert!(begun.elapsed() < Duration::from_millis(1_500), "{mode:?}");
            let log = gateway::calls(&cx, &access(), &gateway::LoggedFilter::default()).await.unwrap();
            assert_eq!(log.rows[0].failure(), Some(failure));
        }
        let nowhere = integration(&cx, "Nowhere", INSURANCE, "http://127.0.0.1:1", Described::default()).await;
        assert_eq!(refused(&call(&cx, ask(nowhere, "work")).await), CallFailure::Connection);
    })
    .await;
}

#[tokio::test]
async fn our_own_faults_open_no_circuit() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        for status in [401, 403, 422, 429] {
            partner.behave(Mode::Status(status));
            for number in 0..8 {
                call(&cx, ask(id, &format!("{status}-{number}"))).await;
            }
        }
        assert_eq!(gateway::standing(&cx, &access(), id).await.unwrap().state, BreakerState::Closed);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_idempotent_and_has_no_key_is_sent_once() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        partner.behave(Mode::Status(500));
        call(&cx, gateway::Ask { key: None, ..ask(id, "") }).await;
        assert_eq!(partner.calls(), 1);
        call(&cx, ask(id, "with a key")).await;
        assert_eq!(partner.calls(), 4, "three attempts");
        assert!(partner.seen()[1..].iter().all(|seen| seen.key == "with a key"), "by which the partner knows it again");
    })
    .await;
}

#[tokio::test]
async fn no_field_outside_the_contract_leaves() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        // An insurer may have VIN and plate, and not where a car is.
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        assert!(matches!(call(&cx, ask(id, "work")).await, Answer::Answered(_)));
        let body = partner.seen()[0].body.clone();
        assert_eq!(
            body,
            json!({"vehicle": {"vin": "WVWZZZ1JZXW000001", "plate": "B-KF 2041"}, "subscription": {"id": "s-1"}})
        );
        for number in 0..50 {
            let payload = json!({"vehicle": {"location": format!("secret-{number}"), "vin": {"nested": 1}},
                                 "Vehicle": {"vin": format!("secret-{number}")}, "notes": format!("secret-{number}"),
                                 "customer": {"email": format!("secret-{number}"), "id": {"x": format!("secret-{number}")}}});
            call(&cx, gateway::Ask { payload, ..ask(id, &format!("more-{number}")) }).await;
        }
        assert!(partner.seen().iter().all(|seen| !seen.body.to_string().contains("secret")));
    })
    .await;
}

#[tokio::test]
async fn a_switch_stops_every_node_at_once_and_takes_two_to_lift() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let (cx, other) = (here(&cx), other_node(&cx));
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        for (level, key) in [(KillLevel::Everything, "everything".to_owned()), (KillLevel::Integration, id.to_string())]
        {
            gateway::throw(&cx, &access(), level, &key, "They lost our data").await.expect("thrown");
            let twice = gateway::throw(&cx, &access(), level, &key, "They lost our data").await.unwrap_err();
            assert_eq!(twice.code, "kill_switch.thrown");
            for node in [&cx, &other] {
                assert_eq!(refused(&call(node, ask(id, "work")).await), CallFailure::Switched);
            }
            let ines = access_of("Ines Albrecht");
            assert!(!gateway::lift(&cx, &ines, level, &key, "They found it").await.expect("asked for"));
            let alone = gateway::lift(&cx, &ines, level, &key, "They found it").await.unwrap_err();
            assert_eq!(alone.code, "kill_switch.second_person");
            assert_eq!(
                refused(&call(&cx, ask(id, "work")).await),
                CallFailure::Switched,
                "until somebody else lifts it"
            );
            assert!(gateway::lift(&cx, &access_of("Bastian Kroll"), level, &key, "Agreed").await.expect("lifted"));
        }
        assert_eq!(partner.calls(), 0);
        assert!(matches!(call(&other, ask(id, "work")).await, Answer::Answered(_)));
        assert!(gateway::throw(&cx, &access(), KillLevel::Partner, "nobody", "Because").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_is_not_live_is_not_called() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        set(&cx, id, "UPDATE integration SET state = 'held' WHERE id = $1").await;
        assert_eq!(refused(&call(&cx, ask(id, "work")).await), CallFailure::Gate);
        set(&cx, id, "UPDATE integration SET state = 'live', base_url = 'http://169.254.169.254' WHERE id = $1").await;
        assert_eq!(refused(&call(&cx, ask(id, "work")).await), CallFailure::Gate, "nor what is inside our network");
        assert_eq!(partner.calls(), 0);
    })
    .await;
}

#[tokio::test]
async fn no_more_go_out_at_once_or_in_a_minute_than_the_partner_wants() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        set(&cx, id, "UPDATE integration SET max_concurrent = 2 WHERE id = $1").await;
        partner.behave(Mode::Slow(100));
        let calls = (0..6).map(|number| {
            let (cx, ask) = (cx.clone(), ask(id, &format!("at-once-{number}")));
            async move { call(&cx, ask).await }
        });
        let answers = futures::future::join_all(calls).await;
        let full = answers.iter().filter(|answer| matches!(answer, Answer::Refused(CallFailure::Bulkhead, _))).count();
        assert_eq!((full, partner.calls()), (4, 2));
        partner.behave(Mode::Good);
        set(&cx, id, "UPDATE integration SET per_minute = 3 WHERE id = $1").await;
        let mut passed = 0;
        for number in 0..6 {
            match call(&cx, ask(id, &format!("fast-{number}"))).await {
                Answer::Answered(_) => passed += 1,
                answer => assert_eq!(refused(&answer), CallFailure::Rate),
            }
        }
        assert_eq!(passed, 3);
    })
    .await;
}

#[tokio::test]
async fn fifty_calls_at_once_ask_for_one_token_and_one_that_is_not_taken_is_asked_for_anew() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        set(&cx, id, "UPDATE integration SET auth = 'oauth2', auth_name = 'keyfob', max_concurrent = 64 WHERE id = $1").await;
        let url = format!("{}/oauth/token", partner.origin);
        let mut uow = cx.db.begin().await.unwrap();
        services::db::on!(uow.connection(), c => sqlx::query("UPDATE integration SET token_url = $2 WHERE id = $1")
            .bind(id.uuid()).bind(url).execute(c).await.map(|_| ()))
        .unwrap();
        services::vault::put(
            &cx,
            uow.connection(),
            services::vault::NewSecret {
                integration: id,
                purpose: services::vault::SecretPurpose::Credential,
                secret: &SecretString::from("the client's secret"),
                expires_at: None,
                overlap_until: None,
                by: "test",
            },
        )
        .await
        .unwrap();
        uow.commit(&cx, &services::access::Actor::command_line(), services::audit::Entry::new("test.set_up")).await.unwrap();
        let calls = (0..50).map(|number| {
            let (cx, ask) = (cx.clone(), ask(id, &format!("at-once-{number}")));
            async move { call(&cx, ask).await }
        });
        let answers = futures::future::join_all(calls).await;
        assert!(answers.iter().all(|answer| matches!(answer, Answer::Answered(_))), "{answers:?}");
        assert_eq!(partner.tokens.load(Ordering::SeqCst), 1);
        assert!(partner.seen().iter().all(|seen| seen.authorization == "Bearer token-1"));
        cx.clock.advance(9 * Timestamp::MINUTE + 45 * Timestamp::SECOND);
        call(&cx, ask(id, "near its end")).await;
        assert_eq!(partner.tokens.load(Ordering::SeqCst), 2, "asked for in time");
        partner.behave(Mode::SaysFailed);
        call(&cx, ask(id, "not taken")).await;
        assert_eq!(partner.tokens.load(Ordering::SeqCst), 3, "and anew when it is not taken");
        let dump: Vec<(Vec<u8>,)> = {
            let mut reading = cx.db.read().await.unwrap();
            services::db::on!(reading.connection(), c => sqlx::query_as("SELECT sealed FROM vault_secret").fetch_all(c).await)
                .unwrap()
        };
        assert!(!dump.is_empty() && dump.iter().all(|(sealed,)| !String::from_utf8_lossy(sealed).contains("secret")));
    })
    .await;
}

#[tokio::test]
async fn somebody_can_hold_the_circuit_open_and_closed() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Helvetia", INSURANCE, &partner.origin, Described::default()).await;
        gateway::hold(&cx, &access(), id, true, 10, "They asked us to wait").await.expect("held");
        assert_eq!(refused(&call(&cx, ask(id, "work")).await), CallFailure::Open);
        assert_eq!(gateway::standing(&cx, &access(), id).await.unwrap().forced.unwrap().by, "Ines Albrecht");
        gateway::let_go(&cx, &access(), id, "They are back").await.expect("let go");
        assert!(matches!(call(&cx, ask(id, "work")).await, Answer::Answered(_)));
        gateway::hold(&cx, &access(), id, true, 10, "Once more").await.expect("held");
        cx.clock.advance(11 * Timestamp::MINUTE);
        assert!(matches!(call(&cx, ask(id, "later")).await, Answer::Answered(_)), "a hold ends by itself");
        for minutes in [0, 1_441] {
            assert!(gateway::hold(&cx, &access(), id, true, minutes, "Too long").await.is_err());
        }
    })
    .await;
}
