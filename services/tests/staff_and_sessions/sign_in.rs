//! Signing in with an address and a password.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use services::{
    Services,
    passwords::PasswordHasher,
    staff::{self, ResetPassword, SignIn, Step},
};

use crate::support::{
    HOME, PASSWORD, console, events, member, number, on_both_engines, run, secret, sign_in, strict, trace,
};

#[tokio::test]
async fn the_right_password_is_enough_where_no_second_factor_is_asked_for() {
    on_both_engines(async |cx| {
        let id = member(&cx, "anna", "support_agent").await;
        let signed_in = sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        assert_eq!((signed_in.staff_id(), signed_in.needs()), (id, Step::Done));
        assert_eq!(staff::find(&cx, &console(), id).await.unwrap().last_sign_in_at, Some(cx.clock.now()));
        assert_eq!(events(&cx, "staff.signed_in", "done").await, 1);
        // However it is typed.
        let typed =
            SignIn { email: "  ANNA@Nordwagen.Example ".to_owned(), password: secret(PASSWORD), trace: trace(HOME) };
        assert_eq!(staff::sign_in(&cx, typed).await.unwrap().staff_id(), id);
    })
    .await;
}

#[tokio::test]
async fn whoever_can_write_must_enrol_a_second_factor_and_whoever_only_reads_need_not() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        member(&cx, "ben", "read_only").await;
        let cx = strict(&cx);
        assert_eq!(sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap().needs(), Step::EnrolSecondFactor);
        assert_eq!(sign_in(&cx, "ben", PASSWORD, HOME).await.unwrap().needs(), Step::Done);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_a_disabled_and_a_passwordless_account_cost_and_read_like_a_wrong_password() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let disabled = member(&cx, "dora", "support_agent").await;
        staff::disable(&cx, &console(), disabled, "").await.unwrap();
        let id = member(&cx, "emil", "support_agent").await;
        staff::reset_link(&cx, &console(), ResetPassword { id, at_once: true, reason: String::new() }).await.unwrap();
        let mut answers = Vec::new();
        for (name, password) in [
            ("anna", "not the password"),
            ("dora", PASSWORD),
            ("dora", "not the password"),
            ("emil", PASSWORD),
            ("nobody", PASSWORD),
        ] {
            let before = cx.passwords.runs();
            let refusal = sign_in(&cx, name, password, HOME).await.unwrap_err();
            assert_eq!(cx.passwords.runs() - before, 1, "one run of argon2 for {name}");
            answers.push((refusal.status, refusal.code, refusal.message));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(answers[0].0, 401);
        assert_eq!(events(&cx, "staff.sign_in_refused", "failed").await, 5);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_address_at_all_is_answered_the_same() {
    on_both_engines(async |cx| {
        for email in ["", "anna", "' OR 1=1 --", &"x".repeat(10_000), "\u{0}"] {
            let attempt = SignIn { email: email.to_owned(), password: secret(PASSWORD), trace: trace(HOME) };
            assert_eq!(staff::sign_in(&cx, attempt).await.unwrap_err().code, "sign_in.refused");
            // What was typed may be a password: it is kept nowhere.
            cx.clock.advance(86_400_000);
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_of_more_than_256_characters_is_refused_before_it_is_hashed() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let before = cx.passwords.runs();
        for length in [257, 5_000, 2_000_000] {
            assert_eq!(sign_in(&cx, "anna", &"x".repeat(length), HOME).await.unwrap_err().code, "sign_in.refused");
            assert_eq!(sign_in(&cx, "nobody", &"x".repeat(length), HOME).await.unwrap_err().code, "sign_in.refused");
        }
        assert!(cx.passwords.hash(&secret(&"x".repeat(257))).await.is_err());
        assert_eq!(cx.passwords.runs(), before);
        assert!(sign_in(&cx, "anna", &"x".repeat(256), HOME).await.is_err());
        assert_eq!(cx.passwords.runs(), before + 1);
    })
    .await;
}

#[tokio::test]
async fn a_hash_with_other_parameters_is_made_anew_at_sign_in() {
    on_both_engines(async |mut cx: Services| {
        member(&cx, "anna", "support_agent").await;
        cx.passwords = PasswordHasher::for_tests_with(4, 16, 2);
        let with_new = number(&cx, "SELECT COUNT(*) FROM staff WHERE password_phc LIKE '%m=16,t=2,%'").await;
        assert_eq!(with_new, 0);
        sign_in(&cx, "anna", "not the password", HOME).await.unwrap_err();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM staff WHERE password_phc LIKE '%m=16,t=2,%'").await, 0);
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM staff WHERE password_phc LIKE '%m=16,t=2,%'").await, 1);
        let before = cx.passwords.runs();
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        assert_eq!(cx.passwords.runs() - before, 1, "and not again after that");
    })
    .await;
}

#[tokio::test]
async fn parameters_read_from_the_database_are_bounded() {
    let hasher = PasswordHasher::for_tests();
    for phc in [
        "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=8,t=1000000,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=65536,t=1,p=64$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2d$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=8,t=1,p=1",
        "not a hash",
    ] {
        assert_eq!(hasher.verify(&secret(PASSWORD), phc).await.unwrap_err().status, 500, "{phc}");
    }
    assert_eq!(hasher.runs(), 0);
}

#[tokio::test]
async fn a_broken_hash_in_the_database_fails_without_letting_in() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        run(
            &cx,
            "UPDATE staff SET password_phc = '$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA'",
        )
        .await;
        assert_eq!(sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap_err().status, 500);
    })
    .await;
}

