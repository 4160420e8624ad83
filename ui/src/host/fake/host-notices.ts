/** Notices and webhooks of the invented company. */
import type { Host } from '../host';
import type { LinkView, NoticePreference, NoticeView, WebhookKeyView, WebhookView } from '../notices';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

type NoticeCommands =
  | 'notices'
  | 'readNotices'
  | 'readNoticesUntil'
  | 'noticePreferences'
  | 'setNoticePreference'
  | 'webhooks'
  | 'createWebhook'
  | 'endWebhook'
  | 'rotateWebhookKey'
  | 'testWebhook'
  | 'takeLink';

const kinds = [
  'request.waits',
  'request.approved',
  'request.narrowed',
  'request.refused',
  'request.lapsed',
  'request.done',
  'rotation.waits',
  'rotation.overdue',
  'rotation.due',
  'rotation.needed',
  'rotation.due-soon',
  'rotation.past-due',
  'access.given',
  'access.ends-soon',
  'access.ended',
  'access.revoked',
  'access.shortened',
  'access.narrowed',
  'proposal.waits',
  'proposal.answered',
  'service-key.ends-soon',
  'emergency.used',
  'emergency.used-again',
  'emergency.given',
  'emergency.withdrawn',
  'emergency.review-due',
  'emergency.review-overdue',
  'emergency.reviewed',
  'offboarding.braked',
  'offboarding.failing',
  'offboarding.system-silent',
  'offboarding.system-back',
  'offboarding.teams-left',
  'offboarding.done',
];

/** The link that the page was opened with, for the tests to set. */
export const opened: { link: LinkView | string | null } = { link: null };

