//! The built-in roles in the database.

use std::collections::BTreeSet;

use domain::roles::BUILT_IN;
use services::roles;

use crate::support::{console, join_all, number, on_both_engines, run};

#[tokio::test]
async fn the_built_in_roles_are_as_this_version_has_them() {
    on_both_engines(async |cx| {
        let stored = roles::list(&cx, &console()).await.unwrap();
        assert_eq!(stored.len(), BUILT_IN.len());
        for (role, built_in) in stored.iter().zip(BUILT_IN) {
            assert_eq!((role.key.as_str(), role.name.as_str()), (built_in.key, built_in.name));
            assert_eq!(role.permissions, built_in.permissions());
            assert!(role.is_built_in);
        }
        let written = number(&cx, "SELECT COUNT(*) FROM audit_event").await;
        roles::seed(&cx).await.unwrap();
        assert_eq!(roles::list(&cx, &console()).await.unwrap(), stored, "a second time changes nothing");
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM audit_event").await, written);
    })
    .await;
}

#[tokio::test]
async fn what_differs_is_brought_back() {
    on_both_engines(async |cx| {
        let before = roles::list(&cx, &console()).await.unwrap();
        run(&cx, "INSERT INTO role_permission (role_id, permission) SELECT id, 'roles:manage' FROM role WHERE key = 'read_only'").await;
        run(&cx, "DELETE FROM role_permission WHERE permission = 'customers:read'").await;
        run(&cx, "DELETE FROM role WHERE key = 'finance'").await;
        run(&cx, "UPDATE role SET is_built_in = FALSE, name = 'Mine' WHERE key = 'owner'").await;
        roles::seed(&cx).await.unwrap();
        let after = roles::list(&cx, &console()).await.unwrap();
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((&before.key, &before.name, &before.permissions), (&after.key, &after.name, &after.permissions));
            assert!(after.is_built_in);
        }
    })
    .await;
}

#[tokio::test]
async fn a_custom_role_of_the_same_name_is_in_nobodys_way() {
    on_both_engines(async |cx| {
        run(&cx, "DELETE FROM role WHERE key = 'finance'").await;
        let form =
            roles::RoleForm { name: "Finance".to_owned(), description: String::new(), permissions: BTreeSet::new() };
        roles::create(&cx, &console(), form).await.unwrap();
        roles::seed(&cx).await.unwrap();
        roles::seed(&cx).await.unwrap();
        let names: Vec<String> =
            roles::list(&cx, &console()).await.unwrap().into_iter().map(|role| role.name).collect();
        assert!(names.contains(&"Finance (built-in)".to_owned()) && names.contains(&"Finance".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_seed_once() {
    on_both_engines(async |cx| {
        run(&cx, "DELETE FROM role").await;
        let nodes = (0..6).map(|_| {
            let cx = cx.clone();
            tokio::spawn(async move { roles::seed(&cx).await })
        });
        for seeded in join_all(nodes).await {
            seeded.unwrap();
        }
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM role").await, i64::try_from(BUILT_IN.len()).unwrap());
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM audit_event WHERE action = 'role.built_in_updated'").await, 2);
    })
    .await;
}
