//! Asking the identity provider again, at least hourly (rule 3): a refusal there ends the session here.

use super::{Access, CallError};
use crate::{
    api::{ApiError, Nothing, Request},
    problem,
    state::{Inner, Live},
};
use claviger_protocol::{
    problem::Code,
    route,
    sign_in::{ProviderRefused, Reassert, Tokens},
    wire::Token,
};
use claviger_sign_in::{
    door::ProviderTokens,
    error::SignInError,
    provider::{Provider, ProviderSettings},
    renewal::RenewalError,
};
use std::sync::Arc;

impl Inner {
    /// Has the provider vouch anew and tells the server, unless somebody else just did.
    ///
    /// # Errors
    /// When the provider refuses, which ends the session, or cannot be asked.
    pub(crate) async fn reassert(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), CallError> {
        let due = live.session.lock().await.reassert_by;
        let _turn = live.reassert_turn.lock().await;
        let only = self.only_refresher(live).await;
        let provider_refresh = {
            let mut session = live.session.lock().await;
            self.adopt(live, &mut session).await;
            if session.reassert_by > due {
                return Ok(());
            }
            session.provider_refresh.clone()
        };
        let Some(provider_refresh) = provider_refresh else {
            // The provider gives nothing to ask with, so the session ends by itself.
            self.session_over(live);
            return Err(CallError::SessionOver);
        };
        let vouched = self.ask_provider(live, &provider_refresh).await;
        if let Ok(ProviderTokens {
            refresh: Some(next), ..
        }) = &vouched
        {
            // Kept before it is used: providers that rotate take the old one back.
            let mut session = live.session.lock().await;
            session.provider_refresh = Some(next.clone());
            self.keep_session(live, &session).await;
        }
        // Renewing our own tokens, which may be next, takes it again.
        drop(only);
        let vouched = match vouched {
            Ok(vouched) => vouched,
            Err(RenewalError::Refused { code }) => return Err(self.provider_refused(live, code).await),
            Err(RenewalError::Unasked(error) | RenewalError::Answer(error)) => {
                return Err(CallError::Provider(error));
            }
        };
        self.tell_server(live, vouched.id_token).await
    }

    /// Whether the provider should be asked now, ahead of the last moment.
    pub(crate) async fn reassert_is_due(&self, live: &Live) -> bool {
        let session = live.session.lock().await;
        let soon = self.now().plus(self.parts.timings.reassert_margin);
        !live.is_over() && session.provider_refresh.is_some() && session.reassert_by <= soon
    }

    /// The identity provider that the server names, discovered.
    ///
    /// # Errors
    /// When it cannot be reached or is not set up as it must be.
    pub(super) async fn provider(&self, settings: ProviderSettings) -> Result<Provider, SignInError> {
        Provider::discover(settings, self.parts.http.clone(), Arc::clone(&self.parts.clock)).await
    }

    async fn ask_provider(&self, live: &Arc<Live>, refresh: &Token) -> Result<ProviderTokens, RenewalError> {
        let provider = live.provider.lock().await.clone();
        let provider = match provider {
            Some(provider) => provider,
            None => {
                let settings = self.provider_settings(live).await?;
                let provider = self.provider(settings).await.map_err(RenewalError::Unasked)?;
                *live.provider.lock().await = Some(provider.clone());
                provider
            }
        };
        provider.renew(refresh).await
    }

    pub(super) async fn provider_settings(&self, live: &Arc<Live>) -> Result<ProviderSettings, RenewalError> {
        match self.check_server(&live.server).await {
            Ok((_, enrolment)) => Ok(ProviderSettings {
                issuer: enrolment.issuer,
                client_id: enrolment.client_id,
                scopes: enrolment.scopes,
            }),
            Err(error) => {
                tracing::debug!(%error, "the server does not say which provider to ask");
                Err(RenewalError::Unasked(SignInError::Misconfigured(
                    "the server does not name its provider now",
                )))
            }
        }
    }

    async fn tell_server(self: &Arc<Self>, live: &Arc<Live>, id_token: Token) -> Result<(), CallError> {
        let access = self.access(live).await?;
        let body = Reassert { id_token };
        let tokens = self
            .posted::<Tokens, _>(live, &access, route::REASSERT, &body)
            .await?;
        let mut session = live.session.lock().await;
        self.take_tokens(live, &mut session, tokens).await;
        Ok(())
    }

    async fn provider_refused(self: &Arc<Self>, live: &Arc<Live>, code: String) -> CallError {
        if let Ok(access) = self.access(live).await {
            let body = ProviderRefused { error: code };
            let told = self
                .posted::<Nothing, _>(live, &access, route::PROVIDER_REFUSED, &body)
                .await;
            if let Err(error) = told {
                tracing::debug!(%error, "the server was not told that the provider refuses");
            }
        }
        let refused = claviger_protocol::problem::Problem::new(Code::ReassertFirst);
        self.end_later(live, Some(problem::refusal(&refused)));
        CallError::SignedOut
    }

    pub(super) async fn posted<R: serde::de::DeserializeOwned, B: serde::Serialize>(
        self: &Arc<Self>,
        live: &Arc<Live>,
        access: &Access,
        route: route::Route,
        body: &B,
    ) -> Result<R, CallError> {
        let request = Request::with(route, &[], body)?;
        let answered = live.api.call(&request, Some(&access.token)).await;
        let refused = match answered {
            Err(ApiError::Refused(refused)) if refused.code == Code::Unauthenticated => {
                let access = self.renew(live, access).await?;
                match live.api.call(&request, Some(&access.token)).await {
                    Ok(reply) => return Ok(reply),
                    Err(error) => error,
                }
            }
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        Err(self.failed(live, refused).await)
    }
}
