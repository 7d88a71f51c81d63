//! Partners, keys and people to try things with.

use std::collections::BTreeSet;

use domain::{
    credentials::{CredentialKind, SecretKind},
    ids::{CredentialId, PartnerId, StaffId},
    permissions::{Grant, Permission},
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Error, Services,
    access::{Access, Actor, ActorKind, Trace},
    credentials::{self, CredentialForm, Issued, Refused, Verifier},
    demo,
    partners::{self, PartnerForm},
    roles, staff,
};
use uuid::Uuid;

pub fn console<P: Grant>() -> Access<P> {
    Actor::command_line().authorize().unwrap()
}

/// A test on both engines, with demo staff and a few customers.
pub async fn on_both_engines<F: AsyncFn(Services)>(test: F) {
    services::testing::on_both_engines(async |cx: Services| {
        roles::seed(&cx).await.unwrap();
        demo::fill(&cx, demo::Options { customers: 4, seed: 3 }).await.unwrap();
        test(cx).await;
    })
    .await;
}

/// Another node on the same database: it remembers nothing of what the first knows.
pub fn other_node(cx: &Services) -> Services {
    Services::new(cx.db.clone(), cx.clock.clone(), cx.keys.clone(), cx.passwords.clone(), cx.settings.as_ref().clone())
}

pub async fn partner(cx: &Services, name: &str) -> PartnerId {
    let form = PartnerForm { name: name.to_owned(), kind: "internal".to_owned(), contact_email: String::new() };
    partners::create(cx, &console(), &partners::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap()
}

pub fn form(name: &str, partner: PartnerId, environment: &str) -> CredentialForm {
    CredentialForm {
        name: name.to_owned(),
        partner: partner.to_string(),
        environment: environment.to_owned(),
        api_version: "2026-11-01".to_owned(),
        authentication: "secret".to_owned(),
        ..CredentialForm::default()
    }
}

pub async fn issue_as(
    cx: &Services,
    actor: &Actor,
    kind: CredentialKind,
    form: &CredentialForm,
    scopes: &[Permission],
    confirmation: &str,
) -> Result<Issued, Error> {
    let scopes: BTreeSet<Permission> = scopes.iter().copied().collect();
    let fields = credentials::parse(kind, form, scopes, BTreeSet::new()).map_err(Error::invalid)?;
    let confirmation = SecretString::from(confirmation);
    credentials::issue(cx, &actor.authorize()?, kind, &fields, &confirmation, Uuid::now_v7()).await
}

/// A live key that reads customers; its id and its secret.
pub async fn key(cx: &Services, partner: PartnerId, name: &str) -> (CredentialId, String) {
    let form = form(name, partner, "live");
    let scopes = [Permission::CustomersRead];
    let issued = issue_as(cx, &Actor::command_line(), CredentialKind::ApiKey, &form, &scopes, "").await.expect("a key");
    (issued.id, issued.secret.expect("its secret").expose_secret().to_owned())
}

pub async fn works(cx: &Services, verifier: &Verifier, secret: &str) -> bool {
    verifier.verify(cx, secret, SecretKind::ApiKey).await.is_ok()
}

/// Why a secret is refused, in a word.
pub async fn refusal(cx: &Services, verifier: &Verifier, secret: &str) -> String {
    match verifier.verify(cx, secret, SecretKind::ApiKey).await {
        Ok(_) => "works".to_owned(),
        Err(Refused::Malformed) => "malformed".to_owned(),
        Err(Refused::Unknown) => "unknown".to_owned(),
        Err(Refused::Standing(_, standing)) => format!("{standing:?}"),
        Err(Refused::PartnerSuspended(_)) => "suspended".to_owned(),
        Err(Refused::Failed(error)) => panic!("{error}"),
    }
}

/// One of the demo's people, without a session: they are always asked to show that it is them.
pub async fn person(cx: &Services, email: &str) -> Actor {
    let member = staff::find_by_email(cx, &console(), email).await.unwrap();
    let role = roles::list(cx, &console()).await.unwrap();
    let held: BTreeSet<Permission> = role
        .into_iter()
        .filter(|role| member.roles.iter().any(|(id, _)| *id == role.id))
        .flat_map(|role| role.permissions)
        .collect();
    let id: StaffId = member.id;
    Actor::new(ActorKind::Staff { id, name: member.name, session: None }, held, Trace::default())
}
