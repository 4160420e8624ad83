/** A host out of thin air, for tests and for looking at the page in a browser. */
import type { Host, HostEvents } from '../host';
import type { AppState } from '../state';
import { accessOf } from './host-access';
import { accountOf } from './host-account';
import { binOf } from './host-bin';
import { deviceOf } from './host-device';
import { editsOf } from './host-edits';
import { emergencyOf } from './host-emergency';
import { givingOf } from './host-giving';
import { importOf } from './host-import';
import { guardrailsOf } from './host-guardrails';
import { myHistoryOf } from './host-history';
import { noticesOf } from './host-notices';
import { offboardingOf } from './host-offboarding';
import { organizationOf } from './host-organization';
import { policyFilesOf } from './host-policy-files';
import { provisioningOf } from './host-provisioning';
import { radiusOf } from './host-radius';
import { requestsOf } from './host-requests';
import { servicesOf } from './host-services';
import { secretsOf } from './host-secrets';
import { valuesOf } from './host-values';
import { FakeWorld, type FakeOptions } from './world';

/** What a test may do to the world behind the page's back. */
export interface FakeHost extends Host {
  emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void;
  setState(part: Partial<AppState>): void;
  /** The next call of a command is refused. */
  refuse(command: keyof Host, code: string): void;
  readonly calls: { command: string; args: unknown[] }[];
  readonly clipboard: string | null;
}

export function fakeHost(options: FakeOptions = {}): FakeHost {
  const fake = new FakeWorld(options);
  return {
    calls: fake.calls,
    get clipboard() {
      return fake.clipboard;
    },
    emit: (event, payload) => fake.emit(event, payload),
    setState: (part) => fake.setState(part),
    refuse: (command, code) => void fake.refusals.set(command, code),
    on(event, listener) {
      const set = fake.listeners.get(event) ?? new Set();
      fake.listeners.set(event, set.add(listener as (payload: never) => void));
      return () => set.delete(listener as (payload: never) => void);
    },
    ...accountOf(fake),
    ...secretsOf(fake),
    ...valuesOf(fake),
    ...editsOf(fake),
    ...importOf(fake),
    ...binOf(fake),
    ...requestsOf(fake),
    ...accessOf(fake),
    ...givingOf(fake),
    ...emergencyOf(fake),
    ...offboardingOf(fake),
    ...radiusOf(fake),
    ...organizationOf(fake),
    ...guardrailsOf(fake),
    ...policyFilesOf(fake),
    ...provisioningOf(fake),
    ...servicesOf(fake),
    ...noticesOf(fake),
    ...myHistoryOf(fake),
    ...deviceOf(fake),
  };
}

export type { FakeOptions } from './world';
export type { Scene } from './scene';
