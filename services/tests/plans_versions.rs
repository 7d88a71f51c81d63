//! Plans, as seen from outside: a published version never changes, and publishing does what its review said.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod fleet_fixture;

use domain::{forms::plan::PlanForm, ids::PlanId, plans::PlanStatus};
use fleet_fixture::{access, access_of, customer, plan, plan_form, publish, reason, subscription, vehicle};
use services::{
    Error, Services,
    plans::{self, Filter, Saved, Standing},
    testing::on_both_engines,
};
use uuid::Uuid;

async fn found(cx: &Services, id: PlanId) -> plans::Detail {
    plans::find(cx, &access(), id, None).await.expect("the plan")
}

/// Edits the plan as it is now.
async fn change(cx: &Services, id: PlanId, change: impl FnOnce(&mut PlanForm)) -> Result<Saved, Error> {
    let stored = found(cx, id).await;
    let base = plans::form_of(&stored.plan, stored.newest().expect("a version")).expect("a form");
    let mut form = base.clone();
    change(&mut form);
    plans::edit(cx, &access(), id, stored.plan.version, &base, &form).await
}

fn standings(detail: &plans::Detail) -> Vec<(i64, Standing)> {
    detail.versions.iter().map(|(version, standing)| (version.number, *standing)).collect()
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_plan_and_its_name_is_its_own() {
    on_both_engines(async |cx| {
        let token = Uuid::now_v7();
        let first = plans::create(&cx, &access(), &plan_form("Flex"), token).await.expect("created");
        let second = plans::create(&cx, &access(), &plan_form("Flex"), token).await.expect("the same again");
        assert_eq!(first, second);
        let twin = plans::create(&cx, &access(), &plan_form("FLEX"), Uuid::now_v7()).await.expect_err("taken");
        assert_eq!((twin.status, twin.fields[0].field.as_str()), (422, "name"));
        assert!(twin.fields[0].message.contains("“Flex”"), "{twin:?}");
        let other = plan(&cx, "Fix").await;
        let twin = change(&cx, other, |form| form.name = "flex".to_owned()).await.expect_err("taken");
        assert_eq!(twin.fields[0].field, "name");
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_edited_and_a_published_version_gets_a_successor() {
    on_both_engines(async |cx| {
        let id = plan(&cx, "Flex").await;
        assert_eq!(change(&cx, id, |form| form.price = "589".to_owned()).await.expect("saved"), Saved::Draft(1));
        assert_eq!(change(&cx, id, |form| form.price = "589.0".to_owned()).await.expect("the same"), Saved::Nothing);
        let published = publish(&cx, id).await;
        assert!(published.is_at_once && published.number == 1);

        assert_eq!(
            change(&cx, id, |form| form.description = "For a year".to_owned()).await.expect("saved"),
            Saved::Plan
        );
        assert_eq!(change(&cx, id, |form| form.price = "599".to_owned()).await.expect("saved"), Saved::NewDraft(2));
        assert_eq!(change(&cx, id, |form| form.notice_days = "60".to_owned()).await.expect("saved"), Saved::Draft(2));
        let detail = found(&cx, id).await;
        assert_eq!(standings(&detail), [(2, Standing::Draft), (1, Standing::InForce)]);
        let first = detail.standing(Standing::InForce).expect("version 1").terms().expect("terms");
        assert_eq!((first.price.minor(), first.notice_days), (58_900, 30), "what was published stays");

        publish(&cx, id).await;
        let detail = found(&cx, id).await;
        assert_eq!(standings(&detail), [(2, Standing::InForce), (1, Standing::Retired)]);
        assert_eq!(detail.plan.status(), PlanStatus::Published);
        let summaries: Vec<_> = detail.timeline.rows.iter().map(|entry| entry.summary.as_str()).collect();
        assert_eq!(
            summaries,
            [
                "Published version 2",
                "Changed the draft of version 2",
                "Drafted version 2",
                "Changed name or description",
                "Published version 1",
                "Changed the draft of version 1",
                "Drafted version 1 for €\u{A0}579.00 a month",
            ]
        );
        assert_eq!(detail.timeline.rows[0].reason, reason().as_str());
    })
    .await;
}

#[tokio::test]
async fn a_save_over_an_old_version_shows_base_theirs_and_mine() {
    on_both_engines(async |cx| {
        let id = plan(&cx, "Flex").await;
        let opened = found(&cx, id).await;
        let base = plans::form_of(&opened.plan, opened.newest().expect("a version")).expect("a form");
        let (mut theirs, mut mine) = (base.clone(), base.clone());
        theirs.price = "599.00".to_owned();
        mine.price = "569".to_owned();
        mine.deposit = "500.00".to_owned();
        plans::edit(&cx, &access_of("Jonas Falk"), id, opened.plan.version, &base, &theirs).await.expect("saved first");
        let refused = plans::edit(&cx, &access(), id, opened.plan.version, &base, &mine).await.expect_err("second");
        let conflict = refused.conflict.expect("every field in three versions");
        assert_eq!(
            (refused.status, conflict.by.as_str(), conflict.version),
            (409, "Jonas Falk", opened.plan.version + 1)
        );
        let changed: Vec<_> = conflict.fields.iter().filter(|field| field.is_changed()).collect();
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_eq!(
            (changed[0].base.as_str(), changed[0].theirs.as_str(), changed[0].mine.as_str()),
            ("579.00", "599.00", "569.00")
        );
    })
    .await;
}

#[tokio::test]
async fn the_review_says_what_publishing_changes_and_for_whom() {
    on_both_engines(async |cx| {
        let id = plan(&cx, "Flex").await;
        let first = plans::review(&cx, &access(), id).await.expect("a review");
        assert!(first.in_force.is_none() && first.changes.is_empty() && first.held.is_empty());
        publish(&cx, id).await;
        let nothing = plans::review(&cx, &access(), id).await.expect_err("no draft");
        assert_eq!((nothing.status, nothing.code), (409, "plan.nothing_to_publish"));

        let version = found(&cx, id).await.newest().expect("version 1").id;
        let marta = customer(&cx, "Marta Lindqvist").await;
        subscription(&cx, "S-1", marta, vehicle(&cx, 1, "").await, version).await;
        change(&cx, id, |form| form.price = "599".to_owned()).await.expect("drafted");
        let review = plans::review(&cx, &access(), id).await.expect("a review");
        assert_eq!(review.held, [plans::Held { number: 1, subscriptions: 1, is_more: false }]);
        let changes: Vec<_> =
            review.changes.iter().map(|c| (c.field.as_str(), c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(changes, [("Monthly price", "€\u{A0}579.00 a month", "€\u{A0}599.00 a month")]);
        assert!(review.is_at_once);
    })
    .await;
}

#[tokio::test]
async fn a_review_that_is_out_of_date_publishes_nothing() {
    on_both_engines(async |cx| {
        let id = plan(&cx, "Flex").await;
        let reviewed = plans::review(&cx, &access(), id).await.expect("a review").plan.version;
        change(&cx, id, |form| form.price = "1".to_owned()).await.expect("somebody changed the price");
        let refused = plans::publish(&cx, &access(), id, reviewed, &reason()).await.expect_err("out of date");
        assert_eq!((refused.status, refused.code), (409, "plan.changed"));
        assert_eq!(standings(&found(&cx, id).await), [(1, Standing::Draft)]);
        let refused = plans::publish(&cx, &access(), PlanId::new(), 1, &reason()).await.expect_err("no such plan");
        assert_eq!(refused.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_version_for_a_later_day_leaves_the_present_one_on_offer() {
    on_both_engines(async |cx| {
        let id = plan(&cx, "Flex").await;
        publish(&cx, id).await;
        change(&cx, id, |form| {
            form.price = "599".to_owned();
            form.effective_from = "2026-12-01".to_owned();
        })
        .await
        .expect("drafted");
        let published = publish(&cx, id).await;
        assert!(!published.is_at_once);
        assert_eq!(standings(&found(&cx, id).await), [(2, Standing::Upcoming), (1, Standing::InForce)]);
        let offered = async || {
            let mut reading = cx.db.read().await.expect("a connection");
            let offers = plans::offers(&cx, reading.connection()).await.expect("offers");
            offers.iter().map(|offer| (offer.number, offer.price().expect("a price").minor())).collect::<Vec<_>>()
        };
        assert_eq!(offered().await, [(1, 57_900)]);
        let listed = plans::list(&cx, &access(), &Filter::default()).await.expect("a list");
        assert_eq!(listed.rows[0].number, 1);
        cx.clock.advance(9 * domain::Timestamp::DAY);
        assert_eq!(offered().await, [(2, 59_900)], "on its day the next one takes over by itself");
        assert_eq!(standings(&found(&cx, id).await), [(2, Standing::InForce), (1, Standing::Retired)]);

        change(&cx, id, |form| {
            form.price = "609".to_owned();
            form.effective_from = "2026-11-30".to_owned();
        })
        .await
        .expect("drafted");
        let refused = plans::review(&cx, &access(), id).await.expect_err("would begin before the version before it");
        assert_eq!((refused.status, refused.code), (409, "plan.begins_before"));
    })
    .await;
}

#[tokio::test]
async fn a_retired_plan_is_off_offer_and_stays_as_it_is() {
    on_both_engines(async |cx| {
        let id = plan(&cx, "Flex").await;
        publish(&cx, id).await;
        let version = found(&cx, id).await.plan.version;
        let refused = plans::retire(&cx, &access(), id, version, "Fix", &reason()).await.expect_err("another name");
        assert_eq!((refused.status, refused.fields[0].field.as_str()), (422, "confirmed"));
        let refused = plans::retire(&cx, &access(), id, version - 1, "Flex", &reason()).await.expect_err("out of date");
        assert_eq!((refused.status, refused.code), (409, "plan.changed"));
        plans::retire(&cx, &access(), id, version, " flex", &reason()).await.expect("retired");
        let detail = found(&cx, id).await;
        assert_eq!((detail.plan.status(), standings(&detail)), (PlanStatus::Retired, vec![(1, Standing::Retired)]));
        let mut reading = cx.db.read().await.expect("a connection");
        assert!(plans::offers(&cx, reading.connection()).await.expect("offers").is_empty());
        let refused = change(&cx, id, |form| form.price = "1".to_owned()).await.expect_err("retired");
        assert_eq!((refused.status, refused.code), (409, "plan.retired"));
        let refused = plans::retire(&cx, &access(), id, version + 1, "Flex", &reason()).await.expect_err("twice");
        assert_eq!(refused.code, "plan.retired");
    })
    .await;
}

#[tokio::test]
async fn plans_are_listed_by_name_page_by_page_and_found_by_words() {
    on_both_engines(async |cx| {
        for number in 0..7 {
            plan(&cx, &format!("Plan {number}")).await;
        }
        let flex = plan(&cx, "Flex electric").await;
        publish(&cx, flex).await;
        change(&cx, flex, |form| form.price = "600".to_owned()).await.expect("drafted");
        let (mut names, mut cursor) = (Vec::new(), None);
        loop {
            let filter = Filter { cursor, limit: Some(3), ..Filter::default() };
            let page = plans::list(&cx, &access(), &filter).await.expect("a page");
            names.extend(page.rows.iter().map(|plan| plan.name.clone()));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(names.len(), 8);
        assert!(names.is_sorted());
        let one = async |filter: Filter| plans::list(&cx, &access(), &filter).await.expect("a page").rows;
        let rows = one(Filter { query: Some("elec".to_owned()), ..Filter::default() }).await;
        assert_eq!((rows.len(), rows[0].number, rows[0].has_draft), (1, 1, true));
        assert_eq!(rows[0].price().expect("a price").minor(), 57_900, "the price in force, not the drafted one");
        let rows = one(Filter { status: Some(PlanStatus::Published), ..Filter::default() }).await;
        assert_eq!(rows.len(), 1);
    })
    .await;
}
