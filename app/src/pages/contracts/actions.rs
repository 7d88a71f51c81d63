//! What the pages of contracts change.

use std::collections::BTreeMap;

use domain::{ids::PartnerId, permissions::marker::PartnersManage};
use leptos::prelude::*;
use services::{
    Error,
    contracts::{self, ContractForm, FieldForm, Saved},
};

use crate::{
    context::{answer, asked, parse_id},
    error::AppError,
    viewer::Done,
};

/// Saves a contract over the version that was read.
#[server(prefix = "/_fn", endpoint = "contracts/edit")]
pub async fn edit_contract(
    id: String,
    version: i64,
    form: ContractForm,
    #[server(default)] fields: BTreeMap<String, FieldForm>,
) -> Result<Done, AppError> {
    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersManage>()?;
        let partner: PartnerId = parse_id(&id)?;
        let typed = contracts::parse(&form, &fields).map_err(Error::invalid)?;
        let saved = contracts::edit(&cx, &access, partner, version, &typed).await?;
        Ok(Done::at(format!("/integrations/contracts/{partner}"), notice(&saved)))
    })
    .await
}

fn notice(saved: &Saved) -> String {
    let count = |fields: &[&str], word: &str| match fields.len() {
        0 => None,
        1 => Some(format!("1 field {word}")),
        many => Some(format!("{many} fields {word}")),
    };
    let parts: Vec<String> =
        [count(&saved.added, "came in"), count(&saved.removed, "went out"), count(&saved.changed, "changed")]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() {
        "The contract was saved. It holds for the next call.".to_owned()
    } else {
        format!("The contract was saved: {}. It holds for the next call.", parts.join(", "))
    }
}
