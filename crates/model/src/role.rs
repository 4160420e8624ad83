//! Roles: named sets of actions, and what each may grant (rule 13).

use crate::{
    action::{Action, Plane},
    ids::RoleId,
    name::Name,
    principal::PrincipalKind,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which roles the holders of a role may grant within their scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MayGrant {
    /// These; the empty set means none.
    Roles(BTreeSet<RoleId>),
    /// Every role there is or will be.
    Every,
}

impl MayGrant {
    /// Nothing.
    pub const fn nothing() -> Self {
        Self::Roles(BTreeSet::new())
    }

    /// Whether a role is among them.
    pub fn includes(&self, role: RoleId) -> bool {
        match self {
            Self::Roles(roles) => roles.contains(&role),
            Self::Every => true,
        }
    }

    /// Whether there is none.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Roles(roles) if roles.is_empty())
    }
}

/// A named set of actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Fixed for the built-in ones.
    pub id: RoleId,
    /// What people call it.
    pub name: Name,
    /// What its holders may do within the scope of their grant.
    pub actions: BTreeSet<Action>,
    /// What its holders may grant within the scope of their grant.
    pub may_grant: MayGrant,
    /// Built-in roles cannot be changed.
    pub builtin: bool,
}

/// Why a set of actions cannot be a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// No action at all.
    #[error("a role needs at least one action")]
    Empty,
    /// Values and power over access in one hand.
    #[error("a role cannot hold both `{value}` and `{authority}`")]
    BothPlanes {
        /// The action on values.
        value: Action,
        /// The action on access.
        authority: Action,
    },
    /// A list of roles to grant without the action to grant.
    #[error("a role that may grant others needs `grant.assign`")]
    GrantsWithoutAssign,
    /// Only Owners make Owners.
    #[error("no other role may grant Owner")]
    GrantsOwner,
    /// Only Owners give the role of the identity that applies files.
    #[error("no other role may grant Policy files")]
    GrantsFiles,
}

impl Role {
    /// Makes a role of one's own.
    ///
    /// # Errors
    /// When it would put values and power over access into one hand, or grant what it cannot.
    pub fn custom(
        id: RoleId,
        name: Name,
        actions: BTreeSet<Action>,
        may_grant: MayGrant,
    ) -> Result<Self, RoleError> {
        let role = Self {
            id,
            name,
            actions,
            may_grant,
            builtin: false,
        };
        role.check()?;
        Ok(role)
    }

    fn check(&self) -> Result<(), RoleError> {
        if self.actions.is_empty() {
            return Err(RoleError::Empty);
        }
        let value = self.actions.iter().find(|action| action.plane() == Plane::Data);
        let authority = self.actions.iter().find(|action| action.is_authority());
        if let (Some(&value), Some(&authority)) = (value, authority) {
            return Err(RoleError::BothPlanes { value, authority });
        }
        if !self.may_grant.is_nothing() && !self.allows(Action::GrantAssign) {
            return Err(RoleError::GrantsWithoutAssign);
        }
        if self.id != crate::builtin_roles::OWNER && self.may_grant.includes(crate::builtin_roles::OWNER) {
            return Err(RoleError::GrantsOwner);
        }
        if self.id != crate::builtin_roles::OWNER
            && self.may_grant.includes(crate::builtin_roles::POLICY_FILES)
        {
            return Err(RoleError::GrantsFiles);
        }
        Ok(())
    }

    /// Whether the action is among them.
    pub fn allows(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// Whether any of its actions touches values.
    pub fn touches_values(&self) -> bool {
        self.actions.iter().any(|action| action.plane() == Plane::Data)
    }

    /// Whether it is one of the roles that are ready for service identities, and for nobody else.
    pub fn is_for_services(&self) -> bool {
        crate::builtin_roles::FOR_SERVICES.contains(&self.id) || self.is_of_files()
    }

    /// Whether it is the role of the identity that applies files.
    pub fn is_of_files(&self) -> bool {
        self.id == crate::builtin_roles::POLICY_FILES
    }

    /// Whether a principal of this kind can hold it: service identities never hold power over access, as Lead,
    /// Offboarder and Owner do, the one excepted that carries out what two Owners delegated; people never hold what is ready for
    /// services.
    pub fn may_be_held_by(&self, kind: PrincipalKind) -> bool {
        match kind {
            PrincipalKind::Person | PrincipalKind::Team => !self.is_for_services(),
            PrincipalKind::Service if self.is_of_files() => true,
            PrincipalKind::Service => {
                self.may_grant.is_nothing() && !self.actions.iter().any(|action| action.is_authority())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::builtin_roles;

    fn custom(actions: &[Action], may_grant: MayGrant) -> Result<Role, RoleError> {
        let name = Name::parse("Mine").unwrap();
        Role::custom(
            RoleId::from_bytes([9; 16]),
            name,
            actions.iter().copied().collect(),
            may_grant,
        )
    }

    #[test]
    fn values_and_power_over_access_stay_apart() {
        for value in Action::ALL.iter().filter(|a| a.plane() == Plane::Data) {
            for authority in Action::ALL.iter().filter(|a| a.is_authority()) {
                let both = custom(&[*value, *authority], MayGrant::nothing());
                assert_eq!(
                    both,
                    Err(RoleError::BothPlanes {
                        value: *value,
                        authority: *authority
                    })
                );
            }
        }
        assert!(custom(&[Action::SecretUse, Action::SecretEdit], MayGrant::nothing()).is_ok());
        assert_eq!(custom(&[], MayGrant::nothing()), Err(RoleError::Empty));
    }

    #[test]
    fn granting_needs_the_action_and_never_includes_owner() {
        let viewer = || MayGrant::Roles([builtin_roles::VIEWER].into());
        assert_eq!(
            custom(&[Action::SecretView], viewer()),
            Err(RoleError::GrantsWithoutAssign)
        );
        assert!(custom(&[Action::GrantAssign], viewer()).is_ok());
        assert_eq!(
            custom(&[Action::GrantAssign], MayGrant::Every),
            Err(RoleError::GrantsOwner)
        );
        let files = MayGrant::Roles([builtin_roles::POLICY_FILES].into());
        assert_eq!(custom(&[Action::GrantAssign], files), Err(RoleError::GrantsFiles));
    }

    #[test]
    fn a_role_survives_its_json() {
        for role in builtin_roles::all() {
            let json = serde_json::to_string(&role).unwrap();
            assert_eq!(serde_json::from_str::<Role>(&json).unwrap(), role);
        }
    }
}
