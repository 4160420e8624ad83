//! From the server's replies about offboarding to what people read.

use crate::{
    cases::{access::shown::Shown, names},
    view::{
        list::SecretRef,
        offboarding::{ConcernedSecret, HoldingView, HoldingWay, radius::RadiusNumbers},
        secret::SecretKind,
    },
};
use claviger_model::{
    blast::{Holding, How, Numbers},
    ids::{DeviceId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::offboarding::{NamedDevice, NamedSecret};
use std::collections::HashMap;

/// The names of a reply, secrets and devices besides.
pub(super) struct Named<'a> {
    pub(super) shown: &'a Shown<'a>,
    secrets: HashMap<SecretId, &'a NamedSecret>,
    devices: HashMap<DeviceId, &'a NamedDevice>,
}

impl<'a> Named<'a> {
    pub(super) fn new(shown: &'a Shown<'a>, secrets: &'a [NamedSecret], devices: &'a [NamedDevice]) -> Self {
        Self {
            shown,
            secrets: secrets.iter().map(|secret| (secret.id, secret)).collect(),
            devices: devices.iter().map(|device| (device.id, device)).collect(),
        }
    }

    /// A secret; words for one that was erased meanwhile.
    pub(super) fn secret(&self, id: SecretId) -> ConcernedSecret {
        match self.secrets.get(&id) {
            Some(secret) => ConcernedSecret {
                reference: SecretRef {
                    id: id.to_string(),
                    title: secret.name.to_string(),
                    env_name: None,
                    path: self.shown.path(secret.scope),
                },
                kind: names::kind(secret.kind),
                in_bin: secret.in_bin,
            },
            None => ConcernedSecret {
                reference: SecretRef {
                    id: id.to_string(),
                    title: "A secret that is gone".to_owned(),
                    env_name: None,
                    path: String::new(),
                },
                kind: SecretKind::Generic,
                in_bin: false,
            },
        }
    }

    /// Where a secret stands.
    pub(super) fn place_of(&self, id: SecretId) -> Option<ScopeId> {
        self.secrets.get(&id).map(|secret| secret.scope)
    }

    /// A device, if it is named.
    pub(super) fn device(&self, id: DeviceId) -> Option<&'a NamedDevice> {
        self.devices.get(&id).copied()
    }

    /// What a device is called.
    pub(super) fn device_name(&self, id: DeviceId) -> String {
        self.device(id)
            .map_or_else(|| "A device".to_owned(), |device| device.name.to_string())
    }

    /// How a value came to somebody.
    pub(super) fn holding(&self, holding: &Holding) -> HoldingView {
        HoldingView {
            person: self.shown.person(holding.principal),
            device: holding.device.to_string(),
            device_name: self.device_name(holding.device),
            way: way(holding.how),
            version: names::number(holding.version),
            times: names::number(holding.times),
            first_at: holding.first_at.millis(),
            last_at: holding.last_at.millis(),
            kept_until: holding.kept_until.map(Timestamp::millis),
        }
    }
}

pub(super) const fn way(how: How) -> HoldingWay {
    match how {
        How::Used => HoldingWay::Used,
        How::Kept => HoldingWay::Kept,
        How::ReadOffline => HoldingWay::ReadOffline,
        How::Copied => HoldingWay::Copied,
        How::Revealed => HoldingWay::Revealed,
    }
}

pub(super) fn numbers(numbers: &Numbers) -> RadiusNumbers {
    RadiusNumbers {
        grants: names::number(numbers.grants),
        places: names::number(numbers.places),
        secrets: names::number(numbers.secrets),
        emergency: names::number(numbers.emergency),
        known: names::number(numbers.known),
        seen: names::number(numbers.seen),
        kept: names::number(numbers.kept),
        waiting: names::number(numbers.waiting),
        alone: names::number(numbers.alone),
        devices: names::number(numbers.devices),
        sessions: names::number(numbers.sessions),
        keys: names::number(numbers.keys),
        reachers: names::number(numbers.reachers),
    }
}
