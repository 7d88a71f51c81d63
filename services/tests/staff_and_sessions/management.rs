//! Disabling and enabling, roles of people, lists and preferences.

use domain::permissions::Permission;
use services::{
    access::Actor,
    roles,
    staff::{self, Density, Filter, Preferences, SetRoles, Status, Theme},
};

use crate::{
    browser::Browser,
    support::{
        HOME, PASSWORD, access, actor, console, events, join_all, member, number, on_both_engines, owner, role,
        roles_of, sign_in, user,
    },
};

async fn set_roles(
    cx: &services::Services,
    by: &Actor,
    id: domain::ids::StaffId,
    keys: &[&str],
) -> Result<(), services::Error> {
    let mut ids = Vec::new();
    for key in keys {
        ids.push(role(cx, key).await);
    }
    staff::set_roles(cx, &access(by), SetRoles { id, roles: roles_of(ids), reason: "test".to_owned() }).await
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_stays_out() {
    on_both_engines(async |cx| {
        let anna = member(&cx, "anna", "support_agent").await;
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let mut browser = Browser::signed_in(&cx, "anna").await;
        let cookie = browser.cookie.clone();
        staff::disable(&cx, &access(&boss), anna, "left the company").await.unwrap();
        assert_eq!(browser.who().await, None);
        assert!(user(&cx, anna).await.is_none());
        assert_eq!(sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap_err().code, "sign_in.refused");
        assert_eq!(staff::disable(&cx, &access(&boss), anna, "").await.unwrap_err().status, 409);
        // Enabled again, they sign in again: the old cookie is worth nothing.
        staff::enable(&cx, &access(&boss), anna, "is back").await.unwrap();
        browser.cookie = cookie;
        assert_eq!(browser.who().await, None);
        sign_in(&cx, "anna", PASSWORD, HOME).await.unwrap();
        assert_eq!(events(&cx, "staff.disabled", "done").await, 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_disables_themselves_or_the_last_owner() {
    on_both_engines(async |cx| {
        let boss = owner(&cx, "boss").await;
        let admin = member(&cx, "admin", "administrator").await;
        let (boss_actor, admin_actor) = (actor(&cx, boss).await, actor(&cx, admin).await);
        assert_eq!(
            staff::disable(&cx, &access(&boss_actor), boss, "").await.unwrap_err().code,
            "staff.disable.oneself"
        );
        assert_eq!(staff::disable(&cx, &access(&admin_actor), boss, "").await.unwrap_err().code, "roles.last_owner");
        assert_eq!(set_roles(&cx, &boss_actor, boss, &["administrator"]).await.unwrap_err().code, "roles.last_owner");
        // A disabled owner is none.
        let other = owner(&cx, "other").await;
        staff::disable(&cx, &access(&boss_actor), other, "").await.unwrap();
        assert_eq!(staff::disable(&cx, &console(), boss, "").await.unwrap_err().code, "roles.last_owner");
        assert!(user(&cx, boss).await.is_some(), "what was refused was not done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_remove_each_other_at_once_leave_one() {
    on_both_engines(async |cx| {
        for round in 0..4 {
            let (first, second) =
                (owner(&cx, &format!("first{round}")).await, owner(&cx, &format!("second{round}")).await);
            let others = staff::list(&cx, &console(), &Filter { status: Some(Status::Active), ..Filter::default() })
                .await
                .unwrap();
            for other in others.into_iter().filter(|member| ![first, second].contains(&member.id)) {
                staff::disable(&cx, &console(), other.id, "").await.unwrap();
            }
            let actors = [(actor(&cx, first).await, second), (actor(&cx, second).await, first)];
            let tries = actors.into_iter().map(|(by, whom)| {
                let cx = cx.clone();
                tokio::spawn(async move {
                    if round % 2 == 0 {
                        staff::disable(&cx, &access(&by), whom, "").await.is_ok()
                    } else {
                        set_roles(&cx, &by, whom, &["read_only"]).await.is_ok()
                    }
                })
            });
            assert_eq!(join_all(tries).await.into_iter().filter(|done| *done).count(), 1, "round {round}");
            let owners = roles::list(&cx, &console()).await.unwrap()[0].holders;
            assert_eq!(owners, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_takes_or_enables_what_they_do_not_hold() {
    on_both_engines(async |cx| {
        let (boss, other) = (owner(&cx, "boss").await, owner(&cx, "other").await);
        let (admin, anna) = (member(&cx, "admin", "administrator").await, member(&cx, "anna", "read_only").await);
        let admin_actor = actor(&cx, admin).await;
        for keys in [&["owner"] as &[&str], &["finance"], &["read_only", "owner"]] {
            assert_eq!(set_roles(&cx, &admin_actor, anna, keys).await.unwrap_err().code, "roles.beyond_own");
            assert_eq!(set_roles(&cx, &admin_actor, admin, keys).await.unwrap_err().code, "roles.beyond_own");
        }
        assert_eq!(set_roles(&cx, &admin_actor, other, &["read_only"]).await.unwrap_err().code, "roles.beyond_own");
        set_roles(&cx, &admin_actor, anna, &["support_agent", "read_only"]).await.unwrap();
        staff::disable(&cx, &access(&actor(&cx, boss).await), other, "").await.unwrap();
        assert_eq!(staff::enable(&cx, &access(&admin_actor), other, "").await.unwrap_err().code, "roles.beyond_own");
        let refused = "SELECT COUNT(*) FROM audit_event
                       WHERE outcome = 'refused' AND action IN ('staff.roles_changed', 'staff.enabled')";
        assert_eq!(number(&cx, refused).await, 8, "and the log tells who tried");
    })
    .await;
}

#[tokio::test]
async fn what_an_actor_holds_is_looked_up_when_it_counts() {
    on_both_engines(async |cx| {
        let (boss, anna) = (owner(&cx, "boss").await, member(&cx, "anna", "read_only").await);
        let demoted = owner(&cx, "demoted").await;
        // A request that began while they were an owner.
        let under_way = actor(&cx, demoted).await;
        set_roles(&cx, &actor(&cx, boss).await, demoted, &["read_only"]).await.unwrap();
        assert_eq!(set_roles(&cx, &under_way, anna, &["owner"]).await.unwrap_err().code, "roles.beyond_own");
        staff::disable(&cx, &console(), demoted, "").await.unwrap();
        assert_eq!(set_roles(&cx, &under_way, anna, &["support_agent"]).await.unwrap_err().code, "roles.beyond_own");
    })
    .await;
}

#[tokio::test]
async fn new_roles_take_effect_at_once_and_under_a_new_session() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let anna = member(&cx, "anna", "support_agent").await;
        let mut browser = Browser::signed_in(&cx, "anna").await;
        set_roles(&cx, &boss, anna, &["support_agent"]).await.unwrap();
        assert!(browser.who().await.is_some(), "nothing has changed");
        set_roles(&cx, &boss, anna, &["finance"]).await.unwrap();
        assert_eq!(browser.who().await, None);
        let after = actor(&cx, anna).await;
        assert!(after.holds(Permission::SubscriptionsSettle) && !after.holds(Permission::SubscriptionsPause));
        let unknown = SetRoles { id: anna, roles: roles_of([domain::ids::RoleId::new()]), reason: String::new() };
        assert_eq!(staff::set_roles(&cx, &access(&boss), unknown).await.unwrap_err().fields[0].field, "roles");
        let nobody = SetRoles { id: domain::ids::StaffId::new(), roles: roles_of([]), reason: String::new() };
        assert_eq!(staff::set_roles(&cx, &access(&boss), nobody).await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test]
async fn several_roles_are_one_set_of_permissions_and_without_a_role_there_is_none() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let anna = member(&cx, "anna", "support_agent").await;
        set_roles(&cx, &boss, anna, &["support_agent", "fleet_manager"]).await.unwrap();
        let both = user(&cx, anna).await.unwrap();
        assert_eq!(both.roles, ["Fleet manager", "Support agent"]);
        assert!(
            both.permissions.contains(&Permission::FleetWrite)
                && both.permissions.contains(&Permission::CustomersWrite)
        );
        set_roles(&cx, &boss, anna, &[]).await.unwrap();
        let none = user(&cx, anna).await.unwrap();
        assert!(none.permissions.is_empty() && none.roles.is_empty());
        assert!(actor(&cx, anna).await.authorize::<domain::permissions::marker::CustomersRead>().is_err());
    })
    .await;
}

#[tokio::test]
async fn staff_are_listed_by_name_and_found_by_what_one_remembers() {
    on_both_engines(async |cx| {
        let zoe = member(&cx, "zoë", "support_agent").await;
        let anna = member(&cx, "anna", "finance").await;
        staff::disable(&cx, &console(), zoe, "").await.unwrap();
        let names = async |filter: Filter| {
            let members = staff::list(&cx, &console(), &filter).await.unwrap();
            members.into_iter().map(|member| member.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Filter::default()).await, ["anna", "zoë"]);
        assert_eq!(names(Filter { query: "ZOE".to_owned(), ..Filter::default() }).await, ["zoë"]);
        assert_eq!(
            names(Filter { query: "nordwagen".to_owned(), status: Some(Status::Active), role: None }).await,
            ["anna"]
        );
        assert_eq!(names(Filter { role: Some(role(&cx, "support_agent").await), ..Filter::default() }).await, ["zoë"]);
        staff::rename(&cx, &console(), anna, "  Anna   Sørensen ").await.unwrap();
        let found = staff::find_by_email(&cx, &console(), "anna@nordwagen.example").await.unwrap();
        assert_eq!((found.id, found.name.as_str(), found.version), (anna, "Anna Sørensen", 2));
        assert_eq!(staff::find(&cx, &console(), anna).await.unwrap(), found);
        assert_eq!(staff::rename(&cx, &console(), anna, "a\nb\u{7}").await.unwrap_err().fields[0].field, "name");
        assert_eq!(staff::find(&cx, &console(), domain::ids::StaffId::new()).await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test]
async fn preferences_are_ones_own() {
    on_both_engines(async |cx| {
        let (anna, ben) = (member(&cx, "anna", "support_agent").await, member(&cx, "ben", "support_agent").await);
        let dark = Preferences { theme: Theme::Dark, density: Density::Compact, single_keys: false };
        staff::save_preferences(&cx, &actor(&cx, anna).await, dark).await.unwrap();
        assert_eq!(user(&cx, anna).await.unwrap().preferences, dark);
        assert_eq!(user(&cx, ben).await.unwrap().preferences.theme, Theme::System);
        assert_eq!(staff::save_preferences(&cx, &Actor::command_line(), dark).await.unwrap_err().status, 401);
    })
    .await;
}
