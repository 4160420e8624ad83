//! Calls of a signed-in person: with a living token, once more after it was renewed.

use super::{Access, CallError};
use crate::{
    api::{ApiError, Arguments, Request},
    state::{Inner, Live},
    view::state::OfflineReason,
};
use claviger_protocol::{
    problem::{Code, Problem},
    route::Route,
};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// Whether somebody waits for what they began, or a page shows something by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looking {
    InAction,
    Quietly,
}

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
        self.mine(Request::with(route, arguments, body)?, Looking::InAction)
            .await
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
        self.mine(Request::plain(route, arguments), Looking::InAction)
            .await
    }

    /// As [`Inner::call`], for what a page shows by itself: where a fresh sign-in is asked for, that is the answer, and no browser
    /// opens unasked. [`Inner::asked_afresh`] then does what was asked for.
    ///
    /// # Errors
    /// As [`Inner::call`].
    pub(crate) async fn look<B: Serialize + Sync, R: DeserializeOwned>(
        self: &Arc<Self>,
        route: Route,
        arguments: Arguments<'_>,
        body: &B,
    ) -> Result<R, CallError> {
        self.mine(Request::with(route, arguments, body)?, Looking::Quietly)
            .await
    }

    /// The same without a body.
    ///
    /// # Errors
    /// As [`Inner::call`].
    pub(crate) async fn look_plain<R: DeserializeOwned>(
        self: &Arc<Self>,
        route: Route,
        arguments: Arguments<'_>,
    ) -> Result<R, CallError> {
        self.mine(Request::plain(route, arguments), Looking::Quietly)
            .await
    }

    /// Signs in afresh as the server asked at the last [`Inner::look`]; with several factors, just now, where it did not ask.
    ///
    /// # Errors
    /// As the fresh sign-in itself.
    pub(crate) async fn asked_afresh(self: &Arc<Self>) -> Result<(), CallError> {
        let live = self.live()?;
        let asked = live.take_asked_afresh().unwrap_or_else(|| Problem::step_up(0));
        self.step_up(&live, &asked).await
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
        self.answered(live, request, Looking::InAction).await
    }

    /// In the name of whoever is signed in now.
    async fn mine<R: DeserializeOwned>(
        self: &Arc<Self>,
        request: Request,
        looking: Looking,
    ) -> Result<R, CallError> {
        let live = self.live()?;
        self.answered(&live, &request, looking).await
    }

    async fn answered<R: DeserializeOwned>(
        self: &Arc<Self>,
        live: &Arc<Live>,
        request: &Request,
        looking: Looking,
    ) -> Result<R, CallError> {
        let access = self.access(live).await?;
        let refused = match live.api.call(request, Some(&access.token)).await {
            Err(error) => error,
            Ok(reply) => {
                self.note_online(live);
                return Ok(reply);
            }
        };
        if let (Looking::Quietly, ApiError::Refused(asked)) = (looking, &refused)
            && asked.code == Code::StepUp
        {
            live.note_asked_afresh(asked.clone());
            return Err(refused.into());
        }
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
