//! The built-in roles, under ids that never change: eight for people, five that are ready for service identities, one for the identity that applies files.

use crate::{
    action::Action,
    ids::RoleId,
    name::Name,
    role::{MayGrant, Role},
};

const fn well_known(number: u8) -> RoleId {
    RoleId::from_bytes([
        0xc1, 0xa7, 0x16, 0xe2, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, number,
    ])
}

/// Metadata.
pub const VIEWER: RoleId = well_known(1);
/// Viewer, and injection into processes.
pub const CONSUMER: RoleId = well_known(2);
/// Consumer, and revealing.
pub const READER: RoleId = well_known(3);
/// Reader, and writing and rotating.
pub const EDITOR: RoleId = well_known(4);
/// Grants and requests within the scope; no values.
pub const LEAD: RoleId = well_known(5);
/// The log and findings; no values.
pub const AUDITOR: RoleId = well_known(6);
/// Disables people, revokes, queues rotations; no values.
pub const OFFBOARDER: RoleId = well_known(7);
/// Policies, roles, stores; no values.
pub const OWNER: RoleId = well_known(8);
/// For service identities: tests of continuous integration.
pub const CI_TEST: RoleId = well_known(9);
/// For service identities: bringing values to where they are deployed.
pub const CI_DEPLOY: RoleId = well_known(10);
/// For service identities: an application while it runs, which may say that a value has to be changed.
pub const APPLICATION: RoleId = well_known(11);
/// For service identities: reads values to keep them elsewhere.
pub const BACKUP: RoleId = well_known(12);
/// For service identities: an agent; uses values and sees none.
pub const AGENT: RoleId = well_known(13);
/// For the one service identity that makes things what files say. Two Owners give it, with what may be granted by it.
pub const POLICY_FILES: RoleId = well_known(14);

/// The roles that are ready for service identities.
pub const FOR_SERVICES: [RoleId; 5] = [CI_TEST, CI_DEPLOY, APPLICATION, BACKUP, AGENT];

const VIEWING: &[Action] = &[Action::SecretView, Action::ScopeView, Action::RequestAsk];
const CONSUMING: &[Action] = &[Action::SecretUse, Action::RotationRequest];
const EDITING: &[Action] = &[
    Action::SecretWrite,
    Action::SecretCreate,
    Action::SecretEdit,
    Action::SecretMove,
    Action::SecretDelete,
    Action::SecretRestore,
    Action::RotationFulfil,
];
const LEADING: &[Action] = &[
    Action::RotationRequest,
    Action::GrantView,
    Action::GrantAssign,
    Action::GrantRevoke,
    Action::RequestAnswer,
    Action::ScopeCreate,
    Action::ScopeEdit,
    Action::PrincipalView,
    Action::ServiceManage,
    Action::FindingsRead,
    Action::ReviewConduct,
];
const AUDITING: &[Action] = &[
    Action::SecretView,
    Action::ScopeView,
    Action::GrantView,
    Action::PrincipalView,
    Action::LogRead,
    Action::FindingsRead,
];
const OFFBOARDING: &[Action] = &[
    Action::SecretView,
    Action::ScopeView,
    Action::RotationRequest,
    Action::GrantView,
    Action::GrantRevoke,
    Action::PrincipalView,
    Action::PrincipalDisable,
    Action::SessionEnd,
    Action::FindingsRead,
    Action::OffboardingConduct,
];
const OWNING: &[Action] = &[
    Action::ScopeMove,
    Action::ScopeClassify,
    Action::PrincipalDisable,
    Action::TeamManage,
    Action::SessionEnd,
    Action::RoleManage,
    Action::PolicyManage,
    Action::StoreManage,
    Action::OffboardingConduct,
];

// A service must find what it is to use; everything else that these roles hold is the data plane or asks for a rotation.
const FINDING: &[Action] = &[Action::SecretView, Action::ScopeView];
const USING: &[Action] = &[Action::SecretUse];

