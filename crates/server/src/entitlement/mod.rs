//! Decisions and lists: the one function that every operation asks, and what it reads (rule 10).
//!
//! A decision depends on the roles and guardrails, the caller's teams, the grants that reach them, and the chain of the
//! place. All of these change only with the epoch, so they are kept for the epoch they were read in, each in a cache of
//! bounded size; a decision is kept until its `valid_until` besides. Rows of principal, session and device are not kept:
//! whoever asks has read them for this call. What is read inside a transaction that has itself moved the epoch is never
//! kept, since it may be rolled back.

pub mod best;
mod cache;
mod failing;
pub mod list;
pub mod place;

pub use claviger_policy::question::Circumstances;
pub use failing::Failing;
pub use place::Place;

use cache::Caches;
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PrincipalId, ScopeId, SecretId},
};
use claviger_policy::{
    decision::{Decision, Reason},
    engine::PolicyEngine,
    question::{Caller, Membership, Question, Resource},
};
use claviger_storage::{Locked, Reader, StorageError, principals::Principal};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// What the one function said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Yes or no.
    pub decision: Arc<Decision>,
}

impl Answer {
    /// The grants and guardrails that decided, for the leaf.
    pub fn policies(&self) -> Vec<String> {
        let grants = self.decision.grants.iter().map(ToString::to_string);
        grants
            .chain(self.decision.guardrails.iter().map(ToString::to_string))
            .collect()
    }
}

/// In which epoch is read, and whether that may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// A committed one.
    Committed(u64),
    /// One that this transaction has made and that nobody else sees yet.
    Own,
}

impl Epoch {
    /// The epoch of a transaction as it stands.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn of(locked: &mut dyn Locked) -> Result<Self, StorageError> {
        let now = locked.epoch().await?;
        Ok(if now == locked.head().epoch {
            Self::Committed(now)
        } else {
            Self::Own
        })
    }
}

/// Everything about one principal that decisions need.
#[derive(Debug, Clone)]
pub struct Subject {
    /// With their teams.
    pub caller: Caller,
    /// Grants that reach them, anywhere.
    pub grants: Arc<Vec<Grant>>,
}

/// Decides, and keeps what it read.
#[derive(Debug, Default)]
pub struct Entitlements {
    caches: Caches,
    newest: AtomicU64,
    /// Guardrails that could not be evaluated, until a job writes them down (rule 11).
    pub failing: Failing,
}

impl Entitlements {
    /// May this principal do this here and now? The only road to an answer.
    ///
    /// # Errors
    /// When the tables cannot be read, or hold roles or guardrails that no engine can be made of.
    pub async fn decide(
        &self,
        locked: &mut dyn Locked,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        place: &Place,
    ) -> Result<Answer, StorageError> {
        let epoch = Epoch::of(locked).await?;
        self.decide_at(locked, epoch, principal, circumstances, action, place)
            .await
    }

    /// The same in a known epoch, for reads outside the lock and for batches. A guardrail that could not be evaluated is counted
    /// each time, since somebody was refused by it; so whatever is not asked by a caller for themselves, here and now, is a
    /// question for [`Self::suppose_at`].
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub async fn decide_at(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        place: &Place,
    ) -> Result<Answer, StorageError> {
        let answer = self
            .suppose_at(reader, epoch, principal, circumstances, action, place)
            .await?;
        if answer.decision.is_finding() {
            self.failing.note(&answer.decision.guardrails, circumstances.now);
        }
        Ok(answer)
    }

