//! Destroying what this device holds, after an order or when its key is of no use any more.

use super::SessionError;
use crate::{
    account::{Identity, Server},
    api::ApiError,
    state::{Inner, Live},
    sync::{ClosedError, Round, SyncError},
};
use claviger_cache::{Cache, DeviceItem, GoodbyeItem, SessionItem};
use claviger_model::ids::DeviceId;
use claviger_protocol::problem::Code;
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

    /// What it means that the server does not take this device's key for whoever came back from the browser: it was ended, or it
    /// is another person's. That refusal alone takes nothing (rule 26); the device itself is asked, by its key.
    pub(crate) async fn not_ours(
        self: &Arc<Self>,
        server: &Arc<Server>,
        identity: &Identity,
        refused: ApiError,
    ) -> SessionError {
        let _turn = self.turn.lock().await;
        self.close().await;
        let Some(enrolled) = identity.enrolled().filter(|_| identity.stored) else {
            // Nothing is kept under a key that ends with the program.
            self.drop_keys(server).await;
            return refused.into();
        };
        match self.closed_round(server, identity, &enrolled).await {
            Ok(Round {
                everything: false,
                name,
            }) => SessionError::OtherPerson { name },
            // What was read offline is sent by now, and the order to destroy everything was obeyed.
            Ok(Round { everything: true, .. }) => {
                self.erase_cache(server, enrolled.device).await;
                self.drop_keys(server).await;
                refused.into()
            }
            // It was ended for good, and obeyed its last order then.
            Err(ClosedError::Sync(SyncError::Call(error))) if error.code() == Some(Code::DeviceEnded) => {
                self.erase_cache(server, enrolled.device).await;
                self.drop_keys(server).await;
                refused.into()
            }
            Err(error) => {
                tracing::info!(%error, "what the server says of this device is not known");
                refused.into()
            }
        }
    }

    /// Forgets this device's keys and session.
    pub(crate) async fn drop_keys(&self, server: &Server) {
        let (keys, organization) = (&*self.parts.keys, server.organization);
        for deleted in [
            SessionItem::delete(keys, organization).await,
            GoodbyeItem::delete(keys, organization).await,
            DeviceItem::delete(keys, organization).await,
        ] {
            let _told = deleted.inspect_err(|error| self.note_keyring(error));
        }
        self.place().identity = None;
    }
}
