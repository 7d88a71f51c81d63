//! Vehicles.

use domain::{Timestamp, fleet::Plate};
use jiff::Span;
use rand::Rng;
use uuid::Uuid;

use super::{Maker, words};
use crate::{
    Error,
    clock::{ZONE, date_in},
    db::on,
    fleet, search,
};

/// A vehicle that was made.
pub(super) struct Vehicle {
    pub(super) id: Uuid,
    pub(super) odometer_km: i64,
}

/// The letters and digits of a VIN: no I, O and Q.
const SIGNS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

/// Makes vehicles. All are on offer at first; subscriptions take theirs, and what is left is spread over other states.
pub(super) async fn vehicles(maker: &mut Maker<'_>, count: u32) -> Result<Vec<Vehicle>, Error> {
    let today = date_in(maker.now, ZONE);
    let mut made = Vec::new();
    for nth in 0..count {
        let (maker_name, model, fuel, category, wmi) = *maker.one(&words::CAR);
        let letters = maker.one(&words::CITY).4;
        let tail: String = (0..8).map(|_| char::from(*maker.one(SIGNS))).collect();
        let vin = format!("{wmi}{tail}{nth:06}");
        // Unique by its running number, believable by its letters.
        let pair: String =
            [nth / 9_000, nth / 450].map(|at| char::from(b'A' + u8::try_from(at % 20).unwrap_or(0))).iter().collect();
        let plate = format!("{letters}-{pair} {}", 1_000 + nth % 9_000);
        let since = maker.days_ago(100, 180);
        let id = maker.id(since);
        let year = maker.rng.random_range(2023..=2026_i64);
        let odometer_km: i64 = maker.rng.random_range(20..48_000);
        let registered = today.saturating_sub(Span::new().days(maker.rng.random_range(120..900)));
        let inspection = today.saturating_add(Span::new().days(maker.rng.random_range(-20..600)));
        let service = today.saturating_add(Span::new().days(maker.rng.random_range(-10..400)));
        let key = plate.parse::<Plate>().map(|plate| plate.key()).unwrap_or_default();
        let by = maker.staff[3].1;
        let location = *maker.one(&words::LOCATION);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO vehicle (id, vin, plate, plate_key, make, model, sort_name, model_year, fuel, category, location,
                                  odometer_km, state, registered_on, inspection_due_on, service_due_on,
                                  created_at, created_by, updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'available', $13, $14, $15, $16, $17, $16, $17)")
            .bind(id).bind(&vin).bind(&plate).bind(&key).bind(maker_name).bind(model).bind(fleet::sort_name(maker_name, model, &plate))
            .bind(year).bind(fuel).bind(category).bind(location).bind(odometer_km)
            .bind(registered.to_string()).bind(inspection.to_string()).bind(service.to_string())
            .bind(since.millis()).bind(by)
            .execute(c).await.map(|_| ()))?;
        on!(maker.uow.connection(), c => sqlx::query("INSERT INTO plate_history (vehicle_id, plate, since_at) VALUES ($1, $2, $3)")
            .bind(id).bind(&plate).bind(since.millis()).execute(c).await.map(|_| ()))?;
        search::replace(maker.uow.connection(), search::Kind::Vehicle, id, &[&plate, &vin, maker_name, model]).await?;
        let entry = maker.id(since);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO timeline_entry (id, object_type, object_id, at, actor, source, action, summary)
             VALUES ($1, 'vehicle', $2, $3, $4, 'person', 'vehicle.created', $5)")
            .bind(entry).bind(id).bind(since.millis()).bind(by).bind(format!("Taken into the fleet as {plate}"))
            .execute(c).await.map(|_| ()))?;
        made.push(Vehicle { id, odometer_km });
    }
    Ok(made)
}

/// Gives cars that no subscription took some other states, so that the fleet looks like one.
pub(super) async fn spread(maker: &mut Maker<'_>, left: &[Vehicle]) -> Result<(), Error> {
    for vehicle in left {
        let state = match maker.rng.random_range(0..100) {
            0..62 => continue,
            62..74 => "preparing",
            74..84 => "workshop",
            84..92 => "inspection",
            92..96 => "in_transit",
            96..98 => "accident",
            98 => "stolen",
            _ => "defleeted",
        };
        on!(maker.uow.connection(), c => sqlx::query("UPDATE vehicle SET state = $2 WHERE id = $1")
            .bind(vehicle.id).bind(state).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Sets the state a subscription gives its car.
pub(super) async fn set_state(maker: &mut Maker<'_>, id: Uuid, state: &str, at: Timestamp) -> Result<(), Error> {
    on!(maker.uow.connection(), c => sqlx::query("UPDATE vehicle SET state = $2, updated_at = $3 WHERE id = $1")
        .bind(id).bind(state).bind(at.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}
