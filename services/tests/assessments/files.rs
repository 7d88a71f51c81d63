use std::collections::{BTreeMap, BTreeSet};

use domain::{Timestamp, assessments::Standing};
use services::{
    Services,
    access::Actor,
    assessments::{self, FindingForm, Given, ProfileForm},
};
use uuid::Uuid;

use super::{
    setup::{evidence, people, profile, run, told, writes},
    support::{console, on_both_engines, partner},
};

#[tokio::test]
async fn a_questionnaire_is_read_strictly_and_a_version_never_changes() {
    on_both_engines(async |cx: Services| {
        let access = writes(&Actor::command_line());
        let import = async |text: &str| assessments::import(&cx, &access, text).await;
        let good = r#"{"key": "deep", "version": 1, "title": "Deep", "sections": [{"title": "All", "questions": [
            {"key": "backups", "text": "Are there backups?", "weight": 3, "answers": ["yes", "no"]}]}]}"#;
        for (text, expected) in [
            (String::new(), "Paste the questionnaire"),
            ("{".to_owned(), "line 1 column 1"),
            (good.replace("\"weight\"", "\"wieght\""), "unknown field `wieght`"),
            (good.replace("\"weight\": 3, ", ""), "missing field `weight`"),
            (good.replace('3', "7"), "“weight” must be from 1 to 5"),
            (good.replace("\"no\"", "\"maybe\""), "unknown variant `maybe`"),
            (good.replace("\"yes\", \"no\"", "\"yes\""), "must hold “yes” and “no”"),
            (good.replace("\"deep\"", "\"short\""), "built-in"),
            (good.replace("backups\"", "Back-ups\""), "“key” must be"),
            (" ".repeat(200_001) + good, "longer than"),
        ] {
            let refused = import(&text).await.unwrap_err();
            assert_eq!((refused.status, refused.fields[0].field.as_str()), (422, "document"));
            assert!(refused.message.contains(expected), "{expected} is not in: {}", refused.message);
        }
        import(good).await.unwrap();
        import(good).await.unwrap();
        let other = import(&good.replace("Are there", "Have they")).await.unwrap_err();
        assert!(other.message.contains("Versions never change"), "{}", other.message);
        import(&good.replace("\"version\": 1", "\"version\": 2")).await.unwrap();
        let listed = assessments::templates(&cx, &access).await.unwrap();
        let versions: Vec<(&str, i64)> = listed.iter().map(|one| (one.key.as_str(), one.version)).collect();
        assert_eq!(versions, [("short", 1), ("deep", 2), ("deep", 1)]);
        assert_eq!(told(&cx, "assessment.template_imported").await.len(), 2);

        // What a questionnaire doesn't offer can't be answered.
        let people = people(&cx).await;
        let acme = partner(&cx, "Acme").await;
        let writer = writes(&people.writer);
        let id = assessments::start(&cx, &writer, acme, ("deep", 2), Uuid::now_v7()).await.unwrap();
        let partly = Given { answer: "partly".to_owned(), ..Given::default() };
        let answers = BTreeMap::from([("backups".to_owned(), partly)]);
        let refused = assessments::save(&cx, &writer, id, 1, &answers).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "answers[backups]");
    })
    .await;
}

#[tokio::test]
async fn evidence_that_ends_is_warned_of_once_at_each_of_its_days() {
    on_both_engines(async |cx: Services| {
        run(&cx, "UPDATE partner_evidence SET removed_at = 1 WHERE id <> $1", Uuid::nil()).await;
        let acme = partner(&cx, "Acme").await;
        evidence(&cx, acme, "Certificate", "2027-01-23").await.unwrap();
        let mut counts = Vec::new();
        for days in [0, 1, 29, 1, 16, 7, 6, 1, 1] {
            cx.clock.advance(days * Timestamp::DAY);
            for _ in 0..2 {
                assessments::watch(&cx).await.unwrap();
            }
            counts.push(told(&cx, "assessment.evidence_ending").await.len());
        }
        // 61, 60, 31, 30, 14, 7, 1, 0 days before, and the day after.
        assert_eq!(counts, [0, 1, 1, 2, 3, 4, 5, 5, 5]);
    })
    .await;
}

#[tokio::test]
async fn a_file_keeps_evidence_and_findings_and_says_what_is_wrong_with_them() {
    on_both_engines(async |cx: Services| {
        let acme = partner(&cx, "Acme").await;
        let wrong = evidence(&cx, acme, "", "yesterday").await.unwrap_err();
        let fields: Vec<&str> = wrong.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["title", "valid_until"]);
        evidence(&cx, acme, "Certificate", "2028-11-22").await.unwrap();
        let form = FindingForm {
            title: "No restore was tried".to_owned(),
            severity: "high".to_owned(),
            owner: "Acme".to_owned(),
            due_on: "2026-12-24".to_owned(),
        };
        let finding = assessments::add_finding(&cx, &console(), acme, &form, Uuid::now_v7()).await.unwrap();
        let close = async |word: &str| {
            assessments::close_finding(&cx, &console(), finding, word.parse().unwrap(), "A restore was tried").await
        };
        assert_eq!(close("open").await.unwrap_err().status, 422);
        close("fixed").await.unwrap();
        assert_eq!(close("accepted").await.unwrap_err().code, "assessment.finding_closed");
        let file = assessments::file(&cx, &console(), acme).await.unwrap();
        assert_eq!((file.evidence.len(), file.findings.len()), (1, 1));
        let id = file.evidence[0].id.into();
        assessments::remove_evidence(&cx, &console(), id, "The wrong partner").await.unwrap();
        assert!(assessments::file(&cx, &console(), acme).await.unwrap().evidence.is_empty());
        let twice = assessments::remove_evidence(&cx, &console(), id, "Again").await.unwrap_err();
        assert_eq!(twice.status, 404);
        profile(&cx, acme, "high").await;
        let form = ProfileForm { criticality: "low".to_owned(), ..ProfileForm::default() };
        let stale = assessments::save_profile(&cx, &console(), acme, 0, &form, &BTreeSet::new()).await.unwrap_err();
        assert_eq!((stale.code, stale.status), ("assessment.profile_changed_meanwhile", 409));
    })
    .await;
}

#[tokio::test]
async fn the_demo_shows_partners_in_every_standing() {
    on_both_engines(async |cx: Services| {
        let lines = assessments::register(&cx, &console()).await.unwrap();
        let of = |name: &str| lines.iter().find(|line| line.name == name).unwrap();
        assert_eq!(of("Nordlicht Versicherung").standing, Standing::Current);
        assert_eq!(of("Aegis Mobility Cover").standing, Standing::Due, "its penetration test ends in six days");
        assert_eq!(of("Rastersat").standing, Standing::Expired);
        assert_eq!(of("Passwerk").standing, Standing::Never);
        assert_eq!(of("Hansa Werkstatt Verbund").standing, Standing::Due);
        assert!(of("Klarblick Ident").open.is_some() && of("Meridian Roadside").open.is_some());
        assert!(lines.windows(2).all(|pair| pair[0].standing <= pair[1].standing), "worst first");
    })
    .await;
}
