//! What can be reached now, and through what.

use super::Facts;
use crate::entitlement::{
    Subject,
    best::{favourable, fulfilled},
    list::{Listed, list},
};
use claviger_model::{
    action::Action,
    blast::{BlastRadius, Drawable, Reached, Through},
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    principal::{PrincipalKind, PrincipalState},
};
use claviger_policy::engine::PolicyEngine;
use claviger_storage::{StorageError, principals::Principal};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The actions by which a value is learned or replaced.
const VALUES: [Action; 3] = [Action::SecretUse, Action::SecretReveal, Action::SecretWrite];

impl Facts<'_> {
    pub(super) async fn reach_of(
        &mut self,
        radius: &mut BlastRadius,
        id: PrincipalId,
    ) -> Result<(), StorageError> {
        match self.reader.principal(id).await? {
            Some(row) => self.reach(radius, row).await.map(drop),
            None => Ok(()),
        }
    }

    /// What can be reached now and through what, by somebody as well signed in as can be. Whoever is suspended is looked at as
    /// if they were not: what is asked is what comes back with them.
    pub(super) async fn reach(
        &mut self,
        radius: &mut BlastRadius,
        mut row: Principal,
    ) -> Result<Listed, StorageError> {
        if row.state == PrincipalState::Suspended {
            row.state = PrincipalState::Active;
        }
        let circumstances = favourable(self.now);
        let engine = self.entitlements.engine(self.reader, self.epoch).await?;
        let closure = self.reader.team_closure(row.id).await?;
        let grants = self.reader.scope_index(&closure, self.now).await?;
        let subject = Subject {
            caller: crate::entitlement::caller(&row, &closure),
            grants: Arc::new(grants.iter().map(fulfilled).collect()),
        };
        let listed = list(self.reader, &engine, Arc::new(subject), &circumstances).await?;
        radius.grants = grants.iter().map(|grant| through(&row, grant)).collect();
        radius.grants.sort_by_key(|through| through.grant);
        radius.reach = self.places(&engine, &listed).await?;
        if row.kind() == PrincipalKind::Person {
            radius.emergency = self
                .reader
                .emergency_rights_of(row.id, self.now)
                .await?
                .into_iter()
                .map(|right| Drawable {
                    right: right.id,
                    role: right.role,
                    scope: right.scope,
                    ends_at: right.ends_at,
                })
                .collect();
        }
        Ok(listed)
    }

    /// The places with secrets whose values are reached.
    async fn places(&mut self, engine: &PolicyEngine, listed: &Listed) -> Result<Vec<Reached>, StorageError> {
        let values = |actions: &BTreeSet<Action>| -> BTreeSet<Action> {
            VALUES
                .into_iter()
                .filter(|action| actions.contains(action))
                .collect()
        };
        let mut actions: BTreeMap<ScopeId, BTreeSet<Action>> = listed
            .rights
            .scopes
            .iter()
            .map(|(scope, rights)| (*scope, values(&rights.actions)))
            .filter(|(_, actions)| !actions.is_empty())
            .collect();
        let scopes: Vec<_> = actions.keys().copied().collect();
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        let parents: BTreeMap<_, _> = listed
            .scopes
            .iter()
            .map(|scope| (scope.id, scope.parent))
            .collect();
        let mut given: BTreeMap<ScopeId, Vec<&Grant>> = BTreeMap::new();
        for grant in listed.subject.grants.iter() {
            let role = engine.role(grant.role);
            if role.is_some_and(|role| VALUES.iter().any(|action| role.allows(*action))) {
                given.entry(grant.scope).or_default().push(grant);
            }
        }
        let mut places: Vec<_> = self
            .reader
            .count_secrets(&scopes)
            .await?
            .into_iter()
            .filter_map(|(scope, secrets)| {
                let mut through = Vec::new();
                let mut at = Some(scope);
                while let Some(here) = at {
                    let here_given = given.get(&here).into_iter().flatten();
                    through.extend(here_given.map(|grant| grant.id));
                    at = parents.get(&here).copied().flatten();
                }
                through.sort_unstable();
                Some(Reached {
                    scope,
                    secrets,
                    actions: actions.remove(&scope)?,
                    through,
                })
            })
            .collect();
        places.sort_by_key(|reached| reached.scope);
        Ok(places)
    }
}

pub(in crate::operations::offboarding) fn through(of: &Principal, grant: &Grant) -> Through {
    Through {
        grant: grant.id,
        role: grant.role,
        scope: grant.scope,
        team: (grant.principal != of.id).then_some(grant.principal),
        not_before: grant.not_before,
        expires_at: grant.expires_at,
    }
}
