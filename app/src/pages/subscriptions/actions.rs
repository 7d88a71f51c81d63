//! What the subscriptions' pages change.

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Drafts a subscription.
#[server(prefix = "/_fn", endpoint = "subscriptions/create")]
pub async fn create_subscription(
    customer: String,
    #[server(default)] plan_version: String,
    #[server(default)] vehicle: String,
    service_from: String,
    token: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_token};
    use domain::{forms::FormErrors, permissions::marker::SubscriptionsWrite};
    use services::{Error, customers, subscriptions};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<SubscriptionsWrite>()?;
        let mut errors = FormErrors::default();
        let whose = customers::by_id_or_number(&cx, &access, customer.trim()).await?;
        if whose.is_none() {
            errors.push("customer", "Enter the number of a customer, like C-1042.");
        }
        let terms = plan_version.parse().ok();
        if terms.is_none() {
            errors.push("plan_version", "Choose a plan.");
        }
        let car = vehicle.parse().ok();
        if car.is_none() {
            errors.push("vehicle", "Choose a car that is on offer.");
        }
        let from = errors.date("service_from", &service_from).flatten();
        if from.is_none() && errors.is_empty() {
            errors.push("service_from", "Enter the first day of service.");
        }
        let (Some(customer), Some(plan_version), Some(service_from), true) = (whose, terms, from, errors.is_empty())
        else {
            return Err(Error::invalid(errors.into_fields()));
        };
        let draft = subscriptions::Draft { customer, plan_version, vehicle: car, service_from };
        let id = subscriptions::create(&cx, &access, &draft, parse_token(&token)?).await?;
        Ok(Done::at(format!("/subscriptions/{id}"), "The subscription was drafted. Submit it for approval next."))
    })
    .await
}

/// Does what a review showed.
#[server(prefix = "/_fn", endpoint = "subscriptions/commit")]
pub async fn commit_change(
    id: String,
    change: String,
    search: String,
    hash: String,
    reason: String,
    #[server(default)] typed: String,
) -> Result<Done, AppError> {
    use super::asked::Asked;
    use crate::context::{answer, asked, parse_id};
    use domain::{forms::FormErrors, permissions::marker::SubscriptionsRead, texts::Reason};
    use services::{Error, subscriptions};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<SubscriptionsRead>()?;
        let id = parse_id(&id)?;
        let found = subscriptions::find(&cx, &access, id, None).await?;
        let asked = Asked::parse(&change, &search, &found.subscription, found.context.today)?;
        let Some(command) = asked.command()? else {
            return Err(Error::invalid_field("search", "Fill in the fields above first."));
        };
        let permitted = subscriptions::Permitted::ask(&actor, command)?;
        let mut errors = FormErrors::default();
        let reason: Option<Reason> = errors.parse("reason", reason.parse());
        if asked.is_destructive() && typed.trim() != found.number {
            errors.push("typed", format!("Type {} to confirm.", found.number));
        }
        let (Some(reason), true) = (reason, errors.is_empty()) else {
            return Err(Error::invalid(errors.into_fields()));
        };
        let summary = subscriptions::commit(&cx, &permitted, id, &hash, &reason).await?;
        Ok(Done::at(format!("/subscriptions/{id}"), format!("{summary}.")))
    })
    .await
}

/// Tries again what a partner has not done yet.
#[server(prefix = "/_fn", endpoint = "subscriptions/retry_step")]
pub async fn retry_step(id: String, call: String) -> Result<Done, AppError> {
    use crate::context::{answer, asked, parse_id};
    use domain::{ids::SubscriptionId, permissions::marker::SubscriptionsWrite};
    use services::steps;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<SubscriptionsWrite>()?;
        let id: SubscriptionId = parse_id(&id)?;
        steps::try_again(&cx, &access, id, parse_id(&call)?).await?;
        let notice = "It is tried again at once, or as soon as the partner can be called. This page shows how it went.";
        Ok(Done::at(format!("/subscriptions/{id}"), notice))
    })
    .await
}
