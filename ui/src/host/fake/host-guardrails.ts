/** Guardrails of the invented company; what is changed stays changed. */
import type { GuardrailCheck, GuardrailPlanView, GuardrailView } from '../guardrails';
import type { Host } from '../host';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

type GuardrailCommands =
  'guardrails' | 'guardrailLanguage' | 'checkGuardrail' | 'planGuardrail' | 'guardrailPast' | 'changeGuardrail';

const factor = `// People read production values only after a multi-factor sign-in.
forbid (
    principal is Person,
    action in Action::"read",
    resource
) when {
    resource.class == "production" && !context.multi_factor
};
`;
const freeze = `forbid (principal, action in Action::"data", resource in Scope::"scope-payments")
when { principal.outside };
`;

/** Not Cedar, but enough of it for the page: a forbid with closed brackets that speaks of what there is. */
function examine(text: string): GuardrailCheck {
  const wrong = (word: string, message: string, length = word.length) => {
    const start = Math.max(0, text.indexOf(word));
    const before = text.slice(0, start).split('\n');
    const place = { start, length, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return { usable: false, problems: [{ warning: false, message, help: null, place }] };
  };
  if (text.includes('permit')) return wrong('permit', 'a guardrail begins with `forbid`, never with `permit`');
  if (text.includes('resource.colour')) return wrong('resource.colour', 'attribute `colour` not found');
  if (!/^\s*(\/\/[^\n]*\s*)*forbid\s*\(/u.test(text) || !text.trimEnd().endsWith(';'))
    return {
      usable: false,
      problems: [{ warning: false, message: 'unexpected end of input', help: null, place: null }],
    };
  return { usable: true, problems: [] };
}

export function guardrailsOf(fake: FakeWorld): Pick<Host, GuardrailCommands> {
  let digests = 0;
  const made = (id: string, name: string, text: string, builtin: boolean): GuardrailView => ({
    id,
    name,
    text,
    builtin,
    enabled: true,
    digest: `digest-${id}`,
    changedBy: builtin ? null : 'Ines Moreau',
    changedAt: builtin ? null : fake.now() - 3 * day,
    failures: 0,
    failedAt: null,
  });
  let guardrails: GuardrailView[] = [
    {
      ...made('guardrail-freeze', 'No outsiders in payments', freeze, false),
      failures: 3,
      failedAt: fake.now() - hour,
    },
    made('guardrail-factor', 'Production needs multi-factor sign-in', factor, true),
  ];
  const person = (at: number) => fake.world.people[at] ?? fake.world.me;
  const nothing = { people: 0, lost: 0, gained: 0, hindered: 0, eased: 0, fails: 0 };
  const at = (path: string) => ({ path, lost: [], gained: [], hindered: [], eased: [] });
  const reads = ['use values', 'reveal and copy values'];

  return {
    guardrails: () => fake.answer('guardrails', [], () => guardrails),
    guardrailLanguage: () =>
      fake.answer('guardrailLanguage', [], () => ({
        actions: [
          { code: 'data', words: null },
          { code: 'read', words: null },
          { code: 'secret.use', words: 'use values' },
          { code: 'secret.reveal', words: 'reveal and copy values' },
        ],
        entities: [
          { name: 'Person', attributes: [{ name: 'outside', kind: 'Bool', optional: false }] },
          { name: 'Scope', attributes: [{ name: 'class', kind: 'String', optional: false }] },
          { name: 'Secret', attributes: [{ name: 'class', kind: 'String', optional: false }] },
          { name: 'Service', attributes: [{ name: 'class', kind: 'String', optional: false }] },
          { name: 'Team', attributes: [] },
        ],
        context: [
          { name: 'multi_factor', kind: 'Bool', optional: false },
          { name: 'now', kind: 'datetime', optional: false },
          { name: 'source', kind: 'ipaddr', optional: true },
        ],
        named: [
          { written: 'Scope::"scope-payments"', name: 'payments' },
          { written: 'Team::"team-backend"', name: 'Backend' },
        ],
      })),
    checkGuardrail: (text) => fake.answer('checkGuardrail', [text], () => examine(text)),
    planGuardrail: (edit, skip) =>
      fake.answer('planGuardrail', [edit, skip], (): GuardrailPlanView => {
        const before = guardrails.find((one) => one.id === edit.id);
        const eases = edit.wish.type === 'delete' || (edit.wish.type === 'switch' && !edit.wish.enabled);
        const who = [person(1), person(2), person(3)].slice(skip);
        const change = (path: string) => ({ ...at(path), [eases ? 'gained' : 'lost']: reads });
        return {
          id: edit.id ?? 'guardrail-new',
          digest: `plan-${edit.id ?? 'new'}-${digests}`,
          totals: { ...nothing, people: 3, lost: eases ? 0 : 3, gained: eases ? 3 : 0 },
          people: who.map((one) => ({
            who: one,
            places: [change('payments/production'), change('payments/production/stripe')],
            placesTotal: 2,
          })),
          places: [],
          placesTotal: 2,
          gains: [],
          secondOwner: eases && (before?.builtin ?? false),
        };
      }),
    guardrailPast: (text, skip) =>
      fake.answer('guardrailPast', [text, skip], () => ({
        since: fake.now() - 90 * day,
        countedUntil: fake.now(),
        rows: [
          {
            who: person(1),
            path: 'payments/production',
            kinds: ['used values', 'revealed values'],
            certainly: 12,
            perhaps: 0,
            lastAt: fake.now() - 5 * hour,
          },
          {
            who: person(2),
            path: 'payments/production',
            kinds: ['copied values'],
            certainly: 0,
            perhaps: 4,
            lastAt: fake.now() - 9 * day,
          },
        ].slice(skip),
        rowsTotal: 2,
        certainly: 12,
        perhaps: 4,
        lookedAt: 431,
        unknown: 0,
        notKnown: text.includes('multi_factor') ? ['whether they had signed in with several factors'] : [],
      })),
    changeGuardrail: (edit, digest, reason, propose) =>
      fake.answer('changeGuardrail', [edit, digest, reason, propose], () => {
        const before = guardrails.find((one) => one.id === edit.id);
        if (digest !== `plan-${before ? edit.id : 'new'}-${digests}`) throw refusal('planStale');
        if (edit.wish.type === 'switch' && !edit.wish.enabled && before?.builtin) {
          if (!propose) throw refusal('secondOwnerNeeded');
          return 'proposed';
        }
        digests += 1;
        const others = guardrails.filter((one) => one.id !== edit.id);
        const changed = { changedBy: fake.world.me.name, changedAt: fake.now(), digest: `digest-${digests}` };
        if (edit.wish.type === 'delete') guardrails = others;
        else if (edit.wish.type === 'switch' && before)
          guardrails = [...others, { ...before, ...changed, enabled: edit.wish.enabled }];
        else if (edit.wish.type === 'put')
          guardrails = [
            ...others,
            { ...made(edit.id ?? `guardrail-${fake.nextId++}`, edit.wish.name, edit.wish.text, false), ...changed },
          ];
        guardrails.sort((a, b) => a.name.localeCompare(b.name));
        return 'made';
      }),
  };
}
