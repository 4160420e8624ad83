// A scripted person in place of a browser: walks the provider's pages and follows to the loopback redirect.
//   node browser.mjs URL      with CLAVIGER_PERSON (a sub), CLAVIGER_ANSWER = allow (default) | deny | stop
const [url] = process.argv.slice(2);
const person = process.env.CLAVIGER_PERSON;
const answer = process.env.CLAVIGER_ANSWER ?? 'allow';
const jar = new Map();

async function go(target, options = {}) {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(target, { redirect: 'manual', ...options, headers: { cookie } });
  for (const line of response.headers.getSetCookie()) {
    const [pair] = line.split(';', 1);
    const at = pair.indexOf('=');
    if (pair.slice(at + 1)) jar.set(pair.slice(0, at), pair.slice(at + 1));
    else jar.delete(pair.slice(0, at));
  }
  return response;
}

const provider = new URL(url).origin;
let at = new URL(url);
let response = await go(at);
for (let step = 0; step < 12; step += 1) {
  const location = response.headers.get('location');
  if (location) {
    at = new URL(location, at);
    response = at.origin === provider ? await go(at) : await fetch(at);
    if (at.origin !== provider) process.exit(response.ok ? 0 : 1);
    continue;
  }
  const page = await response.text();
  if (!response.ok) throw new Error(`${at.pathname}: ${response.status} ${page.replace(/<style>.*?<\/style>|<[^>]+>/gs, ' ').slice(0, 400)}`);
  if (answer === 'stop') process.exit(0);
  const choosing = page.includes('name="sub"');
  const form = choosing && answer !== 'deny' ? { answer: 'choose', sub: person } : { answer };
  response = await go(at, { method: 'POST', body: new URLSearchParams(form) });
}
throw new Error('the provider never sent the browser back');
