import type { Problem } from './host/host';

/** How loud, and who must act. */
export type Severity = 'note' | 'problem' | 'alarm';

/** What the page can offer beside the words. */
export type Action = 'signIn' | 'retry' | 'unlock' | 'reload' | 'changeServer' | 'none';

export interface Wording {
  severity: Severity;
  words: string;
  remedy: string | null;
  action: Action;
}

const entry = (severity: Severity, words: string, remedy: string | null, action: Action = 'none'): Wording => ({
  severity,
  words,
  remedy,
  action,
});

/** The one table from stable codes to what the person reads. */
const table: Record<string, Wording> = {
  signInCancelled: entry('note', 'Sign-in was cancelled.', null, 'signIn'),
  signInTimedOut: entry(
    'problem',
    'The browser did not come back in time.',
    'Sign in again and finish within ten minutes.',
    'signIn',
  ),
  signInBusy: entry(
    'note',
    'A sign-in is already waiting in your browser.',
    'Finish it there, or cancel it here and start again.',
  ),
  consentDenied: entry(
    'problem',
    'Your identity provider says that consent was denied.',
    'Sign in again and allow Claviger to read your name and groups.',
    'signIn',
  ),
  signInRefused: entry(
    'problem',
    'The server did not accept the sign-in.',
    'Sign in again. If it happens twice, ask your administrator to look at the sign-in log.',
    'signIn',
  ),
  accountDisabled: entry(
    'problem',
    'Your account is disabled.',
    'Ask your administrator. Nothing on this device can be read meanwhile.',
  ),
  providerUnreachable: entry(
    'problem',
    'Your identity provider does not answer.',
    'Check the network or VPN, then try again.',
    'retry',
  ),
  providerMisconfigured: entry(
    'problem',
    'The identity provider is not set up as this server expects.',
    'Tell your administrator what stands under “Details”.',
  ),
  browserNotOpened: entry(
    'problem',
    'No browser could be opened.',
    'Set a default browser for this computer, then sign in again.',
    'signIn',
  ),
  bootstrapCodeWrong: entry(
    'problem',
    'This bootstrap code is not valid.',
    'Codes last 60 minutes. Create a new one on the server with `claviger-server bootstrap`.',
  ),
  bootstrapSealed: entry(
    'problem',
    'This organization already has its first Owner.',
    'Sign in without a code.',
    'signIn',
  ),
  sessionEnded: entry('problem', 'Your session has ended.', 'Sign in again to go on.', 'signIn'),
  sessionSuspended: entry(
    'problem',
    'Your identity provider no longer vouches for this session.',
    'Sign in again. If it refuses, ask your administrator.',
    'signIn',
  ),
  stepUpRequired: entry(
    'problem',
    'This asks for a fresh multi-factor sign-in.',
    'Sign in again with your second factor.',
    'signIn',
  ),
  deviceEnded: entry(
    'problem',
    'This device was ended by you or an administrator.',
    'Sign in again to enrol it anew.',
    'signIn',
  ),
  deviceCloned: entry(
    'alarm',
    'This device’s cache is a copy of another one.',
    'Sign in again to enrol it anew, and tell your administrator.',
    'signIn',
  ),

  serverAddressInvalid: entry(
    'problem',
    'This is not the address of a server.',
    'It looks like https://vault.example.com',
  ),
  serverUnreachable: entry(
    'problem',
    'The server does not answer.',
    'Check the address, the network and the VPN, then try again.',
    'retry',
  ),
  serverUnknown: entry(
    'problem',
    'There is no Claviger server at this address.',
    'Check the address with whoever gave it to you.',
    'changeServer',
  ),
  certificateInvalid: entry(
    'alarm',
    'The server’s certificate is not valid for this address.',
    'Do not go on. Ask your administrator; somebody may be listening in between.',
  ),
  serverKeysChanged: entry(
    'alarm',
    'The keys of this server are not those pinned on this device.',
    'Do not go on. Compare the fingerprint with your administrator.',
  ),
  clockSkewed: entry(
    'problem',
    'The clock of this computer is wrong.',
    'Set date and time automatically, then try again.',
    'retry',
  ),
  serverTooOld: entry('problem', 'This app is newer than the server.', 'Ask your administrator to update the server.'),
  appTooOld: entry('problem', 'This app is older than the server allows.', 'Install the newest version of Claviger.'),
  rateLimited: entry('note', 'That were many requests in a short time.', 'Wait a moment, then try again.', 'retry'),
  serverError: entry(
    'problem',
    'The server could not finish this.',
    'Try again. If it stays, tell your administrator what stands under “Details”.',
    'retry',
  ),

  offline: entry(
    'problem',
    'This needs the server, and there is no connection.',
    'It works again when you are back online.',
    'retry',
  ),
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
  forbidden: entry(
    'problem',
    'You may not do this.',
    'The card “Why you can use this” shows what you hold and who gave it.',
  ),
  guardrail: entry('problem', 'A guardrail of your organization forbids this.', 'No role overrides it. Ask an Owner.'),
  notFound: entry('problem', 'Not found.', 'It does not exist, or it is not yours to see.'),
  conflict: entry(
    'problem',
    'Somebody else changed this meanwhile.',
    'Look at what is new, then make your change again.',
    'reload',
  ),
  nameTaken: entry('problem', 'There is already something with this name here.', 'Choose another name.'),
  nameInvalid: entry('problem', 'This name cannot be used.', 'No “/”, no control characters, not empty.'),
  valueTooLarge: entry(
    'problem',
    'The value is larger than 64 KiB.',
    'Keep large files elsewhere and put their key here.',
  ),
  noServer: entry(
    'note',
    'No server is set up on this device.',
    'Type the address of your company’s server.',
    'changeServer',
  ),
  alreadySignedIn: entry('note', 'You are signed in already.', null),
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
  providerCertificate: entry(
    'alarm',
    'The certificate of your identity provider is not valid.',
    'Do not go on. Tell your administrator.',
  ),
  loopbackNotOpened: entry(
    'problem',
    'This computer let Claviger open no port for the browser’s answer.',
    'Look at its firewall, then try again.',
    'signIn',
  ),
  valueInvalid: entry('problem', 'This value cannot be read.', 'Choose the file again, or paste the value as text.'),
  variableInvalid: entry(
    'problem',
    'This is not the name of an environment variable.',
    'Letters, digits and “_”, with no digit at its beginning.',
  ),
  descriptionTooLong: entry(
    'problem',
    'That is too long, or too many tags.',
    'A note has room for 4,096 bytes, a secret for 32 tags.',
  ),
  reasonMissing: entry('note', 'A reason is needed.', 'Write in a few words why.'),
  reasonTooLong: entry('problem', 'The reason is too long.', 'It has room for 2,000 bytes.'),
  settingsInvalid: entry('problem', 'These settings cannot be used.', 'Set everything within the limits shown.'),
  noOwner: entry(
    'problem',
    'This server has no Owner yet.',
    'Sign in with its bootstrap code, which makes the first.',
    'signIn',
  ),
  binaryNotCopied: entry('problem', 'This value is not text, so it cannot be copied.', 'Reveal it to see its bytes.'),
  serverPinned: entry('problem', 'Another server is set up on this device.', 'Forget that one first.', 'changeServer'),
  requestClosed: entry('note', 'This request has already been answered.', null, 'reload'),
  requestExists: entry('note', 'A rotation is already requested.', 'You see its state on the secret.', 'reload'),
  binExpired: entry('problem', 'This secret has left the bin for good.', null, 'reload'),

  keyringLocked: entry(
    'problem',
    'The keyring of this computer is locked.',
    'Unlock it (usually with your login password), then try again.',
    'retry',
  ),
  keyringAbsent: entry(
    'problem',
    'This computer has no keyring.',
    'Start a Secret Service such as GNOME Keyring or KWallet. Until then nothing is stored here.',
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
  clipboardUnavailable: entry('problem', 'The clipboard cannot be reached.', 'Reveal the value instead.'),
  locked: entry('note', 'Claviger is locked.', 'Unlock it to go on.', 'unlock'),
  proofFailed: entry(
    'alarm',
    'What the server sent does not fit the log.',
    'Do not rely on it. Tell your administrator what stands under “Details”.',
  ),
  exportFailed: entry('problem', 'The file could not be written.', 'Choose another folder.', 'retry'),
};

const unknown = entry(
  'problem',
  'Something went wrong.',
  'Try again. If it stays, tell your administrator what stands under “Details”.',
  'retry',
);

/** The words for a problem; for an unknown code those of the host, if it sent any. */
export function wordingOf(problem: Problem): Wording {
  const known = table[problem.code];
  if (known) return { ...known, remedy: problem.remedy ?? known.remedy };
  return { ...unknown, words: problem.message || unknown.words, remedy: problem.remedy ?? unknown.remedy };
}

export function isProblem(thrown: unknown): thrown is Problem {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown;
}

/** Anything thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  return { code: 'internal', message: '', detail: String(thrown), remedy: null };
}

export const knownCodes: readonly string[] = Object.keys(table);
