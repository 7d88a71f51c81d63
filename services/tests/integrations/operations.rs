use domain::integrations::Plan;
use services::{
    Services,
    integrations::{self, OperationForm, plan_in_words},
};

use super::support::{console, execute, fields_of, integration, on_both_engines, operation, operation_form, queue_one};

const BASE: &str = "https://api.polaris.example";

#[tokio::test]
async fn an_operation_is_described_whole_or_not_at_all() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let good = operation_form("cover.read");
        let with = |change: fn(&mut OperationForm)| {
            let mut form = good.clone();
            change(&mut form);
            form
        };
        for (form, field) in [
            (with(|form| form.name = "Cover".to_owned()), "name"),
            (with(|form| form.method = "TRACE".to_owned()), "method"),
            (with(|form| form.path = "/cars/{vin}".to_owned()), "path"),
            (with(|form| form.path = "//elsewhere.example".to_owned()), "path"),
            (with(|form| form.timeout_ms = "49".to_owned()), "timeout_ms"),
            (with(|form| form.deadline_ms = "499".to_owned()), "deadline_ms"),
            (with(|form| form.max_attempts = "7".to_owned()), "max_attempts"),
            (with(|form| form.plan = "hope".to_owned()), "plan"),
            (with(|form| form.plan = "second".to_owned()), "second"),
            (with(|form| form.plan = "last_known".to_owned()), "last_known_hours"),
            (with(|form| form.error_value = "error".to_owned()), "error_pointer"),
            (with(|form| form.error_pointer = "/status".to_owned()), "error_value"),
        ] {
            let error = operation(&cx, id, &form).await.unwrap_err();
            assert_eq!(fields_of(&error), [field]);
        }
        // An earlier answer stands in for a question only.
        let change = OperationForm {
            method: "POST".to_owned(),
            plan: "last_known".to_owned(),
            last_known_hours: "24".to_owned(),
            ..good.clone()
        };
        assert_eq!(fields_of(&operation(&cx, id, &change).await.unwrap_err()), ["plan"]);
        let question = OperationForm { is_idempotent: "yes".to_owned(), last_known_hours: "1.5".to_owned(), ..change };
        let made = operation(&cx, id, &question).await.unwrap();
        let found = integrations::operation(&cx, &console(), id, made).await.unwrap();
        assert_eq!((found.plan(), found.last_known_seconds), (Plan::LastKnown, Some(5_400)));
        assert_eq!(integrations::form_of_operation(&found), question);
        assert!(plan_in_words(&found).contains("90 min"));
        let twin = operation(&cx, id, &good).await.unwrap_err();
        assert_eq!(fields_of(&twin), ["name"]);
        let other = integration(&cx, "Zenith", "zenith", BASE).await;
        let missing = integrations::operation(&cx, &console(), other, made).await.unwrap_err();
        assert_eq!(missing.status, 404, "it is another integration's");
    })
    .await;
}

#[tokio::test]
async fn a_second_provider_can_do_what_it_is_asked_for() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let other = integration(&cx, "Zenith", "zenith", BASE).await;
        let to = |second: String| OperationForm { plan: "second".to_owned(), second, ..operation_form("cover.read") };
        let itself = operation(&cx, id, &to(id.to_string())).await.unwrap_err();
        assert_eq!(fields_of(&itself), ["second"]);
        let unable = operation(&cx, id, &to(other.to_string())).await.unwrap_err();
        assert!(unable.message.contains("has no operation cover.read"), "{}", unable.message);
        let needed = operation(&cx, other, &operation_form("cover.read")).await.unwrap();
        let made = operation(&cx, id, &to(other.to_string())).await.unwrap();
        let found = integrations::operation(&cx, &console(), id, made).await.unwrap();
        assert_eq!(plan_in_words(&found), "Zenith does it instead. Customers notice nothing.");
        let in_use = integrations::delete_operation(&cx, &console(), needed, "over").await.unwrap_err();
        assert_eq!((in_use.status, in_use.code), (409, "integration.operation_in_use"));
        integrations::retire(&cx, &console(), id, "over").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_who_edit_an_operation_are_told_of_each_other() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let made = operation(&cx, id, &operation_form("cover.read")).await.unwrap();
        let read = integrations::operation(&cx, &console(), id, made).await.unwrap();
        let base = integrations::form_of_operation(&read);
        let theirs = OperationForm { path: "/v2/cover".to_owned(), ..base.clone() };
        // Another name is passed over: queued calls know it by this one.
        let mine = OperationForm { max_attempts: "4".to_owned(), name: "cover.other".to_owned(), ..base.clone() };
        integrations::edit_operation(&cx, &console(), made, &base, &theirs).await.unwrap();
        let error = integrations::edit_operation(&cx, &console(), made, &base, &mine).await.unwrap_err();
        assert_eq!((error.status, error.code), (409, "edit.conflict"));
        integrations::edit_operation(
            &cx,
            &console(),
            made,
            &theirs,
            &OperationForm { max_attempts: "4".to_owned(), ..theirs.clone() },
        )
        .await
        .unwrap();
        let found = integrations::operation(&cx, &console(), id, made).await.unwrap();
        assert_eq!((found.name.as_str(), found.path.as_str(), found.max_attempts), ("cover.read", "/v2/cover", 4));
    })
    .await;
}

#[tokio::test]
async fn an_operation_that_calls_wait_for_or_that_is_switched_off_stays() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let made = operation(&cx, id, &operation_form("cover.read")).await.unwrap();
        queue_one(&cx, id, "cover.read").await;
        let waits = integrations::delete_operation(&cx, &console(), made, "over").await.unwrap_err();
        assert_eq!(waits.code, "integration.operation_in_use");
        execute(&cx, "UPDATE partner_call SET state = 'cancelled' WHERE integration_id = $1", id.uuid()).await;
        let level = domain::integrations::KillLevel::Operation;
        services::gateway::throw(&cx, &console(), level, &made.to_string(), "it sends nonsense").await.unwrap();
        let off = integrations::delete_operation(&cx, &console(), made, "over").await.unwrap_err();
        assert_eq!(off.code, "integration.operation_in_use");
        let all = integrations::all_operations(&cx, &console()).await.unwrap();
        assert!(all.iter().any(|(found, ..)| *found == made));
    })
    .await;
}
