//! A fresh or stronger sign-in in the middle of something (RFC 9470): the browser, bound to this device as the first sign-in
//! was (rule 1), and the same session goes on. Whoever asked makes their call again.

use super::{CallError, sign_in::UnderWay};
use crate::{
    api::Request,
    state::{Inner, Live},
};
use claviger_crypto::challenge::Challenge;
use claviger_protocol::{
    problem::Problem,
    route,
    sign_in::{self, StepUp, Tokens},
};
use claviger_sign_in::{
    door::{Fresh, ProviderTokens, Visit},
    error::SignInError,
    provider::Provider,
    renewal::RenewalError,
};
use std::sync::Arc;

impl Inner {
    /// Signs in afresh as the server asked, and takes the new tokens into the session.
    ///
    /// # Errors
    /// When the person turns back, the provider or the server refuses, or another sign-in is under way.
    pub(crate) async fn step_up(
        self: &Arc<Self>,
        live: &Arc<Live>,
        asked: &Problem,
    ) -> Result<(), CallError> {
        let under_way = UnderWay::begin(self).map_err(CallError::StepUp)?;
        let provider = self.step_up_provider(live).await?;
        let challenge: sign_in::Challenge = live
            .api
            .call(&Request::plain(route::CHALLENGE, &[]), None)
            .await?;
        let bytes = challenge.challenge.array().map(Challenge::from_bytes);
        let bytes = bytes.ok_or(CallError::StepUp(SignInError::Misconfigured(
            "the server's challenge has no 32 bytes",
        )))?;
        let visit = Visit {
            origin: &live.server.origin,
            challenge: &bytes,
            keys: &live.keys,
            patience: self.parts.timings.sign_in_patience,
        };
        let asked = asked.sign_in.as_deref();
        let fresh = Fresh {
            max_age: asked.map_or(0, |asked| asked.max_age),
            acr_values: asked.map_or(&[], |asked| &asked.acr_values),
        };
        let open_url = Arc::clone(&self.parts.open_url);
        let vouched = self
            .door
            .enter_afresh(
                &provider,
                visit,
                fresh,
                move |url| open_url(url),
                &under_way.cancel,
            )
            .await;
        let ProviderTokens { id_token, refresh } = vouched.map_err(CallError::StepUp)?;
        let access = self.access(live).await?;
        let body = StepUp {
            challenge: challenge.challenge,
            id_token,
        };
        let tokens = self
            .posted::<Tokens, _>(live, &access, route::STEP_UP, &body)
            .await?;
        let mut session = live.session.lock().await;
        // The provider is asked again about this sign-in from now on; the refresh token of the one before it is of no use.
        session.provider_refresh = refresh;
        self.take_tokens(live, &mut session, tokens).await;
        Ok(())
    }

    async fn step_up_provider(&self, live: &Arc<Live>) -> Result<Provider, CallError> {
        let kept = live.provider.lock().await.clone();
        if let Some(provider) = kept {
            return Ok(provider);
        }
        let settings = self.provider_settings(live).await.map_err(|error| match error {
            RenewalError::Unasked(error) | RenewalError::Answer(error) => CallError::StepUp(error),
            RenewalError::Refused { .. } => CallError::SignedOut,
        })?;
        let provider = self.provider(settings).await.map_err(CallError::StepUp)?;
        *live.provider.lock().await = Some(provider.clone());
        Ok(provider)
    }
}
