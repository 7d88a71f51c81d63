//! Custom roles and the difference view.

use std::collections::BTreeSet;

use domain::permissions::Permission;
use services::{
    Error, Services,
    access::Actor,
    roles::{self, RoleForm, Update},
    staff::{self, Invite, SetRoles},
};

use crate::{
    browser::Browser,
    support::{access, actor, console, member, on_both_engines, owner, role, roles_of},
};

fn form(name: &str, permissions: &[Permission]) -> RoleForm {
    RoleForm {
        name: name.to_owned(),
        description: "For a test.".to_owned(),
        permissions: permissions.iter().copied().collect(),
    }
}

async fn update(cx: &Services, by: &Actor, id: domain::ids::RoleId, version: i64, form: RoleForm) -> Result<(), Error> {
    roles::update(cx, &access(by), Update { id, version, form, reason: "test".to_owned() }).await
}

#[tokio::test]
async fn a_changed_role_takes_effect_with_the_next_request_and_ends_no_session() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let anna = member(&cx, "anna", "read_only").await;
        let id = roles::create(&cx, &access(&boss), form("Night desk", &[Permission::CustomersRead])).await.unwrap();
        staff::set_roles(&cx, &access(&boss), SetRoles { id: anna, roles: roles_of([id]), reason: String::new() })
            .await
            .unwrap();
        let mut browser = Browser::signed_in(&cx, "anna").await;
        assert!(!browser.actor().await.unwrap().holds(Permission::SubscriptionsPause));
        let version = roles::find(&cx, &access(&boss), id).await.unwrap().version;
        update(
            &cx,
            &boss,
            id,
            version,
            form("Night desk", &[Permission::CustomersRead, Permission::SubscriptionsPause]),
        )
        .await
        .unwrap();
        assert!(browser.actor().await.unwrap().holds(Permission::SubscriptionsPause));
        update(&cx, &boss, id, version + 1, form("Night desk", &[])).await.unwrap();
        assert!(browser.actor().await.unwrap().permissions().is_empty());
    })
    .await;
}

#[tokio::test]
async fn nobody_puts_into_a_role_what_they_do_not_hold() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let admin = actor(&cx, member(&cx, "admin", "administrator").await).await;
        let beyond = form("Till", &[Permission::SubscriptionsSettle]);
        assert_eq!(roles::create(&cx, &access(&admin), beyond.clone()).await.unwrap_err().code, "roles.beyond_own");
        let id = roles::create(&cx, &access(&admin), form("Desk", &[Permission::CustomersRead])).await.unwrap();
        let more = form("Desk", &[Permission::CustomersRead, Permission::SubscriptionsSettle]);
        assert_eq!(update(&cx, &admin, id, 1, more.clone()).await.unwrap_err().code, "roles.beyond_own");
        // What somebody else has put in may stay, and may be taken out.
        update(&cx, &boss, id, 1, more).await.unwrap();
        let renamed = form("Front desk", &[Permission::CustomersRead, Permission::SubscriptionsSettle]);
        update(&cx, &admin, id, 2, renamed).await.unwrap();
        update(&cx, &admin, id, 3, form("Front desk", &[Permission::CustomersRead])).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_who_edit_a_role_the_second_is_told() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let id = roles::create(&cx, &access(&boss), form("Desk", &[Permission::CustomersRead])).await.unwrap();
        update(&cx, &boss, id, 1, form("Desk", &[Permission::FleetRead])).await.unwrap();
        let late = update(&cx, &boss, id, 1, form("Desk", &[Permission::PlansRead])).await.unwrap_err();
        assert_eq!((late.status, late.code), (409, "roles.changed_meanwhile"));
        assert_eq!(
            roles::find(&cx, &access(&boss), id).await.unwrap().permissions,
            BTreeSet::from([Permission::FleetRead])
        );
        // The same again changes nothing.
        update(&cx, &boss, id, 2, form("Desk", &[Permission::FleetRead])).await.unwrap();
        assert_eq!(roles::find(&cx, &access(&boss), id).await.unwrap().version, 2);
    })
    .await;
}

#[tokio::test]
async fn built_in_roles_stay_as_they_are_and_names_are_unique() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let built_in = role(&cx, "read_only").await;
        assert_eq!(update(&cx, &boss, built_in, 1, form("Mine", &[])).await.unwrap_err().code, "roles.built_in");
        assert_eq!(roles::delete(&cx, &access(&boss), built_in).await.unwrap_err().code, "roles.built_in");
        for name in ["Owner", "", "  ", "a\nb", &"x".repeat(81)] {
            let refusal = roles::create(&cx, &access(&boss), form(name, &[])).await.unwrap_err();
            assert_eq!(refusal.fields[0].field, "name", "{name:?}");
        }
        let id = roles::create(&cx, &access(&boss), form("Desk", &[])).await.unwrap();
        assert_eq!(update(&cx, &boss, id, 1, form("Owner", &[])).await.unwrap_err().fields[0].field, "name");
    })
    .await;
}

