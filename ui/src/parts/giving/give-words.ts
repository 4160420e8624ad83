/** What a grant that is to be given says, in words. */
import type { GivePlan, GiveWarning } from '../../host/giving';
import { count } from '../../words/names';
import { date, duration } from '../../words/time';

/** How long access can be given for; null for no end, 0 for a chosen date. */
export const chosenDate = 0;
export const noEnd = -1;
export const ends: readonly { value: number; label: string }[] = [
  { value: duration.day, label: 'for one day' },
  { value: 7 * duration.day, label: 'for a week' },
  { value: 30 * duration.day, label: 'for 30 days' },
  { value: 90 * duration.day, label: 'for 90 days' },
  { value: chosenDate, label: 'until a date…' },
  { value: noEnd, label: 'without an end' },
];

/** "3 people and a service identity". */
export function receivers({ people, services }: Pick<GivePlan, 'people' | 'services'>): string {
  const parts = [
    people > 0 ? count(people, 'person', 'people') : '',
    services > 0 ? count(services, 'service identity', 'service identities') : '',
  ].filter((part) => part !== '');
  return parts.join(' and ') || 'nobody at present';
}

export function warningWords(warning: GiveWarning, now: number): string {
  switch (warning.type) {
    case 'nothingNew':
      return 'They have all of this already.';
    case 'wide':
      return `This is wide: it opens ${count(warning.secrets, 'secret')}.`;
    case 'production':
      return `It opens ${count(warning.secrets, 'value')} in production.`;
    case 'permanent':
      return 'It has no end. Access that ends by itself is not forgotten.';
    case 'teamWouldDo':
      return `${count(warning.others, 'other person has', 'others have')} the same here by grants of their own. A team could hold it once.`;
    case 'notYet':
      return `It begins on ${date(warning.from, now)}.`;
    case 'outsideHours':
      return warning.from === null
        ? 'It does not count at this hour.'
        : `It does not count at this hour; it will from ${date(warning.from, now)}.`;
    case 'heldBack':
      return `Guardrails keep back a part of it: ${warning.guardrails.join(', ')}.`;
  }
}

export const calm = (warning: GiveWarning): boolean =>
  warning.type === 'nothingNew' || warning.type === 'notYet' || warning.type === 'outsideHours';
