//! What the tests of customers, vehicles and plans set up: through the same use cases that people use.

// Each test binary uses a part of it.
#![allow(dead_code)]

use domain::{
    forms::{customer::CustomerForm, plan::PlanForm, vehicle::VehicleForm},
    ids::{CustomerId, PlanId, StaffId, VehicleId},
    permissions::{Grant, Permission},
    texts::Reason,
};
use services::{
    Services,
    access::{Access, Actor, ActorKind, Trace},
    audit::Entry,
    customers,
    db::on,
    fleet, plans,
};
use uuid::Uuid;

/// A member of staff who holds every permission.
pub fn staff(name: &str) -> Actor {
    let kind = ActorKind::Staff { id: StaffId::new(), name: name.to_owned(), session: None };
    Actor::new(kind, Permission::ALL.iter().copied().collect(), Trace::default())
}

/// The proof of a permission, by somebody who holds all.
pub fn access<P: Grant>() -> Access<P> {
    staff("Ines Albrecht").authorize().expect("holds everything")
}

/// The same by somebody else.
pub fn access_of<P: Grant>(name: &str) -> Access<P> {
    staff(name).authorize().expect("holds everything")
}

pub fn customer_form(name: &str) -> CustomerForm {
    CustomerForm {
        kind: "person".to_owned(),
        name: name.to_owned(),
        email: "post@example.org".to_owned(),
        country: "DE".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        status: "active".to_owned(),
        ..CustomerForm::default()
    }
}

pub async fn customer(cx: &Services, name: &str) -> CustomerId {
    customers::create(cx, &access(), &customer_form(name), Uuid::now_v7()).await.expect("a customer")
}

/// A vehicle whose VIN ends in `number`.
pub fn vehicle_form(number: u32, plate: &str) -> VehicleForm {
    VehicleForm {
        vin: format!("WVWZZZAUZ{number:08}"),
        plate: plate.to_owned(),
        make: "Polestar".to_owned(),
        model: "2".to_owned(),
        model_year: "2025".to_owned(),
        fuel: "electric".to_owned(),
        odometer_km: "1200".to_owned(),
        state: "available".to_owned(),
        location: "Berlin".to_owned(),
        ..VehicleForm::default()
    }
}

pub async fn vehicle(cx: &Services, number: u32, plate: &str) -> VehicleId {
    fleet::create(cx, &access(), &vehicle_form(number, plate), Uuid::now_v7()).await.expect("a vehicle")
}

pub fn plan_form(name: &str) -> PlanForm {
    PlanForm {
        name: name.to_owned(),
        currency: "EUR".to_owned(),
        price: "579.00".to_owned(),
        deposit: "500".to_owned(),
        tax_percent: "19".to_owned(),
        minimum_term_months: "6".to_owned(),
        notice_days: "30".to_owned(),
        included_km: "1250".to_owned(),
        excess_rate: "0.149".to_owned(),
        pause_allowed: "yes".to_owned(),
        pause_max_days: "90".to_owned(),
        pause_billing: "credit".to_owned(),
        cancel_fee: "0".to_owned(),
        early_end_fee: "300".to_owned(),
        effective_from: "2026-01-01".to_owned(),
        ..PlanForm::default()
    }
}

pub async fn plan(cx: &Services, name: &str) -> PlanId {
    plans::create(cx, &access(), &plan_form(name), Uuid::now_v7()).await.expect("a plan")
}

pub fn reason() -> Reason {
    "A reason that is kept".parse().expect("a reason")
}

/// Publishes the plan's draft as it is now.
pub async fn publish(cx: &Services, id: PlanId) -> plans::Published {
    let version = plans::find(cx, &access(), id, None).await.expect("the plan").plan.version;
    plans::publish(cx, &access(), id, version, &reason()).await.expect("published")
}

/// A subscription with a car, written past its own use cases: these tests look only at what stands around it.
pub async fn subscription(
    cx: &Services,
    number: &str,
    customer: CustomerId,
    vehicle: VehicleId,
    version: Uuid,
) -> Uuid {
    let id = Uuid::now_v7();
    let now = cx.clock.now().millis();
    let mut uow = cx.db.begin().await.expect("a unit of work");
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO subscription (id, number, customer_id, plan_version_id, vehicle_id, state, zone, currency,
                                   price_minor, anchor_day, service_from, customer_name, created_at, created_by,
                                   updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, 'active', 'Europe/Berlin', 'EUR', 57900, 15, '2026-01-15', 'Marta Lindqvist',
                 $6, 'Test', $6, 'Test')")
        .bind(id).bind(number).bind(customer.uuid()).bind(version).bind(vehicle.uuid()).bind(now)
        .execute(c).await.map(|_| ()))
    .expect("a subscription");
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO vehicle_assignment (id, subscription_id, vehicle_id, starts_at, ends_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $4)")
        .bind(Uuid::now_v7()).bind(id).bind(vehicle.uuid()).bind(now).bind(i64::MAX)
        .execute(c).await.map(|_| ()))
    .expect("an assignment");
    uow.commit(cx, &Actor::command_line(), Entry::new("test.subscription")).await.expect("committed");
    id
}
