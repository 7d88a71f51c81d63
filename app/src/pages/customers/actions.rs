//! What the customers' pages change.

use domain::forms::customer::CustomerForm;
use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Creates a customer.
#[server(prefix = "/_fn", endpoint = "customers/create")]
pub async fn create_customer(form: CustomerForm, token: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token};
    use domain::permissions::marker::CustomersWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<CustomersWrite>()?;
        let id = services::customers::create(&cx, &access, &form, parse_token(&token)?).await?;
        Ok(Done::at(format!("/customers/{id}"), format!("{} was created.", form.name.trim())))
    })
    .await
}

/// Saves a customer over the version that was read.
#[server(prefix = "/_fn", endpoint = "customers/edit")]
pub async fn edit_customer(id: String, version: i64, base: String, form: CustomerForm) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_base, parse_id};
    use domain::permissions::marker::CustomersWrite;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<CustomersWrite>()?;
        services::customers::edit(&cx, &access, parse_id(&id)?, version, &parse_base(&base)?, &form).await?;
        Ok(Done::at(format!("/customers/{id}"), "Your changes were saved."))
    })
    .await
}
