use std::collections::BTreeSet;

use domain::{
    permissions::Permission,
    roles::{BUILT_IN, OWNER, can_write, difference, may_grant},
};

fn permissions_of(key: &str) -> BTreeSet<Permission> {
    BUILT_IN.iter().find(|role| role.key == key).unwrap().permissions()
}

#[test]
fn the_owner_holds_everything_and_nobody_else_does() {
    for role in BUILT_IN {
        let holds_all = role.permissions().len() == Permission::ALL.len();
        assert_eq!(holds_all, role.key == OWNER, "{}", role.key);
    }
}

#[test]
fn built_in_roles_have_names_of_their_own() {
    let keys: BTreeSet<&str> = BUILT_IN.iter().map(|role| role.key).collect();
    let names: BTreeSet<&str> = BUILT_IN.iter().map(|role| role.name).collect();
    assert_eq!((keys.len(), names.len()), (BUILT_IN.len(), BUILT_IN.len()));
    assert_eq!(BUILT_IN.len(), 8);
    assert!(BUILT_IN.iter().all(|role| !role.description.is_empty()));
}

#[test]
fn readers_change_nothing_and_auditors_only_decide_on_assessments() {
    assert!(!can_write(&permissions_of("read_only")));
    let auditor: Vec<_> = permissions_of("security_auditor").into_iter().filter(|held| !held.is_read()).collect();
    assert_eq!(auditor, [Permission::AssessmentsDecide]);
    for key in [OWNER, "administrator", "support_agent", "fleet_manager", "finance", "integration_manager"] {
        assert!(can_write(&permissions_of(key)), "{key}");
    }
}

#[test]
fn nobody_grants_what_they_dont_hold() {
    let administrator = permissions_of("administrator");
    assert_eq!(may_grant(&administrator, &permissions_of("support_agent")), Ok(()));
    let missing = may_grant(&administrator, &permissions_of(OWNER)).unwrap_err();
    assert!(!missing.is_empty() && missing.iter().all(|permission| !administrator.contains(permission)));
    assert_eq!(may_grant(&BTreeSet::new(), &BTreeSet::new()), Ok(()));
}

#[test]
fn a_difference_says_what_is_given_and_taken() {
    let before = BTreeSet::from([Permission::CustomersRead, Permission::FleetRead]);
    let after = BTreeSet::from([Permission::CustomersRead, Permission::PlansRead]);
    let changed = difference(&before, &after);
    assert_eq!(changed.added, [Permission::PlansRead]);
    assert_eq!(changed.removed, [Permission::FleetRead]);
    assert_eq!(difference(&after, &after), domain::roles::Difference::default());
}

#[test]
fn every_permission_has_a_text_of_its_own() {
    let texts: BTreeSet<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    assert_eq!(texts.len(), Permission::ALL.len());
    for permission in Permission::ALL {
        assert_eq!(permission.as_str().parse(), Ok(*permission));
        assert_eq!(permission.as_str().split(':').count(), 2);
    }
}