export function noticesOf(fake: FakeWorld): Pick<Host, NoticeCommands> {
  const { start, world } = fake;
  const asker = world.people[1]?.name ?? 'Jonas Okafor';
  const notice = (id: string, kind: string, at: number, parts: Partial<NoticeView> = {}): NoticeView => ({
    id,
    kind,
    at,
    read: false,
    path: 'payments/production',
    role: null,
    secret: null,
    service: null,
    of: null,
    own: false,
    count: null,
    by: null,
    system: null,
    endsAt: null,
    leads: null,
    ...parts,
  });
  const secret = world.secrets[0];
  let notices: NoticeView[] =
    fake.scene === 'empty'
      ? []
      : [
          notice('n-1', 'request.waits', start - 4 * 60_000, {
            by: asker,
            role: 'Reader',
            leads: { what: 'request', id: fake.access[0]?.id ?? 'request-1' },
          }),
          notice('n-2', 'access.ends-soon', start - hour, {
            role: 'Editor',
            endsAt: start + 23 * hour,
            leads: { what: 'place', id: world.places[1]?.id ?? 'payments' },
          }),
          notice('n-3', 'rotation.waits', start - 3 * hour, {
            by: asker,
            secret: secret?.title ?? 'Database URL',
            leads: { what: 'secret', id: secret?.id ?? 'secret-1' },
          }),
          notice('n-7', 'rotation.needed', start - 3.5 * hour, {
            count: 4,
            endsAt: start + day,
            leads: { what: 'place', id: world.places[1]?.id ?? 'payments' },
          }),
          notice('n-6', 'emergency.review-overdue', start - 4 * hour, {
            of: asker,
            role: 'Reader',
            endsAt: start - 2 * day,
            leads: { what: 'emergency', id: 'draw-late' },
          }),
          notice('n-4', 'service-key.ends-soon', start - day, {
            service: 'payments-ci',
            endsAt: start + 13 * day,
            read: true,
            leads: { what: 'service', id: 'service-1' },
          }),
          notice('n-5', 'access.revoked', start - 2 * day, {
            path: 'search/production',
            role: 'Reader',
            by: asker,
            read: true,
          }),
        ];
  let preferences: NoticePreference[] = kinds.map((kind) => ({
    kind,
    desktop: true,
    mail: !['request.done', 'access.given', 'access.ended'].includes(kind),
    always: ['emergency.used', 'emergency.used-again', 'emergency.review-due', 'emergency.review-overdue'].includes(
      kind,
    ),
  }));
  let webhooks: WebhookView[] =
    fake.scene === 'empty'
      ? []
      : [
          {
            id: 'webhook-1',
            name: 'Chat of the platform team',
            url: 'https://chat.example.com/hooks/7f3a',
            kinds: ['request.waits', 'emergency.used'],
            madeBy: world.people[0] ?? world.me,
            madeAt: start - 40 * day,
            lastAt: start - 4 * 60_000,
            lastTaken: true,
            lastSaid: 'answered with 204',
            waiting: 0,
            givenUp: 0,
          },
          {
            id: 'webhook-2',
            name: 'Pager',
            url: 'https://pager.example.com/v2/enqueue',
            kinds: ['emergency.used'],
            madeBy: world.me,
            madeAt: start - 9 * day,
            lastAt: start - 2 * hour,
            lastTaken: false,
            lastSaid: 'did not answer in time',
            waiting: 2,
            givenUp: 1,
          },
        ];
  let keys: WebhookKeyView[] = [
    { number: 1, public: 'whpk_Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=', madeAt: start - 40 * day, until: null },
  ];
  const unread = () => notices.filter((one) => !one.read).length;
  const mark = (wanted: (one: NoticeView) => boolean) => {
    notices = notices.map((one) => (wanted(one) ? { ...one, read: true } : one));
    return unread();
  };
  const wishes = () => ({ kinds: preferences, address: world.me.email, mail: true });

  return {
    notices: (before, unreadOnly) =>
      fake.answer('notices', [before, unreadOnly], () => ({
        notices: notices.filter((one) => !(unreadOnly && one.read)),
        unread: unread(),
        more: false,
      })),
    readNotices: (ids) => fake.answer('readNotices', [ids], () => mark((one) => ids.includes(one.id))),
    readNoticesUntil: (until) => fake.answer('readNoticesUntil', [until], () => mark((one) => one.at <= until)),
    noticePreferences: () => fake.answer('noticePreferences', [], wishes),
    setNoticePreference: (kind, way, wanted) =>
      fake.answer('setNoticePreference', [kind, way, wanted], () => {
        preferences = preferences.map((one) => (one.kind === kind ? { ...one, [way]: wanted } : one));
        return wishes();
      }),
    webhooks: () =>
      fake.answer('webhooks', [], () => ({
        webhooks,
        keys: webhooks.length === 0 ? [] : keys,
        allowed: ['chat.example.com', 'pager.example.com'],
        kinds,
        givenUp:
          webhooks.length < 2
            ? []
            : [{ kind: 'emergency.used', webhook: 'webhook-2', at: start - 2 * day, said: 'answered with 503' }],
      })),
    createWebhook: (draft) =>
      fake.answer('createWebhook', [draft], () => {
        if (!draft.url.startsWith('https://chat.example.com/')) throw refusal('internal', 'the host is not listed');
        webhooks = [
          ...webhooks,
          {
            id: `webhook-new-${fake.nextId++}`,
            ...draft,
            madeBy: world.me,
            madeAt: fake.now(),
            lastAt: null,
            lastTaken: false,
            lastSaid: null,
            waiting: 0,
            givenUp: 0,
          },
        ];
      }),
    endWebhook: (id) =>
      fake.answer('endWebhook', [id], () => {
        webhooks = webhooks.filter((one) => one.id !== id);
      }),
    rotateWebhookKey: (replaces, atOnce) =>
      fake.answer('rotateWebhookKey', [replaces, atOnce], () => {
        const older = atOnce ? [] : keys.map((one) => ({ ...one, until: one.until ?? fake.now() + 14 * day }));
        const next = 'whpk_kqJ1cY9mR3tVb5xWz7aLd0fGh2jKn4pQs6uTv8yBw1E=';
        keys = [{ number: replaces + 1, public: next, madeAt: fake.now(), until: null }, ...older];
      }),
    testWebhook: (id) =>
      fake.answer('testWebhook', [id], () =>
        id === 'webhook-2'
          ? { taken: false, said: 'did not answer in time' }
          : { taken: true, said: 'answered with 204' },
      ),
    takeLink: () =>
      fake.answer('takeLink', [], () => {
        const { link } = opened;
        opened.link = null;
        if (typeof link === 'string') throw refusal(link);
        return link;
      }),
  };
}
