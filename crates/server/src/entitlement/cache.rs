//! What was read, kept for the epoch it was read in, each kind in a bounded cache.

use super::{Circumstances, Epoch, Place, Subject, list::Listed};
use claviger_model::{
    action::Action,
    guardrail::Guardrail,
    ids::{PrincipalId, ScopeId},
    principal::{Nature, PrincipalState},
    role::Role,
    scope::EnvironmentClass,
    time::Timestamp,
};
use claviger_policy::{builtin_guardrails, decision::Decision, engine::PolicyEngine};
use claviger_storage::{StorageError, principals::Principal};
use moka::sync::Cache;
use std::sync::{Arc, Mutex, PoisonError};

/// How much is kept, whatever the number of people, grants and scopes is.
#[derive(Debug, Clone, Copy)]
struct Room {
    decisions: u64,
    places: u64,
    /// Scopes of all kept lists together.
    listed_scopes: u64,
    /// Grants of all kept subjects together.
    subject_grants: u64,
}

const ROOM: Room = Room {
    decisions: 100_000,
    places: 20_000,
    listed_scopes: 200_000,
    subject_grants: 200_000,
};

/// Which decision: all that it depends on besides the epoch and the clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    principal: PrincipalId,
    // The row, not the epoch, says whether somebody may act and what they are.
    state: PrincipalState,
    nature: Likeness,
    action: Action,
    scope: ScopeId,
    multi_factor_at: Option<Timestamp>,
    enrolled_device: bool,
}

/// What a nature means for decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Likeness {
    Person { outside: bool },
    Team,
    Service(EnvironmentClass, PrincipalId),
}

impl Likeness {
    const fn of(nature: Nature) -> Self {
        match nature {
            Nature::Person { outside } => Self::Person { outside },
            Nature::Team => Self::Team,
            Nature::Service { class, owner } => Self::Service(class, owner),
        }
    }
}

#[derive(Debug, Clone)]
struct Kept {
    epoch: u64,
    decision: Arc<Decision>,
}

#[derive(Debug)]
struct Engine {
    epoch: u64,
    roles: Vec<Role>,
    guardrails: Vec<Guardrail>,
    engine: Arc<PolicyEngine>,
}

/// The caches.
#[derive(Debug)]
pub struct Caches {
    decisions: Cache<Key, Kept>,
    places: Cache<ScopeId, (u64, Arc<Place>)>,
    subjects: Cache<PrincipalId, (u64, Arc<Subject>)>,
    listed: Cache<Whose, (u64, Arc<Listed>)>,
    engine: Mutex<Option<Engine>>,
}

/// Whose list: all that it depends on besides the epoch and the clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Whose {
    principal: PrincipalId,
    state: PrincipalState,
    nature: Likeness,
    multi_factor_at: Option<Timestamp>,
    enrolled_device: bool,
}

impl Default for Caches {
    fn default() -> Self {
        Self::with(ROOM)
    }
}

impl Caches {
    fn with(room: Room) -> Self {
        let weigh = |_: &PrincipalId, (_, subject): &(u64, Arc<Subject>)| {
            u32::try_from(
                subject
                    .grants
                    .len()
                    .saturating_add(subject.caller.teams.len())
                    .saturating_add(4),
            )
            .unwrap_or(u32::MAX)
        };
        let scopes = |_: &Whose, (_, listed): &(u64, Arc<Listed>)| {
            u32::try_from(listed.scopes.len().saturating_add(4)).unwrap_or(u32::MAX)
        };
        Self {
            listed: Cache::builder()
                .weigher(scopes)
                .max_capacity(room.listed_scopes)
                .build(),
            decisions: Cache::new(room.decisions),
            places: Cache::new(room.places),
            subjects: Cache::builder()
                .weigher(weigh)
                .max_capacity(room.subject_grants)
                .build(),
            engine: Mutex::new(None),
        }
    }

    pub fn decision(
        &self,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        place: &Place,
    ) -> Option<Arc<Decision>> {
        let Epoch::Committed(epoch) = epoch else {
            return None;
        };
        let kept = self
            .decisions
            .get(&key(principal, circumstances, action, place))?;
        let in_time = kept
            .decision
            .valid_until
            .is_none_or(|end| circumstances.now < end);
        (kept.epoch == epoch && in_time).then_some(kept.decision)
    }

    pub fn keep_decision(
        &self,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        place: &Place,
        decision: &Arc<Decision>,
    ) {
        if let Epoch::Committed(epoch) = epoch
            && decision.cacheable
        {
            let kept = Kept {
                epoch,
                decision: Arc::clone(decision),
            };
            self.decisions
                .insert(key(principal, circumstances, action, place), kept);
        }
    }

