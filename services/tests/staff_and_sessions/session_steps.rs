//! The steps by which a session becomes somebody's and stops being it, seen from a browser.

use domain::permissions::Permission;
use services::{
    access::ActorKind,
    sessions,
    staff::{self, ChangePassword, ResetPassword, Step},
};

use crate::{
    browser::Browser,
    second_factor::enrol,
    support::{
        HOME, OTHER_PASSWORD, PASSWORD, accept, access, actor, console, events, member, number, on_both_engines, owner,
        run, secret, sign_in, trace,
    },
};

#[tokio::test]
async fn nothing_that_was_planted_before_survives_a_sign_in() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        // An attacker gets a session, fills it, and plants its cookie in their victim's browser.
        let mut attacker = Browser::new(&cx);
        attacker.visit(async |auth| auth.session.insert("planted", "yes").await.unwrap()).await;
        let mut victim = Browser::new(&cx);
        victim.cookie = attacker.cookie.clone();
        victim.sign_in("anna", PASSWORD).await.unwrap();
        assert_ne!(victim.cookie, attacker.cookie);
        assert_eq!(victim.who().await, Some(anna));
        assert_eq!(attacker.who().await, None);
        let planted = victim.visit(async |auth| auth.session.get::<String>("planted").await.unwrap()).await;
        assert_eq!(planted, None);
        // Also when somebody was signed in before.
        let before = victim.cookie.clone();
        victim.sign_in("anna", PASSWORD).await.unwrap();
        assert_ne!(victim.cookie, before);
        assert_eq!(sessions::of_staff(&cx, &console(), anna).await.unwrap().len(), 1, "the session before has ended");
    })
    .await;
}

#[tokio::test]
async fn a_right_password_alone_opens_nothing_where_a_second_factor_is_due() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        let mut browser = Browser::new(&cx);
        assert_eq!(browser.sign_in("anna", PASSWORD).await.unwrap(), Step::SecondFactor);
        assert_eq!(browser.who().await, None);
        assert_eq!(sessions::of_staff(&cx, &console(), anna).await.unwrap(), []);
        let half = browser.cookie.clone();
        cx.clock.advance(30_000);
        browser.second_factor(&authenticator.code(&cx)).await.unwrap();
        assert_eq!(browser.who().await, Some(anna));
        assert_ne!(browser.cookie, half, "a new id after the second factor");
        assert_eq!(events(&cx, "staff.password_accepted", "done").await, 1);
        // The half-signed-in session is used up.
        browser.cookie = half;
        cx.clock.advance(30_000);
        let code = authenticator.code(&cx);
        assert_eq!(browser.second_factor(&code).await.unwrap_err().code, "sign_in.expired");
    })
    .await;
}

