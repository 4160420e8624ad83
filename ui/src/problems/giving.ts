/** What the person reads when access is given, and when roles, teams and places are changed. */
import { entry, type Words } from './wording';

export const giving: Words = {
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
