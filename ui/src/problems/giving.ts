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
  secondOwnerNeeded: entry(
    'note',
    'This would widen your own access.',
    'Propose it with a reason; another owner can approve it.',
  ),
  teamCycle: entry('note', 'Teams cannot contain each other.', 'Choose another team.'),
  roleInUse: entry('note', 'Grants name this role, so it stays.', 'Ended grants count too, since they are history.'),
  fileUnreadable: entry('problem', 'This file cannot be imported.', 'Choose a text file in UTF-8 of at most 4 MiB.'),
  importGone: entry('note', 'The file has to be read again.', 'Choose it once more; what was made already stays.'),
};
