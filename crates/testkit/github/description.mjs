// GitHub's published description: which operation a request means, whether the request keeps to it, and whether an answer does.
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import formats from 'ajv-formats';

const require = createRequire(import.meta.url);
const DESCRIPTION = require('@octokit/openapi/generated/api.github.com.json');

const ajv = new Ajv({ strict: false, coerceTypes: false, allErrors: false, validateFormats: true });
formats(ajv);
ajv.addFormat('int64', true);
ajv.addFormat('repo.nwo', true);
ajv.addSchema(DESCRIPTION, 'description');

const escaped = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');
const pointer = (keys) => `description#/${keys.map((key) => encodeURIComponent(escaped(String(key)))).join('/')}`;
const at = (keys) => keys.reduce((value, key) => value?.[key], DESCRIPTION);

/// Follows references: the keys under which the thing itself stands.
function resolved(keys) {
  const value = at(keys);
  return value?.$ref ? resolved(value.$ref.slice(2).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))) : keys;
}

const compiled = new Map();
function check(keys, value) {
  const ref = pointer(keys);
  if (!compiled.has(ref)) compiled.set(ref, ajv.compile({ $ref: ref }));
  const validate = compiled.get(ref);
  return validate(value) ? null : ajv.errorsText(validate.errors);
}

const operations = Object.entries(DESCRIPTION.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => {
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const pattern = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '([^/]+)');
    const parameters = (methods[method].parameters ?? [])
      .map((_, index) => resolved(['paths', path, method, 'parameters', index]))
      .map((keys) => ({ ...at(keys), schemaAt: resolved([...keys, 'schema']) }));
    return { id: methods[method].operationId, path, method, names, pattern: new RegExp(`^${pattern}$`), parameters };
  }),
);

// A concrete path is meant before one with a parameter in the same place.
operations.sort((one, other) => one.names.length - other.names.length);

/// What a text means as a value of a schema; path and query carry text only.
function value(text, keys) {
  const { type } = at(keys);
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/// The operation of a request with its parameters, or what is wrong with it.
export function understood(method, url) {
  const found = operations.find((one) => one.method === method.toLowerCase() && one.pattern.test(url.pathname));
  if (!found) return { wrong: `no operation ${method} ${url.pathname}` };
  const given = found.pattern.exec(url.pathname).slice(1).map(decodeURIComponent);
  const inPath = Object.fromEntries(found.names.map((name, index) => [name, given[index]]));
  const parameters = {};
  for (const parameter of found.parameters) {
    const text = parameter.in === 'path' ? inPath[parameter.name] : url.searchParams.get(parameter.name);
    if (text === null || text === undefined) {
      if (parameter.required) return { wrong: `${found.id} needs ${parameter.name}` };
      continue;
    }
    const one = value(text, parameter.schemaAt);
    const wrong = check(parameter.schemaAt, one);
    if (wrong) return { wrong: `${found.id}: ${parameter.name}: ${wrong}` };
    parameters[parameter.name] = one;
  }
  const known = found.parameters.filter((one) => one.in === 'query').map((one) => one.name);
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown) return { wrong: `${found.id} knows no ${unknown}` };
  return { operation: found, parameters };
}

/// Where the description says what an answer of this status has in it; none where it has nothing.
function content({ path, method }, status) {
  const keys = resolved(['paths', path, method, 'responses', String(status)]);
  if (!at(keys)) return { unknown: true };
  const media = at(keys).content?.['application/json'];
  return media ? { keys: [...keys, 'content', 'application/json'] } : {};
}

/// What is wrong with an answer; none where it keeps to the description.
export function contradicts(operation, status, body) {
  const { unknown, keys } = content(operation, status);
  if (unknown) return `${operation.id} never answers ${status}`;
  if (!keys) return body === undefined ? null : `${operation.id}: ${status} has no body`;
  const wrong = check([...keys, 'schema'], body);
  return wrong && `${operation.id}: ${status}: ${wrong}`;
}

/// The published example of an answer.
export function example(operation, status) {
  const { keys } = content(operation, status);
  const name = Object.keys(at([...keys, 'examples']))[0];
  return structuredClone(at([...resolved([...keys, 'examples', name]), 'value']));
}
