// An organization as the operations see it: what each answers is GitHub's own example with our names in it.
import { example } from './description.mjs';

/// Logins are the same in any case.
export const same = (one, other) => one?.toLowerCase() === other?.toLowerCase();

export function organization() {
  const state = {
    name: 'acme', owner: 'owner', role: 'admin', users: {}, members: {}, teams: {}, outside: [], invitations: [],
    // Who is there by teams of the enterprise, and of them those who are there by nothing else.
    enterprise: {}, indirect: [],
    // Which team is below which, and whether whoever asks in GraphQL for somebody's teams is told those above them, too.
    parents: {}, below: false,
    // What happens once a page of a list was told.
    then: [],
  };
  const id = (login) => state.users[Object.keys(state.users).find((one) => same(one, login))] ?? 0;
  const named = (login, base) => ({ ...base, login, id: id(login) });
  const login = (parameters) => Object.keys(state.members).find((one) => same(one, parameters.username));
  const by = (name) => state.enterprise[Object.keys(state.enterprise).find((one) => same(one, name))] ?? [];
  const user = (operation) => (name) => named(name, example(operation, 200)[0]);
  const gone = { status: 404, body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' } };
  const paged = (all, { per_page = 30, page = 1 }, make) => ({
    status: 200,
    body: all.slice((page - 1) * per_page, page * per_page).map(make),
    more: all.length > page * per_page,
  });
  const invited = (operation) => (invitation) => ({ ...example(operation, 200)[0], ...invitation });

  const membership = (operation, name, role, is) => ({
    status: 200,
    body: {
      ...example(operation, 200), state: is, role, user: named(name, example(operation, 200).user),
      direct_membership: !state.indirect.some((one) => same(one, name)),
      enterprise_teams_providing_indirect_membership: by(name),
    },
  });

  const answers = {
    'orgs/get-membership-for-authenticated-user': (operation) =>
      membership(operation, state.owner, state.role, 'active'),
    'orgs/list-members': (operation, parameters) => {
      const active = Object.keys(state.members).filter((one) => state.members[one] === 'active');
      return paged(active, parameters, user(operation));
    },
    'orgs/get-membership-for-user': (operation, parameters) => {
      const found = login(parameters);
      return found ? membership(operation, found, same(found, state.owner) ? 'admin' : 'member', state.members[found]) : gone;
    },
    'orgs/remove-membership-for-user': (_, parameters) => {
      const found = login(parameters);
      if (!found) return gone;
      // "Their indirect membership via an enterprise team remains."
      if (by(found).length) state.indirect.push(found);
      else delete state.members[found];
      for (const team of Object.keys(state.teams)) state.teams[team] = state.teams[team].filter((one) => !same(one, found));
      state.invitations = state.invitations.filter((one) => !same(one.login, found));
      return { status: 204 };
    },
    'teams/list': (operation, parameters) =>
      paged(Object.keys(state.teams), parameters, (slug) => ({
        // GitHub's own example lacks the type that its schema requires.
        ...example(operation, 200)[0], type: 'organization', slug, name: slug,
      })),
    'teams/get-membership-for-user-in-org': (operation, { team_slug, username }) => {
      const there = state.teams[team_slug]?.some((one) => same(one, username));
      return there ? { status: 200, body: { ...example(operation, 200), role: 'member', state: 'active' } } : { status: 404 };
    },
    'teams/remove-membership-for-user-in-org': (_, { team_slug, username }) => {
      state.teams[team_slug] = (state.teams[team_slug] ?? []).filter((one) => !same(one, username));
      return { status: 204 };
    },
    'orgs/list-outside-collaborators': (operation, parameters) => paged(state.outside, parameters, user(operation)),
    'orgs/remove-outside-collaborator': (_, { username }) => {
      if (login({ username }))
        return { status: 422, body: { message: 'You cannot specify an organization member.', documentation_url: 'https://docs.github.com/rest' } };
      state.outside = state.outside.filter((one) => !same(one, username));
      return { status: 204 };
    },
    'orgs/list-pending-invitations': (operation, parameters) => paged(state.invitations, parameters, invited(operation)),
    'orgs/cancel-invitation': (_, { invitation_id }) => {
      const there = state.invitations.some((one) => one.id === invitation_id);
      state.invitations = state.invitations.filter((one) => one.id !== invitation_id);
      return there ? { status: 204 } : gone;
    },
    'users/get-by-id': (operation, { account_id }) => {
      const found = Object.keys(state.users).find((one) => state.users[one] === account_id);
      return found ? { status: 200, body: { ...example(operation, 200), login: found, id: account_id } } : gone;
    },
  };

  return {
    state,
    answer(operation, parameters) {
      if (parameters.org !== undefined && !same(parameters.org, state.name)) return gone;
      const said = answers[operation.id]?.(operation, parameters);
      const next = state.then.findIndex((one) => one.list === operation.id && one.page === (parameters.page ?? 1));
      if (next >= 0) Object.assign(state, state.then.splice(next, 1)[0].state);
      return said;
    },
  };
}
