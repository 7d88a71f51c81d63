//! What we use, what was published against it, and until when it has to be updated, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "machines/support.rs"]
#[allow(dead_code, unused_imports)]
mod support;

use domain::{
    Timestamp,
    ids::{ComponentId, PatchId},
    patches::PatchState,
};
use jiff::civil::date;
use serde_json::{Value, json};
use services::{
    Services, audit, demo,
    patches::{
        self, ComponentFilter, ComponentForm, Exception, Imported, MOST_IN_FILE, MOST_PASTED, Parsed, Show, Task,
        TaskFilter,
    },
    roles,
};
use support::{console, person};
use uuid::Uuid;

/// A test on both engines, with demo staff and with nothing in the inventory but what the test enters.
async fn on_both_engines<F: AsyncFn(Services)>(test: F) {
    services::testing::on_both_engines(async |cx: Services| {
        roles::seed(&cx).await.unwrap();
        demo::fill(&cx, demo::Options { customers: 4, seed: 3 }).await.unwrap();
        test(cx).await;
    })
    .await;
}

fn form(name: &str, version: &str) -> ComponentForm {
    ComponentForm {
        kind: "connector".to_owned(),
        name: name.to_owned(),
        ecosystem: "npm".to_owned(),
        version: version.to_owned(),
        ..ComponentForm::default()
    }
}

async fn enter(cx: &Services, name: &str, version: &str) -> ComponentId {
    let fields = patches::parse_form(&form(name, version)).unwrap();
    patches::create(cx, &console(), &fields, Uuid::now_v7()).await.expect("a component")
}

async fn set_version(cx: &Services, id: ComponentId, version: &str) {
    let found = patches::find_component(cx, &console(), id).await.unwrap();
    let typed = ComponentForm { version: version.to_owned(), ..patches::form_of(&found) };
    let fields = patches::parse_form(&typed).unwrap();
    patches::edit(cx, &console(), id, found.row_version, &fields).await.expect("saved");
}

