//! Changing a contract: what is checked, who is first, what is told, and from when it holds.

use std::collections::BTreeSet;

use domain::{
    credentials::SecretKind,
    partners::{Clearance, Field, Rule, Way},
};
use services::{
    Services, audit,
    contracts::{self, ContractForm, FieldForm},
    credentials::Verifier,
    partners,
    testing::on_both_engines,
};

use super::{
    bare_partner, field, fields, found, ruled, save,
    support::{console, key},
};

#[test]
fn everything_that_is_wrong_is_said_at_once_where_it_is() {
    let form = ContractForm {
        valid_from: "2026-12-01".to_owned(),
        valid_until: "2026-11-01".to_owned(),
        ..ContractForm::default()
    };
    let wrong = FieldForm {
        granted: "yes".to_owned(),
        retention: "0".to_owned(),
        rule: "truncated".to_owned(),
        keeps: "99".to_owned(),
        basis: "because".to_owned(),
        ..FieldForm::default()
    };
    let mut typed = fields(&[(Field::VehicleVin, wrong), (Field::VehiclePlate, FieldForm::default())]);
    typed.insert("vehicle.colour".to_owned(), field());
    let errors = contracts::parse(&form, &typed).unwrap_err();
    let at: BTreeSet<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    let expected = [
        "valid_until",
        "fields",
        "fields[vehicle.vin][sent]",
        "fields[vehicle.vin][purpose]",
        "fields[vehicle.vin][basis]",
        "fields[vehicle.vin][retention]",
        "fields[vehicle.vin][keeps]",
    ];
    assert_eq!(at, BTreeSet::from(expected));
}

#[tokio::test]
async fn what_is_saved_is_what_the_form_shows_and_the_log_tells() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let form = ContractForm {
            is_strict: "yes".to_owned(),
            valid_from: "2026-01-01".to_owned(),
            valid_until: "2027-03-28".to_owned(),
            document: "DPA-7".to_owned(),
        };
        let first = [(Field::VehicleVin, ruled("truncated", "9")), (Field::VehiclePlate, field())];
        let saved = save(&cx, partner, form.clone(), &first).await;
        assert_eq!(saved.added, ["vehicle.vin", "vehicle.plate"]);
        let contract = found(&cx, partner).await.contract;
        assert_eq!((contract.version, contract.fields[&Field::VehicleVin].rule), (1, Rule::Truncated(9)));
        let (shown, of) = contracts::form_of(&contract);
        assert_eq!(shown, form);
        let granted: Vec<_> = of.into_iter().filter(|(_, field)| field.granted == "yes").collect();
        assert_eq!(granted, first);
        let second = [(Field::VehicleVin, ruled("masked", "4")), (Field::CustomerName, field())];
        let saved = save(&cx, partner, ContractForm::default(), &second).await;
        assert_eq!(
            (saved.added, saved.removed, saved.changed),
            (vec!["customer.name"], vec!["vehicle.plate"], vec!["vehicle.vin"])
        );
        let filter = audit::Filter { action: Some("contract.updated".to_owned()), ..audit::Filter::default() };
        let told = audit::list(&cx, &console(), &filter).await.unwrap().rows;
        assert_eq!(told.len(), 2);
        let detail = audit::find(&cx, &console(), told[0].id.into()).await.unwrap();
        let said = detail.said.to_string();
        for word in ["customer.name", "vehicle.plate", "vehicle.vin"] {
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(detail.changes.len(), 4, "strict, both ends, and that the agreed text is another");
        let same = save(&cx, partner, ContractForm::default(), &second).await;
        assert!(same.added.is_empty() && same.removed.is_empty() && same.changed.is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_two_who_edit_at_once_the_second_is_told() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let typed = contracts::parse(&ContractForm::default(), &fields(&[(Field::VehicleVin, field())])).unwrap();
        let edit = async |version| contracts::edit(&cx, &console(), partner, version, &typed).await;
        edit(0).await.expect("the first");
        assert_eq!(edit(0).await.unwrap_err().code, "contract.changed_meanwhile");
        edit(1).await.expect("the second");
        assert_eq!(edit(1).await.unwrap_err().code, "contract.changed_meanwhile");
        let nobody = contracts::edit(&cx, &console(), domain::ids::PartnerId::new(), 0, &typed).await;
        assert_eq!(nobody.unwrap_err().code, "partner.not_found");
    })
    .await;
}

#[tokio::test]
async fn the_partners_form_keeps_what_the_contract_says_and_neither_overwrites_the_other() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let opened = partners::find(&cx, &console(), partner).await.unwrap();
        save(&cx, partner, ContractForm::default(), &[(Field::VehicleVin, ruled("masked", "4"))]).await;
        let boxes = async |version: i64, clearance: Clearance| {
            let typed = partners::parse(&partners::form_of(&opened)).unwrap();
            partners::edit(&cx, &console(), partner, version, &typed, &clearance, &BTreeSet::new()).await
        };
        let both = Clearance::of([Field::VehicleVin, Field::VehiclePlate]);
        let stale = boxes(opened.partner.version, both.clone()).await.unwrap_err();
        assert_eq!(stale.code, "partner.changed_meanwhile");
        let before = found(&cx, partner).await.contract.version;
        let now = partners::find(&cx, &console(), partner).await.unwrap();
        boxes(now.partner.version, both).await.expect("saved");
        let contract = found(&cx, partner).await.contract;
        assert_eq!(contract.fields[&Field::VehicleVin].rule, Rule::Masked, "what was said of it stays");
        let plate = &contract.fields[&Field::VehiclePlate];
        assert!(plate.is_sent && plate.is_read && plate.rule == Rule::Plain, "a box checked there gets what is usual");
        assert_eq!(contract.version, before + 1, "whoever has the contract open is told");
    })
    .await;
}

#[tokio::test]
async fn a_change_holds_for_the_next_call() {
    super::support::on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let (_, secret) = key(&cx, partner, "Reader").await;
        let verifier = Verifier::default();
        let sees = async || {
            let caller = verifier.verify(&cx, &secret, SecretKind::ApiKey).await.unwrap();
            let terms = caller.contract.terms(Way::Read, Some(&cx.keys), cx.clock.now());
            terms.text(Field::CustomerName, "Marta Lindqvist")
        };
        assert_eq!(sees().await, None);
        save(&cx, partner, ContractForm::default(), &[(Field::CustomerName, ruled("masked", "4"))]).await;
        assert_eq!(sees().await.as_deref(), Some("•••st"));
        let over = ContractForm { valid_until: "2026-11-22".to_owned(), ..ContractForm::default() };
        save(&cx, partner, over, &[(Field::CustomerName, field())]).await;
        assert_eq!(sees().await, None);
    })
    .await;
}
