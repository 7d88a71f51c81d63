use services::{
    Services,
    credentials::{self, LeakReport, Reported, Verifier},
};

use super::support::{console, key, on_both_engines, partner, refusal, works};

#[tokio::test]
async fn a_found_credential_is_traced_by_its_text_or_its_id() {
    on_both_engines(async |cx: Services| {
        let (id, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let public = credentials::find(&cx, &console(), id).await.unwrap().credential.public_id;
        let in_code = format!("const KEY: &str = \"{secret}\"; // do not commit");
        for text in [secret.as_str(), public.as_str(), in_code.as_str(), &secret[..40]] {
            let leak = credentials::trace(&cx, &console(), text).await.unwrap();
            assert_eq!(leak.detail.credential.id, id.uuid(), "{text}");
        }
        assert_eq!(credentials::trace(&cx, &console(), &secret).await.unwrap().works, Some(true));
        assert_eq!(credentials::trace(&cx, &console(), &public).await.unwrap().works, None);
        let nothing = credentials::trace(&cx, &console(), "no key in here").await.unwrap_err();
        assert_eq!(nothing.fields[0].field, "found");
    })
    .await;
}

#[tokio::test]
async fn a_reported_credential_is_revoked_at_once_and_only_by_its_very_secret() {
    on_both_engines(async |cx: Services| {
        let verifier = Verifier::default();
        let (id, secret) = key(&cx, partner(&cx, "Acme").await, "Sync").await;
        let public = credentials::find(&cx, &console(), id).await.unwrap().credential.public_id;
        let report = async |found: &str| {
            let report = LeakReport { found: found.to_owned(), place: "https://code.example/1".to_owned() };
            credentials::report(&cx, &console(), &report).await.unwrap()
        };
        assert_eq!(report(&public).await, Reported::NotOurs, "an id alone takes nothing away");
        assert!(works(&cx, &verifier, &secret).await);
        assert_eq!(report(&format!("token={secret}&x=1")).await, Reported::Revoked(id));
        assert_eq!(refusal(&cx, &verifier, &secret).await, "Revoked");
        assert_eq!(report(&secret).await, Reported::AlreadyRevoked);
        assert_eq!(report("nothing").await, Reported::NotOurs);
    })
    .await;
}
