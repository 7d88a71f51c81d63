//! A thousand payloads, made up: nothing of what is outside the contract is in what leaves.

use domain::partners::{Clearance, Field};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value};
use services::contracts::{Terms, shape};

/// Names of records, of the catalogue and next to it.
fn record() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["customer", "driver", "vehicle", "subscription"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "Vehicle", "vehicle ", " vehicle", "VEHICLE", "vehicle.vin", "véhicle", "vehiclе", "customer\u{200b}", "", "claim",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

/// Names of fields, of the catalogue and next to it.
fn name() -> impl Strategy<Value = String> {
    let known: Vec<String> =
        Field::ALL.iter().filter_map(|field| field.as_str().split_once('.')).map(|(_, name)| name.to_owned()).collect();
    prop_oneof![
        4 => prop::sample::select(known),
        1 => prop::sample::select(vec![
            "Vin", "vin ", "VIN", "vin\u{0}", "vín", "name.", ".name", "id", "reference", "state", "at", "number", "ID", "",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

/// A value that carries a mark wherever it can: as a text, within a list, as a key, deep down. No id and no date looks so.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => (0..u32::MAX).prop_map(|number| Value::String(format!("§{number}§"))),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
    ];
    leaf.prop_recursive(6, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((prop_oneof![name(), (0..9u8).prop_map(|n| format!("§{n}§"))], inner), 0..4)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

fn payload() -> impl Strategy<Value = Value> {
    let fields = prop::collection::vec((name(), value()), 0..6);
    let one = prop_oneof![
        6 => fields.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        1 => value(),
    ];
    let records = prop::collection::vec((record(), one), 0..5)
        .prop_map(|records| Value::Object(records.into_iter().collect::<Map<_, _>>()));
    prop_oneof![9 => records, 1 => value()]
}

/// What the contract lets pass, found by looking up each field in it; every other part of the payload is taken away.
fn within(terms: &Terms, payload: &Value) -> String {
    let mut kept = Vec::new();
    for field in terms.clearance.fields() {
        let (record, name) = field.as_str().split_once('.').unwrap();
        kept.extend(payload.get(record).filter(|record| record.is_object()).and_then(|record| record.get(name)));
    }
    serde_json::to_string(&kept).unwrap()
}

fn marks(text: &str) -> Vec<&str> {
    text.split('§').skip(1).step_by(2).collect()
}

#[test]
fn no_secret_outside_the_contract_is_in_what_leaves() {
    let contracts = prop::collection::btree_set(prop::sample::select(Field::ALL.to_vec()), 0..8);
    let config = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let mut left = 0;
    let ran = runner.run(&(contracts, payload(), any::<bool>()), |(fields, payload, is_strict)| {
        let terms = Terms::plain(Clearance::of(fields), is_strict);
        let shaped = shape(&terms, &payload);
        let (text, allowed) = (serde_json::to_string(&shaped.payload).unwrap(), within(&terms, &payload));
        let allowed = marks(&allowed);
        for mark in marks(&text) {
            prop_assert!(allowed.contains(&mark), "{mark} left in {text} of {payload}");
        }
        let names = [shaped.passed.clone(), shaped.withheld.clone()].concat().join(" ");
        prop_assert!(!names.contains('§'), "a value stands among the names: {names}");
        if is_strict && !shaped.withheld.is_empty() {
            prop_assert!(shaped.is_refused && shaped.payload == Value::Object(Map::new()));
        }
        Ok(())
    });
    ran.unwrap();
    // The same payloads with everything in the contract do leave something, or this would show nothing.
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let payload = payload().new_tree(&mut runner).unwrap().current();
        let terms = Terms::plain(Clearance::full(), false);
        left += marks(&serde_json::to_string(&shape(&terms, &payload).payload).unwrap()).len();
    }
    assert!(left > 100, "only {left} values passed");
}

#[test]
fn names_that_look_alike_are_other_names() {
    let terms = Terms::plain(Clearance::full(), false);
    for (record, name) in [
        ("Vehicle", "vin"),
        ("vehicle", "vin "),
        ("vehicle", "VIN"),
        ("vehicle.vin", ""),
        ("", "vehicle.vin"),
        ("vehiclе", "vin"),
        ("vehicle", "vin\u{0}"),
    ] {
        let payload = serde_json::json!({ record: { name: "§7§" } });
        let shaped = shape(&terms, &payload);
        assert!(!shaped.payload.to_string().contains('§'), "{record:?} {name:?}");
        assert_eq!(shaped.withheld.len(), 1, "{record:?} {name:?}");
    }
    for whole in [serde_json::json!(["§7§"]), serde_json::json!("§7§"), serde_json::json!({ "vehicle": ["§7§"] })]
    {
        assert!(!shape(&terms, &whole).payload.to_string().contains('§'), "{whole}");
    }
}
