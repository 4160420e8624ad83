//! Asking the identity provider again, at least hourly (rule 3).

use super::CallError;
use crate::state::{Inner, Live};
use std::sync::Arc;

impl Inner {
    /// Has the provider vouch anew and tells the server; a refusal ends the session.
    ///
    /// # Errors
    /// When it refuses, or cannot be asked.
    pub(crate) async fn reassert(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), CallError> {
        todo!()
    }
}
