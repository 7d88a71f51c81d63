//! Vehicles, as seen from outside: VIN and plate are one car's, the odometer never runs backwards, states follow the
//! rules, and every plate is remembered.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod fleet_fixture;

use domain::{
    Timestamp,
    fleet::{Fuel, VehicleState},
    forms::vehicle::VehicleForm,
    ids::VehicleId,
};
use fleet_fixture::{access, access_of, customer, plan, subscription, vehicle, vehicle_form};
use services::{
    Error, Services,
    access::Actor,
    audit::Entry,
    db::on,
    fleet::{self, Filter, Sort},
    plans,
    testing::on_both_engines,
};
use uuid::Uuid;

async fn found(cx: &Services, id: VehicleId) -> fleet::Detail {
    fleet::find(cx, &access(), id, None).await.expect("the vehicle")
}

/// Edits the vehicle as it is now.
async fn change(cx: &Services, id: VehicleId, change: impl FnOnce(&mut VehicleForm)) -> Result<(), Error> {
    let stored = found(cx, id).await.vehicle;
    let base = fleet::form_of(&stored);
    let mut form = base.clone();
    change(&mut form);
    fleet::edit(cx, &access(), id, stored.version, &base, &form).await
}

fn message_at<'e>(error: &'e Error, field: &str) -> &'e str {
    assert_eq!(error.status, 422, "{error}");
    &error.fields.iter().find(|error| error.field == field).expect("a message at the field").message
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_vehicle() {
    on_both_engines(async |cx| {
        let (token, form) = (Uuid::now_v7(), vehicle_form(1, "B-KF 2041"));
        let first = fleet::create(&cx, &access(), &form, token).await.expect("created");
        let second = fleet::create(&cx, &access(), &form, token).await.expect("the same again");
        assert_eq!(first, second);
        assert_eq!(fleet::list(&cx, &access(), &Filter::default()).await.expect("a list").rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn vin_and_plate_belong_to_one_vehicle_and_the_message_names_it() {
    on_both_engines(async |cx| {
        vehicle(&cx, 1, "B-KF 2041").await;
        let other = vehicle(&cx, 2, "B-ML 88").await;
        // The same plate in another spelling is the same plate.
        let mut twin = vehicle_form(1, "b kf-2041");
        twin.model = "3".to_owned();
        let refused = fleet::create(&cx, &access(), &twin, Uuid::now_v7()).await.expect_err("both are taken");
        assert!(message_at(&refused, "vin").contains("Polestar 2, B-KF 2041"), "{refused:?}");
        assert!(message_at(&refused, "plate").contains("WVWZZZAUZ00000001"), "{refused:?}");
        let refused = change(&cx, other, |form| form.plate = "B-KF2041".to_owned()).await.expect_err("taken");
        assert!(message_at(&refused, "plate").contains("WVWZZZAUZ00000001"));
        // No plate is no plate: any number of vehicles can be without.
        for number in 3..5 {
            vehicle(&cx, number, "").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_save_over_an_old_version_shows_base_theirs_and_mine() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "B-KF 2041").await;
        let opened = found(&cx, id).await.vehicle;
        let base = fleet::form_of(&opened);
        let mut theirs = base.clone();
        theirs.location = "Hamburg".to_owned();
        fleet::edit(&cx, &access_of("Jonas Falk"), id, opened.version, &base, &theirs).await.expect("saved first");
        let mut mine = base.clone();
        mine.location = "München".to_owned();
        mine.category = "Compact".to_owned();
        // Another spelling of the same is no change of mine.
        mine.plate = "b-kf 2041".to_owned();
        let refused = fleet::edit(&cx, &access(), id, opened.version, &base, &mine).await.expect_err("came second");
        let conflict = refused.conflict.expect("every field in three versions");
        assert_eq!((refused.status, conflict.by.as_str()), (409, "Jonas Falk"));
        let clashes: Vec<_> = conflict.fields.iter().filter(|field| field.is_clash()).collect();
        assert_eq!(clashes.len(), 1);
        assert_eq!((clashes[0].theirs.as_str(), clashes[0].mine.as_str()), ("Hamburg", "München"));
        let changed = conflict.fields.iter().filter(|field| field.is_changed()).count();
        assert_eq!(changed, 2, "location and category, not the plate");
    })
    .await;
}

#[tokio::test]
async fn the_odometer_never_goes_down_by_an_edit() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "B-KF 2041").await;
        change(&cx, id, |form| form.odometer_km = "1300".to_owned()).await.expect("up");
        let refused = change(&cx, id, |form| form.odometer_km = "1299".to_owned()).await.expect_err("down");
        assert!(message_at(&refused, "odometer_km").contains("1300 km"));
        assert_eq!(found(&cx, id).await.vehicle.odometer_km, 1_300);
    })
    .await;
}

