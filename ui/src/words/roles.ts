/** What can never be given, told from the built-in roles, whose names are fixed. */
import type { RoleView } from '../host/organization';

const forServices = new Set(['CI test', 'CI deploy', 'Application', 'Backup', 'Agent', 'Policy files']);
const notByRoles = new Set(['Owner', 'Policy files']);

type Known = Pick<RoleView, 'name' | 'builtin'>;

/** Only service identities can hold it. */
export const isForServices = ({ name, builtin }: Known): boolean => builtin && forServices.has(name);

/** Other roles than Owner may give it. */
export const isGivable = ({ name, builtin }: Known): boolean => !(builtin && notByRoles.has(name));

/** Two Owners delegate it to one service identity; no role that anybody may give has it. */
export const isForRoles = (action: string): boolean => action !== 'files.apply';
