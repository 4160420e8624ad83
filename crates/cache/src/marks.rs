//! What the person marked: favourites, and when each secret was last used on this device.

use crate::{cache::Cache, error::CacheError};
use claviger_model::{ids::SecretId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// A secret's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Among the favourites.
    pub favourite: bool,
    /// Last used on this device.
    pub used_at: Option<Timestamp>,
}

impl Cache {
    /// Every mark.
    pub async fn marks(&self) -> Result<Vec<(SecretId, Mark)>, CacheError> {
        todo!()
    }

    /// Sets a mark; the default one is removed.
    pub async fn mark(&self, secret: SecretId, mark: Mark) -> Result<(), CacheError> {
        todo!()
    }
}
