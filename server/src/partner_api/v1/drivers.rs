//! Drivers.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    ids::DriverId,
    partners::Field,
    permissions::{
        Permission,
        marker::{DriversRead, DriversWrite},
    },
};
use serde::{Deserialize, Serialize};
use services::drivers::{self, DriverForm, Filter, form_of};
use utoipa::ToSchema;

use super::{cleared, instant, optional, put, words};
use crate::{
    error_page::Problem,
    partner_api::{
        body::{Body, Id, Query},
        call::Call,
        conditional::{conflict_is_412, must_match, tagged},
        operation::{Operation, Parameter, Route},
        page::{List, limit},
    },
};

/// Somebody who may drive for a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Driver {
    /// `driver`.
    object: &'static str,
    /// Their id.
    #[schema(format = "uuid")]
    id: String,
    /// For whom they drive.
    #[schema(format = "uuid")]
    customer_id: String,
    /// Their name; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    name: Option<String>,
    /// Their address; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    email: Option<String>,
    /// Their date of birth; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    born_on: Option<String>,
    /// Their licence; only for whoever is cleared for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    licence: Option<Licence>,
    /// Whether they may drive.
    #[schema(value_type = words::DriverStatus)]
    status: String,
    /// When the record was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated_at: String,
}

/// A driving licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct Licence {
    /// Its number.
    number: String,
    /// Who gave it, ISO 3166-1 alpha-2; empty when not known.
    country: String,
    /// Until when it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    expires_on: Option<String>,
    /// When somebody last looked at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, format = "date")]
    checked_on: Option<String>,
}

/// A page of drivers.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriverList(#[schema(inline)] List<Driver>);

/// A new driver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDriver {
    /// For whom they drive.
    #[schema(format = "uuid")]
    customer_id: String,
    /// Their name.
    #[schema(min_length = 1, max_length = 160, pattern = "^[A-Za-z0-9][A-Za-z0-9 .'-]*$")]
    name: String,
    /// Their address.
    #[serde(default)]
    #[schema(max_length = 254, pattern = "^([a-z0-9]{1,30}@[a-z0-9]{1,30}\\.[a-z]{2,10})?$")]
    email: String,
    /// Their date of birth.
    #[serde(default)]
    #[schema(pattern = "^(19[5-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))?$")]
    born_on: String,
    /// Their licence's number.
    #[serde(default)]
    #[schema(max_length = 40, pattern = "^[A-Za-z0-9 -]*$")]
    licence_number: String,
    /// Who gave it, ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(pattern = "^([A-Z]{2})?$")]
    licence_country: String,
    /// Until when it is good.
    #[serde(default)]
    #[schema(pattern = "^(20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))?$")]
    licence_expires_on: String,
    /// When somebody last looked at it.
    #[serde(default)]
    #[schema(pattern = "^(20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))?$")]
    licence_checked_on: String,
}

/// What to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DriverChange {
    /// Their name.
    #[schema(nullable = false, min_length = 1, max_length = 160)]
    name: Option<String>,
    /// Their address; empty takes it away.
    #[schema(nullable = false, max_length = 254)]
    email: Option<String>,
    /// Their licence's number.
    #[schema(nullable = false, max_length = 40)]
    licence_number: Option<String>,
    /// Until when it is good.
    #[schema(nullable = false, format = "date")]
    licence_expires_on: Option<String>,
    /// When somebody last looked at it.
    #[schema(nullable = false, format = "date")]
    licence_checked_on: Option<String>,
    /// Whether they may drive.
    #[schema(nullable = false, value_type = Option<words::DriverStatus>)]
    status: Option<String>,
}

/// Which drivers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    customer_id: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

const QUERY: &[Parameter] = &[Parameter {
    name: "customer_id",
    description: "Only those of this customer.",
    schema: r#"{"type":"string","format":"uuid"}"#,
}];

pub(super) fn routes() -> Vec<Route> {
    use Permission::{DriversRead as Read, DriversWrite as Write};
    vec![
        Route::new(
            Operation::list::<DriverList>("listDrivers", "GET /api/v1/drivers", "List drivers", Read)
                .tag("Drivers")
                .query(QUERY),
            list,
        ),
        Route::new(
            Operation::create::<NewDriver, Driver>("createDriver", "POST /api/v1/drivers", "Add a driver", Write)
                .tag("Drivers")
                .with_etag(),
            create,
        ),
        Route::new(
            Operation::read::<Driver>("getDriver", "GET /api/v1/drivers/{id}", "Read a driver", Read)
                .tag("Drivers")
                .with_etag(),
            read,
        ),
        Route::new(
            Operation::write::<DriverChange, Driver>(
                "updateDriver",
                "PATCH /api/v1/drivers/{id}",
                "Change a driver",
                Write,
            )
            .tag("Drivers")
            .with_if_match(),
            update,
        ),
    ]
}

