// Our settings of the npm package oidc-provider: one public native client, PKCE, rotating refresh tokens.
import crypto from 'node:crypto';
import { interactionPolicy } from 'oidc-provider';
import { Store } from './store.mjs';

const COOKIE_KEY = crypto.randomBytes(32).toString('base64url');
const FORTNIGHT = 14 * 24 * 3600;

export function settings({ client, logoutUri, people, keys, errorPage }) {
  return {
    adapter: Store,
    clients: [
      {
        client_id: client,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['127.0.0.1', '[::1]'].flatMap((host) => [`http://${host}/callback`, `http://${host}/`]),
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: keys.alg,
        // Without both, oidc-provider leaves `sid` out of the ID token.
        backchannel_logout_uri: logoutUri,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: keys.published },
    cookies: { keys: [COOKIE_KEY] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
    claims: {
      openid: ['sub', 'auth_time', 'acr', 'amr', 'sid', 'azp', 'groups', 'name', 'email'],
      profile: ['name'],
      email: ['email'],
      groups: ['groups'],
    },
    conformIdTokenClaims: false,
    findAccount: people.account,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    // Like most company providers: `offline_access` counts without `prompt=consent`, which oidc-provider would ask for.
    issueRefreshToken: async (ctx, forClient) => forClient.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 3600,
      RefreshToken: FORTNIGHT,
      Grant: FORTNIGHT,
      Session: FORTNIGHT,
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      revocation: { enabled: true },
    },
    interactions: { policy: policy(), url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = errorPage(out.error, out.error_description);
    },
    // The package's dispatcher refuses loopback addresses, which is where everything here lives.
    fetch: (url, { dispatcher: _dispatcher, ...options }) => globalThis.fetch(url, options),
  };
}

// The person is chosen at every sign-in, so that one browser can be several people in turn.
function policy() {
  const prompts = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const choose = new Check('choose', 'a person is chosen at every sign-in', 'login_required', (ctx) =>
    ctx.oidc.result?.login || ctx.oidc.result?.consent ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  );
  prompts.get('login').checks.add(choose);
  return prompts;
}
