/** Places, teams, roles and proposals of the invented company; what is changed stays changed. */
import type { ApprovalSettings, ChangeOutcome, ManagedPlace, ProposalView, RoleView, TeamView } from '../organization';
import type { Host } from '../host';
import { actionName } from '../../words/rights';
import { roles as builtin } from './host-access';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

type OrganizationCommands =
  | 'managedPlaces'
  | 'createPlace'
  | 'editPlace'
  | 'planMove'
  | 'movePlace'
  | 'approvalSettings'
  | 'setApproval'
  | 'people'
  | 'team'
  | 'createTeam'
  | 'renameTeam'
  | 'addMember'
  | 'removeMember'
  | 'mapGroup'
  | 'unmapGroup'
  | 'roles'
  | 'putRole'
  | 'deleteRole'
  | 'proposals'
  | 'approveProposal'
  | 'refuseProposal'
  | 'withdrawProposal';

const values = ['secret.use', 'secret.reveal', 'secret.write', 'secret.create'];
const authority = ['grant.assign', 'grant.revoke', 'team.manage', 'role.manage'];
const plain = ['secret.view', 'secret.edit', 'rotation.request', 'grant.view', 'principal.view'];
const everyAction = [...plain, ...values, ...authority, 'files.apply'].map((code) => ({
  code,
  words: actionName(code),
  values: values.includes(code),
  authority: authority.includes(code),
}));

