/** Giving in the invented company: Owner is not for everyone, outsiders need an end, production warns. */
import type { GiveAccess, GivePlan, GiveWarning } from '../giving';
import type { Host } from '../host';
import type { Id } from '../primitives';
import { roles } from './host-access';
import { refusal } from './shapes';
import type { FakeWorld } from './world';

const actions: Record<string, string[]> = {
  Viewer: ['secret.view'],
  Consumer: ['secret.view', 'secret.use'],
  Reader: ['secret.view', 'secret.use', 'secret.reveal'],
  Editor: ['secret.view', 'secret.use', 'secret.reveal', 'secret.write', 'secret.create'],
  Lead: ['secret.view', 'grant.view', 'grant.assign', 'grant.revoke'],
};

type GivingCommands = 'giveChoices' | 'giveReceivers' | 'planAccess' | 'giveAccess';

function warnings(give: GiveAccess, name: string, path: string): GiveWarning[] {
  const found: GiveWarning[] = [];
  if (name === 'Viewer') found.push({ type: 'nothingNew' });
  else if (path.endsWith('/production')) found.push({ type: 'production', secrets: 14 });
  if (give.endsAt === null) found.push({ type: 'permanent' });
  if (give.conditions.hours !== null) found.push({ type: 'outsideHours', from: null });
  return found;
}

/** What it would do to give something, or to draw it. */
export function planned(fake: FakeWorld, give: GiveAccess, id: Id): GivePlan {
  const name = roles.find((role) => role.id === give.role)?.name ?? '';
  const place = fake.world.places.find((one) => one.id === give.place);
  if (!place) throw refusal('notFound');
  if (give.endsAt !== null && give.endsAt <= fake.now()) {
    throw refusal('notAccepted', 'the end must come after the start and after now');
  }
  return {
    grant: id,
    digest: `plan-${give.principal}-${give.role}-${give.place}`,
    people: 1,
    services: 0,
    newly:
      name === 'Viewer' ? [] : (actions[name] ?? []).slice(1).map((action) => ({ action, places: 3, secrets: 14 })),
    places: [
      { path: place.path, secrets: 9 },
      { path: `${place.path}/stripe`, secrets: 5 },
    ],
    furtherPlaces: 1,
    exact: true,
    warnings: warnings(give, name, place.path),
  };
}

export function givingOf(fake: FakeWorld): Pick<Host, GivingCommands> {
  const outside = (at: number) => at === 5;

  return {
    giveChoices: (place, principal, action) =>
      fake.answer('giveChoices', [place, principal, action], () =>
        roles
          .filter((role) => action === null || actions[role.name]?.includes(action))
          .map((role) => ({
            role: role.id,
            name: role.name,
            actions: actions[role.name] ?? [],
            refused: role.name === 'Lead' ? 'your role may not grant this one' : null,
            needsEnd: false,
          })),
      ),
    giveReceivers: (place, role, letters) =>
      fake.answer('giveReceivers', [place, role, letters], () => ({
        receivers: fake.world.people
          .map((person, at) => ({
            principal: { person, kind: 'person' as const, active: true },
            needsEnd: outside(at),
          }))
          .filter((one) => one.principal.person.name.toLowerCase().includes(letters.trim().toLowerCase())),
        more: false,
      })),
    planAccess: (give) => fake.answer('planAccess', [give], () => planned(fake, give, 'grant-new')),
    giveAccess: (give, grant, digest, reason) =>
      fake.answer('giveAccess', [give, grant, digest, reason], () => {
        fake.needServer();
        if (digest !== `plan-${give.principal}-${give.role}-${give.place}`) throw refusal('planStale');
      }),
  };
}
