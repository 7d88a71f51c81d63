//! Trying a call.

use leptos::prelude::*;

use crate::{error::AppError, viewer::Done};

/// Makes a call with a test key, through all checks of the API, and leaves the answer for the page.
#[server(prefix = "/_fn", endpoint = "reference/try")]
pub async fn try_call(
    operation: String,
    path: String,
    #[server(default)] body: String,
    key: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, asked, session};
    use domain::permissions::marker::AccessRead;

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<AccessRead>()?;
        let called = wire::call(&actor, &operation, &path, body, &key).await?;
        super::tried::leave(&cx, &session()?, operation.clone(), called).await?;
        Ok(Done::at(format!("/access/reference?operation={operation}#tried"), ""))
    })
    .await
}

#[cfg(feature = "ssr")]
mod wire {
    use axum::http::StatusCode;
    use domain::{
        credentials::{Credential, Environment, SecretKind},
        forms::FormErrors,
    };
    use services::{Error, access::Actor};

    use crate::{
        calls::Tried,
        pages::reference::{
            document::{calls, operations},
            reads::TriedView,
        },
    };

    /// More of an answer than this is cut: the session carries it.
    const MOST: usize = 12_000;

    pub(super) async fn call(
        actor: &Actor,
        operation: &str,
        path: &str,
        body: String,
        key: &str,
    ) -> Result<TriedView, Error> {
        let calls = calls()?;
        let known = operations(calls.document);
        let line = known.iter().map(|(line, _)| line).find(|line| line.id == operation);
        let line = line.ok_or_else(|| Error::not_found("reference.not_found", "There is no such operation."))?;
        let mut errors = FormErrors::default();
        let key = key.trim();
        match key.parse::<Credential>() {
            Ok(credential) if credential.kind() != SecretKind::ApiKey => errors.push("key", "Use an API key."),
            Ok(credential) if credential.environment() == Environment::Live => {
                errors.push(
                    "key",
                    "Use a test key: what is tried here really happens, and this one works on the business.",
                );
            }
            Ok(_) => {}
            Err(invalid) => errors.push("key", invalid.message()),
        }
        let path = path.trim();
        let steps = |path: &str| path.split('?').next().unwrap_or_default().split('/').count();
        let begins = line.path.split('{').next().unwrap_or_default();
        if !path.starts_with(begins) || steps(path) != steps(&line.path) || path.contains(['{', '}', ' ', '\\']) {
            errors.push("path", format!("Fill in the address {}, with an id for each name in braces.", line.path));
        }
        if !errors.is_empty() {
            return Err(Error::invalid(errors.into_fields()));
        }
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {key}"))];
        let sends = !body.trim().is_empty();
        if sends {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let tried = Tried {
            method: line.method.clone(),
            path: path.to_owned(),
            headers,
            body: if sends { body } else { String::new() },
            address: actor.trace().ip.clone(),
        };
        let answered = calls.call(tried).await;
        let words =
            StatusCode::from_u16(answered.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
        let shown = serde_json::from_str::<serde_json::Value>(&answered.body)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or(answered.body);
        let mut shown: String = shown.chars().take(MOST).collect();
        if shown.chars().count() == MOST {
            shown.push_str("\n…");
        }
        let headers: Vec<String> = answered.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        Ok(TriedView {
            called: format!("{} {path}", line.method),
            status: format!("{} {words}", answered.status),
            is_done: (200..400).contains(&answered.status),
            headers: headers.join("\n"),
            body: shown,
        })
    }
}
