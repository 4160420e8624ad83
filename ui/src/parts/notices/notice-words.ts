import type { NoticeView } from '../../host/notices';

/** What each kind is called, in settings and with webhooks. */
export const kindNames: Record<string, string> = {
  'request.waits': 'A request waits for you',
  'request.approved': 'Your request was approved',
  'request.narrowed': 'Your request was approved for less',
  'request.refused': 'Your request was refused',
  'request.lapsed': 'Nobody answered your request',
  'request.done': 'A rotation that you asked for is done',
  'rotation.waits': 'A rotation waits for you',
  'rotation.overdue': 'A rotation is overdue',
  'rotation.due': 'Secrets are due for a new value',
  'rotation.needed': 'Secrets need a new value from you',
  'rotation.due-soon': 'Such new values are due within a day',
  'rotation.past-due': 'Such new values are overdue',
  'access.given': 'You were given access',
  'access.ends-soon': 'Your access ends soon',
  'access.ended': 'Your access ended',
  'access.revoked': 'Your access was taken away',
  'access.shortened': 'Your access ends earlier',
  'access.narrowed': 'Your access was narrowed',
  'proposal.waits': 'A change waits for a second owner',
  'proposal.answered': 'Your proposed change was answered',
  'service-key.ends-soon': 'A key of a service ends soon',
  'emergency.used': 'Emergency access was used',
  'emergency.used-again': 'Emergency access was used again',
  'emergency.given': 'An emergency right was given',
  'emergency.withdrawn': 'An emergency right was withdrawn',
  'emergency.review-due': 'Emergency access waits for a review',
  'emergency.review-overdue': 'The review of emergency access is overdue',
  'emergency.reviewed': 'Your emergency access was reviewed',
  'offboarding.braked': 'An offboarding waits for a second pair of eyes',
  'offboarding.failing': 'A step of an offboarding keeps failing',
  'offboarding.system-silent': 'A connected system does not answer',
  'offboarding.system-back': 'A connected system answers again',
  'offboarding.teams-left': 'Nobody is left in a team',
  'offboarding.done': 'An offboarding is done',
};

/** A kind of a newer server is not hidden. */
export const kindName = (kind: string): string => kindNames[kind] ?? 'Something happened';

