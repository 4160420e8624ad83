// An identity provider on loopback, for tests and the demonstration: oidc-provider with our settings and pages.
//   node provider.mjs [--port 0] [--control-port 0] [--people FILE] [--alg ES256|RS256] [--client claviger-desktop]
//                     [--logout-uri URL] [--company NAME]
// Prints one line {"issuer", "control"} when it answers, and ends when its standard input does.
import './quiet.mjs';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { Provider } from 'oidc-provider';
import { read } from './body.mjs';
import { control } from './control.mjs';
import { Interactions } from './interactions.mjs';
import { Keys } from './keys.mjs';
import { Misbehaviour } from './misbehaviour.mjs';
import { Pages } from './pages.mjs';
import { People } from './people.mjs';
import { settings } from './settings.mjs';

const HOST = '127.0.0.1';
const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    people: { type: 'string' },
    alg: { type: 'string', default: 'ES256' },
    client: { type: 'string', default: 'claviger-desktop' },
    'logout-uri': { type: 'string', default: 'http://127.0.0.1:7420/v1/back-channel-logout' },
    company: { type: 'string', default: 'Northwind' },
  },
});

const people = new People(options.people);
const keys = new Keys(options.alg);
const misbehaviour = new Misbehaviour();
const pages = new Pages(options.company);
const interactions = new Interactions({ people, pages });
const counts = {};
let logoutUri = options['logout-uri'];
let provider;

// A change of keys or client needs a new instance; what was issued lives in the store and stays valid.
function rebuild(changes = {}) {
  logoutUri = changes.logoutUri ?? logoutUri;
  provider = new Provider(issuer, settings({ client: options.client, logoutUri, people, keys, errorPage: pages.error }));
  provider.on('server_error', (ctx, error) => console.error(error));
  provider.use(misbehaviour.middleware(keys));
}

async function serve(request, response) {
  if (misbehaviour.intercepts(request, response)) return;
  const { pathname } = new URL(request.url, issuer);
  const name = `${request.method} ${pathname.startsWith('/interaction/') ? '/interaction' : pathname}`;
  counts[name] = (counts[name] ?? 0) + 1;
  if (!pathname.startsWith('/interaction/')) {
    provider.callback()(request, response);
    return;
  }
  try {
    if (request.method === 'POST') {
      await interactions.submit(provider, request, response, new URLSearchParams(await read(request)));
    } else {
      await interactions.show(provider, request, response);
    }
  } catch (error) {
    const page = pages.error(error.error ?? 'failed', error.error_description ?? error.message);
    response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  }
}

const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), HOST, () => resolve(`http://${HOST}:${server.address().port}`));
  });

process.stdin.resume().on('end', () => process.exit(0)).on('error', () => process.exit(0));

const issuer = await listen(http.createServer(serve), options.port);
rebuild();
const controlled = { people, keys, misbehaviour, counts, client: options.client, rebuild, provider: () => provider };
const controlOrigin = await listen(control(controlled), options['control-port']);
console.log(JSON.stringify({ issuer, control: controlOrigin }));
