use domain::{
    partners::Field,
    permissions::{Permission, marker::PartnersManage},
};
use services::{
    Services,
    contracts::{self, ContractForm, FieldForm},
    disclosures::{self, Filter, Via},
    partners,
    testing::on_both_engines,
};

use super::support::{Call, Portal, console, key};

const SCOPES: [Permission; 4] =
    [Permission::CustomersRead, Permission::FleetRead, Permission::SubscriptionsRead, Permission::DriversRead];

/// Writes the contract with the partner of a key that `support::key` made.
async fn agree(cx: &Services, name: &str, of: &[(Field, &str)], form: &ContractForm) {
    let partners = partners::choices::<PartnersManage>(cx, &console()).await.unwrap();
    let (partner, _) = partners.into_iter().find(|(_, partner)| *partner == format!("{name} Ltd")).unwrap();
    let version = contracts::find(cx, &console(), partner).await.unwrap().contract.version;
    let field = |rule: &str| FieldForm {
        granted: "yes".to_owned(),
        read: "yes".to_owned(),
        purpose: "To try it".to_owned(),
        basis: "contract".to_owned(),
        retention: "30".to_owned(),
        rule: rule.to_owned(),
        keeps: "2".to_owned(),
        ..FieldForm::default()
    };
    let fields = of.iter().map(|(name, rule)| (name.as_str().to_owned(), field(rule))).collect();
    let typed = contracts::parse(form, &fields).unwrap();
    contracts::edit(cx, &console(), partner, version, &typed).await.unwrap();
}

#[tokio::test]
async fn a_field_leaves_in_the_form_that_the_contract_names() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let narrow = key(&portal.cx, "Narrow", "other", &SCOPES, |_| {}).await;
        let contract = [
            (Field::CustomerName, "masked"),
            (Field::CustomerEmail, "hashed"),
            (Field::CustomerAddress, "truncated"),
            (Field::VehicleVin, "truncated"),
            (Field::VehicleOdometer, "masked"),
            (Field::SubscriptionPrice, "truncated"),
            (Field::SubscriptionMoneyState, "hashed"),
        ];
        agree(&portal.cx, "Narrow", &contract, &ContractForm::default()).await;
        let get = async |key: &str, path: &str| {
            portal.call(key, Call { method: "GET", path, headers: &[], body: None }).await.body
        };
        let whole = get(&portal.key, "/api/v1/customers?limit=1").await["data"][0].clone();
        let path = format!("/api/v1/customers/{}", whole["id"].as_str().unwrap());
        let seen = get(&narrow, &path).await;
        let name = whole["name"].as_str().unwrap();
        let last: String = name.chars().skip(name.chars().count() - 2).collect();
        assert_eq!(seen["name"], format!("•••{last}"));
        assert_eq!(seen["email"].as_str().unwrap().len(), 64);
        assert!(seen["address"]["city"].as_str().unwrap().chars().count() <= 2, "{seen}");
        assert_eq!((&seen["phone"], &seen["number"]), (&serde_json::Value::Null, &whole["number"]));
        for secret in ["name", "email", "phone"].map(|field| whole[field].as_str().unwrap_or("-none-")) {
            assert!(secret.is_empty() || !seen.to_string().contains(secret), "{secret} left: {seen}");
        }
        let car = get(&narrow, "/api/v1/vehicles?limit=1").await["data"][0].clone();
        assert_eq!((car["vin"].as_str().unwrap().len(), &car["odometer_km"]), (2, &serde_json::Value::Null));
        let readings =
            get(&narrow, &format!("/api/v1/vehicles/{}/odometer-readings", car["id"].as_str().unwrap())).await;
        assert!(!readings.to_string().contains("\"km\""), "{readings}");
        let subscription = get(&narrow, "/api/v1/subscriptions?limit=1").await["data"][0].clone();
        assert_eq!(subscription["price"]["minor"].as_i64().unwrap() % 100, 0, "{subscription}");
        assert_eq!(subscription["money_state"], serde_json::Value::Null, "a word of a closed set leaves whole or not");
        let search =
            portal.call(&narrow, Call { method: "GET", path: "/api/v1/customers?q=a", headers: &[], body: None }).await;
        assert_eq!(search.status, 422, "a search would tell what is masked");
    })
    .await;
}

#[tokio::test]
async fn a_contract_that_ran_out_leaves_ids_states_and_dates() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let narrow = key(&portal.cx, "Narrow", "insurer", &SCOPES, |_| {}).await;
        let call = || Call { method: "GET", path: "/api/v1/vehicles?limit=1", headers: &[], body: None };
        assert!(portal.call(&narrow, call()).await.body["data"][0]["vin"].is_string());
        let over = ContractForm { valid_until: "2026-11-22".to_owned(), ..ContractForm::default() };
        agree(&portal.cx, "Narrow", &[(Field::VehicleVin, "plain")], &over).await;
        let car = portal.call(&narrow, call()).await.body["data"][0].clone();
        assert!(car["id"].is_string() && car["vin"].is_null() && car["plate"].is_null(), "{car}");
    })
    .await;
}

#[tokio::test]
async fn the_ledger_knows_what_was_read_and_what_was_asked_for_in_vain() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let live = key(&portal.cx, "Live", "other", &SCOPES, |form| form.environment = "live".to_owned()).await;
        let test = key(&portal.cx, "Trial", "insurer", &SCOPES, |_| {}).await;
        agree(
            &portal.cx,
            "Live",
            &[(Field::CustomerName, "masked"), (Field::CustomerEmail, "plain")],
            &ContractForm::default(),
        )
        .await;
        let get = async |key: &str, path: &str, headers: &[(&str, &str)]| {
            portal.call(key, Call { method: "GET", path, headers, body: None }).await
        };
        get(&test, "/api/v1/customers?limit=1", &[]).await;
        let list = portal.get("/api/v1/customers?limit=1").await;
        let id = list.body["data"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/customers/{id}");
        let asked = get(&live, &format!("{path}?fields=name,phone"), &[]).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let one = get(&live, &path, &[]).await;
        let known = get(&live, &path, &[("if-none-match", one.header("etag"))]).await;
        assert_eq!(known.status, 304, "nothing leaves");
        get(&live, "/api/v1/vehicles?limit=3", &[]).await;
        disclosures::flush(&portal.cx, &portal.cx.disclosures).await.unwrap();
        let rows = disclosures::list(&portal.cx, &console(), &Filter::default()).await.unwrap().rows;
        assert!(rows.iter().all(|row| row.partner_name == "Live Ltd" && row.via() == Via::Api), "{rows:?}");
        assert_eq!(rows.len(), 2, "with and without fields asked for, no car and nothing of the sandbox: {rows:?}");
        let filter = Filter { customer: Some(id.parse().unwrap()), ..Filter::default() };
        let mut about = disclosures::list(&portal.cx, &console(), &filter).await.unwrap().rows;
        about.sort_by_key(|row| row.fields().len());
        assert_eq!(
            (about[0].fields(), about[0].withheld()),
            (vec!["customer.name".into()], vec!["customer.phone".into()])
        );
        assert_eq!(about[1].fields(), ["customer.email", "customer.name"]);
        assert_eq!((about[1].calls, about[1].withheld()), (1, Vec::<String>::new()));
        let told = format!("{rows:?}");
        let email = one.body["email"].as_str().unwrap();
        assert!(!told.contains(email), "names of fields and ids, never values");
    })
    .await;
}