/** The sentence of a notice, with the names that its reader may know. */
export function noticeWords(notice: NoticeView): string {
  const by = notice.by ?? 'Somebody';
  const place =
    notice.path === null ? 'a place that you cannot see' : notice.path === '' ? 'the whole organization' : notice.path;
  const access = notice.role === null ? `access to ${place}` : `${notice.role} at ${place}`;
  const secret = notice.secret === null ? `a secret in ${place}` : `${notice.secret} in ${place}`;
  const asked = notice.role === null ? `A new version of ${secret}` : capital(access);
  const system = notice.system === null ? 'A connected system' : `The connected system ${notice.system}`;
  switch (notice.kind) {
    case 'request.waits':
      if (notice.role !== null) return `${by} asks for ${access}.`;
      // The server itself asks after an emergency, and when somebody leaves.
      return notice.by === null
        ? `A new version of ${secret} is asked for.`
        : `${by} asks for a new version of ${secret}.`;
    case 'request.approved':
      return `${asked}: approved as you asked.`;
    case 'request.narrowed':
      return `${asked}: approved for less than you asked.`;
    case 'request.refused':
      return `${asked}: refused. The request says why.`;
    case 'request.lapsed':
      return `${asked}: nobody answered in time. Ask anew if you still need it.`;
    case 'request.done':
      return `${capital(secret)} has a new version.`;
    case 'rotation.waits':
      return notice.by === null
        ? `A new version of ${secret} is asked for. Please write it.`
        : `${by} asks you to write a new version of ${secret}.`;
    case 'rotation.overdue':
      return `A new version of ${secret} was asked for a week ago.`;
    case 'rotation.due':
      return notice.count === 1 || notice.count === null
        ? `${capital(secret)} is older than it may be. Write a new value.`
        : `${notice.count} secrets${notice.path === null ? '' : ` in ${place}`} are older than they may be. Write new values.`;
    case 'rotation.needed':
      return `${several(notice, secret)} a new value from you: somebody who held the old one may not have it any more.`;
    case 'rotation.due-soon':
      return `${several(notice, secret)} a new value within a day. You answer for it.`;
    case 'rotation.past-due':
      return `${several(notice, secret)} a new value, which is overdue. You answer for it.`;
    case 'access.given':
      return `${by} gave you ${access}.`;
    case 'access.ends-soon':
      return `${capital(access)} ends soon. Ask for an extension in time.`;
    case 'access.ended':
      return `${capital(access)} ended; its time was over.`;
    case 'access.revoked':
      return `${by} took ${access} away.`;
    case 'access.shortened':
      return `${by} gave ${access} an earlier end.`;
    case 'access.narrowed':
      return `${by} narrowed your access to ${access}.`;
    case 'proposal.waits':
      return `${by} proposed a change that would widen their own access.`;
    case 'proposal.answered':
      return `${by} answered the change that you proposed.`;
    case 'service-key.ends-soon':
      return `A key of ${notice.service ?? 'a service'} ends soon. It needs a new one before that.`;
    case 'emergency.used':
      return `${by} used emergency access to ${place}.`;
    case 'emergency.used-again':
      return `${by} used emergency access to ${place}, again within a day.`;
    case 'emergency.given':
      return notice.own
        ? `${by} gave you a right to ${access} in an emergency.`
        : `${by} gave ${notice.of ?? 'somebody'} a right to ${access} in an emergency.`;
    case 'emergency.withdrawn':
      return notice.own
        ? `${by} withdrew your right to ${access} in an emergency.`
        : notice.of === notice.by
          ? `${by} gave up a right to ${access} in an emergency.`
          : `${by} withdrew the right of ${notice.of ?? 'somebody'} to ${access} in an emergency.`;
    case 'emergency.review-due':
      return `The emergency access of ${notice.of ?? 'somebody'} to ${place} waits for a review. You can give it.`;
    case 'emergency.review-overdue':
      return `Nobody has reviewed the emergency access of ${notice.of ?? 'somebody'} to ${place} in time. You can.`;
    case 'emergency.reviewed':
      return `${by} reviewed your emergency access to ${place}.`;
    case 'offboarding.braked':
      return `The offboarding of ${notice.of ?? 'somebody'} waits for a second pair of eyes.`;
    case 'offboarding.failing':
      return `A step of the offboarding of ${notice.of ?? 'somebody'} keeps failing. It is tried again by itself.`;
    case 'offboarding.system-silent': {
      const several = (notice.count ?? 1) > 1 ? `${notice.count} people who left` : 'somebody who left';
      return `${system} has not answered for a day or longer. Accounts of ${notice.of ?? several} wait there.`;
    }
    case 'offboarding.system-back':
      return `${system} answers again. What waits there goes on by itself.`;
    case 'offboarding.teams-left':
      return `The offboarding of ${notice.of ?? 'somebody'} left nobody in ${(notice.count ?? 1) > 1 ? `${notice.count} teams` : 'a team'}. Somebody who manages teams has to put somebody in.`;
    case 'offboarding.done':
      return `The offboarding of ${notice.of ?? 'somebody'} is done.`;
    default:
      return `${kindName(notice.kind)}.`;
  }
}

/** One secret by its name, several by their number, and that they need something. */
const several = (notice: NoticeView, secret: string): string => {
  if (notice.count === null || notice.count === 1) return `${capital(secret)} needs`;
  return `${notice.count} secrets${notice.path === null ? '' : ` in ${notice.path === '' ? 'the whole organization' : notice.path}`} need`;
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
