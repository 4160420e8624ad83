//! Access tokens: renewed ahead of their end and after a refusal, by one renewal at a time (rule 3).

use super::{Access, CallError};
use crate::state::{Inner, Live};
use std::sync::Arc;

impl Inner {
    /// A living access token.
    ///
    /// # Errors
    /// When the session is over, or the server gives none.
    pub(crate) async fn access(self: &Arc<Self>, live: &Arc<Live>) -> Result<Access, CallError> {
        todo!()
    }

    /// Renews the access token, unless somebody else just did.
    ///
    /// # Errors
    /// As [`Inner::access`].
    pub(crate) async fn renew(
        self: &Arc<Self>,
        live: &Arc<Live>,
        refused: Option<&Access>,
    ) -> Result<(), CallError> {
        todo!()
    }
}
