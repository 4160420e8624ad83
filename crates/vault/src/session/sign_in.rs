//! Signing in: who the server is, challenge, browser, exchange, open vault (rules 1, 8, 39).

use super::{Access, Session, SessionError};
use crate::{
    account::{Identity, Server},
    api::{Api, ApiError, Request},
    state::Inner,
    view::state::SessionState,
};
use claviger_cache::Enrolled;
use claviger_crypto::challenge::Challenge;
use claviger_protocol::{
    problem::Code,
    route,
    sign_in::{self, DeviceDescription, SignIn, SignedIn},
    wire::Token,
};
use claviger_sign_in::{
    cancel::Cancel,
    door::{ProviderTokens, Visit},
    error::SignInError,
    proof::ProofMaker,
    provider::ProviderSettings,
};
use std::{sync::Arc, time::Duration};
use zeroize::Zeroizing;

/// How long ending an earlier session may take now; else it waits.
const FAREWELL: Duration = Duration::from_secs(2);

/// Everything that a sign-in gave.
struct Exchanged {
    server: Arc<Server>,
    identity: Arc<Identity>,
    signed: SignedIn,
    provider_refresh: Option<Token>,
}

impl Inner {
    /// Signs in through the browser.
    pub(crate) async fn sign_in(
        self: &Arc<Self>,
        bootstrap_code: Option<String>,
    ) -> Result<(), SessionError> {
        let bootstrap_code = bootstrap_code
            .map(Zeroizing::new)
            .filter(|code| !code.trim().is_empty());
        let (server, under_way) = self.begin_sign_in()?;
        let exchanged = tokio::select! {
            biased;
            () = under_way.cancel.cancelled() => Err(SignInError::Cancelled.into()),
            exchanged = self.exchange(server, bootstrap_code, &under_way.cancel) => exchanged,
        };
        let entered = match exchanged {
            Ok(exchanged) => self.enter(exchanged).await,
            Err(error) => Err(error),
        };
        drop(under_way);
        if entered.is_err() {
            self.show_standing();
            if self.place().live.is_none() {
                self.watch_closed();
            }
        }
        entered
    }

    /// Takes back the sign-in that is under way, if there is one.
    pub(crate) fn cancel_sign_in(&self) {
        if let Some(cancel) = &self.place().signing_in {
            cancel.cancel();
        }
    }

    /// Speaks to a server with this device's keys.
    pub(crate) fn api(&self, server: &Server, identity: &Identity) -> Api {
        let (clock, entropy) = (Arc::clone(&self.parts.clock), Arc::clone(&self.parts.entropy));
        let proofs = ProofMaker::new(identity.keys.clone(), Arc::clone(&clock), entropy);
        Api::new(self.parts.http.clone(), server.origin.clone(), proofs, clock)
    }

    fn begin_sign_in(self: &Arc<Self>) -> Result<(Arc<Server>, UnderWay), SessionError> {
        let cancel = Cancel::new();
        let server = {
            let mut place = self.place();
            let server = place.server.clone().ok_or(SessionError::SignedOut)?;
            if place.signing_in.is_some() {
                return Err(SignInError::Busy.into());
            }
            if place.live.as_ref().is_some_and(|live| !live.is_over()) {
                return Err(SessionError::AlreadyIn);
            }
            place.signing_in = Some(cancel.clone());
            if place.live.is_none() {
                // The watch over the closed cache would hold its file.
                place.tasks = None;
            }
            server
        };
        let (view, since) = (server.view(), self.now().millis());
        self.board
            .change(|state| state.session = SessionState::SigningIn { server: view, since });
        Ok((
            server,
            UnderWay {
                inner: Arc::clone(self),
                cancel,
            },
        ))
    }

