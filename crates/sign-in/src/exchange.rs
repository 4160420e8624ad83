//! The token endpoint: a code, or a refresh token, for tokens.

use crate::{
    door::ProviderTokens,
    error::{SignInError, harmless},
    http::{FetchError, fetch},
    id_token,
    provider::Provider,
};
use claviger_crypto::challenge::SignInNonce;
use claviger_protocol::wire::Token;
use openidconnect::{
    AuthorizationCode, OAuth2TokenResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    StandardErrorResponse, TokenResponse,
    core::{CoreErrorResponseType, CoreTokenResponse},
};

type Failure = RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>;

/// Exchanges the code of a sign-in.
pub(crate) async fn exchange(
    provider: &Provider,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
    nonce: &SignInNonce,
) -> Result<ProviderTokens, SignInError> {
    let client = provider.client().set_redirect_uri(redirect);
    let request = client
        .exchange_code(code)
        .map_err(|_| SignInError::Misconfigured("it has no token endpoint"))?;
    let http = provider.http().clone();
    let fetch = move |request| fetch(http.clone(), request);
    let response = request
        .set_pkce_verifier(verifier)
        .request_async(&fetch)
        .await
        .map_err(failed)?;
    tokens(provider, &response, Some(nonce))
}

/// Exchanges the provider's refresh token.
pub(crate) async fn refresh(provider: &Provider, refresh: &Token) -> Result<ProviderTokens, SignInError> {
    let client = provider.client();
    let token = RefreshToken::new(refresh.expose().to_owned());
    let request = client
        .exchange_refresh_token(&token)
        .map_err(|_| SignInError::Misconfigured("it has no token endpoint"))?;
    let http = provider.http().clone();
    let fetch = move |request| fetch(http.clone(), request);
    let response = request.request_async(&fetch).await.map_err(failed)?;
    tokens(provider, &response, None)
}

fn tokens(
    provider: &Provider,
    response: &CoreTokenResponse,
    nonce: Option<&SignInNonce>,
) -> Result<ProviderTokens, SignInError> {
    let id_token = response
        .id_token()
        .ok_or(SignInError::Misconfigured("it gave no ID token"))?;
    id_token::check(provider, id_token, nonce)?;
    Ok(ProviderTokens {
        id_token: Token::new(id_token.to_string()),
        refresh: response
            .refresh_token()
            .map(|token| Token::new(token.secret().clone())),
    })
}

fn failed(error: Failure) -> SignInError {
    match error {
        RequestTokenError::ServerResponse(said) => SignInError::Refused {
            code: harmless(said.error().as_ref()),
        },
        RequestTokenError::Request(error) => error.into(),
        // Neither is carried on: both may quote what they could not read, a token among it.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            SignInError::Misconfigured("its token endpoint answers in another form")
        }
    }
}
