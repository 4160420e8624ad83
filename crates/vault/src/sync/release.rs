//! Released values: checked against the log before they are opened.

use super::ReleaseError;
use crate::state::Inner;
use claviger_crypto::secret::SecretBytes;
use claviger_model::{
    ids::{EventId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    problem::Problem,
    release::{Purpose, ReleaseItem, ReleaseReply},
};
use std::sync::Arc;

/// A value that was released, proved and opened.
#[derive(Debug)]
pub(crate) struct OpenedValue {
    pub(crate) secret: SecretId,
    pub(crate) version: u64,
    pub(crate) purpose: Purpose,
    pub(crate) event: EventId,
    /// When the server released it.
    pub(crate) at: Timestamp,
    pub(crate) value: SecretBytes,
    /// Until when its offline copy can be read; none where none was kept.
    pub(crate) kept_until: Option<Timestamp>,
}

impl Inner {
    /// Asks for values, checks their proofs, keeps their leases and opens them; in the order of the items.
    ///
    /// # Errors
    /// When the server is out of reach, or what it sent does not hold. A refused item is its own `Err`.
    pub(crate) async fn release(
        self: &Arc<Self>,
        items: Vec<ReleaseItem>,
    ) -> Result<Vec<Result<OpenedValue, Problem>>, ReleaseError> {
        todo!()
    }

    /// The second half of [`Inner::release`].
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn accept_release(
        self: &Arc<Self>,
        items: &[ReleaseItem],
        reply: ReleaseReply,
    ) -> Result<Vec<Result<OpenedValue, Problem>>, ReleaseError> {
        todo!()
    }
}
