//! Data-sharing contracts and the ledger of disclosures, on both engines.

// What is set up here is there, or the test has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../fleet_fixture/mod.rs"]
mod fleet_fixture;
#[path = "../machines/support.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

mod editing;
mod ledger;
mod secrets;
mod shaping;
mod webhooks;

use std::collections::BTreeMap;

use domain::{ids::PartnerId, partners::Field};
use services::{
    Services,
    contracts::{self, ContractForm, Detail, FieldForm, Saved},
    partners::{self, PartnerForm},
};
use uuid::Uuid;

use support::console;

/// A partner that begins with no field at all.
async fn bare_partner(cx: &Services, name: &str) -> PartnerId {
    let form = PartnerForm { name: name.to_owned(), kind: "other".to_owned(), contact_email: String::new() };
    partners::create(cx, &console(), &partners::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap()
}

/// A field in the contract, both ways, as it is.
fn field() -> FieldForm {
    let yes = || "yes".to_owned();
    FieldForm {
        granted: yes(),
        sent: yes(),
        read: yes(),
        received: yes(),
        purpose: "To try it".to_owned(),
        basis: "contract".to_owned(),
        retention: "90".to_owned(),
        rule: "plain".to_owned(),
        keeps: "4".to_owned(),
    }
}

/// The same in another form.
fn ruled(rule: &str, keeps: &str) -> FieldForm {
    FieldForm { rule: rule.to_owned(), keeps: keeps.to_owned(), ..field() }
}

fn fields(of: &[(Field, FieldForm)]) -> BTreeMap<String, FieldForm> {
    of.iter().map(|(field, form)| (field.as_str().to_owned(), form.clone())).collect()
}

async fn found(cx: &Services, partner: PartnerId) -> Detail {
    contracts::find(cx, &console(), partner).await.unwrap()
}

/// Saves a contract over what is there.
async fn save(cx: &Services, partner: PartnerId, form: ContractForm, of: &[(Field, FieldForm)]) -> Saved {
    let version = found(cx, partner).await.contract.version;
    let typed = contracts::parse(&form, &fields(of)).expect("a contract");
    contracts::edit(cx, &console(), partner, version, &typed).await.expect("saved")
}
