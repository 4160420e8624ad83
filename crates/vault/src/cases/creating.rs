//! A draft keeps its id until the server has answered: where a reply got lost, sending the draft again is the same creation, and
//! not a second one that finds its name taken by the first.

use claviger_crypto::{
    bytes::{constant_time_eq, join, sha256},
    secret::SecretBytes,
};
use claviger_model::{
    entropy::Entropy,
    ids::{ScopeId, SecretId},
    secret::Description,
};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The creation whose outcome is not known, if there is one.
#[derive(Default)]
pub(crate) struct Creating(Mutex<Option<Attempt>>);

struct Attempt {
    id: SecretId,
    salt: [u8; 32],
    digest: [u8; 32],
}

impl Creating {
    /// The id of a draft: that of the attempt before, if it was the very same draft, value included; else a new one.
    pub(super) fn id_for(
        &self,
        scope: ScopeId,
        description: &Description,
        value: &SecretBytes,
        entropy: &dyn Entropy,
    ) -> SecretId {
        let mut attempt = self.lock();
        if let Some(known) = &*attempt
            && constant_time_eq(&known.digest, &digest(&known.salt, scope, description, value))
        {
            return known.id;
        }
        let (id, mut salt) = (SecretId::random(entropy), [0; 32]);
        entropy.fill(&mut salt);
        let digest = digest(&salt, scope, description, value);
        *attempt = Some(Attempt { id, salt, digest });
        id
    }

    /// The server has answered for good.
    pub(super) fn done(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Attempt>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(salt: &[u8], scope: ScopeId, description: &Description, value: &SecretBytes) -> [u8; 32] {
    let described = serde_json::to_vec(description).unwrap_or_default();
    let whole = Zeroizing::new(join(&[salt, scope.as_bytes(), &described, value.expose()]));
    sha256(&whole)
}
