//! How requests are approved at a scope: by how many, and by which rules at once.

use crate::{
    conditions::Conditions,
    ids::{PolicyId, PrincipalId, RoleId},
    name::Name,
    scope::EnvironmentClass,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most people who can be asked to approve one request.
pub const MAX_STEPS: u32 = 5;
/// The most rules of one scope.
pub const MAX_RULES: usize = 50;
/// The shortest access that can be asked for, in seconds.
pub const SHORTEST_SECONDS: u32 = 5 * 60;
/// The longest access that can be asked for, in seconds: 90 days.
pub const LONGEST_SECONDS: u32 = 90 * 24 * 3600;

/// What a rule approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", deny_unknown_fields)]
pub enum Approves {
    /// Access with this role, for a time.
    Access {
        /// The role.
        role: RoleId,
        /// For at most so long.
        most_seconds: u32,
    },
    /// A rotation, so that an Editor can fulfil it at once.
    Rotation,
}

/// Approves what is asked for at a scope or below it, without anybody looking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// Its own id; events name it.
    pub id: PolicyId,
    /// What people call it.
    pub name: Name,
    /// What it approves.
    pub approves: Approves,
    /// For members of one of these teams; never empty.
    pub teams: BTreeSet<PrincipalId>,
    /// Only in environments of these classes; empty means in all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub classes: BTreeSet<EnvironmentClass>,
    /// The conditions of what it gives.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
    /// Who answers for it: it gives only what they may give, and nothing to them.
    pub author: PrincipalId,
}

impl ApprovalRule {
    /// Whether it is meant for a place of this class; an unclassified one counts as production.
    pub fn is_for(&self, class: Option<EnvironmentClass>) -> bool {
        self.classes.is_empty() || self.classes.contains(&EnvironmentClass::effective(class))
    }
}

/// A scope's settings for requests; they hold below it too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestSettings {
    /// By how many different people access has to be approved. A scope below can ask for more, never for fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// Whether a rotation has to be approved before it is fulfilled; none = as above it. The nearest scope counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotations_need_approval: Option<bool>,
    /// What is approved at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ApprovalRule>,
}

impl RequestSettings {
    /// By how many a request has to be approved, given the settings of a scope and of all above it.
    pub fn steps_of<'a>(chain: impl IntoIterator<Item = &'a Self>) -> u32 {
        let set = chain.into_iter().filter_map(|settings| settings.steps);
        set.max().unwrap_or(1).clamp(1, MAX_STEPS)
    }

    /// Whether a rotation has to be approved, given the settings of a scope and of all above it, innermost first.
    pub fn rotation_needs_approval<'a>(chain: impl IntoIterator<Item = &'a Self>) -> bool {
        let mut set = chain
            .into_iter()
            .filter_map(|settings| settings.rotations_need_approval);
        set.next().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(steps: Option<u32>, rotations_need_approval: Option<bool>) -> RequestSettings {
        RequestSettings {
            steps,
            rotations_need_approval,
            rules: Vec::new(),
        }
    }

    #[test]
    fn a_scope_below_asks_for_more_never_for_fewer() {
        let chain = [
            settings(Some(1), None),
            settings(Some(2), None),
            settings(None, None),
        ];
        assert_eq!(RequestSettings::steps_of(&chain), 2);
        assert_eq!(
            RequestSettings::steps_of(&[settings(Some(3), None), settings(Some(2), None)]),
            3
        );
        assert_eq!(RequestSettings::steps_of(&[]), 1);
        assert_eq!(RequestSettings::steps_of(&[settings(Some(99), None)]), MAX_STEPS);
    }

    #[test]
    fn the_nearest_scope_says_whether_rotations_are_approved() {
        let chain = [
            settings(None, None),
            settings(None, Some(false)),
            settings(None, Some(true)),
        ];
        assert!(!RequestSettings::rotation_needs_approval(&chain));
        assert!(RequestSettings::rotation_needs_approval(&[settings(
            None,
            Some(true)
        )]));
        assert!(!RequestSettings::rotation_needs_approval(&[]));
    }
}
