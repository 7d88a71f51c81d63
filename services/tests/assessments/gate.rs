use std::collections::BTreeSet;

use domain::{
    Timestamp,
    assessments::{Missing, Standing},
    integrations::IntegrationState,
};
use services::{Services, assessments};
use uuid::Uuid;

use super::{
    setup::{approved, decides, drill, evidence, integration, manages, people, profile, run, state, told_of},
    support::{console, on_both_engines, partner},
};

#[tokio::test]
async fn the_gate_names_each_thing_that_is_missing_and_opens_when_nothing_is() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "high").await;
        let id = integration(&cx, acme, &people.owner).await;
        let access = manages(&people.writer);
        let unmet = async || assessments::standing(&cx, &console(), id).await.unwrap().unmet();
        assert_eq!(unmet().await, [Missing::Assessment]);
        approved(&cx, &people, acme).await;
        assert_eq!(unmet().await, []);
        let taken: [(Missing, &'static str, &'static str, Uuid); 4] = [
            (
                Missing::Contract,
                "DELETE FROM partner_field WHERE partner_id = $1",
                "INSERT INTO partner_field (partner_id, field) VALUES ($1, 'vehicle.vin')",
                acme.uuid(),
            ),
            (
                Missing::Owner,
                "UPDATE integration SET version = version + 1, purpose = '', owner_id = NULL WHERE id = $1",
                "UPDATE integration SET owner_id = (SELECT id FROM staff WHERE email = 'owner@demo.keyfob.example') WHERE id = $1",
                id.uuid(),
            ),
            (
                Missing::Drill,
                "UPDATE drill SET started_at = started_at - 15552000000 WHERE integration_id = $1",
                "UPDATE drill SET started_at = started_at + 15552000000 WHERE integration_id = $1",
                id.uuid(),
            ),
            (
                Missing::Probe,
                "UPDATE integration SET last_good_at = NULL WHERE id = $1",
                "UPDATE integration SET last_good_at = created_at WHERE id = $1",
                id.uuid(),
            ),
        ];
        for (missing, take, give, key) in taken {
            run(&cx, take, key).await;
            let refused = assessments::go_live(&cx, &access, id, "It is time").await.unwrap_err();
            assert_eq!((refused.code, refused.status), ("gate.closed", 409), "{missing}");
            assert!(refused.message.contains(missing.label()), "{missing}: {}", refused.message);
            assert_eq!(unmet().await, [missing]);
            run(&cx, give, key).await;
        }
        run(&cx, "DELETE FROM integration_operation WHERE integration_id = $1", id.uuid()).await;
        run(&cx, "UPDATE integration SET owner_id = NULL WHERE id = $1", id.uuid()).await;
        let refused = assessments::go_live(&cx, &access, id, "It is time").await.unwrap_err();
        assert!(refused.message.contains("Contingency plans, Owner"), "{}", refused.message);

        // An owner who doesn't work here any more is none.
        run(&cx, "DELETE FROM integration WHERE id = $1", id.uuid()).await;
        let id = integration(&cx, acme, &people.owner).await;
        evidence(&cx, acme, "Certificate", "2026-11-22").await.unwrap();
        let refused = assessments::go_live(&cx, &access, id, "It is time").await.unwrap_err();
        assert!(refused.message.contains(Missing::Evidence.label()), "{}", refused.message);
        evidence(&cx, acme, "Newer certificate", "2028-11-22").await.unwrap();
        assessments::go_live(&cx, &access, id, "It is time").await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live);
        let twice = assessments::go_live(&cx, &access, id, "It is time").await.unwrap_err();
        assert_eq!((twice.code, twice.status), ("gate.other_state", 409));
        assert_eq!(told_of(&cx, id, "integration.went_live").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_ran_out_closes_the_gate_and_a_new_one_opens_it() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "high").await;
        approved(&cx, &people, acme).await;
        evidence(&cx, acme, "Certificate", "2026-11-25").await.unwrap();
        let id = integration(&cx, acme, &people.owner).await;
        assessments::go_live(&cx, &manages(&people.writer), id, "It is time").await.unwrap();
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live);

        cx.clock.advance(3 * Timestamp::DAY);
        for _ in 0..2 {
            assessments::watch(&cx).await.unwrap();
        }
        let (restricted, why) = state(&cx, id).await;
        assert_eq!(restricted, IntegrationState::Restricted);
        assert!(why.contains("Evidence in force"), "{why}");
        assert_eq!(told_of(&cx, id, "integration.restricted").await, ["gate"]);

        cx.clock.advance(14 * Timestamp::DAY - 1);
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Restricted);
        cx.clock.advance(1);
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Held);
        assert_eq!(told_of(&cx, id, "integration.held").await, ["gate"]);

        evidence(&cx, acme, "Newer certificate", "2028-11-25").await.unwrap();
        for _ in 0..2 {
            assessments::watch(&cx).await.unwrap();
        }
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live);
        assert_eq!(told_of(&cx, id, "integration.restored").await, ["gate"]);
    })
    .await;
}