    pub fn place(&self, epoch: Epoch, scope: ScopeId) -> Option<Arc<Place>> {
        let Epoch::Committed(epoch) = epoch else {
            return None;
        };
        self.places
            .get(&scope)
            .filter(|(of, _)| *of == epoch)
            .map(|(_, place)| place)
    }

    pub fn keep_place(&self, epoch: Epoch, place: &Arc<Place>) {
        if let Epoch::Committed(epoch) = epoch {
            self.places.insert(place.id(), (epoch, Arc::clone(place)));
        }
    }

    pub fn subject(&self, epoch: Epoch, principal: &Principal) -> Option<Arc<Subject>> {
        let Epoch::Committed(epoch) = epoch else {
            return None;
        };
        let (_, subject) = self.subjects.get(&principal.id).filter(|(of, _)| *of == epoch)?;
        // Rows of principals are read for each call; the epoch does not speak for them.
        let same = subject.caller.state == principal.state && subject.caller.nature == principal.nature;
        same.then_some(subject)
    }

    pub fn keep_subject(&self, epoch: Epoch, principal: &Principal, subject: &Arc<Subject>) {
        if let Epoch::Committed(epoch) = epoch {
            self.subjects.insert(principal.id, (epoch, Arc::clone(subject)));
        }
    }

    pub fn listed(
        &self,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Option<Arc<Listed>> {
        let Epoch::Committed(epoch) = epoch else {
            return None;
        };
        let (_, listed) = self
            .listed
            .get(&whose(principal, circumstances))
            .filter(|(of, _)| *of == epoch)?;
        listed.in_time(circumstances.now).then_some(listed)
    }

    pub fn keep_listed(
        &self,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
        listed: &Arc<Listed>,
    ) {
        if let Epoch::Committed(epoch) = epoch
            && listed.rights.cacheable
        {
            self.listed
                .insert(whose(principal, circumstances), (epoch, Arc::clone(listed)));
        }
    }

    pub fn engine(&self, epoch: Epoch) -> Option<Arc<PolicyEngine>> {
        let Epoch::Committed(epoch) = epoch else {
            return None;
        };
        let kept = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(|kept| kept.epoch == epoch)
            .map(|kept| Arc::clone(&kept.engine))
    }

    /// Makes the engine, or keeps the last one when roles and guardrails are the same as then.
    pub fn keep_engine(
        &self,
        epoch: Epoch,
        roles: Vec<Role>,
        guardrails: Vec<Guardrail>,
    ) -> Result<Arc<PolicyEngine>, StorageError> {
        let mut kept = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = kept
            .as_mut()
            .filter(|last| last.roles == roles && last.guardrails == guardrails)
        {
            if let Epoch::Committed(epoch) = epoch {
                last.epoch = epoch;
            }
            return Ok(Arc::clone(&last.engine));
        }
        let number = if let Epoch::Committed(epoch) = epoch {
            epoch
        } else {
            0
        };
        let engine = Arc::new(make(&roles, &guardrails, number)?);
        if let Epoch::Committed(epoch) = epoch {
            *kept = Some(Engine {
                epoch,
                roles,
                guardrails,
                engine: Arc::clone(&engine),
            });
        }
        Ok(engine)
    }
}

/// A built-in guardrail counts even where its row is missing.
fn make(roles: &[Role], guardrails: &[Guardrail], epoch: u64) -> Result<PolicyEngine, StorageError> {
    let mut guardrails = guardrails.to_vec();
    for builtin in builtin_guardrails::all() {
        if !guardrails.iter().any(|known| known.id == builtin.id) {
            guardrails.push(builtin);
        }
    }
    PolicyEngine::new(roles.to_vec(), &guardrails, epoch).map_err(|error| StorageError::Corrupt {
        column: "guardrails".to_owned(),
        source: Box::new(error),
    })
}

fn key(principal: &Principal, circumstances: &Circumstances, action: Action, place: &Place) -> Key {
    Key {
        principal: principal.id,
        state: principal.state,
        nature: Likeness::of(principal.nature),
        action,
        scope: place.id(),
        multi_factor_at: circumstances.multi_factor_at,
        enrolled_device: circumstances.enrolled_device,
    }
}

fn whose(principal: &Principal, circumstances: &Circumstances) -> Whose {
    Whose {
        principal: principal.id,
        state: principal.state,
        nature: Likeness::of(principal.nature),
        multi_factor_at: circumstances.multi_factor_at,
        enrolled_device: circumstances.enrolled_device,
    }
}

#[cfg(test)]
mod tests;
