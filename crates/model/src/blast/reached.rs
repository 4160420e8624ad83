//! What can be reached, and through what.

use crate::{
    action::Action,
    ids::{EmergencyId, GrantId, PrincipalId, RoleId, ScopeId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A grant by which something is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// The grant.
    pub grant: GrantId,
    /// Its role.
    pub role: RoleId,
    /// Where it was given.
    pub scope: ScopeId,
    /// The team that holds it; none when it was given to them.
    pub team: Option<PrincipalId>,
    /// From when it counts.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// A place where values can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The place.
    pub scope: ScopeId,
    /// How many living secrets stand directly in it.
    pub secrets: u64,
    /// What can be done with them, of the actions that touch values.
    pub actions: BTreeSet<Action>,
    /// Through which grants.
    pub through: Vec<GrantId>,
}

/// A right to emergency access that could be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawable {
    /// The right.
    pub right: EmergencyId,
    /// What it would give.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Somebody who reaches the value of a secret, and through what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reacher {
    /// Who: a person or a service identity.
    pub principal: PrincipalId,
    /// What they can do with the value: use it, reveal it.
    pub actions: BTreeSet<Action>,
    /// The grants of a role that allows it; in the order of ids.
    pub through: Vec<Through>,
}
