//! The ledger: what is added up, what is found in it, what is forgotten, and what is granted and never used.

use domain::{
    Timestamp,
    ids::{CustomerId, PartnerId},
    partners::Field,
};
use services::{
    Services,
    contracts::{self, ContractForm, UNUSED_AFTER},
    disclosures::{self, Disclosed, Disclosure, Filter, Subject, Via},
    drivers::{self, DriverForm},
    testing::on_both_engines,
};
use uuid::Uuid;

use super::{bare_partner, field, found, save, support::console};
use crate::fleet_fixture::{access, customer};

fn give(cx: &Services, partner: PartnerId, subject: (&str, Uuid), fields: &[&str], withheld: &[&str]) {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    cx.disclosures.record(Disclosed {
        at: cx.clock.now(),
        partner,
        via: Via::Api,
        subject,
        fields: words(fields),
        withheld: words(withheld),
    });
}

async fn rows(cx: &Services, filter: Filter) -> Vec<Disclosure> {
    disclosures::list(cx, &console(), &filter).await.unwrap().rows
}

async fn flush(cx: &Services) {
    disclosures::flush(cx, &cx.disclosures).await.unwrap();
}

async fn driver(cx: &Services, customer: CustomerId) -> Uuid {
    let form = DriverForm {
        customer_id: customer.to_string(),
        name: "Jonas Lindqvist".to_owned(),
        status: "active".to_owned(),
        ..DriverForm::default()
    };
    drivers::create(cx, &access(), &drivers::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap().uuid()
}

#[tokio::test]
async fn the_same_fields_of_a_record_are_one_row_a_day() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let (car, begun) = (("vehicle", Uuid::now_v7()), cx.clock.now());
        give(&cx, partner, car, &["vehicle.vin", "vehicle.plate"], &[]);
        cx.clock.advance(1_000);
        give(&cx, partner, car, &["vehicle.plate", "vehicle.vin", "vehicle.vin"], &[]);
        flush(&cx).await;
        cx.clock.advance(1_000);
        give(&cx, partner, car, &["vehicle.plate", "vehicle.vin"], &[]);
        give(&cx, partner, car, &["vehicle.vin"], &[]);
        give(&cx, partner, car, &[], &[]);
        flush(&cx).await;
        flush(&cx).await;
        let mut found = rows(&cx, Filter::default()).await;
        found.sort_by_key(|row| row.calls);
        let [one, three] = <[Disclosure; 2]>::try_from(found).expect("two rows");
        assert_eq!((one.fields(), one.calls), (vec!["vehicle.vin".to_owned()], 1));
        assert_eq!((three.fields().join(" ").as_str(), three.calls), ("vehicle.plate vehicle.vin", 3));
        assert_eq!((three.first_at, three.last_at), (begun.millis(), begun.millis() + 2_000));
        cx.clock.advance(Timestamp::DAY);
        give(&cx, partner, car, &["vehicle.vin"], &[]);
        flush(&cx).await;
        assert_eq!(rows(&cx, Filter::default()).await.len(), 3, "another day is another row");
    })
    .await;
}

