/** What leads from an empty server to a working one, and how far it is. */
import type { RoleRef } from '../host/access';
import type { ListedPrincipal, ManagedPlace } from '../host/organization';
import type { Id } from '../host/primitives';

export interface FirstStep {
  id: 'places' | 'people' | 'access' | 'secrets';
  title: string;
  words: string;
  done: boolean;
}

interface Known {
  me: Id;
  places: readonly ManagedPlace[];
  people: readonly ListedPrincipal[];
  /** Roles that anybody has anywhere. */
  roles: readonly RoleRef[];
}

/** Whoever is alone and owns everything has given nothing yet. */
const owner = 'Owner';

export function firstSteps({ me, places, people, roles }: Known): FirstStep[] {
  const others = people.filter(({ principal }) => principal.kind === 'person' && principal.person.id !== me);
  return [
    {
      id: 'places',
      title: 'Make a project and its environments',
      words:
        'A project such as payments, then payments/production and payments/staging, each with its class. What has none counts as production.',
      done: places.some((place) => place.environment),
    },
    {
      id: 'people',
      title: 'Let the others sign in',
      words:
        'Whoever signs in once is known here, without any right. Groups of your identity provider become teams by themselves; a team can also be made by hand.',
      done: others.length > 0,
    },
    {
      id: 'access',
      title: 'Give the first access',
      words:
        'A Lead for each project, who gives the rest. You hold no values, and nobody gives anything to themselves. A second Owner is needed for what would widen your own access.',
      done: roles.some((role) => role.name !== owner),
    },
    {
      id: 'secrets',
      title: 'Bring in the first secrets',
      words:
        'Whoever has Editor in an environment imports a .env file there: it is compared, shown without values, and written as one.',
      done: places.some((place) => place.secrets > 0),
    },
  ];
}
