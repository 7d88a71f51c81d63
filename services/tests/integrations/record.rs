use domain::{
    forms::Form,
    ids::IntegrationId,
    integrations::IntegrationState,
    permissions::marker::{IntegrationsManage, IntegrationsOperate, IntegrationsRead},
};
use services::{
    Services, audit,
    integrations::{self, Filter, IntegrationForm},
    vault::SecretPurpose,
};
use uuid::Uuid;

use super::{
    secrets::set,
    support::{
        console, count, create, fields_of, form, integration, on_both_engines, operation, operation_form, partner,
        person, queue_one,
    },
};

const BASE: &str = "https://api.polaris.example/v1/";

async fn told(cx: &Services, id: IntegrationId) -> Vec<String> {
    let rows = audit::for_target(cx, &console(), "integration", id, 20).await.unwrap();
    rows.into_iter().map(|row| row.action).collect()
}

#[tokio::test]
async fn a_new_integration_is_being_set_up() {
    on_both_engines(async |cx: Services| {
        let owner = partner(&cx, "Polaris").await;
        let form = form(owner, "Polaris cover", "polaris-cover", BASE);
        let fields = integrations::parse(&cx.outbound, &form).unwrap();
        let token = Uuid::now_v7();
        let id = integrations::create(&cx, &console(), &fields, token).await.unwrap();
        let twice = integrations::create(&cx, &console(), &fields, token).await.unwrap();
        assert_eq!(id, twice, "a form sent twice makes one");
        let found = integrations::find(&cx, &console(), id).await.unwrap();
        assert_eq!((found.state(), found.version), (IntegrationState::Draft, 1));
        assert_eq!(found.base_url, "https://api.polaris.example/v1", "a path is put behind it");
        assert_eq!(found.availability_ppm, 995_000);
        assert_eq!(integrations::form_of(&found), IntegrationForm { base_url: found.base_url.clone(), ..form.clone() });
        assert_eq!(told(&cx, id).await, ["integration.created"]);

        let twin = create(&cx, &IntegrationForm { slug: "other".to_owned(), ..form.clone() }).await.unwrap_err();
        assert_eq!((twin.status, fields_of(&twin)), (422, vec!["name"]));
        let twin = create(&cx, &IntegrationForm { name: "Other".to_owned(), ..form.clone() }).await.unwrap_err();
        assert_eq!((twin.status, fields_of(&twin)), (422, vec!["slug"]));
        let nobody =
            IntegrationForm { owner: Uuid::now_v7().to_string(), name: "Z".to_owned(), slug: "zzz".to_owned(), ..form };
        assert_eq!(fields_of(&create(&cx, &nobody).await.unwrap_err()), ["owner"]);
        let filter = Filter { query: Some("polaris c".to_owned()), ..Filter::default() };
        assert_eq!(integrations::list(&cx, &console(), &filter).await.unwrap().rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    on_both_engines(async |cx: Services| {
        let wrong = IntegrationForm { auth: "oauth2".to_owned(), ..IntegrationForm::default() };
        let error = create(&cx, &wrong).await.unwrap_err();
        assert_eq!(
            fields_of(&error),
            [
                "partner",
                "name",
                "slug",
                "kind",
                "criticality",
                "base_url",
                "auth_name",
                "token_url",
                "max_concurrent",
                "per_minute",
                "availability",
                "latency_ms",
                "inbound_scheme"
            ]
        );
        assert_eq!(IntegrationForm::FIELDS.len(), 16);
    })
    .await;
}

#[tokio::test]
async fn an_address_inside_our_network_is_refused_in_every_spelling() {
    on_both_engines(async |cx: Services| {
        let owner = partner(&cx, "Acme").await;
        for url in [
            "http://api.example.com",
            "ftp://api.example.com",
            "https://127.0.0.1",
            "https://10.0.0.7/v1",
            "https://192.168.1.1:8443",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]",
            "https://[::ffff:127.0.0.1]",
            "https://[::ffff:a9fe:a9fe]",
            "https://[64:ff9b::7f00:1]",
            "https://[fd00::1]",
            "https://2130706433",
            "https://0x7f000001",
            "https://0x7f.1",
            "https://127.1",
            "https://me:word@api.example.com",
            "https://api.example.com/v1?key=1",
            "https://api.example.com/#fragment",
            "https://api.example.com/{vehicle.vin}",
            "https:// api.example.com",
            "api.example.com",
        ] {
            let error = create(&cx, &form(owner, "Acme", "acme", url)).await.unwrap_err();
            assert_eq!(fields_of(&error), ["base_url"], "{url}");
            let token = IntegrationForm {
                auth: "oauth2".to_owned(),
                auth_name: "us".to_owned(),
                token_url: url.to_owned(),
                ..form(owner, "Acme", "acme", BASE)
            };
            assert_eq!(fields_of(&create(&cx, &token).await.unwrap_err()), ["token_url"], "{url}");
        }
        assert_eq!(count(&cx, "SELECT COUNT(*) FROM integration WHERE name = 'Acme'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn each_kind_of_proof_needs_its_name_and_keeps_nothing_else() {
    on_both_engines(async |cx: Services| {
        let owner = partner(&cx, "Acme").await;
        for (auth, name) in [("header", ""), ("header", "Host"), ("header", "X Key"), ("basic", "a:b"), ("oauth2", "")]
        {
            let form = IntegrationForm {
                auth: auth.to_owned(),
                auth_name: name.to_owned(),
                token_url: "https://id.example.com/token".to_owned(),
                ..form(owner, "Acme", "acme", BASE)
            };
            assert_eq!(fields_of(&create(&cx, &form).await.unwrap_err()), ["auth_name"], "{auth} {name}");
        }
        let form = IntegrationForm {
            auth_name: "left over".to_owned(),
            token_url: "http://left.over".to_owned(),
            ..form(owner, "Acme", "acme", BASE)
        };
        let id = create(&cx, &form).await.unwrap();
        let found = integrations::find(&cx, &console(), id).await.unwrap();
        assert_eq!((found.auth_name.as_str(), found.token_url.as_str()), ("", ""));
    })
    .await;
}

#[tokio::test]
async fn who_saves_second_sees_what_the_first_changed() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let base = integrations::form_of(&integrations::find(&cx, &console(), id).await.unwrap());
        let theirs = IntegrationForm { per_minute: "60".to_owned(), ..base.clone() };
        let mine = IntegrationForm { latency_ms: "900".to_owned(), partner: "nonsense".to_owned(), ..base.clone() };
        integrations::edit(&cx, &console(), id, 1, &base, &theirs).await.unwrap();
        let error = integrations::edit(&cx, &console(), id, 1, &base, &mine).await.unwrap_err();
        assert_eq!((error.status, error.code), (409, "edit.conflict"));
        let conflict = error.conflict.unwrap();
        assert!(!conflict.has_clash() && conflict.version == 2, "both sets of changes can be kept");
        integrations::edit(
            &cx,
            &console(),
            id,
            2,
            &theirs,
            &IntegrationForm { latency_ms: "900".to_owned(), ..theirs.clone() },
        )
        .await
        .unwrap();
        let found = integrations::find(&cx, &console(), id).await.unwrap();
        assert_eq!((found.per_minute, found.latency_ms, found.version), (60, 900, 3));
        let same = integrations::form_of(&found);
        integrations::edit(&cx, &console(), id, 3, &same, &same).await.unwrap();
        assert_eq!(told(&cx, id).await.len(), 3, "a save of nothing is told of by nothing");
    })
    .await;
}

#[tokio::test]
async fn a_credential_does_not_follow_the_address_elsewhere() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        set(&cx, id, SecretPurpose::Credential, "first-credential", 0).await.unwrap();
        set(&cx, id, SecretPurpose::Webhook, "signing-secret", 0).await.unwrap();
        let base = integrations::form_of(&integrations::find(&cx, &console(), id).await.unwrap());
        let path = IntegrationForm { base_url: "https://api.polaris.example/v2".to_owned(), ..base.clone() };
        let edited = integrations::edit(&cx, &console(), id, 1, &base, &path).await.unwrap();
        assert!(!edited.is_credential_gone, "another path of the same host is the same partner");
        assert_eq!(integrations::secrets(&cx, &console(), id).await.unwrap().len(), 2);
        let moved = IntegrationForm { base_url: "https://mine.example".to_owned(), ..path.clone() };
        let edited = integrations::edit(&cx, &console(), id, 2, &path, &moved).await.unwrap();
        assert!(edited.is_credential_gone);
        let left = integrations::secrets(&cx, &console(), id).await.unwrap();
        assert_eq!(left.iter().map(services::vault::About::purpose).collect::<Vec<_>>(), [SecretPurpose::Webhook]);
        let other = IntegrationForm { inbound_scheme: "stripe".to_owned(), ..moved.clone() };
        integrations::edit(&cx, &console(), id, 3, &moved, &other).await.unwrap();
        assert!(integrations::secrets(&cx, &console(), id).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn retiring_waits_for_what_counts_on_it_and_erases_its_secrets() {
    on_both_engines(async |cx: Services| {
        let id = integration(&cx, "Polaris", "polaris", BASE).await;
        let other = integration(&cx, "Zenith", "zenith", "https://api.zenith.example").await;
        set(&cx, id, SecretPurpose::Credential, "first-credential", 0).await.unwrap();
        operation(&cx, id, &operation_form("cover.read")).await.unwrap();
        let second = integrations::OperationForm {
            plan: "second".to_owned(),
            second: id.to_string(),
            ..operation_form("cover.read")
        };
        let counting = operation(&cx, other, &second).await.unwrap();
        let refused = integrations::retire(&cx, &console(), id, "over").await.unwrap_err();
        assert_eq!((refused.status, refused.code), (409, "integration.is_second"));
        integrations::delete_operation(&cx, &console(), counting, "over").await.unwrap();
        queue_one(&cx, id, "cover.read").await;
        let refused = integrations::retire(&cx, &console(), id, "over").await.unwrap_err();
        assert_eq!((refused.status, refused.code), (409, "integration.calls_wait"));
        super::support::execute(&cx, "DELETE FROM partner_call WHERE integration_id = $1", id.uuid()).await;
        integrations::retire(&cx, &console(), id, "the contract ended").await.unwrap();
        let found = integrations::find(&cx, &console(), id).await.unwrap();
        assert_eq!(found.state(), IntegrationState::Retired);
        assert!(integrations::secrets(&cx, &console(), id).await.unwrap().is_empty());
        let again = integrations::retire(&cx, &console(), id, "again").await.unwrap_err();
        assert_eq!(again.code, "integration.retired");
        let base = integrations::form_of(&found);
        let edited = integrations::edit(&cx, &console(), id, found.version, &base, &base).await.unwrap_err();
        assert_eq!(edited.code, "integration.retired");
        let secret = set(&cx, id, SecretPurpose::Credential, "second-credential", 0).await.unwrap_err();
        assert_eq!(secret.code, "integration.retired");
        let added = operation(&cx, id, &operation_form("cover.end")).await.unwrap_err();
        assert_eq!(added.code, "integration.retired");
    })
    .await;
}

#[tokio::test]
async fn an_auditor_reads_and_changes_nothing() {
    on_both_engines(async |cx: Services| {
        let auditor = person(&cx, "auditor@demo.keyfob.example").await;
        assert!(auditor.authorize::<IntegrationsRead>().is_ok());
        assert_eq!(auditor.authorize::<IntegrationsManage>().unwrap_err().status, 403);
        assert_eq!(auditor.authorize::<IntegrationsOperate>().unwrap_err().status, 403);
    })
    .await;
}
