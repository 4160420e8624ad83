//! Actions: what a principal can ask to do. A role is a set of them.
//!
//! To add one: a line in the table below and one in the policy schema; a test compares them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Which half of the work an action belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plane {
    /// Touches values.
    Data,
    /// Touches everything else: metadata, grants, policies, identities.
    Management,
}

/// A text that is no action's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an action")]
pub struct UnknownAction(String);

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $plane:ident;)*) => {
        /// Something that is asked to be done; its code never changes.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Action {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )*}

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code, as in stored roles, policies and events.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The half of the work that it belongs to.
            pub const fn plane(self) -> Plane {
                match self { $(Self::$name => Plane::$plane,)* }
            }

            /// Reads a code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

actions! {
    /// Knowing that a secret exists, and its metadata.
    SecretView = "secret.view", Management;
    /// Having a value injected into a process.
    SecretUse = "secret.use", Data;
    /// Seeing or copying a value.
    SecretReveal = "secret.reveal", Data;
    /// Writing a new version, or making an older one current again.
    SecretWrite = "secret.write", Data;
    /// Making a secret with its first value.
    SecretCreate = "secret.create", Data;
    /// Changing metadata.
    SecretEdit = "secret.edit", Management;
    /// Taking a secret out of a scope or into it; needed at both ends.
    SecretMove = "secret.move", Management;
    /// Putting a secret into the bin.
    SecretDelete = "secret.delete", Management;
    /// Taking a secret out of the bin.
    SecretRestore = "secret.restore", Management;
    /// Asking that a value be changed.
    RotationRequest = "rotation.request", Management;
    /// Answering such a request, with a new version or a refusal.
    RotationFulfil = "rotation.fulfil", Management;
    /// Seeing who has what, and when it was last used.
    GrantView = "grant.view", Management;
    /// Giving a role that the giver's role may grant.
    GrantAssign = "grant.assign", Management;
    /// Ending a grant.
    GrantRevoke = "grant.revoke", Management;
    /// Asking for access.
    RequestAsk = "request.ask", Management;
    /// Approving or refusing a request for access.
    RequestAnswer = "request.answer", Management;
    /// Seeing a scope and its settings.
    ScopeView = "scope.view", Management;
    /// Making a scope below this one.
    ScopeCreate = "scope.create", Management;
    /// Renaming a scope and changing its settings, its class excepted.
    ScopeEdit = "scope.edit", Management;
    /// Taking a scope elsewhere; needed at both ends.
    ScopeMove = "scope.move", Management;
    /// Setting the class of an environment.
    ScopeClassify = "scope.classify", Management;
    /// Browsing people, teams and service identities.
    PrincipalView = "principal.view", Management;
    /// Disabling and enabling a principal.
    PrincipalDisable = "principal.disable", Management;
    /// Making teams, nesting them, changing their members and the groups that they follow.
    TeamManage = "team.manage", Management;
    /// Making service identities and their keys.
    ServiceManage = "service.manage", Management;
    /// Ending other people's sessions and devices.
    SessionEnd = "session.end", Management;
    /// Making and changing roles.
    RoleManage = "role.manage", Management;
    /// Making and changing guardrails.
    PolicyManage = "policy.manage", Management;
    /// Making roles, guardrails and grants what files say, as far as two Owners delegated it.
    FilesApply = "files.apply", Management;
    /// Connecting stores, rotators and other systems.
    StoreManage = "store.manage", Management;
    /// Searching and exporting the log.
    LogRead = "log.read", Management;
    /// Reading findings.
    FindingsRead = "findings.read", Management;
    /// Conducting an access review.
    ReviewConduct = "review.conduct", Management;
    /// Seeing a blast radius and conducting an offboarding case.
    OffboardingConduct = "offboarding.conduct", Management;
}

impl Action {
    /// Whether a value leaves the server.
    pub const fn reads_value(self) -> bool {
        matches!(self, Self::SecretUse | Self::SecretReveal)
    }

    /// Whether it is done to a secret that exists; the others are done to a scope.
    pub const fn is_about_secrets(self) -> bool {
        matches!(
            self,
            Self::SecretView
                | Self::SecretUse
                | Self::SecretReveal
                | Self::SecretWrite
                | Self::SecretEdit
                | Self::SecretMove
                | Self::SecretDelete
                | Self::SecretRestore
                | Self::RotationRequest
                | Self::RotationFulfil
        )
    }

    /// Whether it is power over other people's access, which service identities never hold and which no role
    /// combines with values.
    pub const fn is_authority(self) -> bool {
        matches!(
            self,
            Self::GrantAssign
                | Self::GrantRevoke
                | Self::RequestAnswer
                | Self::ScopeMove
                | Self::ScopeClassify
                | Self::PrincipalDisable
                | Self::TeamManage
                | Self::ServiceManage
                | Self::SessionEnd
                | Self::RoleManage
                | Self::PolicyManage
                | Self::FilesApply
                | Self::StoreManage
                | Self::ReviewConduct
                | Self::OffboardingConduct
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Action {
    type Err = UnknownAction;
    fn from_str(code: &str) -> Result<Self, UnknownAction> {
        Self::from_code(code).ok_or_else(|| UnknownAction(code.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for action in Action::ALL {
            assert_eq!(action.code().parse(), Ok(*action));
            assert_eq!(serde_json::to_string(action).unwrap(), format!("\"{action}\""));
        }
        assert!(serde_json::from_str::<Action>("\"secret.everything\"").is_err());
        assert!("secret".parse::<Action>().is_err());
    }

    #[test]
    fn values_are_touched_by_the_data_plane_only() {
        let data: Vec<_> = Action::ALL
            .iter()
            .filter(|a| a.plane() == Plane::Data)
            .map(|a| a.code())
            .collect();
        assert_eq!(
            data,
            ["secret.use", "secret.reveal", "secret.write", "secret.create"]
        );
        for action in Action::ALL {
            assert!(!action.reads_value() || action.plane() == Plane::Data, "{action}");
            assert!(
                !action.is_authority() || action.plane() == Plane::Management,
                "{action}"
            );
        }
    }
}
