/** Tokens of the invented company's identity provider. */
import type { Host } from '../host';
import type { ProvisioningTokenView } from '../provisioning';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

type ProvisioningCommands =
  'provisioning' | 'makeProvisioningToken' | 'rotateProvisioningToken' | 'endProvisioningToken';

export function provisioningOf(fake: FakeWorld): Pick<Host, ProvisioningCommands> {
  const { start, world } = fake;
  const [madeBy] = world.people;
  if (!madeBy) throw new Error('an invented company has people');
  const token = (id: string, name: string, parts: Partial<ProvisioningTokenView> = {}): ProvisioningTokenView => ({
    id,
    name,
    madeBy,
    madeAt: start - 20 * day,
    endsAt: start + 160 * day,
    lastUsedAt: null,
    replaces: false,
    endedAt: null,
    ...parts,
  });
  let made = 0;
  let tokens: ProvisioningTokenView[] =
    fake.scene === 'empty'
      ? []
      : [
          token('token-3', 'Entra ID', { lastUsedAt: start - 4 * 60_000, replaces: true }),
          token('token-2', 'Entra ID', {
            madeAt: start - 200 * day,
            endsAt: start + 6 * day,
            lastUsedAt: start - hour,
          }),
          token('token-1', 'Trial', { madeAt: start - 300 * day, endedAt: start - 120 * day }),
        ];
  const add = (name: string, days: number, replaces: boolean) => {
    const now = Date.now();
    made += 1;
    tokens = [token(`made-${made}`, name, { madeAt: now, endsAt: now + days * day, replaces }), ...tokens];
    return now + 30_000;
  };
  return {
    provisioning: () =>
      fake.answer('provisioning', [], () => ({
        base: 'https://claviger.example.com/scim/v2',
        claim: 'oid',
        groups: true,
        tokens,
      })),
    makeProvisioningToken: (draft) =>
      fake.answer('makeProvisioningToken', [draft], () => add(draft.name, draft.days, false)),
    rotateProvisioningToken: (id, turn) =>
      fake.answer('rotateProvisioningToken', [id, turn], () => {
        const before = tokens.find((one) => one.id === id);
        if (!before || before.endedAt !== null) throw refusal('wrongState');
        const now = Date.now();
        const end = now + turn.overlapHours * hour;
        tokens = tokens.map((one) =>
          one.id === id
            ? turn.overlapHours === 0
              ? { ...one, endedAt: now }
              : { ...one, endsAt: Math.min(one.endsAt, end) }
            : one,
        );
        return add(before.name, turn.days, true);
      }),
    endProvisioningToken: (id) =>
      fake.answer('endProvisioningToken', [id], () => {
        tokens = tokens.map((one) => (one.id === id ? { ...one, endedAt: Date.now() } : one));
      }),
  };
}
