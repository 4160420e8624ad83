//! Sealing what is written to the server's key of the pinned bundle (rule 28).

use super::ReleaseError;
use crate::state::{Inner, Live};
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
        Ok(self.seal(
            &live,
            &ToServer::Write {
                organization,
                device,
                secret,
                version,
            },
            value.expose(),
        )?)
    }

    /// Seals anything to the server.
    ///
    /// # Errors
    /// When the server's key is not usable.
    pub(crate) fn seal(
        &self,
        live: &Live,
        binding: &ToServer,
        plain: &[u8],
    ) -> Result<SealedValue, SealingError> {
        let sealed = seal_to_server(&live.server.sealing, binding, plain, &*self.parts.entropy)?;
        let (encapsulated, ciphertext) = sealed.split_at_checked(ENCAPSULATED).ok_or(SealingError::Short)?;
        Ok(SealedValue {
            encapsulated: encapsulated.to_vec().into(),
            ciphertext: ciphertext.to_vec().into(),
        })
    }
}