#[tokio::test]
async fn a_password_is_the_same_from_every_keyboard() {
    let hasher = PasswordHasher::for_tests();
    let composed = hasher.hash(&secret("sch\u{f6}ne br\u{fc}cken im nebel")).await.unwrap();
    assert!(hasher.verify(&secret("scho\u{308}ne bru\u{308}cken im nebel"), &composed).await.unwrap().ok);
    assert!(!hasher.verify(&secret("schone brucken im nebel"), &composed).await.unwrap().ok);
}

#[tokio::test]
async fn who_finds_no_permit_is_told_to_come_back_and_the_attempt_does_not_count() {
    on_both_engines(async |mut cx: Services| {
        member(&cx, "anna", "support_agent").await;
        cx.passwords = PasswordHasher::for_tests_with(1, 8, 1);
        let occupied = cx.passwords.occupy(1).await;
        for name in ["anna", "nobody"] {
            let refusal = sign_in(&cx, name, PASSWORD, HOME).await.unwrap_err();
            assert_eq!((refusal.status, refusal.code), (503, "passwords.busy"));
            assert!(refusal.retry_after.is_some());
        }
        assert_eq!(cx.passwords.runs(), 0);
        assert_eq!(number(&cx, "SELECT CAST(COALESCE(SUM(failures), 0) AS BIGINT) FROM sign_in_throttle").await, 0);
        drop(occupied);
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_goes_away_keeps_its_permit_until_the_work_is_done() {
    let hasher = PasswordHasher::for_tests_with(1, 16 * 1_024, 30);
    let hashing = tokio::time::timeout(Duration::from_millis(20), hasher.hash(&secret(PASSWORD))).await;
    assert!(hashing.is_err(), "the request went away while argon2 was running");
    assert_eq!(hasher.free_permits(), 0);
    let permit = hasher.occupy(1).await;
    assert_eq!(hasher.runs(), 1);
    drop(permit);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_passwords_are_worked_on_at_a_time_than_there_are_permits() {
    let hasher = Arc::new(PasswordHasher::for_tests_with(2, 1_024, 1));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.hash(&SecretString::from(PASSWORD)).await.map(|_| hasher.free_permits()) })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap() <= 2);
    }
    assert_eq!((hasher.runs(), hasher.free_permits()), (20, 2));
}

#[tokio::test]
async fn debug_prints_no_secret() {
    on_both_engines(async |cx| {
        let id = member(&cx, "anna", "support_agent").await;
        let attempt =
            SignIn { email: "anna@nordwagen.example".to_owned(), password: secret(PASSWORD), trace: trace(HOME) };
        assert!(!format!("{attempt:?}").contains(PASSWORD));
        let signed_in = staff::sign_in(&cx, attempt).await.unwrap();
        let user = crate::support::user(&cx, id).await.unwrap();
        let epoch = axum_login::AuthUser::session_auth_hash(&user).to_vec();
        let backend = services::sessions::Backend::new(cx.clone());
        for printed in
            [format!("{signed_in:?}"), format!("{user:?}"), format!("{backend:?}"), format!("{:?}", cx.passwords)]
        {
            assert!(!printed.contains("argon2"), "{printed}");
            assert!(!printed.contains(&format!("{epoch:?}")), "{printed}");
            assert!(!printed.contains("nordwagen"), "{printed}");
        }
    })
    .await;
}