export function organizationOf(fake: FakeWorld): Pick<Host, OrganizationCommands> {
  const all = { create: true, edit: true, classify: true, relocate: true };
  const empty = fake.scene === 'empty';
  let places: ManagedPlace[] = fake.world.places.map((place) => ({
    id: place.id,
    parent: place.parent ?? 'root',
    name: place.name,
    path: place.path,
    depth: place.depth,
    class: place.depth === 2 && place.class !== 'unclassified' ? place.class : null,
    environment: place.depth === 2,
    knownTo: place.depth === 1 ? { type: 'everyone' } : { type: 'nobody' },
    copiesFor: place.path.endsWith('/production') ? 4 * 3_600 : null,
    secrets: place.count,
    may: all,
  }));
  const root: ManagedPlace = {
    id: 'root',
    parent: null,
    name: '',
    path: '',
    depth: 0,
    class: null,
    environment: false,
    knownTo: { type: 'nobody' },
    copiesFor: null,
    secrets: fake.world.secrets.length,
    may: { create: true, edit: true, classify: false, relocate: false },
  };
  const person = (at: number) => fake.world.people[at] ?? fake.world.me;
  const principal = (at: number) => ({ person: person(at), kind: 'person' as const, active: true });
  const teamOf = (id: string, name: string, from: number): TeamView => ({
    team: {
      person: { id, name, initials: name.slice(0, 2).toUpperCase(), email: null, team: null },
      kind: 'team',
      active: true,
    },
    members: [from, from + 1].map((at) => ({
      principal: principal(at),
      byProvider: at === from,
      byHand: at !== from,
    })),
    within: [],
    groups: [`company-${name.toLowerCase()}`],
    mayManage: !empty,
  });
  const founding = fake.scene === 'founding';
  let teams = empty || founding ? [] : [teamOf('team-backend', 'Backend', 0), teamOf('team-payments', 'Payments', 2)];
  let roles: RoleView[] = [
    ...builtin.map((role, at) => ({
      ...role,
      builtin: true,
      actions: role.name === 'Lead' ? ['grant.view', 'grant.assign'] : [...plain.slice(0, 1), ...values.slice(0, at)],
      mayGrant: role.name === 'Lead' ? builtin.slice(0, 4) : [],
      digest: `digest-${role.id}`,
    })),
    ...['CI deploy', 'Policy files'].map((name, at) => ({
      id: `role-${name}`,
      name,
      builtin: true,
      actions: at === 0 ? ['secret.use'] : ['files.apply'],
      mayGrant: [],
      digest: `digest-${name}`,
    })),
    {
      id: 'role-support',
      name: 'Support',
      builtin: false,
      actions: ['secret.view', 'secret.use'],
      mayGrant: [],
      digest: 'digest-support',
    },
  ];
  let proposals: ProposalView[] =
    empty || founding
      ? []
      : [
          {
            id: 'proposal-1',
            digest: 'digest-1',
            change: {
              type: 'role',
              name: 'Release manager',
              known: false,
              actions: ['secret.view', 'grant.assign'],
              mayGrant: ['Reader'],
            },
            gains: [{ who: person(0).name, path: 'payments', actions: ['grant.assign'], mayGrant: ['Reader'] }],
            reason: 'Releases need a hand that can let people in.',
            author: person(0),
            mine: false,
            at: fake.start - 3 * hour,
            lapsesAt: fake.start + 6 * day,
            stands: 'open',
            answeredBy: null,
            words: null,
          },
          {
            id: 'proposal-2',
            digest: 'digest-2',
            change: { type: 'group', group: 'company-platform', team: 'Backend' },
            gains: [{ who: person(1).name, path: '', actions: [], mayGrant: ['Editor'] }],
            reason: 'The platform group joins the backend team.',
            author: person(1),
            mine: false,
            at: fake.start - 9 * day,
            lapsesAt: fake.start - 2 * day,
            stands: 'refused',
            answeredBy: 'Ines Moreau',
            words: 'Put them in by hand, one by one.',
          },
        ];

  let approval: ApprovalSettings = {
    digest: 'approval-1',
    steps: null,
    stepsInForce: 1,
    rotations: null,
    rotationsInForce: false,
    rules: [
      {
        id: 'rule-1',
        name: 'On call reads',
        role: { id: 'role-Reader', name: 'Reader' },
        mostSeconds: 8 * 3_600,
        teams: ['Payments'],
        classes: ['staging'],
        conditions: [],
        author: 'Ines Moreau',
      },
    ],
    mayChange: true,
  };

  const team = (id: string) => {
    const found = teams.find((one) => one.team.person.id === id);
    if (!found) throw refusal('notFound');
    return found;
  };
  const change = (id: string, edit: (one: TeamView) => TeamView) => {
    team(id);
    teams = teams.map((one) => (one.team.person.id === id ? edit(one) : one));
  };
  const answer = (id: string, stands: ProposalView['stands'], words: string | null) => {
    proposals = proposals.map((one) =>
      one.id === id ? { ...one, stands, words, answeredBy: fake.world.me.name } : one,
    );
  };
  const second = (wanted: boolean, propose: boolean): ChangeOutcome => {
    if (wanted && !propose) throw refusal('secondOwnerNeeded');
    return wanted ? 'proposed' : 'made';
  };

  return {
    managedPlaces: () => fake.answer('managedPlaces', [], () => (empty ? [] : [root, ...places])),
    createPlace: (place) =>
      fake.answer('createPlace', [place], () => {
        const parent = [root, ...places].find((one) => one.id === place.parent);
        if (!parent) throw refusal('notFound');
        if (places.some((one) => one.parent === parent.id && one.name === place.name)) throw refusal('nameTaken');
        const id = `place-${fake.nextId++}`;
        const depth = parent.depth + 1;
        places = [
          ...places,
          {
            ...root,
            id,
            parent: parent.id,
            name: place.name,
            path: parent.path === '' ? place.name : `${parent.path}/${place.name}`,
            depth,
            class: place.class,
            environment: depth === 2,
            secrets: 0,
            may: all,
          },
        ].sort((a, b) => a.path.localeCompare(b.path));
        return id;
      }),
    editPlace: (id, edit) =>
      fake.answer('editPlace', [id, edit], () => {
        places = places.map((one) =>
          one.id === id
            ? {
                ...one,
                name: edit.name ?? one.name,
                class: edit.class ?? one.class,
                knownTo: edit.knownTo ?? one.knownTo,
                copiesFor: edit.copiesFor ?? one.copiesFor,
              }
            : one,
        );
      }),
    planMove: (id, parent) =>
      fake.answer('planMove', [id, parent], () => {
        const place = places.find((one) => one.id === id);
        const to = [root, ...places].find((one) => one.id === parent);
        if (!place || !to) throw refusal('notFound');
        return {
          digest: `move-${id}-${parent}`,
          path: to.path === '' ? place.name : `${to.path}/${place.name}`,
          places: 2,
          secrets: place.secrets,
          changesClass: to.depth === 2,
          changes: [{ who: person(3), gains: ['secret.view', 'secret.use'], loses: ['secret.write'] }],
        };
      }),
    movePlace: (id, parent, digest) =>
      fake.answer('movePlace', [id, parent, digest], () => {
        if (digest !== `move-${id}-${parent}`) throw refusal('planStale');
      }),
    approvalSettings: (place) => fake.answer('approvalSettings', [place], () => approval),
    setApproval: (place, edit) =>
      fake.answer('setApproval', [place, edit], () => {
        if (edit.digest !== approval.digest) throw refusal('planStale');
        approval = {
          ...approval,
          digest: `approval-${fake.nextId++}`,
          steps: edit.steps,
          stepsInForce: edit.steps ?? 1,
          rotations: edit.rotations,
          rotationsInForce: edit.rotations ?? false,
          rules: approval.rules.filter((rule) => edit.keep.includes(rule.id)),
        };
      }),
    people: () =>
      fake.answer('people', [], () => ({
        principals: [
          ...(founding ? [fake.world.me] : fake.world.people).map((one) => ({
            principal: { person: one, kind: 'person' as const, active: true },
            teams: one.team ? [one.team] : [],
            members: 0,
          })),
          ...teams.map((one) => ({ principal: one.team, teams: one.within, members: one.members.length })),
        ].sort((a, b) => a.principal.person.name.localeCompare(b.principal.person.name)),
        mayManageTeams: !empty,
      })),
    team: (id) => fake.answer('team', [id], () => team(id)),
    createTeam: (name) =>
      fake.answer('createTeam', [name], () => {
        const id = `team-${fake.nextId++}`;
        teams = [...teams, { ...teamOf(id, name, 0), members: [], groups: [] }];
        return id;
      }),
    renameTeam: (id, name) =>
      fake.answer('renameTeam', [id, name], () =>
        change(id, (one) => ({ ...one, team: { ...one.team, person: { ...one.team.person, name } } })),
      ),
    addMember: (id, member) =>
      fake.answer('addMember', [id, member], () => {
        const at = fake.world.people.findIndex((one) => one.id === member);
        if (at < 0) throw refusal('teamCycle');
        fake.filled.add(id);
        change(id, (one) => ({
          ...one,
          members: [...one.members, { principal: principal(at), byProvider: false, byHand: true }],
        }));
      }),
    removeMember: (id, member) =>
      fake.answer('removeMember', [id, member], () =>
        change(id, (one) => ({ ...one, members: one.members.filter((each) => each.principal.person.id !== member) })),
      ),
    mapGroup: (id, group, reason, propose) =>
      fake.answer('mapGroup', [id, group, reason, propose], () => {
        const outcome = second(group.includes('admin'), propose);
        if (outcome === 'made') change(id, (one) => ({ ...one, groups: [...one.groups, group] }));
        return outcome;
      }),
    unmapGroup: (id, group) =>
      fake.answer('unmapGroup', [id, group], () =>
        change(id, (one) => ({ ...one, groups: one.groups.filter((each) => each !== group) })),
      ),
    roles: () => fake.answer('roles', [], () => ({ roles, actions: everyAction, mayManage: !empty })),
    putRole: (edit, reason, propose) =>
      fake.answer('putRole', [edit, reason, propose], () => {
        const outcome = second(edit.actions.includes('role.manage'), propose);
        if (outcome === 'proposed') return outcome;
        const id = edit.id ?? `role-${fake.nextId++}`;
        const made: RoleView = {
          id,
          name: edit.name,
          builtin: false,
          actions: edit.actions,
          mayGrant: roles
            .filter((role) => edit.mayGrant.includes(role.id))
            .map((role) => ({ id: role.id, name: role.name })),
          digest: `digest-${fake.nextId++}`,
        };
        roles = [...roles.filter((role) => role.id !== id), made];
        return outcome;
      }),
    deleteRole: (id, reason) =>
      fake.answer('deleteRole', [id, reason], () => {
        roles = roles.filter((role) => role.id !== id);
      }),
    proposals: () => fake.answer('proposals', [], () => proposals),
    approveProposal: (id, digest) => fake.answer('approveProposal', [id, digest], () => answer(id, 'made', null)),
    refuseProposal: (id, words) => fake.answer('refuseProposal', [id, words], () => answer(id, 'refused', words)),
    withdrawProposal: (id) => fake.answer('withdrawProposal', [id], () => answer(id, 'withdrawn', null)),
  };
}