    /// What [`Self::decide_at`] would say: for foresight, previews and questions about others, which refuse nobody anything.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub async fn suppose_at(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        place: &Place,
    ) -> Result<Answer, StorageError> {
        if let Some(kept) = self
            .caches
            .decision(epoch, principal, circumstances, action, place)
        {
            return Ok(Answer { decision: kept });
        }
        let engine = self.engine(reader, epoch).await?;
        let subject = self.subject(reader, epoch, principal, circumstances).await?;
        let decision = Arc::new(ask(&engine, &subject, action, place, circumstances));
        if decision.is_finding() {
            tracing::error!(action = action.code(), guardrails = ?decision.guardrails, "a policy could not be evaluated");
        }
        self.caches
            .keep_decision(epoch, principal, circumstances, action, place, &decision);
        Ok(Answer { decision })
    }

    /// Notes a committed epoch, for [`Self::foresee`].
    pub fn saw(&self, epoch: u64) {
        self.newest.fetch_max(epoch, Ordering::Relaxed);
    }

    /// What would be decided if nothing had changed since this process last looked; none where that is not known. It
    /// says whether sealing a value is worth while, never whether it may be released.
    pub fn foresee(
        &self,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        scope: ScopeId,
    ) -> Option<bool> {
        let epoch = Epoch::Committed(self.newest.load(Ordering::Relaxed));
        let place = self.caches.place(epoch, scope)?;
        let decision = self
            .caches
            .decision(epoch, principal, circumstances, action, &place)?;
        Some(decision.allowed)
    }

    /// How old a multi-factor sign-in may be for a refusal to become a yes, when nothing else is missing (RFC 9470).
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub async fn step_up_at(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
        (action, place): (Action, &Place),
        refused: &Answer,
    ) -> Result<Option<u32>, StorageError> {
        if !matches!(
            refused.decision.reason,
            Reason::ConditionsUnmet | Reason::Guardrail
        ) {
            return Ok(None);
        }
        let engine = self.engine(reader, epoch).await?;
        let subject = self.subject(reader, epoch, principal, circumstances).await?;
        Ok(asked(&subject, action, place, circumstances, |question| {
            engine.step_up(question)
        }))
    }

    /// A place as it stands in a transaction; none when it does not exist.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place(
        &self,
        locked: &mut dyn Locked,
        scope: ScopeId,
    ) -> Result<Option<Arc<Place>>, StorageError> {
        let epoch = Epoch::of(locked).await?;
        self.place_at(locked, epoch, scope).await
    }

    /// The same in a known epoch.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place_at(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        scope: ScopeId,
    ) -> Result<Option<Arc<Place>>, StorageError> {
        if let Some(kept) = self.caches.place(epoch, scope) {
            return Ok(Some(kept));
        }
        let Some(place) = Place::from_chain(&reader.scope_chain(scope).await?).map(Arc::new) else {
            return Ok(None);
        };
        self.caches.keep_place(epoch, &place);
        Ok(Some(place))
    }

    /// The engine of an epoch; built anew only when roles or guardrails differ from the last one's.
    ///
    /// # Errors
    /// When the tables cannot be read, or hold what no engine can be made of.
    pub async fn engine(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
    ) -> Result<Arc<PolicyEngine>, StorageError> {
        if let Some(kept) = self.caches.engine(epoch) {
            return Ok(kept);
        }
        let (roles, guardrails) = (reader.roles().await?, reader.guardrails().await?);
        self.caches.keep_engine(epoch, roles, guardrails)
    }

    /// Teams and grants of a principal.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn subject(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Result<Arc<Subject>, StorageError> {
        if let Some(kept) = self.caches.subject(epoch, principal) {
            return Ok(kept);
        }
        let closure = reader.team_closure(principal.id).await?;
        let grants = reader.scope_index(&closure, circumstances.now).await?;
        let caller = caller(principal, &closure);
        let subject = Arc::new(Subject {
            caller,
            grants: Arc::new(grants),
        });
        self.caches.keep_subject(epoch, principal, &subject);
        Ok(subject)
    }
}

/// Asks the engine with the grants along the place's chain.
pub(crate) fn ask(
    engine: &PolicyEngine,
    subject: &Subject,
    action: Action,
    place: &Place,
    circumstances: &Circumstances,
) -> Decision {
    asked(subject, action, place, circumstances, |question| {
        engine.decide(question)
    })
}

fn asked<T>(
    subject: &Subject,
    action: Action,
    place: &Place,
    circumstances: &Circumstances,
    ask: impl FnOnce(&Question<'_>) -> T,
) -> T {
    let chain = &place.resource.chain;
    let grants: Vec<Grant> = subject
        .grants
        .iter()
        .filter(|grant| chain.contains(&grant.scope))
        .cloned()
        .collect();
    let secret = action.is_about_secrets().then_some(ANY);
    ask(&Question {
        caller: &subject.caller,
        action,
        resource: &Resource {
            secret,
            ..place.resource.clone()
        },
        grants: &grants,
        circumstances,
    })
}

// No policy can single out a secret, so that one stands for all of its scope.
const ANY: SecretId = SecretId::from_bytes([0; 16]);

/// A principal with the teams that it is in.
pub(crate) fn caller(row: &Principal, closure: &[PrincipalId]) -> Caller {
    let teams = closure.iter().filter(|team| **team != row.id);
    let teams = teams
        .map(|team| Membership {
            team: *team,
            through: None,
        })
        .collect();
    Caller {
        id: row.id,
        state: row.state,
        nature: row.nature,
        teams,
    }
}
