/** A `.env` file of the invented company, with something of everything that can be odd. */
import type { Host } from '../host';
import type { EnvEntry, EnvFile } from '../import';
import { refusal } from './shapes';
import type { FakeWorld } from './world';

export function importOf(fake: FakeWorld): Pick<Host, 'chooseEnvFile' | 'importEnvFile' | 'forgetEnvFile'> {
  let waiting: EnvFile | null = null;
  const entry = (line: number, name: string, parts: Partial<EnvEntry> = {}): EnvEntry => ({
    line,
    name,
    kind: 'generic',
    bytes: 24,
    overridden: false,
    existing: null,
    runsCode: false,
    refers: false,
    ...parts,
  });
  return {
    chooseEnvFile: (place) =>
      fake.answer('chooseEnvFile', [place], () => {
        const path = fake.world.places.find((one) => one.id === place)?.path;
        const known = fake.world.secrets.filter((one) => one.path === path && one.envName !== null);
        const existing = (at: number, mayWrite: boolean) => {
          const one = known[at];
          return one ? { id: one.id, title: one.title, mayWrite } : null;
        };
        waiting = {
          id: `file-${fake.nextId++}`,
          name: 'payments.env',
          entries: [
            entry(2, 'SMTP_PASSWORD', { kind: 'password' }),
            entry(3, known[0]?.envName ?? 'STRIPE_KEY', { kind: 'apiKey', bytes: 107, existing: existing(0, true) }),
            entry(5, 'DATABASE_URL', { kind: 'connectionString', bytes: 88, refers: true }),
            entry(7, 'FEATURE_FLAGS', { overridden: true }),
            entry(8, 'FEATURE_FLAGS'),
            entry(9, 'LD_PRELOAD', { runsCode: true, bytes: 14 }),
            entry(10, known[1]?.envName ?? 'SENTRY_DSN', { bytes: 61, existing: existing(1, false) }),
            entry(11, 'TLS_PRIVATE_KEY_OF_THE_PAYMENT_GATEWAY_IN_THE_SECOND_REGION', { kind: 'keyPair', bytes: 1704 }),
          ],
          problems: [
            { line: 4, what: 'noValue' },
            { line: 12, what: 'openQuote' },
          ],
        };
        return waiting;
      }),
    importEnvFile: (id, choices) =>
      fake.answer('importEnvFile', [id, choices], () => {
        fake.needServer();
        if (waiting?.id !== id) throw refusal('importGone');
        return choices.map(({ line, into }) => ({
          line,
          secret: into.type === 'version' ? into.secret : `imported-${line}`,
          problem: null,
        }));
      }),
    forgetEnvFile: () =>
      fake.answer('forgetEnvFile', [], () => {
        waiting = null;
      }),
  };
}
