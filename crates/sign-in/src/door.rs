//! One sign-in at a time through the system browser (RFC 8252): PKCE S256, state, the nonce of rule 1, a loopback redirect.

use crate::{
    cancel::Cancel,
    device_keys::DeviceKeys,
    error::{SignInError, harmless},
    exchange::exchange,
    page::Page,
    provider::Provider,
    redirect::{Answer, Redirect},
};
use claviger_crypto::{
    bytes::encode_base64url,
    challenge::{Challenge, SignInNonce},
};
use claviger_model::entropy::{Entropy, SystemEntropy};
use claviger_protocol::wire::Token;
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, core::CoreAuthenticationFlow,
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::Mutex;
use url::Url;

/// Lets one sign-in in at a time; clones share it.
#[derive(Clone)]
pub struct Door {
    inside: Arc<Mutex<()>>,
    entropy: Arc<dyn Entropy>,
}

/// What a sign-in is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Our server's origin as the enrolment bundle has it.
    pub origin: &'a str,
    /// Our server's challenge.
    pub challenge: &'a Challenge,
    /// The device that signs in.
    pub keys: &'a DeviceKeys,
    /// How long to wait for the browser.
    pub patience: Duration,
}

/// A sign-in that must be fresh, or stronger than the last one (RFC 9470).
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// How old it may be, in seconds; the person is asked anew where it is older.
    pub max_age: u32,
    /// Classes of sign-in, any of which would do; the provider knows them.
    pub acr_values: &'a [String],
}

/// What the provider gave.
#[derive(Debug, Clone)]
pub struct ProviderTokens {
    /// Verified here, to be verified again by the server.
    pub id_token: Token,
    /// For asking the provider again; absent where it gives none.
    pub refresh: Option<Token>,
}

/// Why the browser was not opened.
pub type OpenUrlError = Box<dyn std::error::Error + Send + Sync>;

impl Default for Door {
    fn default() -> Self {
        Self::new()
    }
}

impl Door {
    /// A door that nobody stands in.
    pub fn new() -> Self {
        Self::with_entropy(Arc::new(SystemEntropy))
    }

    /// A door with a source of randomness of one's own.
    pub fn with_entropy(entropy: Arc<dyn Entropy>) -> Self {
        Self {
            inside: Arc::default(),
            entropy,
        }
    }

    /// Opens the browser at the provider and waits for its answer.
    ///
    /// # Errors
    /// At once when another sign-in waits; else as [`SignInError`] says.
    pub async fn enter(
        &self,
        provider: &Provider,
        visit: Visit<'_>,
        open_url: impl FnOnce(&Url) -> Result<(), OpenUrlError> + Send,
        cancel: &Cancel,
    ) -> Result<ProviderTokens, SignInError> {
        self.through(provider, visit, None, open_url, cancel).await
    }

    /// The same for a sign-in that must be fresh (RFC 9470).
    ///
    /// # Errors
    /// As [`Door::enter`].
    pub async fn enter_afresh(
        &self,
        provider: &Provider,
        visit: Visit<'_>,
        fresh: Fresh<'_>,
        open_url: impl FnOnce(&Url) -> Result<(), OpenUrlError> + Send,
        cancel: &Cancel,
    ) -> Result<ProviderTokens, SignInError> {
        self.through(provider, visit, Some(fresh), open_url, cancel).await
    }

    async fn through(
        &self,
        provider: &Provider,
        visit: Visit<'_>,
        fresh: Option<Fresh<'_>>,
        open_url: impl FnOnce(&Url) -> Result<(), OpenUrlError> + Send,
        cancel: &Cancel,
    ) -> Result<ProviderTokens, SignInError> {
        let _inside = self.inside.try_lock().map_err(|_| SignInError::Busy)?;
        tokio::select! {
            () = cancel.cancelled() => Err(SignInError::Cancelled),
            done = self.pass(provider, visit, fresh, open_url) => done,
        }
    }

    async fn pass(
        &self,
        provider: &Provider,
        visit: Visit<'_>,
        fresh: Option<Fresh<'_>>,
        open_url: impl FnOnce(&Url) -> Result<(), OpenUrlError> + Send,
    ) -> Result<ProviderTokens, SignInError> {
        let redirect = Redirect::open().await.map_err(SignInError::Listener)?;
        let uri = RedirectUrl::new(redirect.uri())
            .map_err(|_| SignInError::Misconfigured("the way back has no address"))?;
        let (state, verifier) = (self.random(), PkceCodeVerifier::new(self.random()));
        let nonce = SignInNonce::derive(
            visit.origin,
            visit.challenge,
            &visit.keys.jkt(),
            &visit.keys.sealing_public(),
        );
        let url = authorization(provider, &uri, &state, &verifier, &nonce, fresh);
        open_url(&url).map_err(SignInError::Browser)?;
        let answer = match tokio::time::timeout(visit.patience, redirect.answer(&state)).await {
            Ok(answer) => answer.map_err(SignInError::Listener)?,
            Err(_) => return Err(SignInError::TimedOut),
        };
        let tokens = match code(provider, &answer) {
            Ok(code) => exchange(provider, code, verifier, uri, &nonce).await,
            Err(error) => Err(error),
        };
        answer
            .show(if tokens.is_ok() {
                Page::SignedIn
            } else {
                Page::NotSignedIn
            })
            .await;
        tokens
    }

    /// 256 bits as base64url: 43 characters, as PKCE wants at least (RFC 7636, 4.1).
    fn random(&self) -> String {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        encode_base64url(&bytes)
    }
}

fn authorization(
    provider: &Provider,
    redirect: &RedirectUrl,
    state: &str,
    verifier: &PkceCodeVerifier,
    nonce: &SignInNonce,
    fresh: Option<Fresh<'_>>,
) -> Url {
    let (state, nonce) = (state.to_owned(), nonce.as_str().to_owned());
    let scopes = provider
        .settings()
        .scopes
        .iter()
        .filter(|scope| *scope != "openid")
        .cloned();
    let client = provider.client().set_redirect_uri(redirect.clone());
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scopes(scopes.map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(verifier));
    if let Some(fresh) = fresh {
        request = request.set_max_age(Duration::from_secs(fresh.max_age.into()));
        for class in fresh.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(class.clone()));
        }
    }
    request.url().0
}

/// The code in an answer that is from the right provider. Errors are believed from it only, too.
fn code(provider: &Provider, answer: &Answer) -> Result<AuthorizationCode, SignInError> {
    if !provider.issued(answer.iss.as_deref()) {
        return Err(SignInError::WrongIssuer);
    }
    match (&answer.error, &answer.code) {
        (Some(error), _) if error == "access_denied" => Err(SignInError::Denied),
        (Some(error), _) => Err(SignInError::Refused {
            code: harmless(error),
        }),
        (None, Some(code)) => Ok(AuthorizationCode::new(code.clone())),
        (None, None) => Err(SignInError::Misconfigured(
            "its answer in the browser has neither a code nor an error",
        )),
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("taken", &self.inside.try_lock().is_err())
            .finish_non_exhaustive()
    }
}
