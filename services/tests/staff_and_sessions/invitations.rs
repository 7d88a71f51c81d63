//! One-time links: the first owner, invitations, new passwords.

use secrecy::ExposeSecret;
use services::staff::{self, Accept, Invite, ResetPassword, SetRoles};

use crate::{
    browser::Browser,
    support::{
        HOME, OTHER_PASSWORD, PASSWORD, accept, access, actor, console, events, join_all, member, number,
        on_both_engines, owner, role, roles_of, secret, sign_in, token, trace,
    },
};

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn the_first_owner_sets_themselves_up_by_a_link_and_nobody_after_them() {
    on_both_engines(async |cx| {
        let first = staff::first_owner_link(&cx).await.unwrap().unwrap();
        let second = staff::first_owner_link(&cx).await.unwrap().unwrap();
        assert!(first.url.expose_secret().starts_with("http://127.0.0.1:3000/join/"));
        assert_eq!(staff::invitation(&cx, &token(&first)).await.unwrap().email, "");
        assert_eq!(accept(&cx, &first, "no address", "Berta", PASSWORD).await.unwrap_err().fields[0].field, "email");
        let id = accept(&cx, &first, "Berta@Nordwagen.example", "Berta", PASSWORD).await.unwrap();
        assert_eq!(actor(&cx, id).await.permissions().len(), domain::permissions::Permission::ALL.len());
        assert!(sign_in(&cx, "berta", PASSWORD, HOME).await.is_ok());
        assert!(staff::first_owner_link(&cx).await.unwrap().is_none());
        assert_eq!(accept(&cx, &second, "eve@nordwagen.example", "Eve", PASSWORD).await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_set_up_the_first_owner_at_once_one_becomes_it() {
    on_both_engines(async |cx| {
        let mut links = Vec::new();
        for _ in 0..6 {
            links.push(staff::first_owner_link(&cx).await.unwrap().unwrap());
        }
        let tries = links.into_iter().enumerate().map(|(at, link)| {
            let cx = cx.clone();
            tokio::spawn(async move {
                accept(&cx, &link, &format!("a{at}@nordwagen.example"), "Berta", PASSWORD).await.is_ok()
            })
        });
        assert_eq!(join_all(tries).await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM staff").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_use_one_invitation_at_once_one_joins() {
    on_both_engines(async |cx| {
        let invite = Invite {
            email: "anna@nordwagen.example".to_owned(),
            name: "Anna".to_owned(),
            role: role(&cx, "finance").await,
        };
        let link = staff::invite(&cx, &console(), invite).await.unwrap();
        let token = token(&link);
        let tries = (0..8).map(|_| {
            let (cx, token) = (cx.clone(), token.clone());
            tokio::spawn(async move {
                let accept = Accept {
                    token,
                    email: String::new(),
                    name: "Anna".to_owned(),
                    password: secret(PASSWORD),
                    trace: trace(HOME),
                };
                staff::accept(&cx, accept).await.map_err(|error| error.status)
            })
        });
        let answers = join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(answers.iter().all(|answer| !matches!(answer, Err(status) if *status != 404)), "{answers:?}");
        assert_eq!(events(&cx, "staff.joined", "done").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_works_for_three_days_until_it_is_taken_back_or_replaced() {
    on_both_engines(async |cx| {
        let invite = Invite {
            email: "anna@nordwagen.example".to_owned(),
            name: "Anna".to_owned(),
            role: role(&cx, "finance").await,
        };
        let link = staff::invite(&cx, &console(), invite.clone()).await.unwrap();
        cx.clock.advance(72 * HOUR - 1);
        assert_eq!(staff::invitation(&cx, &token(&link)).await.unwrap().role, "Finance");
        cx.clock.advance(1);
        assert_eq!(accept(&cx, &link, "", "Anna", PASSWORD).await.unwrap_err().code, "staff.invitation.not_found");

        let replaced = staff::invite(&cx, &console(), invite.clone()).await.unwrap();
        let taken_back = staff::invite(&cx, &console(), invite).await.unwrap();
        assert!(accept(&cx, &replaced, "", "Anna", PASSWORD).await.is_err());
        let open = staff::invitations(&cx, &console()).await.unwrap();
        assert_eq!(open.iter().map(|pending| pending.id).collect::<Vec<_>>(), [taken_back.id]);
        staff::revoke_invitation(&cx, &console(), taken_back.id).await.unwrap();
        assert_eq!(staff::revoke_invitation(&cx, &console(), taken_back.id).await.unwrap_err().status, 404);
        assert!(accept(&cx, &taken_back, "", "Anna", PASSWORD).await.is_err());
        assert_eq!(staff::invitations(&cx, &console()).await.unwrap(), []);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM staff").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_the_keyed_hash_of_a_token_is_stored_and_debug_prints_none() {
    on_both_engines(async |cx| {
        let link = staff::first_owner_link(&cx).await.unwrap().unwrap();
        assert_eq!(token(&link).len(), 43, "256 bits");
        assert!(!format!("{link:?}").contains(&token(&link)));
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM invitation WHERE length(token_hash) = 32").await, 1);
        let mut other_keys = cx.clone();
        other_keys.keys = services::Keys::from_master([8; 32]);
        assert!(staff::invitation(&other_keys, &token(&link)).await.is_err(), "the hash is keyed");
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_us_hash_who_has_no_link() {
    on_both_engines(async |cx| {
        let before = cx.passwords.runs();
        for token in ["", "x", &"A".repeat(43), &"A".repeat(100_000)] {
            let accept = Accept {
                token: token.to_owned(),
                email: String::new(),
                name: "Eve".to_owned(),
                password: secret(PASSWORD),
                trace: trace(HOME),
            };
            assert_eq!(staff::accept(&cx, accept).await.unwrap_err().status, 404);
        }
        assert_eq!(cx.passwords.runs(), before);
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_refused_does_not_use_the_link_up() {
    on_both_engines(async |cx| {
        let invite = Invite {
            email: "anna@nordwagen.example".to_owned(),
            name: "Anna".to_owned(),
            role: role(&cx, "finance").await,
        };
        let link = staff::invite(&cx, &console(), invite).await.unwrap();
        for weak in ["short", "password1234", "AnnaNordwagen1", &"x".repeat(300)] {
            assert_eq!(accept(&cx, &link, "", "Anna", weak).await.unwrap_err().fields[0].field, "password");
        }
        assert_eq!(accept(&cx, &link, "", "  ", PASSWORD).await.unwrap_err().fields[0].field, "name");
        accept(&cx, &link, "", "Anna", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_invites_into_more_than_they_hold() {
    on_both_engines(async |cx| {
        owner(&cx, "boss").await;
        let admin = actor(&cx, member(&cx, "admin", "administrator").await).await;
        let invite = async |key: &str| Invite {
            email: "anna@nordwagen.example".to_owned(),
            name: "Anna".to_owned(),
            role: role(&cx, key).await,
        };
        for beyond in ["owner", "finance"] {
            let refusal = staff::invite(&cx, &access(&admin), invite(beyond).await).await.unwrap_err();
            assert_eq!((refusal.status, refusal.code), (403, "roles.beyond_own"));
        }
        staff::invite(&cx, &access(&admin), invite("support_agent").await).await.unwrap();
        let nowhere = Invite { role: domain::ids::RoleId::new(), ..invite("owner").await };
        assert_eq!(staff::invite(&cx, &access(&admin), nowhere).await.unwrap_err().fields[0].field, "role");
        let taken = Invite { email: "BOSS@nordwagen.example".to_owned(), ..invite("support_agent").await };
        assert_eq!(staff::invite(&cx, &access(&admin), taken).await.unwrap_err().fields[0].field, "email");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_worth_no_more_than_who_made_it_is_now() {
    on_both_engines(async |cx| {
        owner(&cx, "boss").await;
        let (leaving, demoted) =
            (member(&cx, "leaving", "administrator").await, member(&cx, "demoted", "administrator").await);
        let mut links = Vec::new();
        for (inviter, name) in [(leaving, "anna"), (demoted, "ben")] {
            let invite = Invite {
                email: format!("{name}@nordwagen.example"),
                name: name.to_owned(),
                role: role(&cx, "support_agent").await,
            };
            links.push(staff::invite(&cx, &access(&actor(&cx, inviter).await), invite).await.unwrap());
        }
        staff::disable(&cx, &console(), leaving, "left").await.unwrap();
        let roles = roles_of([role(&cx, "read_only").await]);
        staff::set_roles(&cx, &console(), SetRoles { id: demoted, roles, reason: String::new() }).await.unwrap();
        for link in &links {
            assert_eq!(accept(&cx, link, "", "Mallory", PASSWORD).await.unwrap_err().status, 404);
        }
        // Also when they are back: a link that was taken back stays so.
        staff::enable(&cx, &console(), leaving, "").await.unwrap();
        assert_eq!(accept(&cx, &links[0], "", "Mallory", PASSWORD).await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_by_a_link_ends_sessions_and_delays() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let mut browser = Browser::signed_in(&cx, "anna").await;
        for _ in 0..5 {
            sign_in(&cx, "anna", "forgotten", HOME).await.unwrap_err();
        }
        let link = staff::reset_link(
            &cx,
            &console(),
            ResetPassword { id: anna, at_once: false, reason: "forgot it".to_owned() },
        )
        .await
        .unwrap();
        assert!(browser.who().await.is_some(), "until it is used");
        assert_eq!(accept(&cx, &link, "", "", OTHER_PASSWORD).await.unwrap(), anna);
        assert_eq!(browser.who().await, None);
        sign_in(&cx, "anna", OTHER_PASSWORD, HOME).await.unwrap();
        assert!(sign_in(&cx, "anna", PASSWORD, HOME).await.is_err());
        assert!(accept(&cx, &link, "", "", PASSWORD).await.is_err());
        assert_eq!(events(&cx, "staff.password_reset", "done").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_takes_another_administrator_who_holds_no_less() {
    on_both_engines(async |cx| {
        let (boss, admin) = (owner(&cx, "boss").await, member(&cx, "admin", "administrator").await);
        let reset = |id| ResetPassword { id, at_once: false, reason: String::new() };
        let admin_actor = actor(&cx, admin).await;
        assert_eq!(
            staff::reset_link(&cx, &access(&admin_actor), reset(boss)).await.unwrap_err().code,
            "roles.beyond_own"
        );
        assert_eq!(
            staff::reset_link(&cx, &access(&admin_actor), reset(admin)).await.unwrap_err().code,
            "staff.reset.oneself"
        );
        // A link for somebody who has risen since is worth nothing.
        let anna = member(&cx, "anna", "support_agent").await;
        let link = staff::reset_link(&cx, &access(&admin_actor), reset(anna)).await.unwrap();
        let roles = roles_of([role(&cx, "owner").await]);
        staff::set_roles(&cx, &console(), SetRoles { id: anna, roles, reason: String::new() }).await.unwrap();
        assert_eq!(accept(&cx, &link, "", "", OTHER_PASSWORD).await.unwrap_err().status, 404);
        // And one for somebody who has been disabled.
        let ben = member(&cx, "ben", "support_agent").await;
        let link = staff::reset_link(&cx, &access(&admin_actor), reset(ben)).await.unwrap();
        staff::disable(&cx, &console(), ben, "").await.unwrap();
        assert_eq!(accept(&cx, &link, "", "", OTHER_PASSWORD).await.unwrap_err().status, 404);
        assert_eq!(staff::reset_link(&cx, &console(), reset(ben)).await.unwrap_err().code, "staff.reset.disabled");
    })
    .await;
}
