//! The facts of a blast radius, read in a few statements for all of it.

mod behind;
mod held;
mod reach;

pub(super) use reach::through;

use crate::entitlement::{Entitlements, Epoch};
use claviger_model::{
    blast::{BlastRadius, Known, Suspect},
    ids::{DeviceId, PrincipalId, SecretId, SessionId},
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_storage::{Reader, StorageError, sessions::DeviceState};
use held::key_at_hand;

/// One state of the tables.
pub struct Facts<'a> {
    /// The tables.
    pub reader: &'a mut dyn Reader,
    /// Which of their states.
    pub epoch: Epoch,
    /// Decides.
    pub entitlements: &'a Entitlements,
    /// When.
    pub now: Timestamp,
}

impl Facts<'_> {
    /// The blast radius; none when there is no such person or thing.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn radius(&mut self, of: Suspect) -> Result<Option<BlastRadius>, StorageError> {
        match of {
            Suspect::Person(id) => self.principal(of, id, PrincipalKind::Person).await,
            Suspect::Service(id) => self.principal(of, id, PrincipalKind::Service).await,
            Suspect::Device(id) => self.device(of, id).await,
            Suspect::Session(id) => self.session(of, id).await,
            Suspect::Secret(id) => self.secret(of, id).await,
        }
    }

    async fn principal(
        &mut self,
        of: Suspect,
        id: PrincipalId,
        kind: PrincipalKind,
    ) -> Result<Option<BlastRadius>, StorageError> {
        let Some(row) = self.reader.principal(id).await?.filter(|row| row.kind() == kind) else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        let listed = self.reach(&mut radius, row).await?;
        let held = self.reader.held_by(id).await?;
        radius.known = self.known(held).await?;
        for session in self.reader.sessions_of(id).await? {
            radius.sessions.extend(self.at_hand(&session));
        }
        for device in self.reader.devices_of(id).await? {
            let found = self.device_at_hand(&device).await?;
            radius.devices.extend(found);
        }
        let keys = match kind {
            PrincipalKind::Service => self.reader.keys_of(&[id]).await?,
            _ => self.reader.live_keys_made_by(id, self.now).await?,
        };
        radius.keys = keys
            .iter()
            .filter(|key| key.is_live(self.now))
            .map(key_at_hand)
            .collect();
        radius.keys.sort_by_key(|key| key.key);
        if kind == PrincipalKind::Person {
            self.person(&mut radius, id, &listed).await?;
        }
        Ok(Some(radius))
    }

    /// The values that a principal holds and that are current, the riskiest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn known_by(&mut self, principal: PrincipalId) -> Result<Vec<Known>, StorageError> {
        let held = self.reader.held_by(principal).await?;
        self.known(held).await
    }

    /// The current value of a secret, if a principal holds it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn known_of(
        &mut self,
        secret: SecretId,
        principal: PrincipalId,
    ) -> Result<Option<Known>, StorageError> {
        let mut held = self.reader.value_held_of(secret).await?;
        held.holdings
            .retain(|(_, holding)| holding.principal == principal);
        Ok(self.known(held).await?.pop())
    }

    async fn device(&mut self, of: Suspect, id: DeviceId) -> Result<Option<BlastRadius>, StorageError> {
        let Some(device) = self.reader.device(id).await? else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        let sessions = self.reader.sessions_of(device.principal).await?;
        radius.sessions = sessions
            .iter()
            .filter(|session| session.device == id)
            .filter_map(|session| self.at_hand(session))
            .collect();
        // A device acts for its person, as long as one of its sessions lives.
        if device.state == DeviceState::Active && !radius.sessions.is_empty() {
            self.reach_of(&mut radius, device.principal).await?;
        }
        let held = self.reader.held_on(id, Timestamp::from_millis(0)).await?;
        radius.known = self.known(held).await?;
        radius.devices.extend(self.device_at_hand(&device).await?);
        Ok(Some(radius))
    }

    async fn session(&mut self, of: Suspect, id: SessionId) -> Result<Option<BlastRadius>, StorageError> {
        let Some(session) = self.reader.session(id).await? else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        radius.sessions.extend(self.at_hand(&session));
        if !radius.sessions.is_empty() {
            self.reach_of(&mut radius, session.principal).await?;
        }
        // A device has one session at a time. What came before this one and again after it may be counted too.
        let mut held = self.reader.held_on(session.device, session.created_at).await?;
        let until = session.ended_at.unwrap_or(self.now);
        held.holdings.retain(|(_, holding)| holding.first_at <= until);
        radius.known = self.known(held).await?;
        if let Some(device) = self.reader.device(session.device).await? {
            radius.devices.extend(self.device_at_hand(&device).await?);
        }
        Ok(Some(radius))
    }

    async fn secret(&mut self, of: Suspect, id: SecretId) -> Result<Option<BlastRadius>, StorageError> {
        let Some(secret) = self.reader.secret(id).await? else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        // What is in the bin is given to nobody.
        if secret.deleted_at.is_none() {
            radius.reachers = self.reachers(secret.scope).await?;
        }
        let held = self.reader.value_held_of(id).await?;
        radius.known = self.known(held).await?;
        Ok(Some(radius))
    }
}
