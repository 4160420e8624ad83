/** What the person reads when something goes wrong with the server and the way to it. */
import { entry, type Words } from './wording';

export const server: Words = {
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
    'The clock of this computer differs too much from the other side’s.',
    'Set date and time automatically, then try again.',
    'retry',
  ),
  appTooOld: entry('problem', 'This app is older than the server allows.', 'Install the newest version of Claviger.'),
  rateLimited: entry('note', 'Too many requests in a short time.', 'Wait a moment, then try again.', 'retry'),
  serverError: entry(
    'problem',
    'The server could not finish this.',
    'Try again. If it stays, tell your administrator what stands under “Details”.',
    'retry',
  ),
  serverDatabaseDown: entry(
    'problem',
    'The server cannot reach its database; nothing was changed.',
    'Try again in a moment. If it stays, tell your administrator.',
    'retry',
  ),
  serverDiskFull: entry(
    'problem',
    'The disk of the server is full; nothing was changed.',
    'Ask your administrator to free some space on the server, then try again.',
    'retry',
  ),
  outcomeUnknown: entry(
    'problem',
    'The server lost its database in the middle; this may have been done or not.',
    'Look whether it was done before you do it again.',
    'reload',
  ),
  serverBusy: entry(
    'note',
    'The server is starting, stopping or overloaded; nothing was changed.',
    'Try again in a moment.',
    'retry',
  ),
  offline: entry(
    'problem',
    'This needs the server, and there is no connection.',
    'It works again when you are back online.',
    'retry',
  ),
  noServer: entry(
    'note',
    'No server is set up on this device.',
    'Type the address of your company’s server.',
    'changeServer',
  ),
  serverPinned: entry('problem', 'Another server is set up on this device.', 'Forget that one first.', 'changeServer'),
  proofFailed: entry(
    'alarm',
    'What the server sent does not fit the log.',
    'Do not rely on it. Tell your administrator what stands under “Details”.',
  ),
};