fn shown(call: &Call, driver: &drivers::Driver) -> Result<Driver, Problem> {
    let papers = driver.papers(&call.cx)?;
    let is_whole = call.terms.is_whole(Field::DriverLicence);
    let licence = cleared(call, Field::DriverLicence, &papers.licence_number).map(|number| Licence {
        number,
        country: driver.licence_country.clone(),
        // Where the number may not leave as it is, its days don't either.
        expires_on: driver.licence_expires_on.clone().filter(|_| is_whole),
        checked_on: driver.licence_checked_on.clone().filter(|_| is_whole),
    });
    let shown = Driver {
        object: "driver",
        id: driver.id.to_string(),
        customer_id: driver.customer_id.to_string(),
        name: cleared(call, Field::DriverName, &driver.name),
        email: cleared(call, Field::DriverEmail, &driver.email),
        born_on: cleared(call, Field::DriverBirthDate, &papers.born_on),
        licence,
        status: driver.status.clone(),
        created_at: instant(driver.created_at),
        updated_at: instant(driver.updated_at),
    };
    let fields = [
        (Field::DriverName, shown.name.is_some()),
        (Field::DriverEmail, shown.email.is_some()),
        (Field::DriverBirthDate, shown.born_on.is_some()),
        (Field::DriverLicence, shown.licence.is_some()),
    ];
    call.given.note("driver", driver.id, &fields);
    Ok(shown)
}

async fn list(call: Call, Query(which): Query<Which>) -> Result<Json<DriverList>, Problem> {
    let customer = optional("customer_id", which.customer_id.as_deref())?;
    let filter = Filter { customer, cursor: which.cursor, limit: Some(limit(which.limit)?) };
    let page = drivers::list(&call.cx, &call.access::<DriversRead>()?, &filter).await?;
    let shown: Result<Vec<Driver>, Problem> = page.rows.iter().map(|driver| shown(&call, driver)).collect();
    Ok(Json(DriverList(List { data: shown?, next: page.next })))
}

async fn one(call: &Call, id: DriverId) -> Result<drivers::Driver, Problem> {
    Ok(match call.actor.authorize::<DriversRead>() {
        Ok(access) => drivers::load(&call.cx, &access, id).await?,
        Err(_) => drivers::load(&call.cx, &call.access::<DriversWrite>()?, id).await?,
    })
}

async fn read(call: Call, headers: HeaderMap, Id(id): Id<DriverId>) -> Result<Response, Problem> {
    let driver = one(&call, id).await?;
    Ok(tagged(&call, &headers, driver.version, StatusCode::OK, shown(&call, &driver)?))
}

fn fields(form: &DriverForm) -> Result<drivers::DriverFields, Problem> {
    Ok(drivers::parse(form).map_err(services::Error::invalid)?)
}

async fn create(call: Call, headers: HeaderMap, Body(new): Body<NewDriver>) -> Result<Response, Problem> {
    let form = DriverForm {
        customer_id: new.customer_id,
        name: new.name,
        email: new.email,
        born_on: new.born_on,
        licence_number: new.licence_number,
        licence_country: new.licence_country,
        licence_expires_on: new.licence_expires_on,
        licence_checked_on: new.licence_checked_on,
        status: "active".to_owned(),
    };
    let id = drivers::create(&call.cx, &call.access::<DriversWrite>()?, &fields(&form)?, call.token).await?;
    let driver = one(&call, id).await?;
    Ok(tagged(&call, &headers, driver.version, StatusCode::CREATED, shown(&call, &driver)?))
}

async fn update(
    call: Call,
    headers: HeaderMap,
    Id(id): Id<DriverId>,
    Body(change): Body<DriverChange>,
) -> Result<Response, Problem> {
    let access = call.access::<DriversWrite>()?;
    let stored = one(&call, id).await?;
    let version = must_match(&headers, stored.version)?;
    let mut form = form_of(&stored, stored.papers(&call.cx)?);
    put(&mut form.name, change.name);
    put(&mut form.email, change.email);
    put(&mut form.licence_number, change.licence_number);
    put(&mut form.licence_expires_on, change.licence_expires_on);
    put(&mut form.licence_checked_on, change.licence_checked_on);
    put(&mut form.status, change.status);
    drivers::edit(&call.cx, &access, id, version, &fields(&form)?).await.map_err(conflict_is_412)?;
    let driver = one(&call, id).await?;
    Ok(tagged(&call, &headers, driver.version, StatusCode::OK, shown(&call, &driver)?))
}
