//! Calls of a signed-in person: with a living token, once more after it was renewed.

use super::{Access, CallError};
use crate::{
    api::{ApiError, Arguments, Request},
    state::{Inner, Live},
    view::state::OfflineReason,
};
use claviger_protocol::{problem::Code, route::Route};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

impl Inner {
    /// Calls the server with a body, in the name of whoever is signed in.
    ///
    /// # Errors
    /// When nobody is signed in, the server is out of reach, or it refuses.
    pub(crate) async fn call<B: Serialize + Sync, R: DeserializeOwned>(
        self: &Arc<Self>,
        route: Route,
        arguments: Arguments<'_>,
        body: &B,
    ) -> Result<R, CallError> {
        let live = self.live()?;
        self.call_as(&live, &Request::with(route, arguments, body)?).await
    }

    /// Calls the server without a body.
    ///
    /// # Errors
    /// As [`Inner::call`].
    pub(crate) async fn ask<R: DeserializeOwned>(
        self: &Arc<Self>,
        route: Route,
        arguments: Arguments<'_>,
    ) -> Result<R, CallError> {
        let live = self.live()?;
        self.call_as(&live, &Request::plain(route, arguments)).await
    }

    /// Calls the server in the name of one open vault.
    ///
    /// # Errors
    /// As [`Inner::call`].
    pub(crate) async fn call_as<R: DeserializeOwned>(
        self: &Arc<Self>,
        live: &Arc<Live>,
        request: &Request,
    ) -> Result<R, CallError> {
        let access = self.access(live).await?;
        let refused = match live.api.call(request, Some(&access.token)).await {
            Err(error) => error,
            Ok(reply) => {
                self.note_online(live);
                return Ok(reply);
            }
        };
        let access = self.mended(live, &access, refused).await?;
        match live.api.call(request, Some(&access.token)).await {
            Ok(reply) => {
                self.note_online(live);
                Ok(reply)
            }
            Err(error) => Err(self.failed(live, error).await),
        }
    }

    /// Does what lets a refused call be made again, and gives the token for it; nothing was done by a call that was refused so.
    ///
    /// # Errors
    /// When it cannot be made again: the refusal itself, or why it could not be mended.
    pub(crate) async fn mended(
        self: &Arc<Self>,
        live: &Arc<Live>,
        access: &Access,
        refused: ApiError,
    ) -> Result<Access, CallError> {
        match refused.code() {
            Some(Code::Unauthenticated) => self.renew(live, access).await,
            Some(Code::StepUp) => {
                let ApiError::Refused(asked) = &refused else {
                    return Err(refused.into());
                };
                self.step_up(live, asked).await?;
                self.access(live).await
            }
            Some(Code::ReassertFirst) => {
                if let Err(error) = self.reassert(live).await {
                    if matches!(error, CallError::Provider(_)) {
                        self.note_offline(live, OfflineReason::ServerError);
                    }
                    return Err(error);
                }
                self.access(live).await
            }
            _ => Err(self.failed(live, refused).await),
        }
    }
}