#[tokio::test]
async fn states_that_subscriptions_set_are_not_set_by_hand() {
    on_both_engines(async |cx| {
        for state in ["reserved", "allocated", "on_subscription"] {
            let mut form = vehicle_form(1, "");
            form.state = state.to_owned();
            let refused =
                fleet::create(&cx, &access(), &form, Uuid::now_v7()).await.expect_err("by a subscription only");
            assert!(message_at(&refused, "state").contains("follows from a subscription"));
        }
        let id = vehicle(&cx, 1, "").await;
        let refused = change(&cx, id, |form| form.state = "on_subscription".to_owned()).await.expect_err("by hand");
        let message = message_at(&refused, "state");
        assert!(message.contains("follows from a subscription") && message.contains("in workshop"), "{message}");
        change(&cx, id, |form| form.state = "defleeted".to_owned()).await.expect("sold");
        let refused = change(&cx, id, |form| form.state = "available".to_owned()).await.expect_err("gone");
        assert!(message_at(&refused, "state").contains("can’t become anything else"));
    })
    .await;
}

#[tokio::test]
async fn a_state_that_a_subscription_set_meanwhile_is_not_overwritten() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "").await;
        let opened = found(&cx, id).await.vehicle;
        let base = fleet::form_of(&opened);
        let mut uow = cx.db.begin().await.expect("a unit of work");
        on!(uow.connection(), c => sqlx::query("UPDATE vehicle SET state = 'reserved' WHERE id = $1")
            .bind(id.uuid()).execute(c).await.map(|_| ()))
        .expect("reserved");
        uow.commit(&cx, &Actor::command_line(), Entry::new("test.reserved")).await.expect("committed");
        let mut form = base.clone();
        form.location = "Hamburg".to_owned();
        let refused = fleet::edit(&cx, &access(), id, opened.version, &base, &form).await.expect_err("reserved now");
        assert!(message_at(&refused, "state").contains("reserved"));
        assert_eq!(found(&cx, id).await.vehicle.state(), VehicleState::Reserved);
    })
    .await;
}

#[tokio::test]
async fn every_plate_is_remembered_with_its_time() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "B-KF 2041").await;
        let start = cx.clock.now().millis();
        cx.clock.advance(Timestamp::DAY);
        change(&cx, id, |form| form.plate = "B KF 2041".to_owned()).await.expect("the same plate, spelt otherwise");
        change(&cx, id, |form| form.plate = "HH-AB 12".to_owned()).await.expect("another plate");
        cx.clock.advance(Timestamp::DAY);
        change(&cx, id, |form| form.plate = String::new()).await.expect("taken off");
        let plates: Vec<_> =
            found(&cx, id).await.plates.into_iter().map(|p| (p.plate, p.since_at, p.until_at)).collect();
        let day = Timestamp::DAY;
        assert_eq!(
            plates,
            [
                ("HH-AB 12".to_owned(), start + day, Some(start + 2 * day)),
                ("B KF 2041".to_owned(), start, Some(start + day)),
            ]
        );
        // Free again for another vehicle.
        vehicle(&cx, 2, "HH-AB 12").await;
    })
    .await;
}

#[tokio::test]
async fn a_change_is_told_once_in_words() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "B-KF 2041").await;
        change(&cx, id, |form| {
            form.state = "workshop".to_owned();
            form.location = "Hamburg".to_owned();
        })
        .await
        .expect("saved");
        change(&cx, id, |_| ()).await.expect("no change");
        let timeline = found(&cx, id).await.timeline.rows;
        let summaries: Vec<_> = timeline.iter().map(|entry| entry.summary.as_str()).collect();
        assert_eq!(summaries, ["Is now in workshop; changed location", "Created, available"]);
        let changes = timeline[0].changes();
        assert!(
            changes
                .iter()
                .any(|change| change.field == "State" && change.before == "Available" && change.after == "In workshop")
        );
        assert!(timeline.iter().all(|entry| entry.event_id.is_some()), "each points at its audit event");
    })
    .await;
}

