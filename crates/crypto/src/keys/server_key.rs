//! The server's own keys (rule 20) at rest: wrapped by a generation, like data keys.

use super::{KeyError, KeyGeneration};
use crate::envelope::{self, Binding, Envelope};
use crate::secret::Key256;
use claviger_model::entropy::Entropy;
use claviger_model::ids::KeyId;

const SERVER: &str = "server-key";

/// The row of a server's key; a wrapped key opens in its own row only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerKeyRow<'a> {
    /// Its id.
    pub id: KeyId,
    /// What it is for, such as `log`.
    pub purpose: &'a str,
    /// Counted from 1 for each purpose.
    pub number: u64,
}

impl KeyGeneration {
    /// Wraps a key of the server for its row; this is one of the generation's [`super::Uses`].
    ///
    /// # Errors
    /// When sealing fails.
    pub fn wrap_server_key(
        &self,
        key: &Key256,
        of: ServerKeyRow<'_>,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let id = of.id;
        Ok(envelope::seal(
            &self.key,
            &self.server_binding(&id, of),
            key.expose(),
            entropy,
        )?)
    }

    /// Unwraps a key of the server.
    ///
    /// # Errors
    /// When it was wrapped by another generation, altered, or belongs to another row.
    pub fn unwrap_server_key(&self, wrapped: &[u8], of: ServerKeyRow<'_>) -> Result<Key256, KeyError> {
        let id = of.id;
        let plain = Envelope::parse(wrapped)?.open(&self.key, &self.server_binding(&id, of))?;
        Key256::from_slice(plain.expose()).ok_or(KeyError::Length)
    }

    fn server_binding<'a>(&self, id: &'a KeyId, of: ServerKeyRow<'a>) -> Binding<'a> {
        Binding {
            purpose: SERVER,
            organization: self.organization,
            object: id.as_bytes(),
            version: of.number,
            field: of.purpose,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_model::{entropy::Sequence, ids::OrganizationId};

    #[test]
    fn a_key_opens_in_its_own_row_only() {
        let entropy = Sequence::new(1);
        let generation = KeyGeneration::random(1, OrganizationId::random(&entropy), &entropy);
        let key = Key256::random(&entropy);
        let row = ServerKeyRow {
            id: KeyId::random(&entropy),
            purpose: "log",
            number: 1,
        };
        let wrapped = generation.wrap_server_key(&key, row, &entropy).unwrap();
        assert_eq!(generation.unwrap_server_key(&wrapped, row).unwrap(), key);
        for other in [
            ServerKeyRow {
                purpose: "orders",
                ..row
            },
            ServerKeyRow { number: 2, ..row },
            ServerKeyRow {
                id: KeyId::random(&entropy),
                ..row
            },
        ] {
            assert!(generation.unwrap_server_key(&wrapped, other).is_err());
        }
    }
}
