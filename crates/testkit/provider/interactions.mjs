// The pages between the authorization request and the redirect: choose a person, consent, or turn back.
export class Interactions {
  #consented = new Set();

  constructor({ people, pages }) {
    this.people = people;
    this.pages = pages;
  }

  // Consent is asked once per person and client.
  async show(provider, request, response) {
    const { uid, prompt, params, session } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') return html(response, this.pages.choose(uid, this.people.all()));
    const sub = session.accountId;
    if (this.#consented.has(`${sub} ${params.client_id}`)) return this.#allow(provider, request, response);
    return html(response, this.pages.consent(uid, this.people.find(sub)));
  }

  async submit(provider, request, response, form) {
    switch (form.get('answer')) {
      case 'choose':
        return this.#choose(provider, request, response, form.get('sub'));
      case 'allow':
        return this.#allow(provider, request, response);
      default:
        return finish(provider, request, response, {
          error: 'access_denied',
          error_description: 'the person turned back',
        });
    }
  }

  async #choose(provider, request, response, sub) {
    const { uid } = await provider.interactionDetails(request, response);
    const person = this.people.find(sub);
    if (!person || person.disabled) {
      const refusal = person ? `The account of ${person.name} is disabled.` : 'There is no such person.';
      return html(response, this.pages.choose(uid, this.people.all(), refusal), 403);
    }
    const login = { accountId: sub, acr: person.acr, amr: person.amr, remember: false };
    return finish(provider, request, response, { login });
  }

  async #allow(provider, request, response) {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    const { accountId } = session;
    const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId, clientId: params.client_id });
    const { missingOIDCScope, missingOIDCClaims } = prompt.details;
    if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
    if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
    this.#consented.add(`${accountId} ${params.client_id}`);
    return finish(provider, request, response, { consent: { grantId: await grant.save() } });
  }
}

function finish(provider, request, response, result) {
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: !result.error });
}

function html(response, page, status = 200) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(page);
}
