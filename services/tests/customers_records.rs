//! Customers, as seen from outside: created once, edited by two, listed page by page, found by the plate of their car.

// What these set up must be there; a test that can't set up fails.
#![allow(clippy::expect_used)]

mod fleet_fixture;

use domain::{
    ids::CustomerId,
    permissions::marker::{CustomersRead, CustomersWrite},
};
use fleet_fixture::{access, access_of, customer, customer_form, plan, subscription, vehicle};
use services::{
    Services,
    customers::{self, Filter, Sort},
    plans,
    testing::on_both_engines,
};
use uuid::Uuid;

async fn found(cx: &Services, id: CustomerId) -> customers::Detail {
    customers::find(cx, &access::<CustomersRead>(), id, None).await.expect("the customer")
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_customer() {
    on_both_engines(async |cx| {
        let (token, form) = (Uuid::now_v7(), customer_form("Marta Lindqvist"));
        let first = customers::create(&cx, &access(), &form, token).await.expect("created");
        let second = customers::create(&cx, &access(), &form, token).await.expect("the same again");
        assert_eq!(first, second);
        let page = customers::list(&cx, &access(), &Filter::default()).await.expect("a list");
        assert_eq!(page.rows.len(), 1);
        assert_eq!(found(&cx, first).await.timeline.rows.len(), 1, "one entry tells of one creation");
    })
    .await;
}

#[tokio::test]
async fn a_save_over_an_old_version_shows_base_theirs_and_mine() {
    on_both_engines(async |cx| {
        let id = customer(&cx, "Marta Lindqvist").await;
        let opened = found(&cx, id).await.customer;
        let base = customers::form_of(&opened);

        let mut theirs = base.clone();
        theirs.city = "Potsdam".to_owned();
        theirs.phone = "+49 30 5550142".to_owned();
        let jonas = access_of::<CustomersWrite>("Jonas Falk");
        customers::edit(&cx, &jonas, id, opened.version, &base, &theirs).await.expect("saved first");

        let mut mine = base.clone();
        mine.city = "Berlin".to_owned();
        mine.street = "Oderberger Str. 14".to_owned();
        let refused = customers::edit(&cx, &access(), id, opened.version, &base, &mine).await.expect_err("came second");
        assert_eq!((refused.status, refused.code), (409, "edit.conflict"));
        let conflict = refused.conflict.expect("every field in three versions");
        assert_eq!((conflict.by.as_str(), conflict.version), ("Jonas Falk", opened.version + 1));
        let field = |name: &str| conflict.fields.iter().find(|field| field.field == name).expect("the field");
        let city = field("city");
        assert_eq!((city.base.as_str(), city.theirs.as_str(), city.mine.as_str()), ("", "Potsdam", "Berlin"));
        assert!(city.is_clash());
        assert!(!field("phone").is_clash() && !field("street").is_clash());
        assert_eq!((field("phone").merged(), field("street").merged()), ("+49 30 5550142", "Oderberger Str. 14"));
        assert_eq!(found(&cx, id).await.customer.city, "Potsdam", "nothing of mine was written");

        // The merged form over their version goes through, and nothing of either side is lost.
        let mut merged = theirs.clone();
        merged.street.clone_from(&mine.street);
        customers::edit(&cx, &access(), id, conflict.version, &theirs, &merged).await.expect("merged");
        let after = found(&cx, id).await.customer;
        assert_eq!((after.city.as_str(), after.street.as_str()), ("Potsdam", "Oderberger Str. 14"));
    })
    .await;
}

#[tokio::test]
async fn a_save_that_changes_nothing_leaves_no_trace() {
    on_both_engines(async |cx| {
        let id = customer(&cx, "Marta Lindqvist").await;
        let before = found(&cx, id).await;
        let form = customers::form_of(&before.customer);
        customers::edit(&cx, &access(), id, before.customer.version, &form, &form)
            .await
            .expect("no change is no error");
        let after = found(&cx, id).await;
        assert_eq!((after.customer.version, after.timeline.rows.len()), (before.customer.version, 1));
    })
    .await;
}

#[tokio::test]
async fn pages_forward_and_back_show_each_customer_once() {
    on_both_engines(async |cx| {
        // Ties on every sort: three names for eleven people, and a clock that stands still.
        for number in 0..11 {
            customer(&cx, ["Åsa Berg", "asa berg", "Zoe"][number % 3]).await;
        }
        for (sort, is_descending) in
            [(Sort::Name, false), (Sort::Name, true), (Sort::Created, false), (Sort::Created, true)]
        {
            let whole = Filter { sort, is_descending, limit: Some(200), ..Filter::default() };
            let expected = ids(&cx, &whole).await.0;
            assert_eq!(expected.len(), 11);
            let (mut seen, mut pages, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let filter = Filter { cursor: cursor.clone(), limit: Some(4), ..whole.clone() };
                let (rows, previous, next) = ids(&cx, &filter).await;
                assert_eq!(previous.is_some(), !pages.is_empty(), "the first page alone has none before it");
                seen.extend(rows.clone());
                pages.push((rows, previous));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "forward, each once");
            assert_eq!(pages.len(), 3);
            for at in (1..pages.len()).rev() {
                let filter = Filter { cursor: pages[at].1.clone(), limit: Some(4), ..whole.clone() };
                assert_eq!(ids(&cx, &filter).await.0, pages[at - 1].0, "back is the page that came before");
            }
        }
    })
    .await;
}

async fn ids(cx: &Services, filter: &Filter) -> (Vec<Uuid>, Option<String>, Option<String>) {
    let page = customers::list(cx, &access(), filter).await.expect("a page");
    (page.rows.iter().map(|customer| customer.id).collect(), page.previous, page.next)
}

#[tokio::test]
async fn the_plate_of_a_car_finds_the_customer_who_has_it() {
    on_both_engines(async |cx| {
        let marta = customer(&cx, "Marta Lindqvist").await;
        let other = customer(&cx, "Jonas Falk").await;
        let (car, another) = (vehicle(&cx, 1, "B-KF 2041").await, vehicle(&cx, 2, "B-ML 88").await);
        let plan = plan(&cx, "Flex").await;
        let version = plans::find(&cx, &access(), plan, None).await.expect("the plan").newest().expect("one").id;
        subscription(&cx, "S-1", marta, car, version).await;
        subscription(&cx, "S-2", other, another, version).await;
        for query in ["B-KF 2041", "bkf2041", "b kf 20", "Lindqvist", "post@example.org Marta"] {
            let filter = Filter { query: Some(query.to_owned()), ..Filter::default() };
            let page = customers::list(&cx, &access(), &filter).await.expect("a page");
            let names: Vec<_> = page.rows.iter().map(|customer| customer.name.as_str()).collect();
            assert_eq!(names, ["Marta Lindqvist"], "by {query}");
        }
        let filter = Filter { query: Some("B-KF 2042".to_owned()), ..Filter::default() };
        assert!(customers::list(&cx, &access(), &filter).await.expect("a page").rows.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_external_key_is_used_once_and_stays() {
    on_both_engines(async |cx| {
        let keyed = |name: &str| domain::forms::customer::CustomerForm {
            external_key: "crm-7".to_owned(),
            ..customer_form(name)
        };
        let id = customers::create(&cx, &access(), &keyed("Marta Lindqvist"), Uuid::now_v7()).await.expect("created");
        let twin = customers::create(&cx, &access(), &keyed("Jonas Falk"), Uuid::now_v7()).await.expect_err("taken");
        assert_eq!((twin.status, twin.fields[0].field.as_str()), (422, "external_key"));
        let stored = found(&cx, id).await.customer;
        let base = customers::form_of(&stored);
        let mut other = base.clone();
        other.external_key = "crm-8".to_owned();
        let refused = customers::edit(&cx, &access(), id, stored.version, &base, &other).await.expect_err("fixed");
        assert_eq!((refused.status, refused.fields[0].field.as_str()), (422, "external_key"));
    })
    .await;
}
