import type { HistoryAction, HistoryGroup, HistoryRow } from '../host/history';

const actions: Record<HistoryAction, string> = {
  copied: 'Copied',
  revealed: 'Revealed',
  used: 'Used',
  keptOffline: 'Kept for offline',
  created: 'Created',
  newVersion: 'New value',
  edited: 'Details changed',
  deleted: 'Moved to the bin',
  restored: 'Restored',
  moved: 'Moved',
  rotationRequested: 'Rotation requested',
  rotationDone: 'Rotated',
  rotationRefused: 'Rotation refused',
  rotationWithdrawn: 'Request withdrawn',
  accessRequested: 'Access asked for',
  accessApproved: 'Access approved',
  accessRefused: 'Access refused',
  accessGiven: 'Access given',
  accessEnded: 'Access ended',
  accessShortened: 'Access ends earlier',
  emergencyGiven: 'Emergency right given',
  emergencyEnded: 'Emergency right ended',
  emergencyDrawn: 'Emergency access drawn',
  emergencyReviewed: 'Emergency access reviewed',
  purged: 'Copies destroyed on the device',
  signedIn: 'Signed in',
  signedOut: 'Signed out',
  sessionEnded: 'Session ended',
  deviceEnrolled: 'Device enrolled',
  deviceEnded: 'Device ended',
  historyExported: 'History exported',
  leakLookedUp: 'Leaked value looked up',
  offboarding: 'Offboarding',
  signInChecked: 'Sign-in confirmed by the identity provider',
  sessionSuspended: 'Session suspended',
  replayDetected: 'Used token came again',
  askedInVain: 'Asked for what is not yours to see',
  accountCreated: 'Account created',
  accountChanged: 'Account changed',
  placeChanged: 'Place changed',
  rulesChanged: 'Roles or guardrails changed',
  purgeOrdered: 'Device told to destroy copies',
  journalDoubted: 'Offline journal doubted',
  other: 'Something this version has no words for',
};

export const groupNames: Record<HistoryGroup, string> = {
  reads: 'Reads',
  changes: 'Changes',
  requests: 'Requests',
  access: 'Access',
  signIn: 'Sign-in',
};

/** A newer server may know actions that this page does not: its code is spelled out then. */
export function actionWords(row: Pick<HistoryRow, 'action' | 'by' | 'program'>): string {
  const words = actions[row.action] ?? spelled(row.action);
  if (row.program !== null) return `${words} by`;
  return row.by === null ? words : `${words} by ${row.by}`;
}

function spelled(code: string): string {
  const words = code.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