    async fn exchange(
        self: &Arc<Self>,
        pinned: Arc<Server>,
        bootstrap_code: Option<Zeroizing<String>>,
        cancel: &Cancel,
    ) -> Result<Exchanged, SessionError> {
        let (server, enrolment) = self.check_server(&pinned).await?;
        let settings = ProviderSettings {
            issuer: enrolment.issuer,
            client_id: enrolment.client_id,
            scopes: enrolment.scopes,
        };
        let provider = self.provider(settings).await?;
        let identity = self.identity(&server).await?;
        let api = self.api(&server, &identity);
        let asked: sign_in::Challenge = api.call(&Request::plain(route::CHALLENGE, &[]), None).await?;
        let challenge = asked.challenge.array().map(Challenge::from_bytes);
        let challenge = challenge.ok_or(SignInError::Misconfigured(
            "the server's challenge has no 32 bytes",
        ))?;
        let visit = Visit {
            origin: &server.origin,
            challenge: &challenge,
            keys: &identity.keys,
            patience: self.parts.timings.sign_in_patience,
        };
        let open_url = Arc::clone(&self.parts.open_url);
        let ProviderTokens { id_token, refresh } = self
            .door
            .enter(&provider, visit, move |url| open_url(url), cancel)
            .await?;
        let call = SignIn {
            challenge: asked.challenge,
            id_token,
            device: DeviceDescription {
                name: self.parts.device.name.clone(),
                platform: self.parts.device.platform.clone(),
                sealing_key: identity.keys.sealing_public().as_bytes().to_vec().into(),
            },
            bootstrap_code: bootstrap_code.map(|code| Token::new(code.trim().to_owned())),
        };
        let answered = api.call(&Request::with(route::SIGN_IN, &[], &call)?, None).await;
        match answered {
            Ok(signed) => Ok(Exchanged {
                server,
                identity,
                signed,
                provider_refresh: refresh,
            }),
            Err(error) => Err(self.refused(&server, &identity, &api, error).await),
        }
    }

    /// What a refused exchange means.
    async fn refused(
        self: &Arc<Self>,
        server: &Arc<Server>,
        identity: &Identity,
        api: &Api,
        error: ApiError,
    ) -> SessionError {
        match (error.code(), api.skewed()) {
            (Some(Code::BadProof | Code::BadIdToken), Some(seconds)) => SessionError::Skewed { seconds },
            (Some(Code::DeviceEnded), _) => self.not_ours(server, identity, error).await,
            _ => error.into(),
        }
    }

    /// Opens the vault for whoever signed in.
    async fn enter(self: &Arc<Self>, exchanged: Exchanged) -> Result<(), SessionError> {
        let Exchanged {
            server,
            identity,
            signed,
            provider_refresh,
        } = exchanged;
        let _turn = self.turn.lock().await;
        self.close().await;
        let enrolled = Enrolled {
            device: signed.device,
            principal: signed.principal,
        };
        if let Some(before) = identity
            .enrolled()
            .filter(|before| before.device != enrolled.device)
        {
            self.erase_cache(&server, before.device).await;
        }
        self.keep_identity(&server, &identity, Some(enrolled.clone()))
            .await;
        let session = Session {
            id: signed.session,
            refresh: signed.tokens.refresh.clone(),
            provider_refresh,
            ends_at: signed.ends_at,
            reassert_by: signed.tokens.reassert_by,
            access: Some(Access {
                token: signed.tokens.access.clone(),
                expires_at: signed.tokens.access_expires_at,
            }),
        };
        let live = Arc::new(self.open(&server, &identity, &enrolled, session).await?);
        self.keep_session(&live, &*live.session.lock().await).await;
        if let Err(error) = self.learn_me(&live).await {
            tracing::info!(%error, "who signed in is not known by name yet");
        }
        self.stand_signed_in(live);
        self.note_activity();
        let farewell = tokio::time::timeout(FAREWELL, self.say_goodbye(&server, &identity));
        if farewell.await.is_err() {
            tracing::info!("the session before this one is ended later");
        }
        Ok(())
    }
}

/// A sign-in that is under way; over when dropped.
pub(super) struct UnderWay {
    inner: Arc<Inner>,
    pub(super) cancel: Cancel,
}

impl UnderWay {
    /// Marks a way through the browser that the person can take back.
    ///
    /// # Errors
    /// When another one is under way.
    pub(super) fn begin(inner: &Arc<Inner>) -> Result<Self, SignInError> {
        let cancel = Cancel::new();
        let mut place = inner.place();
        if place.signing_in.is_some() {
            return Err(SignInError::Busy);
        }
        place.signing_in = Some(cancel.clone());
        Ok(Self {
            inner: Arc::clone(inner),
            cancel,
        })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.inner.place().signing_in = None;
    }
}