#[tokio::test]
async fn what_left_about_a_customer_is_found_with_their_drivers() {
    on_both_engines(async |cx: Services| {
        let (first, second) = (bare_partner(&cx, "Helvetia").await, bare_partner(&cx, "Baloise").await);
        let (marta, other) = (customer(&cx, "Marta Lindqvist").await, customer(&cx, "Otto Brand").await);
        let jonas = driver(&cx, marta).await;
        give(&cx, first, ("customer", marta.uuid()), &["customer.name"], &[]);
        give(&cx, first, ("driver", jonas), &["driver.name"], &[]);
        give(&cx, second, ("customer", other.uuid()), &["customer.name"], &[]);
        cx.clock.advance(10 * Timestamp::DAY);
        give(&cx, second, ("customer", marta.uuid()), &[], &["customer.email"]);
        flush(&cx).await;
        let count = async |filter: Filter| rows(&cx, filter).await.len();
        assert_eq!(count(Filter::default()).await, 4);
        let about = Filter { customer: Some(marta), ..Filter::default() };
        let found = rows(&cx, about.clone()).await;
        assert_eq!(found.len(), 3);
        assert_eq!(
            (found[0].partner_name.as_str(), found[0].withheld()),
            ("Baloise", vec!["customer.email".to_owned()])
        );
        assert_eq!(count(Filter { partner: Some(first), ..about.clone() }).await, 2);
        assert_eq!(count(Filter { subject: Some(Subject::Driver), ..about.clone() }).await, 1);
        assert_eq!(count(Filter { record: Some(other.uuid()), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { is_withheld: true, ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { via: Some(Via::Gateway), ..Filter::default() }).await, 0);
        let since = Some(cx.clock.now().plus(-Timestamp::DAY));
        assert_eq!(count(Filter { since, ..Filter::default() }).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_ledger_is_read_page_by_page() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        for _ in 0..120 {
            give(&cx, partner, ("vehicle", Uuid::now_v7()), &["vehicle.vin"], &[]);
        }
        flush(&cx).await;
        let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), None);
        for _ in 0..3 {
            let filter = Filter { partner: Some(partner), cursor, ..Filter::default() };
            let page = disclosures::list(&cx, &console(), &filter).await.unwrap();
            seen.extend(page.rows.iter().map(|row| row.id));
            cursor = page.next;
        }
        assert_eq!((seen.len(), cursor), (120, None));
    })
    .await;
}

#[tokio::test]
async fn what_is_granted_and_never_used_is_told() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let contract = [(Field::VehicleVin, field()), (Field::VehiclePlate, field())];
        save(&cx, partner, ContractForm::default(), &contract).await;
        let unused = async || {
            let filter = contracts::Filter { query: Some("helvetia".to_owned()), ..contracts::Filter::default() };
            let [line] =
                <[contracts::Listed; 1]>::try_from(contracts::list(&cx, &console(), &filter).await.unwrap().rows)
                    .expect("one line");
            (line.fields, line.unused, line.withheld)
        };
        assert_eq!(unused().await, (2, 0, 0), "it was granted today");
        cx.clock.advance(UNUSED_AFTER + 1);
        give(&cx, partner, ("vehicle", Uuid::now_v7()), &["vehicle.vin"], &["vehicle.location"]);
        flush(&cx).await;
        assert_eq!(unused().await, (2, 1, 1));
        let detail = found(&cx, partner).await;
        let before = cx.clock.now().plus(-UNUSED_AFTER);
        let of = |field| &detail.contract.fields[&field];
        assert!(of(Field::VehiclePlate).is_unused(before) && !of(Field::VehicleVin).is_unused(before));
        assert_eq!(of(Field::VehicleVin).last_used_at, Some(cx.clock.now()));
        let [attempt] = <[contracts::Attempt; 1]>::try_from(detail.attempts).expect("one attempt");
        assert_eq!(
            (attempt.fields(), attempt.via(), attempt.calls),
            (vec!["vehicle.location".to_owned()], Via::Api, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn three_years_later_it_is_forgotten() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        give(&cx, partner, ("vehicle", Uuid::now_v7()), &["vehicle.vin"], &[]);
        cx.clock.advance(10 * Timestamp::DAY);
        give(&cx, partner, ("vehicle", Uuid::now_v7()), &["vehicle.vin"], &[]);
        flush(&cx).await;
        cx.clock.advance((3 * 365 - 5) * Timestamp::DAY);
        assert_eq!(contracts::sweep(&cx).await.unwrap(), 1);
        assert_eq!(contracts::sweep(&cx).await.unwrap(), 0);
        assert_eq!(rows(&cx, Filter::default()).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_written_stays_counted() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        give(&cx, partner, ("vehicle", Uuid::now_v7()), &["vehicle.vin"], &[]);
        let file = std::env::temp_dir().join(format!("keyfob-{}.db", Uuid::now_v7()));
        let db = services::Db::open(&format!("sqlite://{}", file.display())).await.expect("another database");
        db.close().await;
        let away = Services { db, ..cx.clone() };
        assert!(disclosures::flush(&away, &cx.disclosures).await.is_err());
        std::fs::remove_file(&file).expect("taken away");
        flush(&cx).await;
        assert_eq!(rows(&cx, Filter::default()).await.len(), 1);
    })
    .await;
}
