//! Whom and what a reply names, read once.

use crate::{http::Refusal, operations::access::named::Named};
use claviger_model::{
    blast::{Alone, Holding, Known},
    ids::{DeviceId, PrincipalId, ScopeId, SecretId},
};
use claviger_protocol::{
    access::PlaceName,
    offboarding::{NamedDevice, NamedSecret},
    principals::PrincipalRecord,
    session::DeviceState,
};
use claviger_storage::{Reader, sessions};
use std::collections::BTreeSet;

/// Ids that will need names.
#[derive(Default)]
pub struct Names {
    others: Named,
    secrets: BTreeSet<SecretId>,
    devices: BTreeSet<DeviceId>,
}

/// Their names.
pub struct Told {
    /// People, teams and services.
    pub principals: Vec<PrincipalRecord>,
    /// Places.
    pub scopes: Vec<PlaceName>,
    /// Secrets.
    pub secrets: Vec<NamedSecret>,
    /// Devices.
    pub devices: Vec<NamedDevice>,
}

impl Names {
    /// Somebody.
    pub fn person(&mut self, id: PrincipalId) {
        self.others.person(id);
    }

    /// A place.
    pub fn scope(&mut self, id: ScopeId) {
        self.others.scope(id);
    }

    /// A secret, and the place where it stands.
    pub fn secret(&mut self, id: SecretId) {
        self.secrets.insert(id);
    }

    /// A device, and whose it is.
    pub fn device(&mut self, id: DeviceId) {
        self.devices.insert(id);
    }

    /// A value that is held, with all who hold it.
    pub fn known(&mut self, known: &Known) {
        self.secret(known.secret);
        if let Some(owner) = known.owner {
            self.person(owner);
        }
        for holding in &known.holdings {
            self.holding(holding);
        }
    }

    /// One way in which a value came to somebody.
    pub fn holding(&mut self, holding: &Holding) {
        self.person(holding.principal);
        self.device(holding.device);
        self.secret(holding.secret);
    }

    /// What nobody else answers for.
    pub fn alone(&mut self, alone: &Alone) {
        match alone {
            Alone::Secret(secret) => self.secret(*secret),
            Alone::Team(id) | Alone::Service(id) => self.person(*id),
        }
    }

    /// Reads the names.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read(mut self, db: &mut dyn Reader) -> Result<Told, Refusal> {
        let mut secrets = Vec::new();
        if !self.secrets.is_empty() {
            let ids: Vec<_> = std::mem::take(&mut self.secrets).into_iter().collect();
            for secret in db.secrets(&ids).await? {
                self.others.scope(secret.scope);
                secrets.push(NamedSecret {
                    id: secret.id,
                    scope: secret.scope,
                    name: secret.description.name,
                    kind: secret.description.kind,
                    in_bin: secret.deleted_at.is_some(),
                });
            }
            secrets.sort_by_key(|secret| secret.id);
        }
        let mut devices = Vec::new();
        for id in &self.devices {
            if let Some(device) = db.device(*id).await? {
                self.others.person(device.principal);
                devices.push(NamedDevice {
                    id: device.id,
                    principal: device.principal,
                    name: device.name,
                    platform: device.platform,
                    state: state(device.state),
                });
            }
        }
        let (principals, scopes) = self.others.read(db).await?;
        Ok(Told {
            principals,
            scopes,
            secrets,
            devices,
        })
    }
}

const fn state(state: sessions::DeviceState) -> DeviceState {
    match state {
        sessions::DeviceState::Active => DeviceState::Active,
        sessions::DeviceState::Ending => DeviceState::Ending,
        sessions::DeviceState::Ended => DeviceState::Ended,
    }
}
