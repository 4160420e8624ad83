import type { Host } from '../host/host';
import type { Id, Millis } from '../host/primitives';
import type { RevealedValue } from '../host/values';
import type { Clock } from './clock.svelte';

export interface Copied {
  name: string;
  from: number;
  clearsAt: number;
  offline: boolean;
}

export interface Shown {
  secret: Id;
  version: number | null;
  value: RevealedValue;
  from: number;
  hidesAt: number;
  offline: boolean;
}

/** What is on the clipboard and what is on the screen, each with the moment at which it leaves. */
export class Values {
  copied = $state.raw<Copied | null>(null);
  shown = $state.raw<Shown | null>(null);
  #host: Host;
  #clock: Clock;
  #clearTimer: ReturnType<typeof setTimeout> | undefined;
  #hideTimer: ReturnType<typeof setTimeout> | undefined;
  #wanted: Id | null = null;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  async copy(secret: Id, name: string, version: number | null = null): Promise<void> {
    const { clearsAt, offline } = await this.#host.copyValue(secret, version);
    this.hold(name, clearsAt, offline);
  }

  /** Says what the host put into the clipboard, until when. */
  hold(name: string, clearsAt: Millis, offline = false): void {
    this.#clock.tick();
    this.copied = { name, from: this.#clock.now(), clearsAt, offline };
    clearTimeout(this.#clearTimer);
    // The host clears and says so; this only keeps the page honest if that message is lost.
    this.#clearTimer = setTimeout(() => this.cleared(), Math.max(0, clearsAt - this.#clock.now()) + 500);
  }

  async clear(): Promise<void> {
    await this.#host.clearClipboard();
    this.cleared();
  }

  cleared(): void {
    clearTimeout(this.#clearTimer);
    this.copied = null;
  }

  async reveal(secret: Id, version: number | null = null): Promise<void> {
    this.#wanted = secret;
    const reply = await this.#host.revealValue(secret, version);
    // The person went elsewhere meanwhile: nothing is shown that nobody looks at.
    if (this.#wanted !== secret) return;
    this.#clock.tick();
    this.shown = { secret, version, from: this.#clock.now(), ...reply };
    clearTimeout(this.#hideTimer);
    this.#hideTimer = setTimeout(() => this.hide(), Math.max(0, reply.hidesAt - this.#clock.now()));
  }

  hide(): void {
    clearTimeout(this.#hideTimer);
    this.#wanted = null;
    this.shown = null;
  }
}
