/** What the person is told in time, by which ways, and where links lead. */
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

export type LinkTarget = 'request' | 'secret' | 'place' | 'proposal' | 'case' | 'service' | 'emergency' | 'notice';

/** What a link or a notice leads to. */
export interface LinkView {
  what: LinkTarget;
  id: Id;
}

export interface NoticeView {
  id: Id;
  /** A code such as `request.waits`; the words are the page's. */
  kind: string;
  at: Millis;
  read: boolean;
  /** Names that the person may know. */
  path: string | null;
  role: string | null;
  secret: string | null;
  service: string | null;
  /** Whom it concerns, where that is not the reader alone. */
  of: string | null;
  /** Whether that is the reader. */
  own: boolean;
  /** Of how many things it speaks, where that is not one. */
  count: number | null;
  by: string | null;
  /** What the configuration calls the connected system that it is about. */
  system: string | null;
  endsAt: Millis | null;
  leads: LinkView | null;
}

export interface NoticesView {
  /** Newest first. */
  notices: NoticeView[];
  /** On all pages. */
  unread: number;
  more: boolean;
}

export type NoticeWay = 'desktop' | 'mail';

export interface NoticePreference {
  kind: string;
  desktop: boolean;
  mail: boolean;
  /** Nobody can switch it off. */
  always: boolean;
}

export interface NoticePreferences {
  kinds: NoticePreference[];
  /** Null without an address that the provider verified. */
  address: string | null;
  /** Whether the server sends mail at all. */
  mail: boolean;
}

export interface WebhookView {
  id: Id;
  name: string;
  url: string;
  kinds: string[];
  madeBy: PersonRef;
  madeAt: Millis;
  lastAt: Millis | null;
  lastTaken: boolean;
  /** How the last attempt went, in a few words. */
  lastSaid: string | null;
  waiting: number;
  givenUp: number;
}

export interface GivenUpView {
  kind: string;
  /** Null for mail. */
  webhook: Id | null;
  at: Millis;
  said: string;
}

export interface WebhookKeyView {
  number: number;
  /** The public half, as receivers take it. */
  public: string;
  madeAt: Millis;
  /** Once another one follows it. */
  until: Millis | null;
}

export interface WebhooksView {
  webhooks: WebhookView[];
  /** The keys that sign, the newest first; none before the first webhook. */
  keys: WebhookKeyView[];
  /** Hosts that the server's configuration lists. */
  allowed: string[];
  kinds: string[];
  givenUp: GivenUpView[];
}

export interface WebhookDraft {
  name: string;
  url: string;
  kinds: string[];
}

export interface WebhookTest {
  taken: boolean;
  said: string;
}
