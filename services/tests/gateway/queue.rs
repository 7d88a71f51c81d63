//! Queued calls: done once, held while they can't go out, given up in the end, and sent again.

use domain::{
    Timestamp,
    integrations::{CallState, KillLevel},
};
use services::{
    Services,
    gateway::{self, Answer, QueueFilter},
    testing::on_both_engines,
};

use super::{
    fleet_fixture::{access, access_of},
    partner::{Described, Mode, Partner, ask, call, here, integration, other_node},
};

const QUEUES: Described<'static> = Described {
    name: "cover.start",
    method: "POST",
    path: "/policies",
    plan: "queue",
    second: None,
    attempts: 1,
    timeout_ms: 300,
    deadline_ms: 900,
};

async fn states(cx: &Services) -> Vec<CallState> {
    let page = gateway::queue(cx, &access(), &QueueFilter::default()).await.unwrap();
    page.rows.iter().map(gateway::Queued::state).collect()
}

#[tokio::test]
async fn nothing_is_given_up_while_the_circuit_is_open_or_a_switch_is_thrown() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, QUEUES).await;
        partner.behave(Mode::Status(503));
        for number in 0..8 {
            assert!(matches!(call(&cx, ask(id, &format!("work-{number}"))).await, Answer::Queued(_)));
        }
        let before = partner.calls();
        for _ in 0..5 {
            gateway::work_once(&cx).await.unwrap();
        }
        assert_eq!(partner.calls(), before, "held");
        gateway::throw(&cx, &access(), KillLevel::Integration, &id.to_string(), "Wait").await.unwrap();
        for _ in 0..200 {
            cx.clock.advance(10 * Timestamp::MINUTE);
            gateway::work_once(&cx).await.unwrap();
        }
        assert_eq!(partner.calls(), before, "held by the switch");
        assert!(states(&cx).await.iter().all(|state| *state == CallState::Ready));
        gateway::lift(&cx, &access_of("Ines Albrecht"), KillLevel::Integration, &id.to_string(), "Go").await.unwrap();
        gateway::lift(&cx, &access_of("Bastian Kroll"), KillLevel::Integration, &id.to_string(), "Go").await.unwrap();
        partner.behave(Mode::Good);
        for _ in 0..10 {
            cx.clock.advance(Timestamp::MINUTE);
            gateway::work_once(&cx).await.unwrap();
        }
        assert_eq!(states(&cx).await, [CallState::Done; 8]);
        assert_eq!(partner.works(), 8);
    })
    .await;
}

#[tokio::test]
async fn two_nodes_that_work_at_once_do_each_call_once() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let (cx, other) = (here(&cx), other_node(&cx));
        partner.forget();
        let id = integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, QUEUES).await;
        gateway::hold(&cx, &access(), id, true, 1, "So that they queue").await.unwrap();
        for number in 0..60 {
            call(&cx, ask(id, &format!("work-{number}"))).await;
        }
        cx.clock.advance(2 * Timestamp::MINUTE);
        let work = async |node: &Services| {
            while gateway::work_once(node).await.unwrap() > 0 {}
        };
        tokio::join!(work(&cx), work(&other));
        let mut keys: Vec<String> = partner.seen().into_iter().map(|seen| seen.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!((keys.len(), partner.calls()), (60, 60));
    })
    .await;
}

#[tokio::test]
async fn what_the_partner_never_takes_is_given_up_and_can_be_sent_again_or_cancelled() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, QUEUES).await;
        partner.behave(Mode::Status(401));
        for number in 0..3 {
            call(&cx, ask(id, &format!("work-{number}"))).await;
        }
        let begun = cx.clock.now();
        for _ in 0..80 {
            cx.clock.advance(Timestamp::HOUR);
            gateway::work_once(&cx).await.unwrap();
        }
        assert_eq!(states(&cx).await, [CallState::Dead; 3]);
        let tries = partner.calls();
        assert_eq!(tries, 3 + 3 * 10, "asked once, and tried ten times each");
        let page = gateway::queue(&cx, &access(), &QueueFilter::default()).await.unwrap();
        let ids: Vec<domain::ids::PartnerCallId> = page.rows.iter().map(|row| row.id.into()).collect();
        gateway::cancel(&cx, &access(), ids[0], "Done by telephone").await.unwrap();
        partner.behave(Mode::Good);
        let (from, until) = (begun.plus(-1), cx.clock.now());
        let count = gateway::replay_many(&cx, &access(), Some(id), from, until, 60, "They are back").await.unwrap();
        assert_eq!(count, 2, "what is cancelled is not sent");
        gateway::work_once(&cx).await.unwrap();
        assert_eq!(partner.works(), 1, "at one a second, the first goes at once");
        cx.clock.advance(2 * Timestamp::SECOND);
        gateway::work_once(&cx).await.unwrap();
        assert_eq!(partner.works(), 2);
        let again = gateway::replay(&cx, &access(), ids[1], "Once more").await.unwrap_err();
        assert_eq!(again.code, "partner_call.not_waiting", "what is done is not done again");
        assert!(gateway::cancel(&cx, &access(), ids[1], "Too late").await.is_err());
        let counts = gateway::counts(&cx, &access()).await.unwrap();
        assert_eq!((counts.ready, counts.dead), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_gives_the_work_back_and_the_partner_does_it_once() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let id = integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, QUEUES).await;
        gateway::hold(&cx, &access(), id, true, 1, "So that it queues").await.unwrap();
        call(&cx, ask(id, "work")).await;
        cx.clock.advance(2 * Timestamp::MINUTE);
        partner.behave(Mode::Slow(200));
        // A worker that dies while its call is under way.
        let dying = tokio::spawn({
            let cx = cx.clone();
            async move { gateway::work_once(&cx).await }
        });
        while partner.calls() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        dying.abort();
        assert_eq!(states(&cx).await, [CallState::Running]);
        partner.behave(Mode::Good);
        cx.clock.advance(Timestamp::HOUR);
        let worker = gateway::CallWorker::new(cx.clone());
        let running = tokio::spawn({
            let worker = worker.clone();
            async move { worker.run().await }
        });
        while states(&cx).await != [CallState::Done] {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        worker.stop();
        running.await.unwrap();
        assert!(partner.seen().iter().all(|seen| seen.key == "work"), "known again by its key");
        assert_eq!(partner.works(), 1);
    })
    .await;
}
