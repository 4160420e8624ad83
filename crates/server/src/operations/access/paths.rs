//! One grant on its way to somebody, and which of several is the strongest.

use super::{sight::Sight, usage::Usage};
use claviger_model::{action::Action, grant::Grant, ids::ScopeId, role::Role};
use claviger_policy::{
    engine::PolicyEngine,
    question::{Caller, Circumstances},
    standing::{self, Standing, standing},
};
use claviger_protocol::access::{AccessPath, Stands, Unmet};
use std::cmp::Reverse;

/// How a path is shown: by whose sight, under which circumstances.
pub struct Showing<'a> {
    /// What the one who asks may see.
    pub sight: &'a Sight,
    /// Roles.
    pub engine: &'a PolicyEngine,
    /// The moment.
    pub circumstances: &'a Circumstances,
    /// Uses.
    pub usage: &'a Usage,
}

impl Showing<'_> {
    /// A grant on its way to somebody at a place.
    pub fn path(&self, caller: &Caller, grant: &Grant, place: ScopeId) -> AccessPath {
        let membership = caller.membership(grant.principal);
        let reads = self.sight.reads(grant);
        AccessPath {
            grant: grant.id,
            role: grant.role,
            scope: grant.scope,
            inherited: grant.scope != place,
            team: membership.map(|membership| membership.team),
            through: membership.and_then(|membership| membership.through),
            reason: reads.then(|| grant.reason.clone()),
            granted_by: reads.then_some(grant.granted_by),
            granted_at: grant.granted_at,
            not_before: grant.not_before,
            expires_at: grant.expires_at,
            conditions: grant.conditions.clone(),
            stands: self.stands(caller, grant),
            uses: self.usage.of_grant(grant.id),
            may: self.sight.may(grant),
        }
    }

    fn stands(&self, caller: &Caller, grant: &Grant) -> Stands {
        stands(standing(
            grant,
            self.engine.role(grant.role),
            caller,
            self.circumstances,
        ))
    }
}

/// How a grant stands, on the wire.
pub fn stands(standing: Standing) -> Stands {
    match standing {
        Standing::Counts => Stands::Counts,
        Standing::NotYet(from) => Stands::NotYet { from },
        Standing::Expired(since) | Standing::Ended(since) => Stands::Over { since },
        Standing::UnknownRole | Standing::NotForThisKind => Stands::Void,
        Standing::Unmet(conditions) => Stands::Unmet {
            conditions: conditions.into_iter().map(unmet).collect(),
        },
    }
}

const fn unmet(unmet: standing::Unmet) -> Unmet {
    match unmet {
        standing::Unmet::MultiFactor(seconds) => Unmet::MultiFactor { seconds },
        standing::Unmet::Network => Unmet::Network,
        standing::Unmet::EnrolledDevice => Unmet::EnrolledDevice,
        standing::Unmet::Hours(from) => Unmet::Hours { from },
        standing::Unmet::Unreadable => Unmet::Unreadable,
    }
}

/// How strong a role is, for showing one of several: power over access, then writing values, then reading them, then the rest.
pub fn strength(role: Option<&Role>) -> (u8, usize) {
    let Some(role) = role else { return (0, 0) };
    let any = |actions: &[Action]| actions.iter().any(|action| role.allows(*action));
    let tier = if role.actions.iter().any(|action| action.is_authority()) {
        4
    } else if any(&[Action::SecretWrite, Action::SecretCreate]) {
        3
    } else if any(&[Action::SecretUse, Action::SecretReveal]) {
        2
    } else {
        1
    };
    (tier, role.actions.len())
}

/// What a role is for: the action by which its holders are told that they can or cannot do what it promises.
pub fn promise(role: Option<&Role>) -> Action {
    const TELLING: &[Action] = &[
        Action::GrantAssign,
        Action::GrantRevoke,
        Action::SecretWrite,
        Action::SecretReveal,
        Action::SecretUse,
        Action::LogRead,
        Action::SecretView,
    ];
    let Some(role) = role else {
        return Action::SecretView;
    };
    let told = TELLING.iter().copied().find(|action| role.allows(*action));
    told.or_else(|| role.actions.first().copied())
        .unwrap_or(Action::SecretView)
}

/// The strongest first; one that counts before one that does not.
pub fn sort(engine: &PolicyEngine, paths: &mut [AccessPath]) {
    paths.sort_by_cached_key(|path| {
        (
            path.stands != Stands::Counts,
            Reverse(strength(engine.role(path.role))),
            path.inherited,
            path.grant,
        )
    });
}
