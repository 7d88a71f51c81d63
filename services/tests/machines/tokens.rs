use std::sync::Arc;

use domain::{Timestamp, credentials::CredentialKind, permissions::Permission};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Services,
    access::{Actor, Trace},
    credentials::{self, Caller, Revoke, Verifier},
    oauth::{self, ClientProof, Refusal, Tokens},
};

use super::support::{console, form, issue_as, on_both_engines, partner};

struct Client {
    id: domain::ids::CredentialId,
    proof: ClientProof,
}

async fn client(cx: &Services, name: &str) -> Client {
    let owner = partner(cx, &format!("{name} Ltd")).await;
    let scopes = [Permission::CustomersRead, Permission::FleetRead];
    let form = form(name, owner, "live");
    let issued = issue_as(cx, &Actor::command_line(), CredentialKind::OauthClient, &form, &scopes, "").await.unwrap();
    let public = credentials::find(cx, &console(), issued.id).await.unwrap().credential.public_id;
    Client { id: issued.id, proof: ClientProof::Secret { id: public, secret: issued.secret.unwrap() } }
}

async fn caller(cx: &Services, verifier: &Verifier, client: &Client) -> Arc<Caller> {
    oauth::authenticate(cx, verifier, &client.proof).await.unwrap()
}

#[tokio::test]
async fn a_token_works_until_it_is_over_or_its_client_is_revoked() {
    on_both_engines(async |cx: Services| {
        let (verifier, tokens) = (Verifier::default(), Tokens::default());
        let asking = client(&cx, "Alpha").await;
        let caller = caller(&cx, &verifier, &asking).await;
        let granted = oauth::grant(&cx, &tokens, &caller, Some("customers:read"), None).await.unwrap();
        let token = granted.token.expose_secret();
        let found = tokens.verify(&cx, &verifier, token).await.unwrap();
        assert_eq!(found.scopes.into_iter().collect::<Vec<_>>(), [Permission::CustomersRead]);
        cx.clock.advance(9 * Timestamp::MINUTE + 59 * Timestamp::SECOND);
        assert!(tokens.verify(&cx, &verifier, token).await.is_ok());
        cx.clock.advance(Timestamp::SECOND);
        assert!(tokens.verify(&cx, &verifier, token).await.is_err());

        let granted = oauth::grant(&cx, &tokens, &caller, None, None).await.unwrap();
        let token = granted.token.expose_secret();
        assert!(tokens.verify(&cx, &verifier, token).await.is_ok());
        let revoke = Revoke { id: asking.id, reason: "gone".to_owned(), typed: String::new() };
        credentials::revoke(&cx, &console(), &revoke).await.unwrap();
        assert!(tokens.verify(&cx, &verifier, token).await.is_err());
        assert!(oauth::authenticate(&cx, &verifier, &asking.proof).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_token_is_known_to_its_own_client_alone() {
    on_both_engines(async |cx: Services| {
        let (verifier, tokens) = (Verifier::default(), Tokens::default());
        let (one, other) = (client(&cx, "Alpha").await, client(&cx, "Beta").await);
        let (one, other) = (caller(&cx, &verifier, &one).await, caller(&cx, &verifier, &other).await);
        let granted = oauth::grant(&cx, &tokens, &one, None, None).await.unwrap();
        let token = granted.token.expose_secret();
        assert_eq!(oauth::introspect(&cx, &tokens, &one, token).await.unwrap()["active"], true);
        assert_eq!(oauth::introspect(&cx, &tokens, &other, token).await.unwrap(), serde_json::json!({"active": false}));
        // Somebody else's revocation is no error, and does nothing.
        oauth::revoke(&cx, &tokens, &other, token, Trace::default()).await.unwrap();
        assert!(tokens.verify(&cx, &verifier, token).await.is_ok());
        oauth::revoke(&cx, &tokens, &one, token, Trace::default()).await.unwrap();
        assert!(tokens.verify(&cx, &verifier, token).await.is_err());
        assert_eq!(oauth::introspect(&cx, &tokens, &one, token).await.unwrap(), serde_json::json!({"active": false}));
        oauth::revoke(&cx, &tokens, &one, "no.token.atall", Trace::default()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_a_token_for_a_scope_or_a_secret_that_isnt_theirs() {
    on_both_engines(async |cx: Services| {
        let (verifier, tokens) = (Verifier::default(), Tokens::default());
        let (one, other) = (client(&cx, "Alpha").await, client(&cx, "Beta").await);
        let caller = caller(&cx, &verifier, &one).await;
        let refused = oauth::grant(&cx, &tokens, &caller, Some("plans:write"), None).await.unwrap_err();
        assert!(matches!(refused, Refusal::InvalidScope(_)));
        let (ClientProof::Secret { id, .. }, ClientProof::Secret { secret, .. }) = (&one.proof, &other.proof) else {
            panic!("both have secrets")
        };
        let mixed = ClientProof::Secret { id: id.clone(), secret: secret.clone() };
        assert!(matches!(oauth::authenticate(&cx, &verifier, &mixed).await, Err(Refusal::InvalidClient(_))));
        let wrong = ClientProof::Secret { id: id.clone(), secret: SecretString::from("guess") };
        assert!(matches!(oauth::authenticate(&cx, &verifier, &wrong).await, Err(Refusal::InvalidClient(_))));
    })
    .await;
}

#[tokio::test]
async fn signing_keys_change_and_old_tokens_are_still_verified() {
    on_both_engines(async |cx: Services| {
        let (verifier, tokens) = (Verifier::default(), Tokens::default());
        let caller = caller(&cx, &verifier, &client(&cx, "Alpha").await).await;
        let first = oauth::grant(&cx, &tokens, &caller, None, None).await.unwrap();
        assert_eq!(tokens.keys.published(&cx).await.unwrap()["keys"].as_array().unwrap().len(), 1);
        // Two days before the end the next key is published, and not used yet.
        cx.clock.advance(29 * Timestamp::DAY);
        let second = oauth::grant(&cx, &tokens, &caller, None, None).await.unwrap();
        assert_eq!(tokens.keys.published(&cx).await.unwrap()["keys"].as_array().unwrap().len(), 2);
        let kid = |token: &SecretString| token.expose_secret().split('.').next().unwrap().to_owned();
        assert_eq!(kid(&first.token), kid(&second.token));
        cx.clock.advance(Timestamp::DAY);
        let third = oauth::grant(&cx, &tokens, &caller, None, None).await.unwrap();
        assert_ne!(kid(&second.token), kid(&third.token));
        assert!(tokens.verify(&cx, &verifier, third.token.expose_secret()).await.is_ok());
        // Another process, which knows only what is in the database, verifies it too.
        assert!(Tokens::default().verify(&cx, &Verifier::default(), third.token.expose_secret()).await.is_ok());
    })
    .await;
}
