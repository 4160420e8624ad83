//! What is held, and what somebody has at hand.

use super::{super::classes::classes, Facts};
use claviger_model::blast::{DeviceAtHand, KeyAtHand, Known, SessionAtHand, Standing, known};
use claviger_storage::{
    StorageError,
    holdings::Held,
    services::ServiceKey,
    sessions::{Device, DeviceState, Session, SessionState},
};
use std::collections::BTreeSet;

impl Facts<'_> {
    /// Puts what is held together with what is known of the secrets.
    pub(super) async fn known(&mut self, held: Held) -> Result<Vec<Known>, StorageError> {
        if held.holdings.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = held.current.iter().map(|current| current.secret).collect();
        let secrets = self.reader.secrets(&ids).await?;
        let scopes: BTreeSet<_> = secrets.iter().map(|secret| secret.scope).collect();
        let classes = classes(self.reader, &scopes.into_iter().collect::<Vec<_>>()).await?;
        let standing = secrets
            .into_iter()
            .filter_map(|secret| {
                let standing = Standing {
                    scope: secret.scope,
                    class: *classes.get(&secret.scope)?,
                    kind: secret.description.kind,
                    owner: secret.description.owner,
                    since: secret.changed_at,
                    in_bin: secret.deleted_at.is_some(),
                };
                Some((secret.id, standing))
            })
            .collect();
        Ok(known(&held.current, held.holdings, &standing))
    }

    pub(super) fn at_hand(&self, session: &Session) -> Option<SessionAtHand> {
        let lives = session.state != SessionState::Ended && session.ends_at > self.now;
        lives.then_some(SessionAtHand {
            session: session.id,
            device: session.device,
            created_at: session.created_at,
            ends_at: session.ends_at,
        })
    }

    pub(super) async fn device_at_hand(
        &mut self,
        device: &Device,
    ) -> Result<Option<DeviceAtHand>, StorageError> {
        if device.state == DeviceState::Ended {
            return Ok(None);
        }
        let (leases, leased_until) = self.reader.leases_at_hand(device.id, self.now).await?;
        Ok(Some(DeviceAtHand {
            device: device.id,
            seen_at: device.seen_at,
            leases,
            leased_until,
        }))
    }
}

pub(super) fn key_at_hand(key: &ServiceKey) -> KeyAtHand {
    KeyAtHand {
        key: key.id,
        service: key.service,
        ends_at: key.ends_at,
        last_used_at: key.last_used_at,
    }
}
