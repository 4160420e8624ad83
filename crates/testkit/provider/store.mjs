// Where the provider keeps grants, tokens and sessions: one map that outlives a change of its settings (a rotated key, another logout address).
const RECORDS = new Map();
const GRANTED = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

export class Store {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload, expiresIn) {
    const ends = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
    RECORDS.set(this.key(id), { payload, ends });
  }

  async find(id) {
    const record = RECORDS.get(this.key(id));
    if (!record) return undefined;
    if (record.ends > Date.now()) return record.payload;
    RECORDS.delete(this.key(id));
    return undefined;
  }

  async findByUid(uid) {
    for (const [key, { payload }] of RECORDS) {
      if (key.startsWith(`${this.model}:`) && payload.uid === uid) return payload;
    }
    return undefined;
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    const record = RECORDS.get(this.key(id));
    if (record) record.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    RECORDS.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of RECORDS) {
      if (GRANTED.has(key.split(':', 1)[0]) && payload.grantId === grantId) RECORDS.delete(key);
    }
  }
}
