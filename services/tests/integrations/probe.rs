use secrecy::SecretString;
use services::{
    Services, audit,
    integrations::{self, Probe, Probed},
};

use super::support::{Partner, console, count, fields_of, here, on_both_engines};

fn probe(origin: &str, path: &str, auth: &str, name: &str, secret: &str) -> Probe {
    Probe {
        base_url: format!("{origin}/v1"),
        path: path.to_owned(),
        auth: auth.to_owned(),
        auth_name: name.to_owned(),
        token_url: format!("{origin}/token"),
        secret: Some(SecretString::from(secret)),
    }
}

async fn test(cx: &Services, probe: &Probe) -> Probed {
    integrations::test_connection(cx, &console(), probe).await.unwrap()
}

#[tokio::test]
async fn a_connection_that_works_says_so_for_each_kind_of_proof() {
    on_both_engines(async |cx: Services| {
        let cx = here(&cx);
        let kept = async || {
            (count(&cx, "SELECT COUNT(*) FROM vault_secret").await, count(&cx, "SELECT COUNT(*) FROM vault_key").await)
        };
        let before = kept().await;
        for (auth, name, secret, proof) in [
            ("none", "", "", ""),
            ("bearer", "", "a-credential", "Bearer a-credential"),
            ("basic", "us", "a-credential", "Basic dXM6YS1jcmVkZW50aWFs"),
            ("header", "X-Api-Key", "a-credential", "a-credential"),
            ("oauth2", "us", "client-secret", "Bearer token-of-the-day"),
        ] {
            let partner = Partner::start(proof).await;
            let probed = test(&cx, &probe(&partner.origin, "", auth, name, secret)).await;
            assert!(probed.is_taken, "{auth}: {}", probed.problem);
            assert_eq!((probed.status, probed.is_encrypted, probed.problem.as_str()), (Some(200), false, ""));
            assert!(probed.url.ends_with("/v1/health") && probed.took_ms < 5_000);
            assert_eq!(partner.seen(), [proof]);
        }
        assert_eq!(kept().await, before, "nothing is kept");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_does_not_work_says_why() {
    on_both_engines(async |cx: Services| {
        let cx = here(&cx);
        let partner = Partner::start("Bearer right").await;
        let at = async |path: &str| test(&cx, &probe(&partner.origin, path, "bearer", "", "wrong-credential")).await;
        let denied = at("/health").await;
        assert_eq!((denied.status, denied.is_taken), (Some(401), false));
        assert!(denied.problem.contains("doesn’t take this credential"), "{}", denied.problem);
        for (path, words) in
            [("/302", "redirects are not followed"), ("/404", "nothing at this path"), ("/503", "trouble")]
        {
            let probed = at(path).await;
            assert!(!probed.is_taken && probed.problem.contains(words), "{path}: {}", probed.problem);
        }
        assert!(at("/422").await.is_taken, "it is there, and took the credential");
        let hanging = at("/hang").await;
        assert_eq!((hanging.status, hanging.is_taken), (None, false));
        assert!(hanging.problem.contains("within 5 s") && hanging.took_ms < 6_000, "{}", hanging.problem);
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}", closed.local_addr().unwrap());
        drop(closed);
        let refused = test(&cx, &probe(&nobody, "/health", "bearer", "", "a-credential")).await;
        assert!(refused.status.is_none() && refused.problem.to_lowercase().contains("refused"), "{}", refused.problem);
        let wrong_client = test(&cx, &probe(&partner.origin, "/health", "oauth2", "us", "another-secret")).await;
        assert!(wrong_client.problem.contains("token address answered 401"), "{}", wrong_client.problem);
    })
    .await;
}

#[tokio::test]
async fn a_test_asks_nobody_inside_our_network_and_tells_the_audit_log() {
    on_both_engines(async |cx: Services| {
        let access = console();
        for url in ["http://127.0.0.1:1", "https://127.0.0.1", "https://[::ffff:169.254.169.254]", "https://0x7f.1"] {
            let error = integrations::test_connection(
                &cx,
                &access,
                &Probe { base_url: url.to_owned(), auth: "none".to_owned(), ..Probe::default() },
            )
            .await
            .unwrap_err();
            assert_eq!(fields_of(&error), ["base_url"], "{url}");
        }
        // A name that leads inside is refused where it is looked up.
        let named = Probe { base_url: "https://localhost:1".to_owned(), auth: "none".to_owned(), ..Probe::default() };
        let probed = test(&cx, &named).await;
        assert!(probed.is_encrypted && probed.problem.contains("loopback"), "{}", probed.problem);
        let latest = audit::list(&cx, &console(), &audit::Filter::default()).await.unwrap().rows.remove(0);
        assert_eq!(latest.action, "integration.connection_tested");
    })
    .await;
}
