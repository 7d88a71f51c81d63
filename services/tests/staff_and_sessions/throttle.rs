//! Growing delays for those who guess.

use services::{Services, staff};

use crate::{
    browser::Browser,
    support::{HOME, PASSWORD, console, events, join_all, member, number, on_both_engines, sign_in},
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// The seconds one is told to wait; nothing when the attempt was tried.
async fn wait(cx: &Services, name: &str, ip: &str) -> Option<u64> {
    let refusal = sign_in(cx, name, "not the password", ip).await.unwrap_err();
    assert_eq!(refusal.retry_after.is_some(), refusal.status == 429);
    refusal.retry_after
}

#[tokio::test]
async fn five_failures_are_free_then_each_doubles_the_delay_up_to_fifteen_minutes() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        for _ in 0..5 {
            assert_eq!(wait(&cx, "anna", HOME).await, None);
        }
        for delay in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(wait(&cx, "anna", HOME).await, Some(delay));
            cx.clock.advance(delay.cast_signed() * SECOND - 1);
            assert_eq!(wait(&cx, "anna", HOME).await, Some(1));
            cx.clock.advance(1);
            assert_eq!(wait(&cx, "anna", HOME).await, None, "after {delay} seconds");
        }
        assert_eq!(events(&cx, "staff.sign_in_refused", "refused").await, 24);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_account_is_slowed_down_alike() {
    on_both_engines(async |cx| {
        for _ in 0..5 {
            assert_eq!(wait(&cx, "nobody", HOME).await, None);
        }
        assert_eq!(wait(&cx, "nobody", HOME).await, Some(1));
    })
    .await;
}

#[tokio::test]
async fn the_right_password_waits_too_and_then_forgives() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        for _ in 0..5 {
            wait(&cx, "anna", HOME).await;
        }
        let runs = cx.passwords.runs();
        assert_eq!(sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap_err().status, 429);
        assert_eq!(cx.passwords.runs(), runs, "a refused attempt costs no hash");
        cx.clock.advance(SECOND);
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        for _ in 0..5 {
            assert_eq!(wait(&cx, "anna", HOME).await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_slows_down_themselves_and_not_the_owner() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        for _ in 0..40 {
            wait(&cx, "anna", "203.0.113.66").await;
        }
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        // The neighbours of an IPv6 subscriber are the subscriber.
        for suffix in 0..5 {
            wait(&cx, "anna", &format!("2001:db8:0:1::{suffix}")).await;
        }
        assert!(wait(&cx, "anna", "2001:db8:0:1:ffff::9").await.is_some());
        assert_eq!(wait(&cx, "anna", "2001:db8:0:2::1").await, None);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_is_slowed_down() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        for guess in 0..30 {
            assert_eq!(wait(&cx, &format!("guess{guess}"), "203.0.113.66").await, None);
        }
        assert_eq!(wait(&cx, "anna", "203.0.113.66").await, Some(1));
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        // A success of the attacker's own doesn't wash the address clean.
        cx.clock.advance(SECOND);
        sign_in(&cx, "anna", PASSWORD, "203.0.113.66").await.unwrap();
        assert_eq!(wait(&cx, "guess99", "203.0.113.66").await, None);
        assert!(wait(&cx, "guess100", "203.0.113.66").await.is_some());
    })
    .await;
}

#[tokio::test]
async fn an_account_guessed_at_from_everywhere_is_slowed_down_but_where_its_owner_is_known() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        Browser::signed_in(&cx, "anna").await;
        for bot in 0..50 {
            assert_eq!(wait(&cx, "anna", &format!("203.0.113.{bot}")).await, None);
        }
        let mut longest = 0;
        for bot in 0..20 {
            let delay = wait(&cx, "anna", &format!("192.0.2.{bot}")).await.unwrap();
            longest = longest.max(delay);
            cx.clock.advance(delay.cast_signed() * SECOND);
            assert_eq!(wait(&cx, "anna", &format!("192.0.2.{bot}")).await, None);
        }
        assert_eq!(longest, 60, "never more than a minute, since strangers cause it");
        // Their owner, from where they are known, waits for nobody.
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn failures_are_forgotten_with_time() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        for _ in 0..5 {
            wait(&cx, "anna", HOME).await;
        }
        cx.clock.advance(DAY);
        for _ in 0..5 {
            assert_eq!(wait(&cx, "anna", HOME).await, None);
        }
        assert!(wait(&cx, "anna", HOME).await.is_some());
        cx.clock.advance(10 * DAY);
        services::sessions::sweep(&cx).await.unwrap();
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM sign_in_throttle").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_lifts_the_delay_of_an_account() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        for _ in 0..5 {
            wait(&cx, "anna", HOME).await;
        }
        assert!(wait(&cx, "anna", HOME).await.is_some());
        staff::unlock(&cx, &console(), "Anna@nordwagen.example").await.unwrap();
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        assert_eq!(staff::unlock(&cx, &console(), "nobody@nordwagen.example").await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_guesses_at_once_are_a_hundred_guesses() {
    on_both_engines(async |cx| {
        member(&cx, "anna", "support_agent").await;
        let runs = cx.passwords.runs();
        let guesses = (0..60).map(|guess| {
            let cx = cx.clone();
            tokio::spawn(async move {
                sign_in(&cx, "anna", &format!("not the password {guess}"), HOME).await.unwrap_err().status
            })
        });
        let statuses = join_all(guesses).await;
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 5);
        assert_eq!(cx.passwords.runs() - runs, 5);
    })
    .await;
}

#[tokio::test]
async fn the_table_holds_nothing_of_what_was_typed() {
    on_both_engines(async |cx| {
        wait(&cx, "secret-that-slipped", HOME).await;
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM sign_in_throttle WHERE subject LIKE '%slipped%'").await, 0);
        assert!(number(&cx, "SELECT COUNT(*) FROM sign_in_throttle").await > 0);
    })
    .await;
}
