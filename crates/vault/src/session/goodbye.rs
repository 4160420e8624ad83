//! Ending a session on the server that is over on this device already: at once where that can be, else with the next contact.
//!
//! A sign-out while locked or offline leaves what ends the session in the keyring, and nothing that opens anything here.

use crate::{
    account::{Identity, Server},
    api::{Api, ApiError, Nothing, Request},
    state::Inner,
};
use claviger_cache::{GoodbyeItem, SessionItem};
use claviger_protocol::{
    problem::Code,
    route,
    sign_in::{Refresh, Tokens},
};
use std::sync::Arc;

impl Inner {
    /// Keeps what ends the session of this device on the server later.
    pub(super) async fn keep_goodbye(&self, server: &Server) {
        let (keys, organization) = (&*self.parts.keys, server.organization);
        let Ok(Some(item)) = SessionItem::load(keys, organization).await else {
            // Without a keyring nothing outlives the program; the server ends the session by its time.
            return;
        };
        let goodbye = GoodbyeItem {
            session: item.session,
            refresh: item.refresh,
        };
        let kept = goodbye.store(keys, organization).await;
        let _told = kept.inspect_err(|error| self.note_keyring(error));
    }

    /// Ends the session that waits for it, if one does.
    pub(crate) async fn say_goodbye(&self, server: &Arc<Server>, identity: &Identity) {
        let (keys, organization) = (&*self.parts.keys, server.organization);
        let Ok(Some(mut goodbye)) = GoodbyeItem::load(keys, organization).await else {
            return;
        };
        let api = self.api(server, identity);
        let ended = end(&api, &mut goodbye).await;
        let done = match &ended {
            Ok(()) => true,
            Err(ApiError::Refused(refused)) => is_over(refused.code),
            Err(_) => false,
        };
        let kept = if done {
            GoodbyeItem::delete(keys, organization).await
        } else {
            // The refresh token may be a newer one by now.
            goodbye.store(keys, organization).await
        };
        if let Err(error) = kept {
            tracing::info!(%error, "the keyring did not take the end of a session");
        }
        if let Err(error) = ended {
            tracing::info!(%error, done, "a session that is over here was not ended on the server");
        }
    }
}

/// Ends a session by its refresh token.
pub(super) async fn end(api: &Api, goodbye: &mut GoodbyeItem) -> Result<(), ApiError> {
    let body = Refresh {
        refresh: goodbye.refresh.clone(),
    };
    let tokens: Tokens = api
        .call(&Request::with(route::REFRESH, &[], &body)?, None)
        .await?;
    goodbye.refresh = tokens.refresh;
    let request = Request::plain(route::SIGN_OUT, &[]);
    let _nothing: Nothing = api.call(&request, Some(&tokens.access)).await?;
    Ok(())
}

/// Whether a refusal says that there is nothing to end any more.
const fn is_over(code: Code) -> bool {
    matches!(
        code,
        Code::BadRefresh
            | Code::SessionEnded
            | Code::DeviceEnded
            | Code::Disabled
            | Code::ReassertFirst
            | Code::Unauthenticated
    )
}
