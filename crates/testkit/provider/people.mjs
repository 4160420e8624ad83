// Who can sign in: a file of {sub, name, email, groups, amr, acr, disabled}, changed by the control endpoint while it runs.
import fs from 'node:fs';

const USUAL = { groups: [], amr: ['pwd', 'otp', 'mfa'], acr: 'urn:claviger:multi-factor', disabled: false };

export class People {
  #bySub = new Map();

  constructor(file) {
    for (const person of file ? JSON.parse(fs.readFileSync(file, 'utf8')) : []) this.put(person.sub, person);
  }

  put(sub, changes) {
    const person = { name: sub, email: `${sub}@example.test`, ...USUAL, ...this.#bySub.get(sub), ...changes, sub };
    this.#bySub.set(sub, person);
    return person;
  }

  find(sub) {
    return this.#bySub.get(sub);
  }

  all() {
    return [...this.#bySub.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  // An account as oidc-provider wants it. A disabled one does not exist for it: sign-in and refresh end in `invalid_grant`.
  account = (ctx, sub) => {
    const person = this.#bySub.get(sub);
    if (!person || person.disabled) return undefined;
    const { name, email, groups } = person;
    return { accountId: sub, claims: () => ({ sub, name, email, groups, azp: ctx.oidc.client?.clientId }) };
  };
}
