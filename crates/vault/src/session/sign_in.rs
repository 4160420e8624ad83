//! Signing in: challenge, browser, exchange, open vault (rules 1 and 8).

use super::SessionError;
use crate::state::Inner;
use std::sync::Arc;

impl Inner {
    /// Signs in through the browser.
    pub(crate) async fn sign_in(
        self: &Arc<Self>,
        bootstrap_code: Option<String>,
    ) -> Result<(), SessionError> {
        todo!()
    }

    /// Takes back the sign-in that is under way, if there is one.
    pub(crate) fn cancel_sign_in(&self) {
        if let Some(cancel) = &self.place().signing_in {
            cancel.cancel();
        }
    }
}