#[tokio::test]
async fn a_half_signed_in_session_is_over_after_five_minutes_or_when_the_account_changes() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let authenticator = enrol(&cx, anna).await;
        let mut browser = Browser::new(&cx);
        let waits = async |browser: &mut Browser| {
            let services = cx.clone();
            browser.visit(async move |auth| sessions::is_half_signed_in(&services, &auth.session).await.unwrap()).await
        };
        browser.sign_in("anna", PASSWORD).await.unwrap();
        cx.clock.advance(5 * 60_000 - 1);
        assert!(waits(&mut browser).await);
        cx.clock.advance(1);
        assert!(!waits(&mut browser).await);
        assert_eq!(browser.second_factor(&authenticator.code(&cx)).await.unwrap_err().code, "sign_in.expired");

        browser.sign_in("anna", PASSWORD).await.unwrap();
        let reset = ResetPassword { id: anna, at_once: true, reason: String::new() };
        staff::reset_link(&cx, &console(), reset).await.unwrap();
        assert_eq!(browser.second_factor(&authenticator.code(&cx)).await.unwrap_err().code, "sign_in.expired");
        assert_eq!(events(&cx, "staff.second_factor_refused", "failed").await, 1);
        assert_eq!(events(&cx, "staff.signed_in", "done").await, 0);
        assert_eq!(browser.who().await, None);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_changes_between_password_and_session_gets_none() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        for change in ["reset", "disabled"] {
            let signed_in = sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
            if change == "reset" {
                let reset = ResetPassword { id: anna, at_once: false, reason: String::new() };
                let link = staff::reset_link(&cx, &console(), reset).await.unwrap();
                accept(&cx, &link, "", "", PASSWORD).await.unwrap();
            } else {
                staff::disable(&cx, &console(), anna, "").await.unwrap();
            }
            let mut browser = Browser::new(&cx);
            let services = cx.clone();
            let begun = browser
                .visit(async move |mut auth| sessions::begin(&services, &mut auth, signed_in, &trace(HOME)).await)
                .await;
            assert_eq!(begun.unwrap_err().code, "sign_in.expired", "{change}");
            assert_eq!(browser.who().await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_renews_this_one() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let (mut here, mut there) = (Browser::signed_in(&cx, "anna").await, Browser::signed_in(&cx, "anna").await);
        let before = here.cookie.clone();
        let services = cx.clone();
        here.visit(async move |mut auth| {
            let session = sessions::id(&auth.session).await;
            let actor = auth.user.as_ref().unwrap().to_actor(trace(HOME), session);
            let change = ChangePassword { current: secret(PASSWORD), new: secret(OTHER_PASSWORD) };
            staff::change_password(&services, &actor, change).await.unwrap();
            sessions::renew(&mut auth).await.unwrap();
        })
        .await;
        assert!(here.who().await.is_some());
        assert_ne!(here.cookie, before, "a new id");
        assert_eq!(there.who().await, None);
        assert!(sign_in(&cx, "anna", PASSWORD, HOME).await.is_err());
        sign_in(&cx, "anna", OTHER_PASSWORD, HOME).await.unwrap();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM session WHERE ended_why = 'password_changed'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_without_renewal_ends_this_session_too() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let mut here = Browser::signed_in(&cx, "anna").await;
        let actor = here.actor().await.unwrap();
        let wrong = ChangePassword { current: secret("not the password"), new: secret(OTHER_PASSWORD) };
        assert_eq!(staff::change_password(&cx, &actor, wrong).await.unwrap_err().fields[0].field, "current");
        let weak = ChangePassword { current: secret(PASSWORD), new: secret("AnnaAnna2026") };
        assert_eq!(staff::change_password(&cx, &actor, weak).await.unwrap_err().fields[0].field, "password");
        let same = ChangePassword { current: secret(PASSWORD), new: secret(PASSWORD) };
        assert_eq!(staff::change_password(&cx, &actor, same).await.unwrap_err().fields[0].field, "password");
        assert!(here.who().await.is_some());
        let change = ChangePassword { current: secret(PASSWORD), new: secret(OTHER_PASSWORD) };
        staff::change_password(&cx, &actor, change).await.unwrap();
        assert_eq!(here.who().await, None, "the epoch has changed");
    })
    .await;
}

