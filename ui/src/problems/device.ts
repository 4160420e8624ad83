/** What the person reads when something goes wrong with this computer: keyring, cache, disk, clipboard, files. */
import { entry, type Words } from './wording';

export const device: Words = {
  notLeased: entry(
    'problem',
    'There is no offline copy of this value on this device.',
    'While online, use “Keep for offline” on its environment.',
  ),
  leaseEnded: entry('problem', 'The offline copy of this value has ended.', 'Go online once to get it again.'),
  offlineLocked: entry(
    'alarm',
    'The clock was set back, so offline use is locked.',
    'Set date and time automatically and go online once.',
  ),
  cacheInUse: entry(
    'problem',
    'Another Claviger is using the copy on this device.',
    'Close it, then try again.',
    'retry',
  ),
  keyringFailed: entry(
    'problem',
    'The keyring of this computer did not answer as expected.',
    'Log out of your desktop and in again, then try again.',
    'retry',
  ),
  settingsInvalid: entry('problem', 'These settings cannot be used.', 'Set everything within the limits shown.'),
  keyringLocked: entry(
    'problem',
    'The keyring of this computer is locked.',
    'Unlock it, usually with your login password, then try again. No network is needed for that.',
    'retry',
  ),
  keyringAbsent: entry(
    'problem',
    'This computer has no keyring.',
    'Start a Secret Service such as GNOME Keyring or KWallet, then try again. Until then nothing is stored here.',
    'retry',
  ),
  cacheBroken: entry(
    'problem',
    'The cache on this device cannot be read.',
    'Sync again; nothing on the server is lost.',
    'retry',
  ),
  cacheTooNew: entry('problem', 'The cache was written by a newer version of Claviger.', 'Install the newest version.'),
  diskFull: entry(
    'problem',
    'The disk of this computer is full.',
    'Free some space, then try again. Nothing was lost.',
    'retry',
  ),
  readOnly: entry(
    'problem',
    'Claviger cannot write to its folder.',
    'Make the folder under “Details” writable, then start again.',
  ),
  copyTooLate: entry(
    'note',
    'It was not copied: Claviger was locked meanwhile, or something newer is in the clipboard.',
    'Copy it again if you still need it.',
  ),
  clipboardUnavailable: entry('problem', 'The clipboard cannot be reached.', 'Reveal the value instead.'),
  exportFailed: entry('problem', 'The file could not be written.', 'Choose another folder.', 'retry'),
};