#[tokio::test]
async fn a_plate_a_vin_and_a_make_find_the_vehicle() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "B-KF 2041").await;
        let mut other = vehicle_form(2, "B-ML 88");
        (other.make, other.model, other.fuel) = ("Škoda".to_owned(), "Octavia".to_owned(), "diesel".to_owned());
        fleet::create(&cx, &access(), &other, Uuid::now_v7()).await.expect("created");
        let plates = async |filter: Filter| -> Vec<String> {
            let page = fleet::list(&cx, &access(), &filter).await.expect("a page");
            page.rows.into_iter().map(|vehicle| vehicle.plate).collect()
        };
        let by = |query: &str| Filter { query: Some(query.to_owned()), ..Filter::default() };
        for query in ["B-KF 2041", "bkf20", "wvwzzzauz00000001", "polestar", "Polestar 2"] {
            assert_eq!(plates(by(query)).await, ["B-KF 2041"], "by {query}");
        }
        assert_eq!(plates(by("skoda oct")).await, ["B-ML 88"]);
        assert_eq!(plates(Filter { fuel: Some(Fuel::Diesel), ..Filter::default() }).await, ["B-ML 88"]);
        assert_eq!(plates(Filter { state: Some(VehicleState::Available), ..Filter::default() }).await.len(), 2);
        assert!(plates(Filter { state: Some(VehicleState::Workshop), ..Filter::default() }).await.is_empty());
        // A new plate is found, the old one no longer.
        change(&cx, id, |form| form.plate = "HH-AB 12".to_owned()).await.expect("another plate");
        assert_eq!(plates(by("hhab12")).await, ["HH-AB 12"]);
        assert!(plates(by("bkf2041")).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn pages_forward_and_back_show_each_vehicle_once() {
    on_both_engines(async |cx| {
        // Without plates all eleven sort alike.
        for number in 0..11 {
            vehicle(&cx, number, "").await;
        }
        for (sort, is_descending) in
            [(Sort::Name, false), (Sort::Name, true), (Sort::Created, false), (Sort::Created, true)]
        {
            let (mut seen, mut firsts, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let filter = Filter { sort, is_descending, cursor, limit: Some(4), ..Filter::default() };
                let page = fleet::list(&cx, &access(), &filter).await.expect("a page");
                firsts.push((page.rows[0].id, page.previous.clone()));
                seen.extend(page.rows.iter().map(|vehicle| vehicle.id));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            let mut unique = seen.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((seen.len(), unique.len(), firsts.len()), (11, 11, 3));
            let filter =
                Filter { sort, is_descending, cursor: firsts[2].1.clone(), limit: Some(4), ..Filter::default() };
            let back = fleet::list(&cx, &access(), &filter).await.expect("a page");
            assert_eq!((back.rows[0].id, back.rows.len()), (firsts[1].0, 4));
        }
    })
    .await;
}

#[tokio::test]
async fn a_vehicle_shows_who_has_it_and_what_holds_it() {
    on_both_engines(async |cx| {
        let id = vehicle(&cx, 1, "B-KF 2041").await;
        let marta = customer(&cx, "Marta Lindqvist").await;
        let plan = plan(&cx, "Flex").await;
        let version = plans::find(&cx, &access(), plan, None).await.expect("the plan").newest().expect("one").id;
        subscription(&cx, "S-1", marta, id, version).await;
        let assignments = fleet::assignments(&cx, &access(), id).await.expect("assignments");
        assert_eq!(assignments.len(), 1);
        assert_eq!((assignments[0].number.as_str(), assignments[0].state.as_str()), ("S-1", "active"));
        assert_eq!((assignments[0].begins_on().to_string().as_str(), assignments[0].ends_on()), ("2026-11-23", None));

        let mut uow = cx.db.begin().await.expect("a unit of work");
        for (kind, released_at) in [("maintenance", None), ("theft", Some(1_i64))] {
            on!(uow.connection(), c => sqlx::query(
                "INSERT INTO hold (id, kind, scope, vehicle_id, blocks_driving, blocks_changes, blocks_billing, reason,
                                   placed_at, placed_by, released_at)
                 VALUES ($1, $2, 'vehicle', $3, TRUE, FALSE, FALSE, 'Brakes', 0, 'Ines Albrecht', $4)")
                .bind(Uuid::now_v7()).bind(kind).bind(id.uuid()).bind(released_at).execute(c).await.map(|_| ()))
            .expect("a hold");
        }
        uow.commit(&cx, &Actor::command_line(), Entry::new("test.held")).await.expect("committed");
        let holds = found(&cx, id).await.holds;
        assert_eq!(holds.len(), 1, "a released hold holds nothing");
        assert_eq!((holds[0].kind.as_str(), holds[0].blocks_driving), ("maintenance", true));
    })
    .await;
}

#[tokio::test]
async fn one_plate_typed_by_many_at_once_lands_on_one_vehicle() {
    on_both_engines(async |cx| {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..8 {
            let cx = cx.clone();
            tasks.spawn(async move {
                fleet::create(&cx, &access(), &vehicle_form(number, "B-KF 2041"), Uuid::now_v7()).await
            });
        }
        let results = tasks.join_all().await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for refused in results.iter().filter_map(|result| result.as_ref().err()) {
            message_at(refused, "plate");
        }
    })
    .await;
}
