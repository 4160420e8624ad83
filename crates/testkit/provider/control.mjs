// What tests do to the provider, as JSON over a second loopback port.
import http from 'node:http';
import { read } from './body.mjs';

export function control({ people, keys, misbehaviour, counts, client, rebuild, provider }) {
  const routes = {
    'GET /people': () => people.all(),
    'PUT /people': ({ sub, ...changes }) => people.put(sub, changes),
    'PUT /misbehaviour': (wanted) => (misbehaviour.set(wanted), {}),
    'POST /keys': (wanted) => (keys.rotate(wanted), rebuild(), { kid: keys.current.kid }),
    'PUT /logout-uri': ({ uri }) => (rebuild({ logoutUri: uri }), {}),
    'GET /counts': () => counts,
    // Any claims, signed in any way: the wrong tokens of a test.
    'POST /forge': async ({ claims, sign }) => ({ token: await keys.forge(claims, sign) }),
    // A genuine logout token, delivered; with `sid` one session of the person, without it all of them.
    'POST /logout': async ({ sub, sid }) => {
      const registered = await provider().Client.find(client);
      await registered.backchannelLogout(sub, sid);
      return {};
    },
  };
  return http.createServer(async (request, response) => {
    const answer = (status, body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const route = routes[`${request.method} ${request.url}`];
    if (!route) return answer(404, { error: `no route ${request.method} ${request.url}` });
    try {
      const text = await read(request);
      return answer(200, await route(text ? JSON.parse(text) : {}));
    } catch (error) {
      return answer(502, { error: error.message });
    }
  });
}
