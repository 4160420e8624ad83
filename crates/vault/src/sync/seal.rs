//! Sealing what is written to the server's key of the pinned bundle (rule 28).

use super::ReleaseError;
use crate::state::Inner;
use claviger_crypto::{
    sealing::SealingError,
    secret::SecretBytes,
    to_server::{ToServer, seal_to_server},
};
use claviger_model::ids::SecretId;
use claviger_protocol::secrets::SealedValue;

/// Suite(1) ‖ enc(32) stand before the ciphertext.
const ENCAPSULATED: usize = 33;

impl Inner {
    /// Seals the value of a version that is to be written.
    ///
    /// # Errors
    /// When nobody is signed in, or the server's key is not usable.
    pub(crate) fn seal_value(
        &self,
        secret: SecretId,
        version: u64,
        value: &SecretBytes,
    ) -> Result<SealedValue, ReleaseError> {
        let live = self.live()?;
        let (organization, device) = (live.server.organization, live.device);
        let binding = ToServer::Write {
            organization,
            device,
            secret,
            version,
        };
        let sealed = seal_to_server(
            &live.server.sealing,
            &binding,
            value.expose(),
            &*self.parts.entropy,
        )?;
        Ok(split(&sealed).ok_or(SealingError::Short)?)
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
