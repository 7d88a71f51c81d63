//! The authenticator and the recovery codes.

use domain::{Timestamp, ids::StaffId};
use secrecy::ExposeSecret;
use services::{
    Error, Services,
    keys::Purpose,
    sessions,
    staff::{self, Enrolment, RecoveryCodes, Step},
};

use crate::{
    browser::Browser,
    support::{
        PASSWORD, access, actor, actor_in, console, events, join_all, member, number, on_both_engines, owner, run,
        secret, strict, user,
    },
};

const STEP: i64 = 30_000;

/// Somebody's authenticator and their recovery codes.
pub struct Authenticator {
    enrolment: Enrolment,
    pub codes: RecoveryCodes,
}

impl Authenticator {
    /// What it shows now.
    pub fn code(&self, cx: &Services) -> String {
        self.code_at(cx.clock.now())
    }

    pub fn code_at(&self, at: Timestamp) -> String {
        staff::code_at(&self.enrolment, at)
    }
}

/// Enrols an authenticator, and lets its first code pass.
pub async fn enrol(cx: &Services, id: StaffId) -> Authenticator {
    let actor = actor(cx, id).await;
    let enrolment = staff::begin_second_factor(cx, &actor, Some(&secret(PASSWORD))).await.unwrap();
    let code = staff::code_at(&enrolment, cx.clock.now());
    let codes = staff::confirm_second_factor(cx, &actor, &code).await.unwrap();
    cx.clock.advance(10 * STEP);
    Authenticator { enrolment, codes }
}

/// Gives the password, then the code.
async fn sign_in(cx: &Services, code: &str) -> Result<(), Error> {
    let mut browser = Browser::new(cx);
    assert_eq!(browser.sign_in("anna", PASSWORD).await?, Step::SecondFactor);
    browser.second_factor(code).await?;
    assert!(browser.who().await.is_some());
    Ok(())
}

#[tokio::test]
async fn a_code_is_good_once_and_so_is_every_code_before_it() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        let code = authenticator.code(&cx);
        let before = authenticator.code_at(cx.clock.now().plus(-STEP));
        sign_in(&cx, &code).await.unwrap();
        assert_eq!(sign_in(&cx, &code).await.unwrap_err().fields[0].field, "code");
        assert!(sign_in(&cx, &before).await.is_err());
        cx.clock.advance(STEP);
        assert!(sign_in(&cx, &code).await.is_err(), "still within its tolerance, and still used");
        let spaced = authenticator.code(&cx);
        sign_in(&cx, &format!(" {} {} ", &spaced[..3], &spaced[3..])).await.unwrap();
        assert_eq!(events(&cx, "staff.second_factor_refused", "failed").await, 3);
    })
    .await;
}

