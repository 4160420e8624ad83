//! What devices must destroy when a grant goes: found once to be shown, and again, device by device, to be ordered.

use super::{Compared, Forecast};
use crate::operations::orders::{devices, each_held};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    ids::{DeviceId, PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::order::Target;
use claviger_storage::{Reader, StorageError, releases::Release};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// A device that must destroy something.
pub struct Doomed {
    /// Whose.
    pub person: PrincipalId,
    /// Its name.
    pub name: String,
    /// How many values it keeps that it must destroy.
    pub leases: u64,
    /// SHA-256 over everything that it must destroy.
    pub digest: [u8; 32],
    compared: Arc<Compared>,
}

/// From when what is missing, and where.
pub(super) struct Purge {
    pub at: Timestamp,
    pub now: Timestamp,
    pub within: BTreeSet<ScopeId>,
}

impl Forecast {
    /// Everything that a device must destroy, in the state that is read now.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn targets(
        &self,
        db: &mut dyn Reader,
        device: DeviceId,
        doomed: &Doomed,
    ) -> Result<Vec<Target>, StorageError> {
        let (targets, _) = self.purge.targets(db, device, &doomed.compared).await?;
        Ok(targets)
    }
}

impl Purge {
    pub fn at_once(&self) -> bool {
        self.at <= self.now
    }

    /// The devices of somebody that must destroy something.
    pub async fn devices(
        &self,
        db: &mut dyn Reader,
        person: PrincipalId,
        compared: &Arc<Compared>,
    ) -> Result<BTreeMap<DeviceId, Doomed>, StorageError> {
        let mut found = BTreeMap::new();
        for device in devices(db, person).await? {
            let (targets, leases) = self.targets(db, device.id, compared).await?;
            if targets.is_empty() {
                continue;
            }
            let doomed = Doomed {
                person,
                name: device.name.to_string(),
                leases,
                digest: digest(&targets)?,
                compared: Arc::clone(compared),
            };
            found.insert(device.id, doomed);
        }
        Ok(found)
    }

    /// What is lost only later leaves the devices by itself, except for values that were leased for longer.
    async fn targets(
        &self,
        db: &mut dyn Reader,
        device: DeviceId,
        compared: &Compared,
    ) -> Result<(Vec<Target>, u64), StorageError> {
        let (mut leases, mut single) = (0_u64, BTreeSet::<SecretId>::new());
        each_held(db, device, self.now, &mut |lease, scope| {
            if self.goes(compared, scope) && self.outlives(&lease) {
                leases = leases.saturating_add(1);
                if !self.at_once() || compared.lost.values.contains(&scope) {
                    single.insert(lease.secret);
                }
            }
        })
        .await?;
        let mut targets = compared.names.clone();
        let single = single.into_iter();
        targets.extend(single.map(|secret| Target::Secret { secret, names: false }));
        Ok((targets, leases))
    }

    fn goes(&self, compared: &Compared, scope: ScopeId) -> bool {
        let nameless = || {
            let gone = compared.loss.get(&scope);
            gone.is_some_and(|gone| gone.contains(&Action::SecretView))
        };
        self.within.contains(&scope) && (nameless() || compared.lost.values.contains(&scope))
    }

    fn outlives(&self, lease: &Release) -> bool {
        let end = lease.issued_at.plus(Duration::from_millis(lease.max_age_ms));
        self.at_once() || end > self.at
    }
}

fn digest(targets: &[Target]) -> Result<[u8; 32], StorageError> {
    let bytes = serde_json::to_vec(targets).map_err(|error| StorageError::Corrupt {
        column: "targets".to_owned(),
        source: Box::new(error),
    })?;
    Ok(sha256(&bytes))
}
