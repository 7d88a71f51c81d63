//! News from cars: what their odometers show.

use domain::Timestamp;

use super::{
    payload::Subject,
    work::{Ending, Job, unruled},
};
use crate::{
    Error, Services,
    access::Actor,
    db::on,
    odometer::{self, NewReading},
};

/// Who says so, in the reading.
const SOURCE: &str = "telematics";

/// Records a reading of the car that a message names.
pub(super) async fn handle(cx: &Services, job: &Job) -> Result<Ending, Error> {
    if job.payload.event_type() != "odometer.reading" {
        return Ok(unruled());
    }
    let mut reading = cx.db.read().await?;
    let subject = Subject::find(reading.connection(), job.kind, &job.payload).await?;
    drop(reading);
    let vehicle = match subject {
        Subject::Vehicle(id) => id,
        Subject::None => return Ok(Ending::Parked("It names no car, by VIN or plate.".to_owned())),
        _ => return Ok(Ending::Parked("It names a car that we don’t know.".to_owned())),
    };
    let (Some(km), Ok(at)) = (job.payload.number("km"), job.payload.text("at").parse::<jiff::Timestamp>()) else {
        return Ok(Ending::Parked("It needs whole kilometres in km, and a time in at, as RFC 3339 says.".to_owned()));
    };
    let read_at = Timestamp(at.as_millisecond());
    let new = NewReading { vehicle: vehicle.into(), read_at, km, source: SOURCE.to_owned() };
    let access = Actor::job("telematics").authorize()?;
    match odometer::record(cx, &access, &new).await {
        Ok(_) => Ok(Ending::Done(format!("Recorded {km} km."))),
        // One wrong reading must not keep back those that follow it.
        Err(error) if error.code == "odometer.goes_back" => Ok(Ending::Ignored(
            "It was not recorded: kilometres never go back, and another reading says so.".to_owned(),
        )),
        Err(error) if error.code == "odometer.twin" => twin(cx, &new).await,
        Err(error) if matches!(error.status, 404 | 422) => Ok(Ending::Parked(error.message)),
        Err(error) => Err(error),
    }
}

/// There is a reading at this very time: this one, from a try that ended before it could say so, or another.
async fn twin(cx: &Services, new: &NewReading) -> Result<Ending, Error> {
    let mut reading = cx.db.read().await?;
    let known: Option<(i64,)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT km FROM odometer_reading WHERE vehicle_id = $1 AND read_at = $2")
        .bind(new.vehicle.uuid()).bind(new.read_at.millis()).fetch_optional(c).await)?;
    Ok(match known {
        Some((km,)) if km == new.km => Ending::Done(format!("Recorded {km} km.")),
        _ => Ending::Ignored("It was not recorded: another reading of this very time is known.".to_owned()),
    })
}