#[tokio::test]
async fn clocks_may_differ_by_one_step() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        for (steps, is_good) in [(-2, false), (-1, true), (2, false), (1, true)] {
            cx.clock.advance(10 * STEP);
            let code = authenticator.code_at(cx.clock.now().plus(steps * STEP));
            assert_eq!(sign_in(&cx, &code).await.is_ok(), is_good, "{steps}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_code_that_confirmed_an_enrolment_is_used() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let actor = actor(&cx, anna).await;
        let enrolment = staff::begin_second_factor(&cx, &actor, Some(&secret(PASSWORD))).await.unwrap();
        assert_eq!(staff::confirm_second_factor(&cx, &actor, "000000").await.unwrap_err().fields[0].field, "code");
        let code = staff::code_at(&enrolment, cx.clock.now());
        staff::confirm_second_factor(&cx, &actor, &code).await.unwrap();
        assert!(sign_in(&cx, &code).await.is_err());
        assert_eq!(staff::confirm_second_factor(&cx, &actor, &code).await.unwrap_err().status, 409);
        let again = staff::begin_second_factor(&cx, &actor, Some(&secret(PASSWORD))).await;
        assert_eq!(again.unwrap_err().code, "staff.second_factor.enrolled");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_code_used_twice_at_the_same_moment_one_use_counts() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        let totp = authenticator.code(&cx);
        for code in [totp, authenticator.codes.expose()[0].clone()] {
            let mut halves = Vec::new();
            for _ in 0..4 {
                let mut browser = Browser::new(&cx);
                browser.sign_in("anna", PASSWORD).await.unwrap();
                halves.push(browser);
            }
            let tries = halves.into_iter().map(|mut browser| {
                let code = code.clone();
                tokio::spawn(async move { browser.second_factor(&code).await.is_ok() })
            });
            let passed = join_all(tries).await;
            assert_eq!(passed.iter().filter(|passed| **passed).count(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        let codes = authenticator.codes.expose();
        assert_eq!(codes.len(), 10);
        sign_in(&cx, &codes[0].to_uppercase().replace('-', " ")).await.unwrap();
        assert!(sign_in(&cx, &codes[0]).await.is_err());
        sign_in(&cx, &codes[1]).await.unwrap();
        let actor = actor(&cx, anna).await;
        assert_eq!(staff::second_factor(&cx, &actor).await.unwrap().codes_left, 8);
        // New ones end the old ones, and need the password.
        assert_eq!(staff::new_recovery_codes(&cx, &actor, &secret("not the password")).await.unwrap_err().status, 422);
        let fresh = staff::new_recovery_codes(&cx, &actor, &secret(PASSWORD)).await.unwrap();
        assert!(sign_in(&cx, &codes[2]).await.is_err());
        sign_in(&cx, &fresh.expose()[0]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn secrets_are_sealed_to_their_row_and_codes_are_hashed() {
    on_both_engines(async |cx| {
        let (anna, ben) = (member(&cx, "anna", "support_agent").await, member(&cx, "ben", "support_agent").await);
        let authenticator = enrol(&cx, anna).await;
        let plain = authenticator.enrolment.secret.expose_secret();
        assert!(authenticator.enrolment.uri.expose_secret().starts_with("otpauth://totp/Keyfob:anna"));
        assert_eq!(plain.len(), 32, "160 bits");
        let statement = "SELECT CAST(length(totp_sealed) AS BIGINT) FROM staff WHERE name = 'anna'";
        assert_eq!(number(&cx, statement).await, 24 + 20 + 16);
        // Moved to another row, it doesn't open.
        run(&cx, "UPDATE staff SET totp_confirmed_at = 1,
                  totp_sealed = (SELECT other.totp_sealed FROM staff AS other WHERE other.name = 'anna') WHERE name = 'ben'").await;
        let mut browser = Browser::new(&cx);
        browser.sign_in("ben", PASSWORD).await.unwrap();
        assert!(browser.second_factor(&authenticator.code(&cx)).await.is_err());
        assert_eq!(browser.who().await, None);
        assert!(cx.keys.unseal(Purpose::SealTotp, &format!("staff.totp_sealed:{ben}"), &[0; 60]).is_err());
        for printed in [format!("{:?}", authenticator.enrolment), format!("{:?}", authenticator.codes)] {
            assert!(!printed.contains(plain) && !printed.contains(&authenticator.codes.expose()[0]), "{printed}");
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_the_second_factor_is_slowed_down() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        let mut browser = Browser::new(&cx);
        browser.sign_in("anna", PASSWORD).await.unwrap();
        for _ in 0..5 {
            assert_eq!(browser.second_factor("000000").await.unwrap_err().status, 422);
        }
        let refusal = browser.second_factor(&authenticator.code(&cx)).await.unwrap_err();
        assert_eq!((refusal.status, refusal.retry_after), (429, Some(1)));
        // Another session of the guesser's is no way around it.
        let mut other = Browser::new(&cx);
        other.sign_in("anna", PASSWORD).await.unwrap();
        assert_eq!(other.second_factor("000000").await.unwrap_err().status, 429);
        cx.clock.advance(1_000);
        browser.second_factor(&authenticator.code(&cx)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_must_enrol_holds_nothing_until_they_have() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let cx = strict(&cx);
        let mut browser = Browser::new(&cx);
        assert_eq!(browser.sign_in("anna", PASSWORD).await.unwrap(), Step::EnrolSecondFactor);
        let before = browser.actor().await.unwrap();
        assert!(user(&cx, anna).await.unwrap().must_enrol);
        assert!(before.permissions().is_empty());
        // Just signed in, they need not type their password again.
        let enrolment = staff::begin_second_factor(&cx, &before, None).await.unwrap();
        staff::confirm_second_factor(&cx, &before, &staff::code_at(&enrolment, cx.clock.now())).await.unwrap();
        assert!(!user(&cx, anna).await.unwrap().must_enrol);
        assert!(
            !user(&cx, anna).await.unwrap().to_actor(services::access::Trace::default(), None).permissions().is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_left_open_is_no_place_to_enrol_from() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let mut browser = Browser::signed_in(&cx, "anna").await;
        let actor = browser.actor().await.unwrap();
        assert!(!staff::second_factor(&cx, &actor).await.unwrap().needs_password);
        staff::begin_second_factor(&cx, &actor, None).await.unwrap();
        assert!(staff::second_factor(&cx, &actor).await.unwrap().enrolment.is_some());
        cx.clock.advance(5 * 60_000);
        let status = staff::second_factor(&cx, &actor).await.unwrap();
        assert!(status.needs_password && status.enrolment.is_none(), "nor is the secret shown again");
        assert_eq!(staff::begin_second_factor(&cx, &actor, None).await.unwrap_err().fields[0].field, "password");
        let elsewhere = actor_in(&cx, anna, None).await;
        assert!(staff::begin_second_factor(&cx, &elsewhere, None).await.is_err());
        assert!(staff::begin_second_factor(&cx, &actor, Some(&secret("not the password"))).await.is_err());
        staff::begin_second_factor(&cx, &actor, Some(&secret(PASSWORD))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_second_factor_ends_the_other_sessions() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let (mut here, mut there) = (Browser::signed_in(&cx, "anna").await, Browser::signed_in(&cx, "anna").await);
        let services = cx.clone();
        here.visit(async move |mut auth| {
            let session = sessions::id(&auth.session).await;
            let actor = auth.user.as_ref().unwrap().to_actor(services::access::Trace::default(), session);
            let enrolment = staff::begin_second_factor(&services, &actor, None).await.unwrap();
            staff::confirm_second_factor(&services, &actor, &staff::code_at(&enrolment, services.clock.now()))
                .await
                .unwrap();
            sessions::renew(&mut auth).await.unwrap();
        })
        .await;
        assert!(here.who().await.is_some());
        assert_eq!(there.who().await, None);
        let actor = here.actor().await.unwrap();
        assert_eq!(
            staff::remove_second_factor(&cx, &actor, &secret("not the password")).await.unwrap_err().status,
            422
        );
        staff::remove_second_factor(&cx, &actor, &secret(PASSWORD)).await.unwrap();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM recovery_code").await, 0);
        assert_eq!(here.who().await, None, "not renewed");
        assert_eq!(Browser::new(&cx).sign_in("anna", PASSWORD).await.unwrap(), Step::Done);
    })
    .await;
}

#[tokio::test]
async fn another_administrator_takes_a_lost_second_factor_away() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let (boss, admin) = (owner(&cx, "boss").await, member(&cx, "admin", "administrator").await);
        enrol(&cx, anna).await;
        enrol(&cx, boss).await;
        let admin = actor(&cx, admin).await;
        staff::reset_second_factor(&cx, &access(&admin), anna, "lost phone").await.unwrap();
        assert_eq!(Browser::new(&cx).sign_in("anna", PASSWORD).await.unwrap(), Step::Done);
        // Not of somebody who may do more, and not their own.
        assert_eq!(
            staff::reset_second_factor(&cx, &access(&admin), boss, "").await.unwrap_err().code,
            "roles.beyond_own"
        );
        let boss_actor = actor(&cx, boss).await;
        assert_eq!(
            staff::reset_second_factor(&cx, &access(&boss_actor), boss, "").await.unwrap_err().code,
            "staff.reset.oneself"
        );
        assert_eq!(staff::reset_second_factor(&cx, &console(), anna, "").await.unwrap_err().status, 409);
    })
    .await;
}