#[tokio::test]
async fn the_own_password_can_not_be_guessed_from_a_session_left_open() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let actor = Browser::signed_in(&cx, "anna").await.actor().await.unwrap();
        let guess = || ChangePassword { current: secret("not the password"), new: secret(OTHER_PASSWORD) };
        for _ in 0..5 {
            assert_eq!(staff::change_password(&cx, &actor, guess()).await.unwrap_err().status, 422);
        }
        assert_eq!(staff::change_password(&cx, &actor, guess()).await.unwrap_err().status, 429);
        assert_eq!(events(&cx, "staff.password_refused", "failed").await, 5);
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let mut browser = Browser::signed_in(&cx, "anna").await;
        let cookie = browser.cookie.clone();
        let actor = browser.actor().await.unwrap();
        let services = cx.clone();
        browser.visit(async move |mut auth| sessions::sign_out(&services, &mut auth, &actor).await.unwrap()).await;
        assert_eq!(browser.cookie, None, "the cookie is taken back");
        browser.cookie = cookie;
        assert_eq!(browser.who().await, None, "and opens nothing when it is kept");
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM session WHERE ended_why = 'signed_out'").await, 1);
        assert_eq!(events(&cx, "staff.signed_out", "done").await, 1);
    })
    .await;
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        member(&cx, "ben", "support_agent").await;
        let mut first = Browser::signed_in(&cx, "anna").await;
        cx.clock.advance(1);
        let mut second = Browser::signed_in(&cx, "anna").await;
        let mut bens = Browser::signed_in(&cx, "ben").await;
        let (anna, ben) = (second.actor().await.unwrap(), bens.actor().await.unwrap());
        let mine = sessions::mine(&cx, &anna).await.unwrap();
        assert_eq!(mine.iter().map(|session| session.is_current).collect::<Vec<_>>(), [true, false]);
        assert_eq!((mine[0].device.as_str(), mine[0].ip.as_str()), ("Firefox on Linux", HOME));
        assert_eq!(sessions::end_one(&cx, &ben, mine[1].id).await.unwrap_err().status, 404);
        assert!(first.who().await.is_some());
        sessions::end_one(&cx, &anna, mine[1].id).await.unwrap();
        assert_eq!(first.who().await, None);
        assert_eq!(sessions::end_one(&cx, &anna, mine[1].id).await.unwrap_err().status, 404);

        let mut third = Browser::signed_in(&cx, "anna").await;
        assert_eq!(sessions::end_all_others(&cx, &anna).await.unwrap(), 1);
        assert_eq!(third.who().await, None);
        assert!(second.who().await.is_some());
        assert!(bens.who().await.is_some());
        let nobody = services::access::Actor::nobody(trace(HOME));
        assert_eq!(sessions::mine(&cx, &nobody).await.unwrap_err().status, 401);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_ends_all_sessions_of_anybody() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let (mut here, mut there) = (Browser::signed_in(&cx, "anna").await, Browser::signed_in(&cx, "anna").await);
        assert_eq!(sessions::end_all_of(&cx, &access(&boss), anna, "lost laptop").await.unwrap(), 2);
        assert_eq!((here.who().await, there.who().await), (None, None));
        assert_eq!(events(&cx, "staff.sessions_ended", "done").await, 1);
        let nobody = domain::ids::StaffId::new();
        assert_eq!(sessions::end_all_of(&cx, &access(&boss), nobody, "").await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_changed_epoch_alone_ends_a_session() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let mut browser = Browser::signed_in(&cx, "anna").await;
        assert!(browser.who().await.is_some());
        let statement = match cx.db {
            services::Db::Sqlite { .. } => "UPDATE staff SET session_epoch = randomblob(32)",
            services::Db::Postgres(_) => "UPDATE staff SET session_epoch = sha256('x')",
        };
        run(&cx, statement).await;
        assert_eq!(browser.who().await, None);
    })
    .await;
}

#[tokio::test]
async fn the_table_of_sessions_holds_no_hash_of_a_password() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        Browser::signed_in(&cx, "anna").await;
        let statement = match cx.db {
            services::Db::Sqlite { .. } => {
                "SELECT COUNT(*) FROM session WHERE instr(CAST(record AS TEXT), 'argon2') > 0"
            }
            services::Db::Postgres(_) => "SELECT COUNT(*) FROM session WHERE position('argon2'::bytea IN record) > 0",
        };
        assert_eq!(number(&cx, statement).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_actor_of_a_request_is_its_user_session_and_permissions() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let actor = Browser::signed_in(&cx, "anna").await.actor().await.unwrap();
        let ActorKind::Staff { id, session, name } = actor.kind() else { panic!("not a member of staff") };
        assert_eq!((*id, name.as_str(), session.is_some()), (anna, "anna", true));
        assert!(actor.holds(Permission::SubscriptionsPause) && !actor.holds(Permission::StaffManage));
    })
    .await;
}
