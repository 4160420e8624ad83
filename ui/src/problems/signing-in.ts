/** What the person reads when something goes wrong with signing in, sessions, devices. */
import { entry, type Words } from './wording';

export const signingIn: Words = {
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
    'Codes last 60 minutes. “claviger-server bootstrap” makes a new one on the server.',
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
  allAccessEnded: entry(
    'problem',
    'Your access has ended.',
    'Everything that this computer kept of your organization’s secrets was destroyed, and nothing can be read here any more. If this is a mistake, ask whoever runs Claviger in your organization.',
  ),
  deviceEmptied: entry(
    'problem',
    'Your access from this device has ended.',
    'A signed order of the server said so, and everything that the device kept was destroyed. If you still work here, sign in again; else there is nothing left to do.',
    'signIn',
  ),
  deviceOfAnother: entry(
    'problem',
    'This device is set up for somebody else.',
    'Sign in as that person, or leave this server first by “Another server”, which destroys what the device keeps for them.',
    'signIn',
  ),
  deviceCloned: entry(
    'alarm',
    'This device’s cache is a copy of another one.',
    'Sign in again to enrol it anew, and tell your administrator.',
    'signIn',
  ),
  alreadySignedIn: entry('note', 'You are signed in already.', null),
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
  noOwner: entry(
    'problem',
    'This server has no Owner yet.',
    'Sign in with its bootstrap code, which makes the first.',
    'signIn',
  ),
  locked: entry('note', 'Claviger is locked.', 'Unlock it to go on.', 'unlock'),
};
