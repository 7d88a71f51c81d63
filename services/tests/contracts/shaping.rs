//! What a payload is after the contract: each form, a contract that ran out, a strict one.

use domain::{ids::PartnerId, partners::Field};
use serde_json::{Value, json};
use services::{
    Services,
    contracts::{self, ContractForm, Shaped, Terms, shape},
    testing::on_both_engines,
};

use super::{bare_partner, field, ruled, save};

async fn terms(cx: &Services, partner: PartnerId) -> Terms {
    contracts::terms_now(cx, cx.db.read().await.unwrap().connection(), partner).await.unwrap()
}

fn payload() -> Value {
    json!({
        "customer": { "id": "0199", "name": "Marta Lindqvist", "email": "marta@example.org",
                      "address": { "street": "Hafenweg 9", "city": "Kiel", "Tür 4": "hidden" } },
        "driver": { "born_on": "1988-04-17", "licence": "B072RRE2I55" },
        "vehicle": { "id": "0200", "vin": "WVWZZZ1KZ8W000042", "plate": "KI-KF 42", "odometer": 48213 },
    })
}

#[tokio::test]
async fn each_field_leaves_in_the_form_that_the_contract_names() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let contract = [
            (Field::CustomerName, ruled("masked", "4")),
            (Field::CustomerEmail, ruled("hashed", "4")),
            (Field::CustomerAddress, ruled("truncated", "3")),
            (Field::DriverBirthDate, ruled("truncated", "2")),
            (Field::VehicleVin, field()),
            (Field::VehicleOdometer, ruled("truncated", "2")),
        ];
        save(&cx, partner, ContractForm::default(), &contract).await;
        let shaped = shape(&terms(&cx, partner).await, &payload());
        let customer = &shaped.payload["customer"];
        assert_eq!(customer["name"], "•••st");
        let hash = customer["email"].as_str().unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
        assert_eq!(customer["address"], json!({ "street": "Haf", "city": "Kie" }), "a key that is no name is left out");
        assert_eq!(customer["id"], "0199");
        assert_eq!(shaped.payload["driver"], json!({ "born_on": "1988" }));
        assert_eq!(shaped.payload["vehicle"], json!({ "id": "0200", "vin": "WVWZZZ1KZ8W000042", "odometer": 48000 }));
        assert_eq!(shaped.withheld, ["driver.licence", "vehicle.plate"]);
        assert!(!shaped.is_refused && shaped.refusal().is_none());

        let again = shape(&terms(&cx, partner).await, &payload());
        assert_eq!(again.payload["customer"]["email"], hash, "equal values stay equal");
        let other = bare_partner(&cx, "Baloise").await;
        save(&cx, other, ContractForm::default(), &contract).await;
        let other = shape(&terms(&cx, other).await, &payload());
        assert_ne!(other.payload["customer"]["email"], hash, "two partners can't put theirs together");
    })
    .await;
}

#[tokio::test]
async fn a_contract_that_ran_out_or_has_not_begun_lets_nothing_through() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        // The clock stands at 2026-11-23, 11:00 in Berlin.
        let form = |from: &str, until: &str| ContractForm {
            valid_from: from.to_owned(),
            valid_until: until.to_owned(),
            ..ContractForm::default()
        };
        let car = json!({ "vehicle": { "id": "7", "vin": "WVWZZZ1KZ8W000042" } });
        let through = async |form: ContractForm| -> Shaped {
            save(&cx, partner, form, &[(Field::VehicleVin, field())]).await;
            shape(&terms(&cx, partner).await, &car)
        };
        assert_eq!(through(form("2026-11-23", "2026-11-23")).await.payload, car, "the last day is in it");
        for over in [form("", "2026-11-22"), form("2026-11-24", "")] {
            let shaped = through(over).await;
            assert_eq!(shaped.payload, json!({ "vehicle": { "id": "7" } }));
            assert_eq!(shaped.withheld, ["vehicle.vin"]);
        }
        through(form("", "2026-11-23")).await;
        cx.clock.advance(13 * 60 * 60 * 1_000);
        assert_eq!(shape(&terms(&cx, partner).await, &car).passed, Vec::<String>::new(), "midnight has passed");
    })
    .await;
}

#[tokio::test]
async fn a_strict_contract_refuses_the_whole_and_names_what_is_too_much() {
    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let form = ContractForm { is_strict: "yes".to_owned(), ..ContractForm::default() };
        save(&cx, partner, form, &[(Field::VehicleVin, field())]).await;
        let terms = terms(&cx, partner).await;
        let fits = shape(&terms, &json!({ "vehicle": { "id": "7", "vin": "WVWZZZ1KZ8W000042" } }));
        assert!(!fits.is_refused);
        let shaped =
            shape(&terms, &json!({ "vehicle": { "vin": "WVWZZZ1KZ8W000042", "plate": "KI-KF 42", "colour": 1 } }));
        assert!(shaped.is_refused);
        assert_eq!(shaped.payload, json!({}), "nothing of it leaves");
        assert_eq!(shaped.withheld, ["vehicle.colour", "vehicle.plate"]);
        let refusal = shaped.refusal().unwrap();
        assert_eq!((refusal.code, refusal.status), ("contract.strict", 409));
        assert!(refusal.message.contains("vehicle.plate") && !refusal.message.contains("KI-KF"), "{}", refusal.message);
    })
    .await;
}

#[tokio::test]
async fn each_way_is_allowed_by_itself() {
    use domain::partners::Way;

    on_both_engines(async |cx: Services| {
        let partner = bare_partner(&cx, "Helvetia").await;
        let mut read = field();
        (read.sent, read.received) = (String::new(), String::new());
        save(&cx, partner, ContractForm::default(), &[(Field::VehicleVin, read)]).await;
        let contract = super::found(&cx, partner).await.contract;
        let has = |way| contract.terms(way, Some(&cx.keys), cx.clock.now()).clearance.has(Field::VehicleVin);
        assert_eq!((has(Way::Sent), has(Way::Read), has(Way::Received)), (false, true, false));
        assert!(!terms(&cx, partner).await.clearance.has(Field::VehicleVin));
    })
    .await;
}