/// All of them: those for people from least to most, then those for services.
pub fn all() -> Vec<Role> {
    let people = [VIEWER, CONSUMER, READER, EDITOR];
    let lead_grants = MayGrant::Roles(people.into_iter().chain(FOR_SERVICES).collect());
    let revealing = &[Action::SecretReveal];
    [
        role(VIEWER, "Viewer", &[VIEWING], MayGrant::nothing()),
        role(CONSUMER, "Consumer", &[VIEWING, CONSUMING], MayGrant::nothing()),
        role(
            READER,
            "Reader",
            &[VIEWING, CONSUMING, revealing],
            MayGrant::nothing(),
        ),
        role(
            EDITOR,
            "Editor",
            &[VIEWING, CONSUMING, revealing, EDITING],
            MayGrant::nothing(),
        ),
        role(LEAD, "Lead", &[VIEWING, LEADING], lead_grants),
        role(AUDITOR, "Auditor", &[AUDITING], MayGrant::nothing()),
        role(OFFBOARDER, "Offboarder", &[OFFBOARDING], MayGrant::nothing()),
        role(OWNER, "Owner", &[VIEWING, LEADING, OWNING], MayGrant::Every),
        role(CI_TEST, "CI test", &[FINDING, USING], MayGrant::nothing()),
        role(
            CI_DEPLOY,
            "CI deploy",
            &[FINDING, USING, revealing],
            MayGrant::nothing(),
        ),
        role(
            APPLICATION,
            "Application",
            &[FINDING, CONSUMING],
            MayGrant::nothing(),
        ),
        role(BACKUP, "Backup", &[FINDING, revealing], MayGrant::nothing()),
        role(AGENT, "Agent", &[FINDING, USING], MayGrant::nothing()),
        role(
            POLICY_FILES,
            "Policy files",
            &[&[Action::FilesApply]],
            MayGrant::nothing(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

// The names are literals that parse; a test counts them.
fn role(id: RoleId, name: &str, actions: &[&[Action]], may_grant: MayGrant) -> Option<Role> {
    let actions = actions.iter().copied().flatten().copied().collect();
    Some(Role {
        id,
        name: Name::parse(name).ok()?,
        actions,
        may_grant,
        builtin: true,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{action::Plane, principal::PrincipalKind};

    const KINDS: [PrincipalKind; 3] = [PrincipalKind::Person, PrincipalKind::Team, PrincipalKind::Service];

    fn find(id: RoleId) -> Role {
        all().into_iter().find(|role| role.id == id).unwrap()
    }

    #[test]
    fn there_are_fourteen_and_those_for_people_go_from_least_to_most() {
        let names: Vec<_> = all().iter().map(|role| role.name.to_string()).collect();
        let expected = [
            "Viewer",
            "Consumer",
            "Reader",
            "Editor",
            "Lead",
            "Auditor",
            "Offboarder",
            "Owner",
            "CI test",
            "CI deploy",
            "Application",
            "Backup",
            "Agent",
            "Policy files",
        ];
        assert_eq!(names, expected);
        for pair in [VIEWER, CONSUMER, READER, EDITOR].windows(2) {
            let [less, more] = pair else { continue };
            let (less, more) = (find(*less), find(*more));
            assert!(
                less.actions.is_subset(&more.actions) && less.actions != more.actions,
                "{}",
                more.name
            );
        }
        assert!(find(LEAD).actions.is_subset(&find(OWNER).actions));
        assert_eq!(VIEWER.to_string(), "c1a716e2-0000-8000-8000-000000000001");
        assert_eq!(OWNER.to_string(), "c1a716e2-0000-8000-8000-000000000008");
        assert_eq!(AGENT.to_string(), "c1a716e2-0000-8000-8000-00000000000d");
    }

    #[test]
    fn those_with_power_over_access_hold_no_values() {
        for id in [VIEWER, LEAD, AUDITOR, OFFBOARDER, OWNER] {
            assert!(!find(id).touches_values(), "{id}");
        }
        for role in all() {
            let authority = role.actions.iter().any(|action| action.is_authority());
            assert!(!(authority && role.touches_values()), "{}", role.name);
        }
    }

    #[test]
    fn no_role_has_both_planes_at_full_strength() {
        for role in all() {
            let full = |plane| {
                Action::ALL
                    .iter()
                    .filter(|a| a.plane() == plane)
                    .all(|a| role.allows(*a))
            };
            assert!(!(full(Plane::Data) && full(Plane::Management)), "{}", role.name);
            assert!(!full(Plane::Management), "{}", role.name);
        }
        assert!(!find(CONSUMER).allows(Action::SecretReveal));
        assert!(!find(READER).allows(Action::SecretWrite));
    }

    #[test]
    fn only_leads_and_owners_grant() {
        for role in all() {
            let grants = !role.may_grant.is_nothing();
            assert_eq!(grants, [LEAD, OWNER].contains(&role.id), "{}", role.name);
            assert_eq!(role.allows(Action::GrantAssign), grants, "{}", role.name);
        }
        for role in all() {
            let within =
                [VIEWER, CONSUMER, READER, EDITOR].contains(&role.id) || FOR_SERVICES.contains(&role.id);
            assert_eq!(find(LEAD).may_grant.includes(role.id), within, "{}", role.name);
            assert!(find(OWNER).may_grant.includes(role.id));
        }
    }

    #[test]
    fn service_identities_never_hold_power_over_access() {
        for role in all() {
            let refused = [LEAD, OFFBOARDER, OWNER].contains(&role.id);
            assert_eq!(
                role.may_be_held_by(PrincipalKind::Service),
                !refused,
                "{}",
                role.name
            );
            let for_services = FOR_SERVICES.contains(&role.id) || role.id == POLICY_FILES;
            assert_eq!(role.may_be_held_by(PrincipalKind::Person), !for_services);
            assert_eq!(role.may_be_held_by(PrincipalKind::Team), !for_services);
        }
    }

    #[test]
    fn the_ready_roles_hold_values_and_what_it_takes_to_find_them() {
        let besides = [Action::SecretView, Action::ScopeView, Action::RotationRequest];
        assert_eq!(find(POLICY_FILES).actions, [Action::FilesApply].into());
        for role in all().into_iter().filter(|role| FOR_SERVICES.contains(&role.id)) {
            assert!(role.is_for_services() && role.touches_values() && role.may_grant.is_nothing());
            for action in &role.actions {
                assert!(
                    action.plane() == Plane::Data || besides.contains(action),
                    "{}: {action}",
                    role.name
                );
                assert!(!action.is_authority(), "{}: {action}", role.name);
            }
            for action in [Action::SecretWrite, Action::SecretCreate] {
                assert!(!role.allows(action), "{}: {action}", role.name);
            }
        }
        let custom = Role {
            id: RoleId::from_bytes([9; 16]),
            builtin: false,
            ..find(CI_TEST)
        };
        assert!(KINDS.iter().all(|kind| custom.may_be_held_by(*kind)));
    }
}
