/**
 * Compiles only while the page's `Host` and the generated bindings say the same, in both directions. Where they differ,
 * the error names the command.
 */
import type { commands } from './bindings';
import type * as generated from './bindings';
import type { Host, HostEvents } from './host';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Names under which the two disagree. */
type Different<A, B> = {
  [K in keyof A | keyof B]: K extends keyof A & keyof B ? (Same<Plain<A[K]>, Plain<B[K]>> extends true ? never : K) : K;
}[keyof A | keyof B];

/** Arguments and answer; no answer is `null` here and `void` there. */
type Plain<T> = T extends (...args: infer A) => Promise<infer R> ? [A, [undefined] extends [R] ? null : R] : T;

type Questions = Omit<Host, 'on'>;
type Events = {
  stateChanged: generated.AppState;
  changed: generated.Changed;
  clipboardCleared: generated.ClipboardCleared;
  orderExecuted: generated.OrderExecuted;
  linkWaits: null;
};

type None<T extends never> = T;
export type Checked = [None<Different<Questions, typeof commands>>, None<Different<HostEvents, Events>>];
