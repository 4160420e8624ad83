import type { Connection, Keyring, OfflineReason } from '../host/state';
import { ago } from '../words/time';

const reasons: Record<OfflineReason, string> = {
  unreachable: 'The server does not answer.',
  certificate: 'The server’s certificate is not valid, so nothing is sent.',
  serverError: 'The server has a problem.',
  sessionEnded: 'Your session has ended; sign in again when you are back online.',
  clock: 'The clock of this computer is wrong; set it automatically.',
};

export interface Words {
  title: string;
  words: string;
}

/** How old what one sees is, and what still works. */
export function offlineWords(connection: Extract<Connection, { type: 'offline' }>, now: number): Words {
  const age =
    connection.lastSync === null
      ? 'Nothing was synced yet.'
      : `You see what was synced ${ago(connection.lastSync, now)}.`;
  return {
    title: 'Offline.',
    words: `${reasons[connection.reason] ?? ''} ${age} Names, history and offline copies stay readable.`,
  };
}

/** What is wrong with the keyring and what to do, null when nothing is. */
export function keyringWords(keyring: Keyring): Words | null {
  switch (keyring.type) {
    case 'ok':
      return null;
    case 'locked':
      return {
        title: 'Your keyring is locked.',
        words:
          'Claviger works online and stores nothing. Unlock the keyring, usually with your login password, then try again.',
      };
    case 'absent':
      return {
        title: 'This computer has no keyring.',
        words: 'Claviger works online and stores nothing. Install GNOME Keyring or KWallet to keep things for offline.',
      };
    case 'rolledBack':
      return {
        title: 'The cache is older than this device remembers.',
        words: 'Somebody may have put an old copy back. Nothing of it is used; a fresh sync mends it.',
      };
  }
}
