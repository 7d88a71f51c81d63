//! What is done when an operation can't be had, and drills of it.

use domain::{Timestamp, integrations::CallState};
use services::{
    gateway::{self, Answer, QueueFilter},
    testing::on_both_engines,
};

use super::{
    fleet_fixture::access,
    partner::{Described, Mode, Partner, add, ask, call, here, integration},
};

#[tokio::test]
async fn each_plan_does_what_it_says() {
    let (first, other) = (Partner::start().await, Partner::start().await);
    on_both_engines(async |cx| {
        let cx = here(&cx);
        first.forget();
        other.forget();
        let second = integration(&cx, "Aurora", ("insurance", "insurer"), &other.origin, Described::default()).await;
        let plan = |plan| Described { plan, ..Described::default() };
        let asks_second = Described { second: Some(second), ..plan("second") };
        let with_second = integration(&cx, "Nordlicht", ("insurance", "insurer"), &first.origin, asks_second).await;
        let remembers =
            integration(&cx, "RoadSense", ("telematics", "insurer"), &first.origin, plan("last_known")).await;
        let queues = integration(&cx, "Ardent", ("payments", "insurer"), &first.origin, plan("queue")).await;

        let Answer::Answered(known) = call(&cx, ask(remembers, "first")).await else { panic!("it is up") };
        first.behave(Mode::Status(500));
        assert!(matches!(call(&cx, ask(with_second, "work")).await, Answer::Second(_, by) if by == second));
        let asked_at = cx.clock.now();
        cx.clock.advance(10 * Timestamp::MINUTE);
        assert_eq!(call(&cx, ask(remembers, "again")).await, Answer::LastKnown(known, asked_at));
        let mut elsewhere = ask(remembers, "another question");
        elsewhere.payload = serde_json::json!({"vehicle": {"vin": "another"}});
        assert!(matches!(call(&cx, elsewhere).await, Answer::Refused(..)), "of another car nothing is known");
        cx.clock.advance(2 * Timestamp::HOUR);
        assert!(
            matches!(call(&cx, ask(remembers, "later")).await, Answer::Refused(..)),
            "what is too old is not given"
        );
        let Answer::Queued(id) = call(&cx, ask(queues, "work")).await else { panic!("queued") };
        assert_eq!(call(&cx, ask(queues, "work")).await, Answer::Queued(id), "the same work is queued once");
        let waiting = gateway::queued(&cx, &access(), id).await.unwrap();
        assert_eq!((waiting.state(), waiting.idempotency_key.as_str()), (CallState::Ready, "work"));
        other.behave(Mode::Status(500));
        assert!(matches!(call(&cx, ask(with_second, "both down")).await, Answer::Refused(..)));
    })
    .await;
}

#[tokio::test]
async fn a_drill_behaves_as_if_the_partner_were_down_and_shows_what_the_plans_did() {
    let partner = Partner::start().await;
    on_both_engines(async |cx| {
        let cx = here(&cx);
        partner.forget();
        let queues = Described { plan: "queue", ..Described::default() };
        let id = integration(&cx, "Nordlicht", ("insurance", "insurer"), &partner.origin, queues).await;
        let mut uow = cx.db.begin().await.unwrap();
        add(uow.connection(), id, Described { name: "cover.end", ..Described::default() }).await;
        uow.commit(&cx, &services::access::Actor::command_line(), services::audit::Entry::new("test.set_up"))
            .await
            .unwrap();
        gateway::start_drill(&cx, &access(), id, 15, "The quarter’s drill").await.expect("begun");
        assert_eq!(
            gateway::start_drill(&cx, &access(), id, 15, "Twice").await.unwrap_err().code,
            "integration.drill_on"
        );
        for number in 0..3 {
            assert!(matches!(call(&cx, ask(id, &format!("work-{number}"))).await, Answer::Queued(_)));
        }
        let mut end = ask(id, "the end");
        end.operation = "cover.end".to_owned();
        assert!(matches!(call(&cx, end).await, Answer::Refused(..)));
        gateway::work_once(&cx).await.unwrap();
        assert_eq!(partner.calls(), 0, "nothing leaves in a drill");
        gateway::stop_drill(&cx, &access(), id).await.expect("ended");
        let drill = gateway::drills(&cx, &access(), id).await.unwrap().remove(0);
        assert_eq!((drill.report.calls, drill.report.queued, drill.report.refused), (4, 3, 1));
        cx.clock.advance(Timestamp::MINUTE);
        gateway::work_once(&cx).await.unwrap();
        assert_eq!(partner.works(), 3, "what was queued is done afterwards");
        let waiting = QueueFilter { state: Some(CallState::Ready), ..QueueFilter::default() };
        assert!(gateway::queue(&cx, &access(), &waiting).await.unwrap().rows.is_empty());
        let standing = gateway::standing(&cx, &access(), id).await.unwrap();
        assert_eq!(standing.state, domain::integrations::BreakerState::Closed, "a drill opens no circuit");
    })
    .await;
}
