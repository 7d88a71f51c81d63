//! What the pages of the fleet change.

use domain::forms::vehicle::VehicleForm;
use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Creates a vehicle.
#[server(prefix = "/_fn", endpoint = "fleet/create")]
pub async fn create_vehicle(form: VehicleForm, token: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token};
    use domain::permissions::marker::FleetWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<FleetWrite>()?;
        let id = services::fleet::create(&cx, &access, &form, parse_token(&token)?).await?;
        let name = format!("{} {}", form.make.trim(), form.model.trim());
        Ok(Done::at(format!("/fleet/{id}"), format!("{name} was added to the fleet.")))
    })
    .await
}

/// Saves a vehicle over the version that was read.
#[server(prefix = "/_fn", endpoint = "fleet/edit")]
pub async fn edit_vehicle(id: String, version: i64, base: String, form: VehicleForm) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_base, parse_id};
    use domain::permissions::marker::FleetWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<FleetWrite>()?;
        services::fleet::edit(&cx, &access, parse_id(&id)?, version, &parse_base(&base)?, &form).await?;
        Ok(Done::at(format!("/fleet/{id}"), "Your changes were saved."))
    })
    .await
}
