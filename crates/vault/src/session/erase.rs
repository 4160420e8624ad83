//! Destroying what this device holds, after an order or when its key is of no use any more.

use crate::{
    account::{Identity, Server},
    state::{Inner, Live},
};
use claviger_cache::{Cache, DeviceItem, SessionItem};
use claviger_model::ids::DeviceId;
use std::sync::Arc;

impl Inner {
    /// Destroys cache and keys after an order to do so was carried out and acknowledged. The cache is closed already.
    pub(crate) async fn erase(&self, live: &Live) {
        self.erase_cache(&live.server, live.device).await;
        self.drop_keys(&live.server).await;
    }

    /// Removes a device's cache and its key.
    pub(crate) async fn erase_cache(&self, server: &Server, device: DeviceId) {
        let (keys, organization) = (&*self.parts.keys, server.organization);
        let erased = Cache::erase(&self.parts.directory, organization, device, keys).await;
        if let Err(error) = erased {
            // Its content is destroyed by its key table already; the file itself is noise.
            tracing::warn!(%error, "an old cache file could not be removed");
        }
    }

    /// Gives up a key that the server does not take any more; the next sign-in makes a new one. What was read offline is sent first,
    /// as long as the old key may still do that.
    pub(crate) async fn renounce(self: &Arc<Self>, server: &Arc<Server>, identity: &Identity) {
        let _turn = self.turn.lock().await;
        self.close().await;
        if let Some(enrolled) = identity.enrolled() {
            if let Err(error) = self.closed_round(server, identity, &enrolled).await {
                tracing::info!(%error, "the old device's journal could not be sent");
            }
            self.erase_cache(server, enrolled.device).await;
        }
        self.drop_keys(server).await;
    }

    /// Forgets this device's keys and session.
    pub(crate) async fn drop_keys(&self, server: &Server) {
        let (keys, organization) = (&*self.parts.keys, server.organization);
        for deleted in [
            SessionItem::delete(keys, organization).await,
            DeviceItem::delete(keys, organization).await,
        ] {
            let _told = deleted.inspect_err(|error| self.note_keyring(error));
        }
        self.place().identity = None;
    }
}