#[tokio::test]
async fn a_role_is_deleted_when_nobody_holds_it_and_nothing_promises_it() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let anna = member(&cx, "anna", "read_only").await;
        let id = roles::create(&cx, &access(&boss), form("Desk", &[])).await.unwrap();
        staff::set_roles(&cx, &access(&boss), SetRoles { id: anna, roles: roles_of([id]), reason: String::new() })
            .await
            .unwrap();
        assert_eq!(roles::delete(&cx, &access(&boss), id).await.unwrap_err().code, "roles.in_use");
        staff::set_roles(&cx, &access(&boss), SetRoles { id: anna, roles: roles_of([]), reason: String::new() })
            .await
            .unwrap();
        let invite = Invite { email: "ben@nordwagen.example".to_owned(), name: "Ben".to_owned(), role: id };
        let link = staff::invite(&cx, &access(&boss), invite).await.unwrap();
        assert_eq!(roles::delete(&cx, &access(&boss), id).await.unwrap_err().code, "roles.in_use");
        staff::revoke_invitation(&cx, &access(&boss), link.id).await.unwrap();
        roles::delete(&cx, &access(&boss), id).await.unwrap();
        assert_eq!(roles::find(&cx, &access(&boss), id).await.unwrap_err().status, 404);
        assert_eq!(roles::delete(&cx, &access(&boss), id).await.unwrap_err().status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_preview_tells_who_would_gain_and_lose_what() {
    on_both_engines(async |cx| {
        let boss = actor(&cx, owner(&cx, "boss").await).await;
        let admin = actor(&cx, member(&cx, "admin", "administrator").await).await;
        let (anna, ben, gone) = (
            member(&cx, "anna", "read_only").await,
            member(&cx, "ben", "read_only").await,
            member(&cx, "gone", "read_only").await,
        );
        let desk =
            roles::create(&cx, &access(&boss), form("Desk", &[Permission::CustomersRead, Permission::CustomersWrite]))
                .await
                .unwrap();
        for (id, keys) in [(anna, vec!["support_agent"]), (ben, vec![]), (gone, vec![])] {
            let mut roles = roles_of([desk]);
            for key in keys {
                roles.insert(role(&cx, key).await);
            }
            staff::set_roles(&cx, &access(&boss), SetRoles { id, roles, reason: String::new() }).await.unwrap();
        }
        staff::disable(&cx, &console(), gone, "").await.unwrap();
        let wanted = BTreeSet::from([
            Permission::CustomersRead,
            Permission::SubscriptionsPause,
            Permission::SubscriptionsSettle,
        ]);
        let preview = roles::preview(&cx, &access(&admin), Some(desk), &wanted).await.unwrap();
        assert_eq!(preview.added, [Permission::SubscriptionsPause, Permission::SubscriptionsSettle]);
        assert_eq!(preview.removed, [Permission::CustomersWrite]);
        assert_eq!((preview.holders, preview.names), (2, vec!["anna".to_owned(), "ben".to_owned()]));
        assert_eq!(preview.gaining, [(Permission::SubscriptionsPause, 1), (Permission::SubscriptionsSettle, 2)]);
        assert_eq!(preview.losing, [(Permission::CustomersWrite, 1)], "anna keeps it from her other role");
        assert_eq!(preview.not_held, [Permission::SubscriptionsSettle]);
        let fresh = roles::preview(&cx, &access(&boss), None, &wanted).await.unwrap();
        assert_eq!((fresh.added.len(), fresh.holders, fresh.not_held.len()), (3, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn pickers_offer_only_what_one_may_give() {
    on_both_engines(async |cx| {
        let admin = actor(&cx, member(&cx, "admin", "administrator").await).await;
        let names: Vec<String> =
            roles::grantable(&cx, &admin).await.unwrap().into_iter().map(|(_, name)| name).collect();
        assert!(names.contains(&"Administrator".to_owned()) && names.contains(&"Support agent".to_owned()));
        assert!(!names.contains(&"Owner".to_owned()) && !names.contains(&"Finance".to_owned()));
        let reader = actor(&cx, member(&cx, "reader", "read_only").await).await;
        let names: Vec<String> =
            roles::grantable(&cx, &reader).await.unwrap().into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["Read-only"]);
    })
    .await;
}
