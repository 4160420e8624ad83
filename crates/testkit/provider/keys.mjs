// Signing keys: made anew at each start, rotated on request, and tokens forged with them or with what an attacker has.
import crypto from 'node:crypto';
import * as jose from 'jose';

function makeKey(alg) {
  const pair = alg === 'RS256'
    ? crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
    : crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...pair.privateKey.export({ format: 'jwk' }), kid: crypto.randomUUID(), alg, use: 'sig' };
}

export class Keys {
  constructor(alg) {
    this.alg = alg;
    this.published = [makeKey(alg)];
  }

  get current() {
    return this.published[0];
  }

  // The new key signs from now on; the old one stays published unless it is to be forgotten.
  rotate({ alg = this.alg, forget = false }) {
    this.alg = alg;
    this.published = [makeKey(alg), ...(forget ? [] : this.published)];
  }

  // Signs any claims: with the current key, or the ways a forger would try (`none`, HMAC with the public key, a key of their own).
  async forge(claims, { alg = this.alg, key = 'current', kid = this.current.kid, typ = 'JWT', tamper = false } = {}) {
    const header = { alg, typ, ...(kid === null ? {} : { kid }) };
    const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
    if (alg === 'none') return `${encode(header)}.${encode(claims)}.`;
    const token = await new jose.CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader(header)
      .sign(await this.#secret(alg, key));
    if (!tamper) return token;
    const [head, , signature] = token.split('.');
    return [head, encode({ ...claims, tampered: true }), signature].join('.');
  }

  async #secret(alg, key) {
    if (alg.startsWith('HS')) {
      const publicKey = crypto.createPublicKey({ key: this.current, format: 'jwk' });
      return Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    }
    return jose.importJWK(key === 'unknown' ? makeKey(alg) : this.current, alg);
  }
}
