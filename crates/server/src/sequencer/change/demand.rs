//! What a change needs a right for, and how it is refused without one.

use super::{Acting, Change, Stop};
use crate::{
    entitlement::{Answer, Epoch, Place},
    events::{ASKED, Event},
    http::Refusal,
};
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind, ids::ScopeId};
use claviger_protocol::problem::Code;
use claviger_storage::StorageError;
use std::sync::Arc;

/// A right that is needed.
pub struct Demand<'a> {
    /// What is to be done.
    pub action: Action,
    /// Where.
    pub place: &'a Place,
    /// The event that it would be.
    pub kind: EventKind,
    /// The right that lets one know of the object.
    pub known_by: Action,
    /// What is named in the event when the caller may know of it.
    pub object: Object,
    /// What the caller asked for.
    pub asked: &'a (dyn std::fmt::Display + Sync),
}

impl Change {
    /// A place as it stands in this transaction; none when it does not exist.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place(&mut self, scope: ScopeId) -> Result<Option<Arc<Place>>, StorageError> {
        let entitlements = self.entitlements();
        entitlements.place(&mut *self.locked, scope).await
    }

    /// Asks the one function that decides.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn decide(
        &mut self,
        acting: &Acting,
        action: Action,
        place: &Place,
    ) -> Result<Answer, StorageError> {
        let entitlements = self.entitlements();
        entitlements
            .decide(
                &mut *self.locked,
                &acting.principal,
                &acting.circumstances,
                action,
                place,
            )
            .await
    }

    /// Demands a right at a place. Whoever may not know of the place's secrets (`known_by`) is told "not found", in an
    /// event that does not name it; others are told "forbidden".
    ///
    /// # Errors
    /// The refusal.
    pub async fn demand(&mut self, acting: &Acting, demand: Demand<'_>) -> Result<Answer, Stop> {
        let answer = self.decide(acting, demand.action, demand.place).await?;
        if answer.decision.allowed {
            return Ok(answer);
        }
        let knowing = self.decide(acting, demand.known_by, demand.place).await?;
        // Whoever would know of it after a fresh sign-in is asked for one, else nobody would tell them what is missing.
        let known = knowing.decision.allowed
            || self
                .step_up(acting, demand.known_by, demand.place, &knowing)
                .await?
                .is_some();
        let event = self.event(acting.who, demand.kind).decided_by(answer.policies());
        Err(if known {
            match self.step_up(acting, demand.action, demand.place, &answer).await? {
                Some(max_age) => Stop::Refused(
                    Refusal::step_up(max_age),
                    Box::new(event.on(demand.object).refused(Code::StepUp)),
                ),
                None => self.refuse(event.on(demand.object), Code::Forbidden),
            }
        } else {
            self.unknown(acting, demand.kind, demand.asked)
        })
    }

    /// How old a multi-factor sign-in may be for a refused answer to become a yes, when nothing else is missing.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn step_up(
        &mut self,
        acting: &Acting,
        action: Action,
        place: &Place,
        refused: &Answer,
    ) -> Result<Option<u32>, StorageError> {
        let entitlements = self.entitlements();
        let epoch = Epoch::of(&mut *self.locked).await?;
        entitlements
            .step_up_at(
                &mut *self.locked,
                epoch,
                &acting.principal,
                &acting.circumstances,
                (action, place),
                refused,
            )
            .await
    }

    /// A refusal that is recorded.
    pub fn refuse(&self, event: Event, code: Code) -> Stop {
        Stop::Refused(Refusal::new(code), Box::new(event.refused(code)))
    }

    /// The refusal of something that does not exist or that the caller may not know of: the same in every byte, in the
    /// reply and in the leaf, which only commits to what was asked.
    pub fn unknown(&self, acting: &Acting, kind: EventKind, asked: impl ToString) -> Stop {
        let event = self
            .event(acting.who, kind)
            .commit(ASKED, asked.to_string(), Some(acting.who.principal));
        self.refuse(event, Code::NotFound)
    }
}
