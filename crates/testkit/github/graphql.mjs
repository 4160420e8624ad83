// GitHub's published GraphQL schema: a question is answered by executing it on that, so that none which the schema does not allow is
// answered, nor an answer given which it does not allow.
import { schema } from '@octokit/graphql-schema';
import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import { same } from './organization.mjs';

// As it is published, two fields of one type stand in it twice, which is no fault of a question.
const SCHEMA = buildSchema(schema.idl, { assumeValidSDL: true });

/// As GitHub refuses: with a type, beside what else it has to say.
const refused = (type, message) => new GraphQLError(message, { extensions: { type } });

/// The teams above one, the nearest first.
function above(state, slug) {
  const parent = state.parents[slug];
  return parent ? [parent, ...above(state, parent)] : [];
}

/// Whether somebody is in a team. The schema does not say whether a member of a team below counts ("User logins to filter by").
function isIn(state, team, login) {
  const below = state.below ? Object.keys(state.teams).filter((slug) => above(state, slug).includes(team)) : [];
  return [team, ...below].some((slug) => state.teams[slug].some((one) => same(one, login)));
}

function teams(state, { first, userLogins, orderBy, rootTeamsOnly, ...others }) {
  // "Clients must supply a `first` or `last` argument on any connection. Values of `first` and `last` must be within 1-100."
  if (!(first >= 1 && first <= 100)) throw new Error('first must be within 1-100');
  if (rootTeamsOnly || Object.keys(others).length > 0) throw new Error('nobody expected to be asked for teams so');
  let all = Object.keys(state.teams);
  if (userLogins) all = all.filter((slug) => userLogins.some((login) => isIn(state, slug, login)));
  if (orderBy) all.sort((one, other) => (orderBy.direction === 'DESC' ? -1 : 1) * (one < other ? -1 : 1));
  const nodes = all.slice(0, first).map((slug) => ({ slug, name: slug }));
  return { totalCount: all.length, nodes, pageInfo: { hasNextPage: all.length > first, hasPreviousPage: false } };
}

function root(state) {
  return {
    organization: ({ login }) =>
      same(login, state.name)
        ? { login: state.name, teams: (given) => teams(state, given) }
        : refused('NOT_FOUND', `Could not resolve to an Organization with the login of '${login}'.`),
    user: ({ login }) => {
      const found = Object.keys(state.users).find((one) => same(one, login));
      return found
        ? { login: found, databaseId: state.users[found] }
        : refused('NOT_FOUND', `Could not resolve to a User with the login of '${login}'.`);
    },
  };
}

/// What is answered, or what is wrong with the question or the answer.
export async function answered(state, { query, variables, ...others }) {
  if (Object.keys(others).length > 0) return { wrong: `a question knows no ${Object.keys(others)}` };
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { wrong: `${error}` };
  }
  const [wrong] = validate(SCHEMA, document);
  if (wrong) return { wrong: `${wrong}` };
  const said = await execute({ schema: SCHEMA, document, rootValue: root(state), variableValues: variables });
  const odd = said.errors?.find((error) => !error.extensions.type);
  if (odd) return { wrong: `${odd}` };
  const errors = said.errors?.map(({ message, path, extensions }) => ({ type: extensions.type, path, message }));
  return { body: { data: said.data, ...(errors && { errors }) } };
}