#[tokio::test]
async fn an_assessment_that_ran_out_closes_the_gate_and_what_people_hold_stays_held() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "critical").await;
        approved(&cx, &people, acme).await;
        let id = integration(&cx, acme, &people.owner).await;
        assessments::go_live(&cx, &manages(&people.writer), id, "It is time").await.unwrap();
        // Drills and probes are asked for before going live, and close nothing that is open.
        cx.clock.advance(181 * Timestamp::DAY);
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live, "the last day of its review counts");
        cx.clock.advance(Timestamp::DAY);
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Restricted);
        let line = assessments::register(&cx, &console()).await.unwrap();
        let line = line.into_iter().find(|line| line.partner == acme.uuid()).unwrap();
        assert_eq!(line.standing, Standing::Expired);

        approved(&cx, &people, acme).await;
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live);
        run(&cx, "UPDATE integration SET state = 'held' WHERE id = $1", id.uuid()).await;
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Held);
    })
    .await;
}

#[tokio::test]
async fn an_exception_takes_two_people_and_ends_by_itself() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "high").await;
        approved(&cx, &people, acme).await;
        let id = integration(&cx, acme, &people.owner).await;
        run(&cx, "DELETE FROM drill WHERE integration_id = $1", id.uuid()).await;
        let access = manages(&people.owner);
        let now = cx.clock.now();
        let what = BTreeSet::from([Missing::Drill]);
        let ask = async |days: i64| {
            let end = now.plus(days * Timestamp::DAY);
            assessments::ask_exception(&cx, &access, id, &what, end, "The first insurer is down", Uuid::now_v7()).await
        };
        let long = ask(15).await.unwrap_err();
        assert_eq!((long.status, long.fields[0].field.as_str()), (422, "until"));
        let exception = ask(3).await.unwrap();
        assert_eq!(ask(3).await.unwrap_err().code, "gate.exception_open");
        let own = assessments::grant_exception(&cx, &decides(&people.owner), exception, "Yes").await.unwrap_err();
        assert_eq!((own.code, own.status), ("gate.own_exception", 403));
        let closed = assessments::go_live(&cx, &access, id, "Now").await.unwrap_err();
        assert_eq!(closed.code, "gate.closed", "what is only asked for opens nothing");

        assessments::grant_exception(&cx, &decides(&people.first), exception, "Cars would stand still").await.unwrap();
        let twice = assessments::grant_exception(&cx, &decides(&people.second), exception, "Yes").await.unwrap_err();
        assert_eq!(twice.status, 409);
        let standing = assessments::standing(&cx, &console(), id).await.unwrap();
        assert_eq!((standing.unmet(), standing.missing()), (vec![], vec![Missing::Drill]));
        assessments::go_live(&cx, &access, id, "Now").await.unwrap();

        cx.clock.advance(3 * Timestamp::DAY - 1);
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live);
        cx.clock.advance(1);
        assert_eq!(assessments::standing(&cx, &console(), id).await.unwrap().unmet(), [Missing::Drill]);
        assessments::watch(&cx).await.unwrap();
        let (held, why) = state(&cx, id).await;
        assert_eq!(held, IntegrationState::Held);
        assert!(why.contains("Failure drill"), "{why}");
        assert_eq!(told_of(&cx, id, "integration.exception_ended").await, ["gate"]);

        drill(&cx, id).await;
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live, "once the drill was run");
    })
    .await;
}

#[tokio::test]
async fn an_exception_that_is_called_off_closes_the_gate_at_once() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        let id = integration(&cx, acme, &people.owner).await;
        let end = cx.clock.now().plus(14 * Timestamp::DAY);
        let what = BTreeSet::from([Missing::Assessment]);
        let access = manages(&people.writer);
        let ask = async || assessments::ask_exception(&cx, &access, id, &what, end, "Urgent", Uuid::now_v7()).await;
        let declined = ask().await.unwrap();
        assessments::decline_exception(&cx, &decides(&people.first), declined, "Not needed").await.unwrap();
        let granted = ask().await.unwrap();
        assessments::grant_exception(&cx, &decides(&people.first), granted, "Needed now").await.unwrap();
        assessments::go_live(&cx, &access, id, "Now").await.unwrap();
        cx.clock.advance(Timestamp::HOUR);
        assessments::watch(&cx).await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Live, "a missing assessment is excused");
        assessments::end_exception(&cx, &decides(&people.second), granted, "It is over").await.unwrap();
        assert_eq!(state(&cx, id).await.0, IntegrationState::Held);
    })
    .await;
}
