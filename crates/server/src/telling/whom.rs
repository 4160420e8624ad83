//! Whom something concerns: few, and only those who can do something about it.

use super::Ground;
use crate::{
    entitlement::Place,
    operations::requests::{approvers, favourable},
};
use claviger_model::{
    action::Action,
    builtin_roles::OWNER,
    ids::{PrincipalId, RoleId, ScopeId},
    principal::{PrincipalKind, PrincipalState},
    secret::Secret,
};
use claviger_storage::{StorageError, approvals::Terms, principals::Principal};
use std::{collections::BTreeSet, sync::Arc};

/// How many are told of what one of them has to do.
pub const FEW: usize = 5;
/// How many grants and people are looked at for that.
const LOOKED_AT: usize = 200;

impl Ground<'_> {
    /// A place.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place(&mut self, scope: ScopeId) -> Result<Option<Arc<Place>>, StorageError> {
        let (entitlements, epoch) = (self.judge.entitlements, self.judge.epoch);
        entitlements.place_at(&mut *self.reader, epoch, scope).await
    }

    /// Those who are named to the asker as approvers.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn approvers(
        &mut self,
        asker: PrincipalId,
        terms: Terms,
    ) -> Result<Vec<PrincipalId>, StorageError> {
        let (Some(asker), Some(place)) = (
            self.reader.principal(asker).await?,
            self.place(terms.scope).await?,
        ) else {
            return Ok(Vec::new());
        };
        approvers(&mut *self.reader, self.judge, &place, &asker, terms).await
    }

    /// The person, or the people of the team, who are active.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn people(&mut self, holder: PrincipalId) -> Result<Vec<Principal>, StorageError> {
        let Some(first) = self.reader.principal(holder).await? else {
            return Ok(Vec::new());
        };
        let mut all = if first.kind() == PrincipalKind::Team {
            let members = self.reader.members_closure(holder).await?;
            self.reader.principals(&members).await?
        } else {
            vec![first]
        };
        all.retain(|one| one.kind() == PrincipalKind::Person && one.state == PrincipalState::Active);
        all.sort_by_key(|one| one.id);
        Ok(all)
    }

    /// The same, by their ids.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn holders(&mut self, holder: PrincipalId) -> Result<Vec<PrincipalId>, StorageError> {
        Ok(self.people(holder).await?.into_iter().map(|one| one.id).collect())
    }

    /// Of these people those who may do something at a place, as well signed in as can be.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn who_may(
        &mut self,
        people: Vec<Principal>,
        action: Action,
        place: &Place,
    ) -> Result<Vec<PrincipalId>, StorageError> {
        let mut able = Vec::new();
        for person in people.into_iter().take(LOOKED_AT) {
            let circumstances = favourable(self.judge.now);
            let allowed = self
                .judge
                .allows(&mut *self.reader, &person, &circumstances, action, place)
                .await?;
            able.extend(allowed.then_some(person.id));
        }
        Ok(able)
    }

    /// A few who may do something at a place, the nearest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn nearest(
        &mut self,
        action: Action,
        place: &Place,
        except: Option<PrincipalId>,
    ) -> Result<Vec<PrincipalId>, StorageError> {
        let roles: Vec<RoleId> = {
            let engine = self.judge.engine(&mut *self.reader).await?;
            engine
                .roles()
                .filter(|role| role.allows(action))
                .map(|role| role.id)
                .collect()
        };
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        let chain = &place.resource.chain;
        let limit = u32::try_from(LOOKED_AT).unwrap_or(u32::MAX);
        let mut grants = self
            .reader
            .grants_of_roles(&roles, chain, self.judge.now, limit)
            .await?;
        grants.sort_by_key(|grant| (chain.iter().position(|scope| *scope == grant.scope), grant.id));
        let (mut seen, mut found) = (BTreeSet::from_iter(except), Vec::new());
        for grant in grants {
            let mut people = self.people(grant.principal).await?;
            people.retain(|person| seen.insert(person.id));
            found.extend(self.who_may(people, action, place).await?);
            if found.len() >= FEW || seen.len() > LOOKED_AT {
                break;
            }
        }
        found.truncate(FEW);
        Ok(found)
    }

    /// Those who can write a secret's next version for somebody who asks for it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn rotators(
        &mut self,
        secret: &Secret,
        place: &Place,
        asker: PrincipalId,
    ) -> Result<Vec<PrincipalId>, StorageError> {
        self.keepers(secret.description.owner, place, Some(asker)).await
    }

    /// Those who look after secrets of an owner at a place: the owner, if they may write them, else the nearest who may.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn keepers(
        &mut self,
        owner: Option<PrincipalId>,
        place: &Place,
        except: Option<PrincipalId>,
    ) -> Result<Vec<PrincipalId>, StorageError> {
        if let Some(owner) = owner {
            let mut people = self.people(owner).await?;
            people.retain(|person| Some(person.id) != except);
            let mut able = self.who_may(people, Action::RotationFulfil, place).await?;
            if !able.is_empty() {
                able.truncate(FEW);
                return Ok(able);
            }
        }
        self.nearest(Action::RotationFulfil, place, except).await
    }

    /// All Owners.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn owners(&mut self) -> Result<BTreeSet<PrincipalId>, StorageError> {
        let mut owners = BTreeSet::new();
        for holder in self.reader.holders_of(OWNER, self.judge.now).await? {
            owners.extend(self.holders(holder).await?);
        }
        Ok(owners)
    }

    /// Everybody who conducts offboarding.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn conducting(&mut self) -> Result<BTreeSet<PrincipalId>, StorageError> {
        match self.reader.root_scope().await? {
            Some(root) => self.all_who_may(Action::OffboardingConduct, root.id).await,
            None => Ok(BTreeSet::new()),
        }
    }

    /// Those who watch over a place when something unusual happens there: everyone who answers requests there, and all Owners.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn watchers(&mut self, scope: Option<ScopeId>) -> Result<BTreeSet<PrincipalId>, StorageError> {
        let mut watchers = self.owners().await?;
        if let Some(scope) = scope {
            watchers.extend(self.all_who_may(Action::RequestAnswer, scope).await?);
        }
        Ok(watchers)
    }

    async fn all_who_may(
        &mut self,
        action: Action,
        scope: ScopeId,
    ) -> Result<BTreeSet<PrincipalId>, StorageError> {
        let mut able = BTreeSet::new();
        let Some(place) = self.place(scope).await? else {
            return Ok(able);
        };
        let roles: Vec<RoleId> = {
            let engine = self.judge.engine(&mut *self.reader).await?;
            let allowing = engine.roles().filter(|role| role.allows(action));
            allowing.map(|role| role.id).collect()
        };
        let chain = place.resource.chain.clone();
        let limit = u32::try_from(LOOKED_AT).unwrap_or(u32::MAX);
        for grant in self
            .reader
            .grants_of_roles(&roles, &chain, self.judge.now, limit)
            .await?
        {
            let people = self.people(grant.principal).await?;
            able.extend(self.who_may(people, action, &place).await?);
        }
        Ok(able)
    }
}
