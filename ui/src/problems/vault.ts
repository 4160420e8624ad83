/** What the person reads when something goes wrong with secrets, requests, values. */
import { entry, type Words } from './wording';

export const vault: Words = {
  forbidden: entry(
    'problem',
    'You may not do this.',
    'The card “Why you can use this” shows what you hold and who gave it.',
  ),
  planStale: entry('problem', 'Something changed since this was shown.', 'Look at it again; nothing was changed.'),
  lastOwner: entry('problem', 'The organization needs an owner.', 'Make somebody else an Owner first.'),
  notFound: entry('problem', 'Not found.', 'It does not exist, or it is not yours to see.'),
  linkUnknown: entry('problem', 'This is not a link that Claviger makes.', 'Nothing was opened, and nothing was done.'),
  linkForeign: entry(
    'problem',
    'This link leads to another organization than the one that you are signed in to.',
    'Open it where you are signed in to that organization.',
  ),
  accessEnded: entry('note', 'Your access to this ended.', 'Whoever gives access at its place can give it again.'),
  secretGone: entry('note', 'This was deleted, or your access to it ended.', null),
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
  noPolicyFiles: entry(
    'problem',
    'There are no policy files in this folder.',
    'Choose the folder that holds roles.toml, or write the files there first.',
  ),
  policyFilesUnreadable: entry(
    'problem',
    'The files of this folder cannot be read.',
    'They have to be UTF-8 text that you may read, 16 MiB together at most.',
  ),
  valueMissing: entry('note', 'There is no value to look up.', 'Paste the value that turned up.'),
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
  wordsInvalid: entry(
    'problem',
    'These words have a character that cannot be kept.',
    'Take out what is neither text nor a line break, such as the remains of a copy from a terminal.',
  ),
  binaryNotCopied: entry('problem', 'This value is not text, so it cannot be copied.', 'Reveal it to see its bytes.'),
  requestLimit: entry(
    'note',
    'You have as many open requests as one person can have.',
    'Take one back under Requests, or wait for an answer.',
  ),
  requestNotAnswered: entry('note', 'This request could not be answered so.', null, 'reload'),
  requestClosed: entry('note', 'This request has already been answered.', null, 'reload'),
  requestExists: entry('note', 'A rotation is already requested.', 'You see its state on the secret.', 'reload'),
  binExpired: entry('problem', 'This secret has left the bin for good.', null, 'reload'),
};
