//! Each version of the API, held against a golden file. To write them anew: `KEYFOB_GOLDEN=write`.

use std::path::PathBuf;

use domain::api_version::ApiVersion;
use serde_json::{Value, json};
use services::{Services, testing::on_both_engines};

use super::support::Portal;

/// What golden files are about.
const PATHS: [&str; 6] = [
    "/api/v1/subscriptions?limit=2",
    "/api/v1/vehicles?limit=2",
    "/api/v1/cars?limit=1",
    "/api/v1/customers?limit=1",
    "/api/v1/plans?limit=1",
    "/api/v1/customers?colour=red",
];

/// The shape of an answer: names stay, what differs from run to run becomes its type.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(values) => values.first().map_or(json!([]), |first| json!([shape(first)])),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!(0),
        other => other.clone(),
    }
}

#[tokio::test]
async fn each_version_answers_as_its_golden_file_says() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        for version in ApiVersion::ALL {
            let mut golden = serde_json::Map::new();
            for path in PATHS {
                let answer = portal.get_with(path, &[("keyfob-version", version.as_str())]).await;
                assert_eq!(answer.header("keyfob-version"), version.as_str());
                let says = json!({ "status": answer.status.as_u16(), "body": shape(&answer.body) });
                golden.insert(format!("GET {path}"), says);
            }
            let text = serde_json::to_string_pretty(&golden).unwrap() + "\n";
            let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/api/golden/{version}.json"));
            if std::env::var("KEYFOB_GOLDEN").is_ok_and(|word| word == "write") {
                std::fs::write(&file, &text).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "{version}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_goes_away_says_so_and_then_is_gone() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let old = [("keyfob-version", "2026-09-01")];
        let deprecated = portal.get_with("/api/v1/me", &old).await;
        assert_eq!(deprecated.header("deprecation"), "@1793491200");
        assert_eq!(deprecated.header("sunset"), "Sat, 01 May 2027 00:00:00 GMT");
        assert!(deprecated.header("link").contains("rel=\"deprecation\""));
        assert!(portal.get("/api/v1/me").await.header("deprecation").is_empty());
        assert!(!portal.get("/api/v1/cars").await.header("sunset").is_empty(), "an old address, in whatever version");
        let unknown = portal.get_with("/api/v1/me", &[("keyfob-version", "2020-01-01")]).await;
        assert_eq!((unknown.status.as_u16(), unknown.code()), (400, "version.unknown"));
        portal.cx.clock.advance(200 * domain::Timestamp::DAY);
        for (path, headers) in [("/api/v1/me", &old[..]), ("/api/v1/cars", &[][..])] {
            let gone = portal.get_with(path, headers).await;
            assert_eq!((gone.status.as_u16(), gone.code()), (410, "version.sunset"), "{path}");
        }
        assert_eq!(portal.get("/api/v1/vehicles").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_older_version_is_also_read() {
    on_both_engines(async |cx: Services| {
        let portal = Portal::new(cx).await;
        let old = [("keyfob-version", "2026-09-01")];
        let body = json!({ "vin": "WVWZZZ1JZXW000001", "make": "Volkswagen", "model": "Golf", "model_year": 2024,
                           "fuel": "petrol", "mileage": 1200 });
        let made = portal.post("/api/v1/vehicles", &old, body.clone()).await;
        assert_eq!((made.status.as_u16(), made.body["mileage"].as_i64()), (201, Some(1200)), "{:?}", made.body);
        assert!(made.body.get("odometer_km").is_none());
        let refused = portal.post("/api/v1/vehicles", &[], body).await;
        assert_eq!(refused.status, 422, "the newest version knows no mileage");
        let now = portal.get(&format!("/api/v1/vehicles/{}", made.body["id"].as_str().unwrap())).await;
        assert_eq!(now.body["odometer_km"], 1200);
    })
    .await;
}