/// An advisory about a package of npm: affected before `fixed`, at a severity of 9.8.
fn advisory(id: &str, name: &str, fixed: &str) -> Value {
    json!({
        "schema_version": "1.6.0",
        "id": id,
        "modified": "2026-11-01T00:00:00Z",
        "published": "2026-10-31T12:00:00Z",
        "aliases": [format!("CVE-2026-{}", 1_000 + id.len())],
        "summary": "It can be made to fall over",
        "details": "How it falls over.\n\nAnd why.",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        "affected": [{
            "package": { "ecosystem": "npm", "name": name, "purl": "pkg:npm/whatever" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
        }],
    })
}

async fn import(cx: &Services, value: &Value) -> Imported {
    patches::import(cx, &console(), &value.to_string()).await.expect("imported")
}

async fn shown(cx: &Services, component: ComponentId, show: Show) -> Vec<Task> {
    let filter = TaskFilter { show, component: Some(component.uuid()), ..TaskFilter::default() };
    patches::list(cx, &console(), &filter).await.expect("a list").rows
}

async fn only(cx: &Services, component: ComponentId) -> Task {
    let mut tasks = shown(cx, component, Show::All).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

async fn actions(cx: &Services, task: &Task) -> Vec<String> {
    let told = audit::for_target(cx, &console(), "patch", task.id, 50).await.unwrap();
    told.into_iter().rev().map(|event| event.action).collect()
}

#[tokio::test]
async fn an_import_opens_a_task_and_a_second_one_adds_nothing() {
    on_both_engines(async |cx| {
        let hit = enter(&cx, "lantern", "1.2.0").await;
        let missed = enter(&cx, "lantern", "2.0.0").await;
        let text = json!([advisory("GHSA-1", "lantern", "2.0.0"), advisory("GHSA-02", "another", "9.0.0")]);
        let first = import(&cx, &text).await;
        assert_eq!(first, Imported { added: 2, opened: 1, ..Imported::default() });
        let task = only(&cx, hit).await;
        assert_eq!((task.osv_id.as_str(), task.due_on.as_str()), ("GHSA-1", "2026-11-30"), "critical: seven days");
        assert_eq!((task.severity().as_str(), task.state(), task.is_exploited), ("critical", PatchState::Open, false));
        assert!(shown(&cx, missed, Show::All).await.is_empty());
        assert_eq!(actions(&cx, &task).await, ["patch.opened"]);

        let second = import(&cx, &text).await;
        assert_eq!(second, Imported { unchanged: 2, ..Imported::default() });
        assert_eq!(only(&cx, hit).await.row_version, task.row_version);
        assert_eq!(actions(&cx, &task).await.len(), 1, "nothing more is told");

        let detail = patches::find(&cx, &console(), task.id.into()).await.unwrap();
        assert_eq!((detail.score, detail.details.as_str()), (Some(98), "How it falls over.\n\nAnd why."));
        assert_eq!(detail.aliases, ["CVE-2026-1006"]);
    })
    .await;
}

#[tokio::test]
async fn two_who_import_at_once_open_one_task() {
    on_both_engines(async |cx| {
        let component = enter(&cx, "lantern", "1.2.0").await;
        let text = advisory("GHSA-1", "lantern", "2.0.0").to_string();
        let access = console();
        let (left, right) = tokio::join!(patches::import(&cx, &access, &text), patches::import(&cx, &access, &text));
        let both = left.expect("the first").plus(right.expect("the second"));
        assert_eq!(both, Imported { added: 1, unchanged: 1, opened: 1, ..Imported::default() });
        only(&cx, component).await;
    })
    .await;
}

#[tokio::test]
async fn one_bad_entry_refuses_all_and_each_is_named() {
    on_both_engines(async |cx| {
        let component = enter(&cx, "lantern", "1.2.0").await;
        let bad = [
            json!({ "modified": "2026-11-01T00:00:00Z" }),
            json!({ "id": "A-2", "modified": "yesterday" }),
            json!({ "id": "A 3", "modified": "2026-11-01T00:00:00Z" }),
            json!({ "id": "A-4", "modified": "2026-11-01T00:00:00Z", "severity": [{ "type": "CVSS_V3", "score": "9.8" }] }),
            json!({ "id": "A-5", "modified": "2026-11-01T00:00:00Z", "affected": [{
                "package": { "ecosystem": "npm", "name": "lantern" },
                "ranges": [{ "type": "SEMVER", "events": [{ "fixed": "1.0.0" }] }],
            }] }),
            json!({ "id": "A-6", "modified": "2026-11-01T00:00:00Z", "affected": [{
                "package": { "ecosystem": "npm", "name": "lantern" },
                "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0", "fixed": "1.0.0" }] }],
            }] }),
            json!({ "id": "A-7", "modified": "2026-11-01T00:00:00Z", "affected": [{
                "package": { "ecosystem": "npm", "name": "lantern" },
                "ranges": [{ "type": "MOON", "events": [] }],
            }] }),
        ];
        let mut entries = vec![advisory("GHSA-1", "lantern", "2.0.0")];
        entries.extend(bad);
        let error = patches::import(&cx, &console(), &Value::Array(entries).to_string()).await.unwrap_err();
        assert_eq!((error.status, error.fields.len()), (422, 7), "{error:?}");
        for (place, field) in error.fields.iter().enumerate() {
            assert_eq!(field.field, "text");
            assert!(field.message.starts_with(&format!("Entry {}", place + 2)), "{}", field.message);
        }
        assert!(error.fields[1].message.contains("(A-2)") && error.fields[1].message.contains("modified"));
        assert!(shown(&cx, component, Show::All).await.is_empty(), "the good one isn't imported either");
        for text in ["", "{", "7", "[]", "{\"vulnerabilities\": 7}", "{\"vulnerabilities\": [{\"cveID\": \"7\"}]}"] {
            assert_eq!(patches::import(&cx, &console(), text).await.unwrap_err().status, 422, "{text}");
        }
        let long = format!("[{}]", " ".repeat(MOST_PASTED));
        assert_eq!(patches::import(&cx, &console(), &long).await.unwrap_err().status, 422);
        assert!(patches::parse(&long, MOST_IN_FILE).unwrap_err()[0].contains("nothing"), "a file may be longer");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_can_compare_or_has_rated_needs_a_person() {
    on_both_engines(async |cx| {
        let odd = enter(&cx, "lantern", "nightly").await;
        let mut unrated = advisory("GHSA-1", "lantern", "2.0.0");
        unrated["severity"] = Value::Null;
        import(&cx, &unrated).await;
        let task = only(&cx, odd).await;
        assert!(task.is_unclear);
        assert_eq!((task.severity().as_str(), task.due_on.as_str()), ("unrated", "2026-12-23"));
        let mut word = advisory("GHSA-02", "lantern", "2.0.0");
        word["severity"] = json!([{ "type": "CVSS_V4", "score": "CVSS:4.0/whatever" }]);
        word["database_specific"] = json!({ "severity": "MODERATE" });
        let Ok(Parsed::Advisories(read)) = patches::parse(&word.to_string(), MOST_PASTED) else { panic!("it is one") };
        assert_eq!((read[0].severity.as_str(), read[0].score), ("medium", None));
    })
    .await;
}

#[tokio::test]
async fn a_newer_form_replaces_an_older_one_never_does_and_a_withdrawn_one_closes() {
    on_both_engines(async |cx| {
        let component = enter(&cx, "lantern", "1.2.0").await;
        let mut newer = advisory("GHSA-1", "lantern", "2.0.0");
        newer["severity"] = json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L" }]);
        import(&cx, &newer).await;
        assert_eq!(only(&cx, component).await.due_on, "2027-02-21", "medium: ninety days");

        newer["modified"] = json!("2026-11-02T00:00:00Z");
        newer["severity"] = advisory("GHSA-1", "lantern", "2.0.0")["severity"].clone();
        let done = import(&cx, &newer).await;
        assert_eq!((done.replaced, done.opened, done.closed), (1, 0, 0));
        let task = only(&cx, component).await;
        assert_eq!((task.severity().as_str(), task.due_on.as_str()), ("critical", "2026-11-30"), "it got worse");

        assert_eq!(import(&cx, &advisory("GHSA-1", "lantern", "1.0.0")).await.unchanged, 1, "an older form");
        assert_eq!(only(&cx, component).await.state(), PatchState::Open);

        newer["modified"] = json!("2026-11-03T00:00:00Z");
        newer["withdrawn"] = json!("2026-11-03T00:00:00Z");
        assert_eq!(import(&cx, &newer).await.closed, 1);
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.reason.as_str()), (PatchState::Closed, "The advisory was withdrawn."));
        let access = person(&cx, "integrations@demo.keyfob.example").await.authorize().unwrap();
        let error = patches::reopen(&cx, &access, task.id.into(), "But still").await.unwrap_err();
        assert_eq!(error.code, "patch.nothing_to_do");
        assert_eq!(actions(&cx, &task).await, ["patch.opened", "patch.changed", "patch.closed"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_known_to_be_exploited_is_due_sooner_whichever_comes_first() {
    on_both_engines(async |cx| {
        let component = enter(&cx, "lantern", "1.2.0").await;
        let mut low = advisory("GHSA-1", "lantern", "2.0.0");
        low["severity"] = json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N" }]);
        low["aliases"] = json!(["CVE-2026-4711"]);
        import(&cx, &low).await;
        assert_eq!(only(&cx, component).await.due_on, "2027-05-22", "low: 180 days");
        let exploited = json!({ "title": "a list", "vulnerabilities": [
            { "cveID": "CVE-2026-4711", "vendorProject": "whoever" }, { "cveID": "CVE-2026-4712" }] });
        assert_eq!(import(&cx, &exploited).await, Imported { marked: 1, ..Imported::default() });
        let task = only(&cx, component).await;
        assert!(task.is_exploited && task.due_on == "2026-12-07", "{task:?}");
        assert_eq!(import(&cx, &exploited).await, Imported::default(), "twice adds nothing");

        low["id"] = json!("GHSA-02");
        low["aliases"] = json!(["CVE-2026-4712"]);
        import(&cx, &low).await;
        let tasks = shown(&cx, component, Show::Exploited).await;
        assert_eq!(tasks.len(), 2, "what was listed before the advisory came counts too");
        let counts = patches::counts(&cx, &console()).await.unwrap();
        assert_eq!(counts.exploited, 2);
    })
    .await;
}

#[tokio::test]
async fn a_new_version_closes_by_itself_and_an_affected_one_opens_again() {
    on_both_engines(async |cx| {
        let component = enter(&cx, "lantern", "1.2.0").await;
        import(&cx, &advisory("GHSA-1", "lantern", "2.0.0")).await;
        set_version(&cx, component, "2.0.1").await;
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.reason.as_str()), (PatchState::Closed, "Fixed by update to 2.0.1."));

        cx.clock.advance(3 * Timestamp::DAY);
        set_version(&cx, component, "1.9.0").await;
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.due_on.as_str()), (PatchState::Open, "2026-12-03"), "counted anew");

        let access = person(&cx, "integrations@demo.keyfob.example").await.authorize().unwrap();
        patches::fixed(&cx, &access, task.id.into(), "Patched by hand").await.unwrap();
        set_version(&cx, component, "1.9.1").await;
        assert_eq!(
            only(&cx, component).await.state(),
            PatchState::Open,
            "what was said of 1.9.0 doesn't hold for 1.9.1"
        );

        patches::remove(&cx, &console(), component, "Not used any more").await.unwrap();
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.reason.as_str()), (PatchState::Closed, "The component is not in use any more."));
        let error = patches::find_component(&cx, &console(), component).await.unwrap_err();
        assert_eq!(error.code, "component.not_found");
        let report = audit::verify::verify(&cx, None, None).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_component_that_is_entered_later_is_compared_at_once_and_a_form_sent_twice_makes_one() {
    on_both_engines(async |cx| {
        import(&cx, &advisory("GHSA-1", "lantern", "2.0.0")).await;
        let (fields, token) = (patches::parse_form(&form("lantern", "1.0.0")).unwrap(), Uuid::now_v7());
        let id = patches::create(&cx, &console(), &fields, token).await.unwrap();
        assert_eq!(patches::create(&cx, &console(), &fields, token).await.unwrap(), id);
        assert_eq!(only(&cx, id).await.state(), PatchState::Open);
        let filter = ComponentFilter { query: Some("LANT".to_owned()), ..ComponentFilter::default() };
        let found = patches::components(&cx, &console(), &filter).await.unwrap().rows;
        assert_eq!((found.len(), found[0].to_do), (1, 1));
        let stale = patches::edit(&cx, &console(), id, 7, &fields).await.unwrap_err();
        assert_eq!(stale.code, "component.changed_meanwhile");
        let wrong =
            ComponentForm { kind: "own".to_owned(), used_by: "partner:7".to_owned(), ..ComponentForm::default() };
        let fields: Vec<_> = patches::parse_form(&wrong).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["kind", "name", "version", "used_by"]);
        let nowhere = ComponentForm { used_by: format!("partner:{}", Uuid::now_v7()), ..form("lamp", "1.0.0") };
        let fields = patches::parse_form(&nowhere).unwrap();
        assert_eq!(patches::create(&cx, &console(), &fields, Uuid::now_v7()).await.unwrap_err().status, 422);
    })
    .await;
}

