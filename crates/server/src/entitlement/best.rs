//! Access at its best: what somebody can do at some hour, from some address, signed in as well as can be. What a device may hold
//! comes from there, so that what a change takes away must be found there too, wherever and whenever the change is made.

use super::{Entitlements, Epoch, Place, Subject, ask, list::Listed, list::list};
use claviger_model::{action::Action, grant::Grant, time::Timestamp};
use claviger_policy::{decision::Decision, question::Circumstances};
use claviger_storage::{Locked, Reader, StorageError, principals::Principal};
use std::sync::Arc;

/// As well signed in as can be; from no address, which is why networks count as conditions that are fulfilled.
pub const fn favourable(now: Timestamp) -> Circumstances {
    Circumstances {
        now,
        multi_factor_at: Some(now),
        enrolled_device: true,
        source: None,
    }
}

/// The same circumstances after a fresh sign-in with several factors (RFC 9470): for what is offered, since the server asks for
/// it when it is done. Networks, hours and the clock stay as they are.
pub const fn after_step_up(now: Circumstances) -> Circumstances {
    Circumstances {
        multi_factor_at: Some(Timestamp::from_millis(i64::MAX)),
        ..now
    }
}

/// A grant with its conditions fulfilled. What nobody can read never counts, so it stays.
pub fn fulfilled(grant: &Grant) -> Grant {
    let mut grant = grant.clone();
    if let Some(known) = grant.conditions.known() {
        grant.conditions = known.fulfilled().into();
    }
    grant
}

impl Entitlements {
    /// What somebody may do where at best, in a transaction as it stands.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn listed_at_best(
        &self,
        locked: &mut dyn Locked,
        principal: &Principal,
    ) -> Result<Listed, StorageError> {
        let circumstances = favourable(locked.now());
        let epoch = Epoch::of(locked).await?;
        self.listed_at_best_in(locked, epoch, principal, &circumstances)
            .await
    }

    /// The same in a known epoch, in circumstances that are [`favourable`].
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn listed_at_best_in(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Result<Listed, StorageError> {
        let engine = self.engine(&mut *reader, epoch).await?;
        let subject = self
            .at_best(&mut *reader, epoch, principal, circumstances)
            .await?;
        list(&mut *reader, &engine, Arc::new(subject), circumstances).await
    }

    /// May this principal do this here at best?
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn decide_at_best(
        &self,
        locked: &mut dyn Locked,
        principal: &Principal,
        action: Action,
        place: &Place,
    ) -> Result<Decision, StorageError> {
        let circumstances = favourable(locked.now());
        let epoch = Epoch::of(locked).await?;
        let engine = self.engine(&mut *locked, epoch).await?;
        let subject = self
            .at_best(&mut *locked, epoch, principal, &circumstances)
            .await?;
        Ok(ask(&engine, &subject, action, place, &circumstances))
    }

    async fn at_best(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Result<Subject, StorageError> {
        let subject = self.subject(reader, epoch, principal, circumstances).await?;
        Ok(Subject {
            caller: subject.caller.clone(),
            grants: Arc::new(subject.grants.iter().map(fulfilled).collect()),
        })
    }
}
