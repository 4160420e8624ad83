// What goes wrong on request, so that tests see how a client and a server bear it. Nothing is changed while `current` is empty.
//   down: "refused" (503) | "closed" | "hanging"       every endpoint
//   discovery: {…}                                      members laid over the discovery document, null removes
//   redirect: {iss, state, …}                           parameters of the redirect, null removes
//   id_token: {claims: {…}, shift: seconds, sign: {…}}  claims laid over, null removes; see keys.mjs for `sign`
//   token: {status, body}                               the token endpoint's reply
//   omit: ["id_token", "refresh_token"]                 members left out of the token endpoint's reply
import * as jose from 'jose';

export class Misbehaviour {
  current = {};
  #hanging = new Set();

  set(next) {
    this.current = next;
    for (const socket of this.#hanging) socket.destroy();
    this.#hanging.clear();
  }

  // Whether the request was taken out of the provider's hands.
  intercepts(request, response) {
    switch (this.current.down) {
      case 'refused':
        response.writeHead(503).end('the identity provider is down for maintenance');
        return true;
      case 'closed':
        request.socket.destroy();
        return true;
      case 'hanging':
        this.#hanging.add(request.socket);
        return true;
      default:
        return false;
    }
  }

  middleware = (keys) => async (ctx, next) => {
    await next();
    const { discovery, redirect, id_token: idToken, token, omit = [] } = this.current;
    const route = ctx.oidc?.route;
    if (route === 'discovery' && discovery) ctx.body = overlay(ctx.body, discovery);
    const location = ctx.response.get('location') ?? '';
    if (redirect && location.includes('code=')) ctx.redirect(redirected(location, redirect));
    if (route !== 'token') return;
    if (token) {
      ctx.status = token.status;
      ctx.body = token.body;
    } else if (ctx.status === 200) {
      if (idToken && ctx.body.id_token) ctx.body.id_token = await this.#remade(keys, ctx.body.id_token, idToken);
      for (const member of omit) delete ctx.body[member];
    }
  };

  async #remade(keys, genuine, { claims = {}, shift = 0, sign = {} }) {
    const payload = jose.decodeJwt(genuine);
    const shifted = { ...payload, iat: payload.iat + shift, exp: payload.exp + shift };
    return keys.forge(overlay(shifted, claims), sign);
  }
}

function overlay(base, changes) {
  return Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== null));
}

function redirected(location, changes) {
  const url = new URL(location);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}