#[tokio::test]
async fn an_exception_takes_two_people_and_ends() {
    on_both_engines(async |cx| {
        let component = enter(&cx, "lantern", "1.2.0").await;
        import(&cx, &advisory("GHSA-1", "lantern", "2.0.0")).await;
        let id: PatchId = only(&cx, component).await.id.into();
        let luc = person(&cx, "integrations@demo.keyfob.example").await.authorize().unwrap();
        let ines = person(&cx, "owner@demo.keyfob.example").await.authorize().unwrap();
        let ask = |until, reason: &str| Exception { until, reason: reason.to_owned() };

        for wrong in [ask(date(2026, 11, 23), "Why"), ask(date(2028, 1, 1), "Why"), ask(date(2026, 12, 1), " ")] {
            assert_eq!(patches::ask_exception(&cx, &luc, id, &wrong).await.unwrap_err().status, 422, "{wrong:?}");
        }
        let error = patches::approve(&cx, &ines, id, "").await.unwrap_err();
        assert_eq!(error.code, "patch.other_state", "nobody has asked");
        patches::take(&cx, &luc, id).await.unwrap();
        patches::ask_exception(&cx, &luc, id, &ask(date(2026, 12, 1), "Not reachable from outside")).await.unwrap();
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.owner.as_str(), task.is_asked()), (PatchState::InProgress, "Luc Moreau", true));
        assert_eq!(patches::approve(&cx, &luc, id, "").await.unwrap_err().code, "patch.own_request");
        patches::decline(&cx, &ines, id, "Too long").await.unwrap();
        assert!(!only(&cx, component).await.is_asked());
        patches::ask_exception(&cx, &luc, id, &ask(date(2026, 11, 26), "Not reachable from outside")).await.unwrap();
        patches::approve(&cx, &ines, id, "").await.unwrap();
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.excepted_by.as_str()), (PatchState::Excepted, "Ines Albrecht"));
        assert_eq!(task.reason, "Not reachable from outside");

        cx.clock.advance(3 * Timestamp::DAY);
        patches::run_due(&cx).await.unwrap();
        assert_eq!(only(&cx, component).await.state(), PatchState::Excepted, "it holds through its last day");
        cx.clock.advance(Timestamp::DAY);
        patches::run_due(&cx).await.unwrap();
        let task = only(&cx, component).await;
        assert_eq!((task.state(), task.due_on.as_str()), (PatchState::Open, "2026-11-30"), "due as before");
        assert!(actions(&cx, &task).await.iter().any(|action| action == "patch.exception_ended"));
        assert_eq!(patches::run_due(&cx).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_late_is_told_once() {
    on_both_engines(async |cx| {
        patches::run_due(&cx).await.unwrap();
        let component = enter(&cx, "lantern", "1.2.0").await;
        import(&cx, &advisory("GHSA-1", "lantern", "2.0.0")).await;
        let before = patches::counts(&cx, &console()).await.unwrap();
        cx.clock.advance(7 * Timestamp::DAY);
        assert_eq!(patches::run_due(&cx).await.unwrap(), 0, "the last day is in time");
        cx.clock.advance(Timestamp::DAY);
        assert_eq!(patches::run_due(&cx).await.unwrap(), 1);
        assert_eq!(patches::run_due(&cx).await.unwrap(), 0);
        let task = only(&cx, component).await;
        assert_eq!(actions(&cx, &task).await, ["patch.opened", "patch.overdue"]);
        assert_eq!(shown(&cx, component, Show::Overdue).await.len(), 1);
        let after = patches::counts(&cx, &console()).await.unwrap();
        assert_eq!((after.overdue, after.to_do), (before.overdue + 1, before.to_do));
        let late = patches::overdue(&cx, &console()).await.unwrap();
        assert!(late.iter().any(|late| late.id == task.id));

        let access = person(&cx, "integrations@demo.keyfob.example").await.authorize().unwrap();
        assert_eq!(patches::not_affected(&cx, &access, task.id.into(), " ").await.unwrap_err().status, 422);
        patches::not_affected(&cx, &access, task.id.into(), "That part is not used").await.unwrap();
        let again = patches::not_affected(&cx, &access, task.id.into(), "That part is not used").await.unwrap_err();
        assert_eq!(again.code, "patch.other_state");
        import(&cx, &advisory("GHSA-02", "lantern", "3.0.0")).await;
        let filter = TaskFilter { query: Some("GHSA-1".to_owned()), show: Show::Over, ..TaskFilter::default() };
        assert_eq!(patches::list(&cx, &console(), &filter).await.unwrap().rows.len(), 1);
        patches::reopen(&cx, &access, task.id.into(), "It is used after all").await.unwrap();
        assert_eq!(shown(&cx, component, Show::ToDo).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_this_server_is_made_of_is_brought_into_the_inventory() {
    on_both_engines(async |cx| {
        let used = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
        };
        let own = || async {
            let filter =
                ComponentFilter { kind: Some(domain::patches::ComponentKind::Own), ..ComponentFilter::default() };
            let rows = patches::components(&cx, &console(), &filter).await.unwrap().rows;
            rows.into_iter().map(|row| (ComponentId::from(row.id), row.name, row.version)).collect::<Vec<_>>()
        };
        patches::sync_own(&cx, &used(&[("lamp", "1.0.0"), ("wick", "0.3.0"), ("wick", "0.4.1")])).await.unwrap();
        let first = own().await;
        assert_eq!(first.len(), 3);
        let mut text = advisory("RUSTSEC-1", "wick", "0.4.0");
        text["affected"][0]["package"]["ecosystem"] = json!("crates.io");
        assert_eq!(import(&cx, &text).await.opened, 1, "one of the two versions");
        let wick = first.iter().find(|(.., version)| version == "0.3.0").unwrap().0;
        assert_eq!(only(&cx, wick).await.state(), PatchState::Open);
        let error = patches::remove(&cx, &console(), wick, "Away").await.unwrap_err();
        assert_eq!(error.code, "component.built_in");

        patches::sync_own(&cx, &used(&[("lamp", "1.0.0"), ("wick", "0.4.1")])).await.unwrap();
        let task = only(&cx, wick).await;
        assert_eq!((task.state(), task.reason.as_str()), (PatchState::Closed, "Fixed by update to 0.4.1."));
        assert_eq!(own().await.len(), 2);
        patches::sync_own(&cx, &used(&[("lamp", "1.0.0"), ("wick", "0.3.0")])).await.unwrap();
        assert_eq!(only(&cx, wick).await.state(), PatchState::Open, "the older server is back");
        let before = own().await;
        patches::sync_own(&cx, &used(&[("wick", "0.3.0"), ("lamp", "1.0.0")])).await.unwrap();
        assert_eq!(own().await, before, "nothing to do");
    })
    .await;
}

#[tokio::test]
async fn the_demo_has_an_update_that_is_late_and_one_that_is_not() {
    on_both_engines(async |cx| {
        let counts = patches::counts(&cx, &console()).await.unwrap();
        assert_eq!((counts.to_do, counts.overdue, counts.exploited, counts.past_end), (2, 1, 0, 1));
        let tasks = patches::list(&cx, &console(), &TaskFilter::default()).await.unwrap().rows;
        assert_eq!(tasks[0].osv_id, "DEMO-2026-0001");
        assert_eq!((tasks[0].owner.as_str(), tasks[1].owner.as_str()), ("Luc Moreau", ""));
        let ends = ComponentFilter { ends: true, ..ComponentFilter::default() };
        assert_eq!(patches::components(&cx, &console(), &ends).await.unwrap().rows.len(), 2, "past, and soon");
    })
    .await;
}
