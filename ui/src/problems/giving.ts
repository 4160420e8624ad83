/** What the person reads when access is given, and when roles, teams and places are changed. */
import { entry, type Words } from './wording';

export const giving: Words = {
  notAccepted: entry('problem', 'The server does not accept this.', 'The details say what is wrong with it.'),
  networkInvalid: entry('note', 'This is not a network range.', 'Write it like 10.0.0.0/8 or 2001:db8::/32.'),
  hoursInvalid: entry('note', 'These are not hours of the day.', 'Choose days, a beginning, an end and a time zone.'),
  roleInvalid: entry(
    'note',
    'There can be no such role.',
    'Values and power over others’ access never stand in one role.',
  ),
  keyLimit: entry('note', 'The service has as many live keys as it can have.', 'End one of them first.'),
  keyKnown: entry('note', 'This key is in use already.', 'Make a new one.'),
  keyEnded: entry('note', 'This key has ended.', 'Make a new one for the service.'),
  wrongNetwork: entry('note', 'The key is not good from this network.', 'Ask whoever answers for the service.'),
  classMissing: entry('note', 'A service identity works in one class of environments.', 'Choose which.'),
  keyFileFailed: entry('problem', 'The file of the key cannot be written.', 'Choose another folder; no key was made.'),
  keyTermsInvalid: entry('note', 'A key cannot be so.', 'The details say what is wrong with it.'),
  publicKeyInvalid: entry(
    'note',
    'This is not the public half of a P-256 key.',
    'Paste a JSON Web Key with “kty”, “crv”, “x” and “y”, and without “d”.',
  ),
  secondOwnerNeeded: entry(
    'note',
    'This would widen your own access.',
    'Propose it with a reason; another owner can approve it.',
  ),
  teamCycle: entry('note', 'Teams cannot contain each other.', 'Choose another team.'),
  alreadyLeft: entry('note', 'This person has left already.', 'Their last case says what was taken away and when.'),
  unfitHeir: entry(
    'note',
    'This person cannot take over.',
    'Choose somebody else who is active and does not leave too, or nobody.',
  ),
  caseOpen: entry(
    'note',
    'An offboarding case of this person goes on.',
    'Wait until its steps are done, or call it off if it has not begun.',
  ),
  roleInUse: entry('note', 'Grants name this role, so it stays.', 'Ended grants count too, since they are history.'),
  fileUnreadable: entry('problem', 'This file cannot be imported.', 'Choose a text file in UTF-8 of at most 4 MiB.'),
  importGone: entry('note', 'The file has to be read again.', 'Choose it once more; what was made already stays.'),
};
