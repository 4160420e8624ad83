/** Server, session, lock. */
import type { Host } from '../host';
import { server } from './scene';
import { refusal } from './shapes';
import type { FakeWorld } from './world';

export function accountOf(
  fake: FakeWorld,
): Pick<
  Host,
  | 'state'
  | 'connectServer'
  | 'confirmServer'
  | 'forgetServer'
  | 'signIn'
  | 'cancelSignIn'
  | 'signOut'
  | 'lock'
  | 'unlock'
  | 'retryKeyring'
  | 'noteActivity'
  | 'syncNow'
> {
  return {
    state: () => fake.answer('state', [], () => fake.state),
    connectServer: (origin) =>
      fake.answer('connectServer', [origin], () => {
        if (!/^https?:\/\/[^ ]+$/.test(origin)) throw refusal('serverAddressInvalid');
        if (origin.includes('nowhere')) throw refusal('serverUnreachable', `connection refused: ${origin}`);
        return { ...server, origin, bootstrapOpen: origin.includes('new') };
      }),
    confirmServer: (origin) =>
      fake.answer('confirmServer', [origin], () => {
        const pinned = { ...server, origin, bootstrapOpen: origin.includes('new') };
        fake.setState({ session: { type: 'signedOut', server: pinned, problem: null } });
      }),
    forgetServer: () => fake.answer('forgetServer', [], () => fake.setState({ session: { type: 'noServer' } })),
    signIn: (bootstrapCode) =>
      fake.answer('signIn', [bootstrapCode], () => {
        if (bootstrapCode === 'wrong') throw refusal('bootstrapCodeWrong');
        fake.setState({ session: { type: 'signingIn', server, since: fake.now() } });
        return new Promise<void>((resolve, reject) => {
          fake.signIn = { resolve, reject };
          setTimeout(() => {
            if (fake.signIn === null) return;
            fake.signIn = null;
            fake.setState({ session: fake.session('signedIn') });
            resolve();
          }, fake.delay * 30);
        });
      }),
    cancelSignIn: () =>
      fake.answer('cancelSignIn', [], () => {
        fake.signIn?.reject(refusal('signInCancelled'));
        fake.signIn = null;
        fake.setState({ session: { type: 'signedOut', server, problem: null } });
      }),
    signOut: () =>
      fake.answer('signOut', [], () => fake.setState({ session: { type: 'signedOut', server, problem: null } })),
    lock: () =>
      fake.answer('lock', [], () => {
        fake.setState({ session: fake.session('locked') });
        clearTimeout(fake.clipboardTimer);
        fake.clipboard = null;
        fake.emit('clipboardCleared', { reason: 'locked' });
      }),
    unlock: () => fake.answer('unlock', [], () => fake.setState({ session: fake.session('signedIn') })),
    retryKeyring: () =>
      fake.answer('retryKeyring', [], () => {
        const signedOut = fake.state.session.type === 'signedOut';
        fake.setState({ keyring: { type: 'ok' }, ...(signedOut ? { session: fake.session('signedIn') } : {}) });
      }),
    noteActivity: () => fake.answer('noteActivity', [], () => undefined),
    syncNow: () =>
      fake.answer('syncNow', [], () => {
        if (fake.state.connection.type === 'offline') throw refusal('serverUnreachable');
        fake.setState({ connection: { type: 'online', lastSync: fake.now(), progress: null } });
      }),
  };
}
