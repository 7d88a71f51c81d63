use domain::assessments::AssessmentState;
use services::{
    Services,
    assessments::{self, Proposal},
};
use uuid::Uuid;

use super::{
    setup::{decides, digest, given, people, profile, propose, submitted, told, version, writes},
    support::{console, on_both_engines, partner},
};

#[tokio::test]
async fn an_approval_takes_two_people_beside_the_one_who_submitted() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "critical").await;
        let id = submitted(&cx, &people.owner, acme, "", "").await;
        let own = propose(&cx, &people.owner, id, Proposal::default()).await.unwrap_err();
        assert_eq!((own.code, own.status), ("assessment.own_submission", 403));
        let own = assessments::reject(&cx, &decides(&people.owner), id, 3, "no").await.unwrap_err();
        assert_eq!(own.code, "assessment.own_submission");
        let nobody = assessments::propose(&cx, &console(), id, 3, &Proposal::default()).await.unwrap_err();
        assert_eq!(nobody.code, "assessment.people_only");

        propose(&cx, &people.first, id, Proposal::default()).await.unwrap();
        let seen = digest(&cx, id).await;
        let twice = assessments::confirm(&cx, &decides(&people.first), id, &seen, "Fine").await.unwrap_err();
        assert_eq!((twice.code, twice.status), ("assessment.own_proposal", 403));
        let own = assessments::confirm(&cx, &decides(&people.owner), id, &seen, "Fine").await.unwrap_err();
        assert_eq!(own.code, "assessment.own_submission");
        let silent = assessments::confirm(&cx, &decides(&people.second), id, &seen, " ").await.unwrap_err();
        assert_eq!((silent.status, silent.fields[0].field.as_str()), (422, "reason"));

        assessments::confirm(&cx, &decides(&people.second), id, &seen, "Fine").await.unwrap();
        let found = assessments::find(&cx, &console(), id).await.unwrap().assessment;
        assert_eq!(found.state(), AssessmentState::Approved);
        assert_eq!(found.review_on().unwrap().to_string(), "2027-05-23", "six months for a critical partner");
        assert_ne!(found.proposed_by, found.decided_by);
        let again = assessments::confirm(&cx, &decides(&people.second), id, &seen, "Fine").await.unwrap_err();
        assert_eq!((again.code, again.status), ("assessment.not_submitted", 409));
        let late =
            assessments::save(&cx, &writes(&people.writer), id, found.version, &given("", "")).await.unwrap_err();
        assert_eq!(late.code, "assessment.decided");
    })
    .await;
}

#[tokio::test]
async fn a_proposal_is_void_when_the_answers_change_before_the_second_looks() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "low").await;
        let id = submitted(&cx, &people.writer, acme, "", "").await;
        propose(&cx, &people.first, id, Proposal::default()).await.unwrap();
        let seen = digest(&cx, id).await;

        let read = version(&cx, id).await;
        let own = assessments::save(&cx, &writes(&people.owner), id, read - 1, &given("", "")).await.unwrap_err();
        assert_eq!((own.code, own.status), ("assessment.changed_meanwhile", 409));
        assessments::save(&cx, &writes(&people.writer), id, read, &given("restore_tested", "no")).await.unwrap();
        assert!(assessments::find(&cx, &console(), id).await.unwrap().is_proposal_stale);

        let void = assessments::confirm(&cx, &decides(&people.second), id, &seen, "Fine").await.unwrap_err();
        assert_eq!((void.code, void.status), ("assessment.proposal_void", 409));
        assert_eq!(told(&cx, "assessment.proposal_voided").await.len(), 1);
        let gone = assessments::confirm(&cx, &decides(&people.second), id, &seen, "Fine").await.unwrap_err();
        assert_eq!((gone.code, gone.status), ("assessment.no_proposal", 409));

        // What is proposed otherwise meanwhile is not what the second saw, either.
        propose(&cx, &people.first, id, Proposal::default()).await.unwrap();
        let seen = digest(&cx, id).await;
        let other = Proposal { conditions: "A restore is tried".to_owned(), ..Proposal::default() };
        propose(&cx, &people.first, id, other).await.unwrap();
        let stale = assessments::confirm(&cx, &decides(&people.second), id, &seen, "Fine").await.unwrap_err();
        assert_eq!((stale.code, stale.status), ("assessment.other_proposal", 409));
        assessments::confirm(&cx, &decides(&people.second), id, &digest(&cx, id).await, "Fine").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_proposed_an_approval_does_not_change_the_answers_under_it() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "low").await;
        let id = submitted(&cx, &people.writer, acme, "", "").await;
        propose(&cx, &people.owner, id, Proposal::default()).await.unwrap();
        let read = version(&cx, id).await;
        let own = assessments::save(&cx, &writes(&people.owner), id, read, &given("", "")).await.unwrap_err();
        assert_eq!((own.code, own.status), ("assessment.own_proposal", 403));
        // Who saves stands for the whole from then on.
        assessments::save(&cx, &writes(&people.second), id, read, &given("", "")).await.unwrap();
        let own = assessments::confirm(&cx, &decides(&people.second), id, "", "Fine").await.unwrap_err();
        assert_eq!(own.code, "assessment.own_submission");
    })
    .await;
}

#[tokio::test]
async fn a_knock_out_needs_a_condition_and_the_review_is_never_later_than_criticality_allows() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        profile(&cx, acme, "medium").await;
        let id = submitted(&cx, &people.writer, acme, "second_factor", "no").await;
        let bare = propose(&cx, &people.first, id, Proposal::default()).await.unwrap_err();
        assert_eq!((bare.status, bare.fields[0].field.as_str()), (422, "conditions"));
        let conditions = "A second factor for all within 60 days".to_owned();
        for (review_on, is_good) in [("2028-05-24", false), ("2026-11-23", false), ("2027-01-31", true)] {
            let proposal = Proposal { conditions: conditions.clone(), review_on: review_on.to_owned() };
            let proposed = propose(&cx, &people.first, id, proposal).await;
            assert_eq!(proposed.is_ok(), is_good, "{review_on}");
            if let Err(refused) = proposed {
                assert_eq!(refused.fields[0].field, "review_on");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_finished_is_not_submitted_and_two_are_not_open_at_once() {
    on_both_engines(async |cx: Services| {
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        let access = writes(&people.writer);
        let token = Uuid::now_v7();
        let id = assessments::start(&cx, &access, acme, ("short", 1), token).await.unwrap();
        let same = assessments::start(&cx, &access, acme, ("short", 1), token).await.unwrap();
        assert_eq!(same, id, "a form sent twice begins one");
        let other = assessments::start(&cx, &access, acme, ("short", 1), Uuid::now_v7()).await.unwrap_err();
        assert_eq!((other.code, other.status), ("assessment.open_already", 409));
        let early = assessments::submit(&cx, &access, id, 1).await.unwrap_err();
        assert_eq!((early.code, early.status), ("assessment.incomplete", 422));
        let odd = assessments::save(&cx, &access, id, 1, &given("second_factor", "maybe")).await.unwrap_err();
        assert_eq!(odd.fields[0].field, "answers[second_factor]");
        assessments::save(&cx, &access, id, 1, &given("", "")).await.unwrap();
        let bare = assessments::submit(&cx, &access, id, 2).await.unwrap_err();
        assert_eq!(bare.code, "assessment.no_profile");
        assessments::withdraw(&cx, &access, id, 2, "Not needed").await.unwrap();
        assessments::start(&cx, &access, acme, ("short", 1), Uuid::now_v7()).await.unwrap();
    })
    .await;
}
