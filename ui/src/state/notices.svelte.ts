import type { Host } from '../host/host';
import type { NoticePreferences, NoticesView, NoticeView, NoticeWay } from '../host/notices';
import type { Millis } from '../host/primitives';
import { Query } from './query.svelte';

/** What the person was told, and what they want to be told. */
export class Notices {
  readonly list = new Query<NoticesView>();
  readonly wishes = new Query<NoticePreferences>();
  /** How many are not read. */
  unread = $state(0);
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The first page; where more was in sight, that goes until it is asked for again. */
  async load(): Promise<void> {
    await this.list.ask(() => this.#host.notices(null, false));
    if (this.list.status.type === 'ready') this.unread = this.list.value?.unread ?? 0;
  }

  async more(): Promise<void> {
    await this.list.extend(async (known) => {
      const last = known.notices.at(-1);
      if (!known.more || !last) return known;
      const next = await this.#host.notices(last.id, false);
      return { ...next, notices: [...known.notices, ...next.notices] };
    });
  }

  async read(notice: NoticeView): Promise<void> {
    if (notice.read) return;
    this.unread = await this.#host.readNotices([notice.id]);
    await this.load();
  }

  async readAll(until: Millis): Promise<void> {
    this.unread = await this.#host.readNoticesUntil(until);
    await this.load();
  }

  loadWishes(): Promise<void> {
    return this.wishes.ask(() => this.#host.noticePreferences());
  }

  async wish(kind: string, way: NoticeWay, wanted: boolean): Promise<void> {
    const changed = await this.#host.setNoticePreference(kind, way, wanted);
    await this.wishes.ask(() => Promise.resolve(changed));
  }

  forget(): void {
    this.list.forget();
    this.wishes.forget();
    this.unread = 0;
  }
}
