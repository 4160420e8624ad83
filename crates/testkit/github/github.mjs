// GitHub's side in tests. Every request has to keep to GitHub's published description, or to its published GraphQL schema, and so has
// every answer of ours; what does not is answered 500 and told to the test, which fails by it. GitHub itself was not tried.
import http from 'node:http';
import { contradicts, understood } from './description.mjs';
import { organization } from './organization.mjs';

const HOST = '127.0.0.1';
const options = Object.fromEntries(process.argv.slice(2).map((option) => option.replace(/^--/, '').split('=')));
const { state, answer } = organization();
let token = options.token ?? 'token-of-tests';
let trouble = null;
let [violations, calls] = [[], []];

async function serve(request, response) {
  const url = new URL(request.url, `http://${HOST}`);
  const reply = (status, body, headers = {}) =>
    response
      .writeHead(status, body === undefined ? headers : { 'content-type': 'application/json; charset=utf-8', ...headers })
      .end(body === undefined ? undefined : JSON.stringify(body));
  const violated = (what) => (violations.push(what), reply(500, { message: what }));
  const text = await whole(request);
  const asks = `${request.method} ${url.pathname}` === 'POST /graphql';
  calls.push(`${request.method} ${url.pathname}${url.search}${asks ? ` ${text}` : ''}`);
  if (!request.headers['user-agent']) return violated('GitHub refuses calls without a User-Agent');
  if (!asks && request.headers['x-github-api-version'] !== '2022-11-28') return violated('no version of the API was asked for');
  if (trouble && url.pathname.endsWith(trouble.at ?? '')) return reply(trouble.status, trouble.body ?? { message: 'trouble' }, trouble.headers ?? {});
  if (request.headers.authorization !== `Bearer ${token}`) return reply(401, { message: 'Bad credentials' });
  if (asks) {
    // The schema takes a while to be read, and most tests ask nothing by it.
    const { answered } = await import('./graphql.mjs');
    const { wrong, body } = await answered(state, JSON.parse(text));
    return wrong ? violated(wrong) : reply(200, body);
  }
  const { wrong, operation, parameters } = understood(request.method, url);
  if (wrong) return violated(wrong);
  const said = answer(operation, parameters);
  if (!said) return violated(`nobody expected ${operation.id}`);
  const contradiction = contradicts(operation, said.status, said.body);
  if (contradiction) return violated(contradiction);
  const headers = {};
  if (said.more) {
    url.searchParams.set('page', (parameters.page ?? 1) + 1);
    headers.link = `<${url}>; rel="next", <${url}>; rel="last"`;
  }
  return reply(said.status, said.body, headers);
}

async function whole(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const controls = {
  'GET /state': () => state,
  'PUT /state': (changes) => Object.assign(state, changes),
  'PUT /token': (wanted) => ((token = wanted.token), {}),
  'PUT /trouble': (wanted) => ((trouble = wanted.status ? wanted : null), {}),
  'GET /told': () => ({ violations, calls }),
  'DELETE /told': () => (([violations, calls] = [[], []]), {}),
};

async function control(request, response) {
  const text = await whole(request);
  const done = controls[`${request.method} ${request.url}`]?.(text ? JSON.parse(text) : {});
  response.writeHead(done ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(done ?? {}));
}

const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port ?? 0), HOST, () => resolve(`http://${HOST}:${server.address().port}`));
  });

process.stdin.resume().on('end', () => process.exit(0)).on('error', () => process.exit(0));

const api = await listen(http.createServer(serve), options.port);
console.log(JSON.stringify({ api, control: await listen(http.createServer(control)) }));
