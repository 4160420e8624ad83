//! Sealing what is written to the server's key of the pinned bundle (rule 28).

use super::ReleaseError;
use crate::{account::Server, api::Arguments, state::Inner};
use claviger_crypto::{
    sealing::SealingError,
    secret::SecretBytes,
    to_server::{ToServer, seal_to_server},
};
use claviger_model::ids::{DeviceId, OrganizationId, SecretId};
use claviger_protocol::{problem::Code, route::Route, secrets::SealedValue};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// Suite(1) ‖ enc(32) stand before the ciphertext.
const ENCAPSULATED: usize = 33;

impl Inner {
    /// Seals the value of a version and sends it with what `body` makes of it.
    ///
    /// # Errors
    /// As [`Inner::send_sealed`].
    pub(crate) async fn send_value<B: Serialize + Sync, R: DeserializeOwned>(
        self: &Arc<Self>,
        route: Route,
        arguments: Arguments<'_>,
        (secret, version, value): (SecretId, u64, &SecretBytes),
        body: impl Fn(SealedValue) -> B,
    ) -> Result<R, ReleaseError> {
        let binding = |organization, device| ToServer::Write {
            organization,
            device,
            secret,
            version,
        };
        self.send_sealed(route, arguments, (&binding, value), body).await
    }

    /// Seals a value to the server, for what `binding` says, and sends it with what `body` makes of it. Where the server has another
    /// key by now, for which the pinned ones vouch, it is sealed anew and sent once more.
    ///
    /// # Errors
    /// When nobody is signed in, the server refuses, or it shows keys that nothing vouches for.
    pub(crate) async fn send_sealed<B: Serialize + Sync, R: DeserializeOwned>(
        self: &Arc<Self>,
        route: Route,
        arguments: Arguments<'_>,
        (binding, value): (
            &(dyn Fn(OrganizationId, DeviceId) -> ToServer + Sync),
            &SecretBytes,
        ),
        body: impl Fn(SealedValue) -> B,
    ) -> Result<R, ReleaseError> {
        let live = self.live()?;
        let server = self.newest_pin(&live.server);
        let seal = |server: &Server| {
            let binding = binding(server.organization, live.device);
            let sealed = seal_to_server(&server.sealing, &binding, value.expose(), &*self.parts.entropy)?;
            split(&sealed).ok_or(SealingError::Short)
        };
        let call = body(seal(&server)?);
        let refused = match self.call(route, arguments, &call).await {
            Err(error) if error.code() == Some(Code::BadSeal) => error,
            answered => return Ok(answered?),
        };
        let (now, _) = self.check_server(&server).await?;
        if now.sealing == server.sealing {
            return Err(refused.into());
        }
        let call = body(seal(&now)?);
        Ok(self.call(route, arguments, &call).await?)
    }

    /// The server as it was pinned last: an open vault was perhaps opened before it followed the server to other keys.
    pub(crate) fn newest_pin(&self, known: &Arc<Server>) -> Arc<Server> {
        let pinned = self.place().server.clone();
        pinned
            .filter(|pinned| pinned.organization == known.organization)
            .unwrap_or_else(|| Arc::clone(known))
    }
}

/// Suite and encapsulated key apart from the ciphertext, as they travel.
pub(super) fn split(sealed: &[u8]) -> Option<SealedValue> {
    let (encapsulated, ciphertext) = sealed.split_at_checked(ENCAPSULATED)?;
    Some(SealedValue {
        encapsulated: encapsulated.to_vec().into(),
        ciphertext: ciphertext.to_vec().into(),
    })
}
