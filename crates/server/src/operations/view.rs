//! Reading for somebody outside the lock: one committed state, its epoch, and who asks.

use crate::{
    app::App,
    caller::Caller,
    entitlement::{
        Answer, Circumstances, Entitlements, Epoch, Place, Subject, best::after_step_up, list::Listed,
    },
    http::Refusal,
    operations::{requests::Judge, state::State},
    sequencer::change::{circumstances, standing},
};
use claviger_model::{
    action::Action,
    ids::{ScopeId, SecretId},
    secret::Secret,
    time::Timestamp,
};
use claviger_policy::engine::PolicyEngine;
use claviger_protocol::problem::Code;
use claviger_storage::{Reader, principals::Principal, sessions::Device};
use std::sync::Arc;

/// One committed state, as one caller may see it.
pub struct View<'a> {
    app: &'a App,
    reader: Box<dyn Reader>,
    epoch: Epoch,
    number: u64,
    /// Who asks.
    pub principal: Principal,
    /// On which device.
    pub device: Device,
    /// What decisions depend on besides grants.
    pub circumstances: Circumstances,
}

impl<'a> View<'a> {
    /// Opens a snapshot and reads the caller in it.
    ///
    /// # Errors
    /// When session, device or person do not stand any more, or the tables cannot be read.
    pub async fn open(app: &'a App, caller: &Caller) -> Result<Self, Refusal> {
        let mut reader = app.store.snapshot().await?;
        let number = reader.committed_epoch().await?;
        app.entitlements.saw(number);
        let context = reader
            .session_contexts(&[caller.session])
            .await?
            .into_iter()
            .next();
        let now = app.clock.now();
        let context = standing(caller, context, now)?;
        let circumstances = circumstances(caller, &context, now);
        let (principal, device) = (context.principal, context.device);
        Ok(Self {
            app,
            reader,
            epoch: Epoch::Committed(number),
            number,
            principal,
            device,
            circumstances,
        })
    }

    /// The state.
    pub fn db(&mut self) -> &mut dyn Reader {
        &mut *self.reader
    }

    /// The epoch of the state, and what decides.
    pub fn ground(&self) -> (Epoch, Arc<Entitlements>) {
        (self.epoch, Arc::clone(&self.app.entitlements))
    }

    /// When it is.
    pub const fn now(&self) -> Timestamp {
        self.circumstances.now
    }

    /// The epoch of the state.
    pub const fn epoch(&self) -> u64 {
        self.number
    }

    /// For judging others in this state.
    pub fn judge(&self) -> Judge<'a> {
        Judge {
            entitlements: &self.app.entitlements,
            epoch: self.epoch,
            now: self.now(),
        }
    }

    /// What the caller may do where.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn listed(&mut self) -> Result<Arc<Listed>, Refusal> {
        let entitlements = &self.app.entitlements;
        Ok(entitlements
            .listed_at(
                &mut *self.reader,
                self.epoch,
                &self.principal,
                &self.circumstances,
            )
            .await?)
    }

    /// Roles and guardrails.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn engine(&mut self) -> Result<Arc<PolicyEngine>, Refusal> {
        let entitlements = &self.app.entitlements;
        Ok(entitlements.engine(&mut *self.reader, self.epoch).await?)
    }

    /// The caller's teams and grants.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn subject(&mut self) -> Result<Arc<Subject>, Refusal> {
        let entitlements = &self.app.entitlements;
        let reader = &mut *self.reader;
        Ok(entitlements
            .subject(reader, self.epoch, &self.principal, &self.circumstances)
            .await?)
    }

    /// What the caller may do where as soon as they sign in afresh (RFC 9470): what their device may offer. Places and names
    /// come from [`View::listed`].
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn listed_after_step_up(&mut self) -> Result<Arc<Listed>, Refusal> {
        let always_fresh = after_step_up(self.circumstances);
        let entitlements = &self.app.entitlements;
        Ok(entitlements
            .listed_at(&mut *self.reader, self.epoch, &self.principal, &always_fresh)
            .await?)
    }

    /// A place; none when there is none.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn place(&mut self, scope: ScopeId) -> Result<Option<Arc<Place>>, Refusal> {
        Ok(self
            .app
            .entitlements
            .place_at(&mut *self.reader, self.epoch, scope)
            .await?)
    }

    /// Asks the one function that decides.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn decide(&mut self, action: Action, place: &Place) -> Result<Answer, Refusal> {
        let entitlements = &self.app.entitlements;
        let reader = &mut *self.reader;
        Ok(entitlements
            .decide_at(
                reader,
                self.epoch,
                &self.principal,
                &self.circumstances,
                action,
                place,
            )
            .await?)
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
        State::committed(self).demand(action, place, otherwise).await
    }

    /// Demands the right to do something somewhere, for what is about no place: where only a fresh sign-in is missing for each such
    /// right, it is asked for.
    ///
    /// # Errors
    /// `step_up`, else the given code.
    pub async fn demand_somewhere(&mut self, action: Action, otherwise: Code) -> Result<(), Refusal> {
        if !self.listed().await?.scopes_with(action).is_empty() {
            return Ok(());
        }
        let later = self.listed_after_step_up().await?.scopes_with(action);
        let there = later.first().copied().ok_or_else(|| Refusal::from(otherwise))?;
        let there = self.place(there).await?.ok_or_else(|| Refusal::from(otherwise))?;
        self.demand(action, &there, otherwise).await.map(|_| ())
    }

    /// Asks for a fresh sign-in where nothing else is missing for a right; whether the right is there is asked elsewhere.
    ///
    /// # Errors
    /// `step_up`.
    pub async fn signed_in_enough(&mut self, action: Action, place: &Place) -> Result<(), Refusal> {
        State::committed(self).signed_in_enough(action, place).await
    }

    /// Whether something is offered: it would be allowed, perhaps after a fresh sign-in.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn offers(&mut self, action: Action, place: &Place) -> Result<bool, Refusal> {
        let entitlements = &self.app.entitlements;
        let circumstances = after_step_up(self.circumstances);
        let reader = &mut *self.reader;
        let answer = entitlements
            .suppose_at(reader, self.epoch, &self.principal, &circumstances, action, place)
            .await?;
        Ok(answer.decision.allowed)
    }

    /// What [`Self::decide`] would say, where nothing is refused by it yet.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn suppose(&mut self, action: Action, place: &Place) -> Result<Answer, Refusal> {
        let entitlements = &self.app.entitlements;
        Ok(entitlements
            .suppose_at(
                &mut *self.reader,
                self.epoch,
                &self.principal,
                &self.circumstances,
                action,
                place,
            )
            .await?)
    }

    /// A secret that the caller may know of, with its place; not found in every other case.
    ///
    /// # Errors
    /// Not found, or when the tables cannot be read.
    pub async fn visible(&mut self, secret: SecretId) -> Result<(Secret, Arc<Place>), Refusal> {
        let secret = self.reader.secret(secret).await?.ok_or(Code::NotFound)?;
        let place = self.place(secret.scope).await?.ok_or(Code::NotFound)?;
        // What is in the bin is known only to those who can take it out.
        let by = if secret.deleted_at.is_some() {
            Action::SecretRestore
        } else {
            Action::SecretView
        };
        if self.decide(by, &place).await?.decision.allowed {
            Ok((secret, place))
        } else {
            Err(Code::NotFound.into())
        }
    }
}
