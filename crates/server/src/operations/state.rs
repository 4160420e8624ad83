//! One state of the tables and who asks: what plans are computed from, before the lock and under it alike.

use super::view::View;
use crate::{
    entitlement::{Answer, Circumstances, Entitlements, Epoch, Place, Subject},
    http::Refusal,
    sequencer::{Acting, Change},
};
use claviger_model::{action::Action, ids::ScopeId, scope::Scope};
use claviger_policy::engine::PolicyEngine;
use claviger_protocol::problem::Code;
use claviger_storage::{Reader, StorageError, principals::Principal};
use std::sync::Arc;

const PAGE: u32 = 1_000;

/// A state, as one caller may see it.
pub struct State<'a> {
    /// The tables.
    pub reader: &'a mut dyn Reader,
    /// Which of their states.
    pub epoch: Epoch,
    /// Decides.
    pub entitlements: Arc<Entitlements>,
    /// Who asks.
    pub principal: Principal,
    /// How they are signed in.
    pub circumstances: Circumstances,
}

impl<'a> State<'a> {
    /// The state under the lock.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn locked(change: &'a mut Change, acting: &Acting) -> Result<Self, StorageError> {
        let entitlements = change.entitlements();
        let epoch = Epoch::of(change.db()).await?;
        Ok(Self {
            reader: change.db(),
            epoch,
            entitlements,
            principal: acting.principal.clone(),
            circumstances: acting.circumstances,
        })
    }

    /// A committed state.
    pub fn committed(view: &'a mut View<'_>) -> Self {
        let (principal, circumstances) = (view.principal.clone(), view.circumstances);
        let (epoch, entitlements) = view.ground();
        Self {
            reader: view.db(),
            epoch,
            entitlements,
            principal,
            circumstances,
        }
    }

    /// The roles and guardrails.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn engine(&mut self) -> Result<Arc<PolicyEngine>, StorageError> {
        self.entitlements.engine(self.reader, self.epoch).await
    }

    /// Teams and grants of somebody.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn subject(&mut self, of: &Principal) -> Result<Arc<Subject>, StorageError> {
        self.entitlements
            .subject(self.reader, self.epoch, of, &self.circumstances)
            .await
    }

    /// A place; none when there is none.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place(&mut self, scope: ScopeId) -> Result<Option<Arc<Place>>, StorageError> {
        self.entitlements.place_at(self.reader, self.epoch, scope).await
    }

    /// Asks the one function that decides.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn decide(&mut self, action: Action, place: &Place) -> Result<Answer, StorageError> {
        self.entitlements
            .decide_at(
                self.reader,
                self.epoch,
                &self.principal,
                &self.circumstances,
                action,
                place,
            )
            .await
    }

    /// Demands a right for looking at what is about to be done: where nothing but a fresh sign-in is missing, it is asked for.
    ///
    /// # Errors
    /// `step_up`, else the given code.
    pub async fn demand(
        &mut self,
        action: Action,
        place: &Place,
        otherwise: Code,
    ) -> Result<Answer, Refusal> {
        let answer = self.decide(action, place).await?;
        if answer.decision.allowed {
            return Ok(answer);
        }
        let max_age = self.step_up(action, place, &answer).await?;
        Err(max_age.map_or_else(|| otherwise.into(), Refusal::step_up))
    }

    /// Asks for a fresh sign-in where nothing else is missing for a right; whether the right is there is asked elsewhere.
    ///
    /// # Errors
    /// `step_up`.
    pub async fn signed_in_enough(&mut self, action: Action, place: &Place) -> Result<(), Refusal> {
        match self.demand(action, place, Code::Forbidden).await {
            Err(refusal) if refusal.code() != Code::Forbidden => Err(refusal),
            _ => Ok(()),
        }
    }

    /// How old a multi-factor sign-in may be for a refused answer to become a yes, when nothing else is missing.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn step_up(
        &mut self,
        action: Action,
        place: &Place,
        refused: &Answer,
    ) -> Result<Option<u32>, StorageError> {
        self.entitlements
            .step_up_at(
                self.reader,
                self.epoch,
                &self.principal,
                &self.circumstances,
                (action, place),
                refused,
            )
            .await
    }

    /// The scope and all below it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn below(&mut self, top: ScopeId) -> Result<Vec<Scope>, StorageError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.reader.scopes_under(&[top], after, PAGE).await?;
            let full = page.len() >= PAGE as usize;
            after = page.last().map(|scope| scope.id);
            found.extend(page);
            if !full {
                return Ok(found);
            }
        }
    }
}
