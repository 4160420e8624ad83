import { beforeEach, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { Clock } from './clock.svelte';
import { Values } from './values.svelte';
import { Vault } from './vault.svelte';

let host: FakeHost;
let vault: Vault;
let values: Values;

beforeEach(async () => {
  host = fakeHost();
  values = new Values(host, new Clock());
  vault = new Vault(host, values);
  await vault.load();
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

it('starts with everything, the first row selected and its detail on the right', async () => {
  await settled();
  expect(vault.rows.total).toBe(vault.places.value?.total);
  expect(vault.selected).toBe(vault.rows.at(0)?.id);
  expect(vault.detail.value?.id).toBe(vault.selected);
});

it('goes to a place and selects there', async () => {
  await vault.go('payments/staging');
  expect(vault.rows.total).toBe(41);
  expect(vault.rows.at(0)?.path.startsWith('payments/staging')).toBe(true);
  expect(vault.selected).toBe(vault.rows.at(0)?.id);
});

it('opens a secret that is not in the list in the list of its place', async () => {
  await vault.go('payments/staging');
  await vault.reveal({ id: 'ledger/production/2', path: 'ledger/production/stripe' });
  expect(vault.place).toBe('ledger/production');
  expect(vault.selected).toBe('ledger/production/2');
  expect(vault.open.has('ledger')).toBe(true);
});

it('hides a revealed value as soon as another secret is selected', async () => {
  await values.reveal('payments/production/1');
  expect(values.shown).not.toBeNull();
  vault.select('payments/production/2');
  expect(values.shown).toBeNull();
});

it('shows what one person owns', async () => {
  const owner = vault.detail.value?.owner ?? null;
  await settled();
  const person = owner ?? vault.detail.value?.owner;
  if (!person) throw new Error('the first secret has an owner');
  await vault.showOwner(person);
  expect(vault.owner).toEqual(person);
  expect(vault.rows.total).toBeGreaterThan(0);
});

it('leaves a place that is no longer there', async () => {
  await vault.go('payments/staging');
  const places = await host.places();
  places.places.splice(0, places.places.length, ...places.places.filter((place) => place.id !== 'payments/staging'));
  await vault.refresh();
  expect(vault.place).toBeNull();
});

it('goes on to the neighbour when the selected secret goes', async () => {
  await vault.go('payments/staging');
  const [first, second] = [vault.rows.at(0)?.id, vault.rows.at(1)?.id];
  vault.select(vault.neighbour);
  expect(vault.selected).toBe(second);
  vault.select(vault.rows.at(40)?.id ?? null);
  vault.select(vault.neighbour);
  expect(vault.selected).toBe(vault.rows.at(39)?.id);
  expect(first).not.toBe(second);
});

it('says that an access ended while its secret was open, and selects nothing', async () => {
  await vault.go('payments/staging');
  await settled();
  const lost = vault.detail.value;
  host.secret = () => Promise.reject({ code: 'accessEnded', message: '', detail: null, remedy: null });
  await vault.refresh();
  expect(vault.ended?.id).toBe(lost?.id);
  expect(vault.selected).toBeNull();
  expect(vault.detail.status.type).toBe('idle');
  vault.select('payments/production/1');
  expect(vault.ended).toBeNull();
});

it('begins when the first secrets come, after it was shown without any', async () => {
  const { places, list } = host;
  host.places = async () => ({ ...(await places()), places: [], total: 0 });
  host.list = async (query) => ({ ...(await list(query)), total: 0, rows: [] });
  const early = new Vault(host, values);
  await early.load();
  expect(early.selected).toBeNull();
  Object.assign(host, { places, list });
  await early.refresh();
  expect(early.selected).toBe(early.rows.at(0)?.id);
  expect(early.open.size).toBe(1);
});

it('does not say so of what was never open', async () => {
  host.secret = () => Promise.reject({ code: 'notFound', message: '', detail: null, remedy: null });
  vault.select('payments/production/1');
  await settled();
  expect(vault.ended).toBeNull();
  expect(vault.detail.status.type).toBe('failed');
});

it('keeps nothing after it was told to forget', () => {
  vault.forget();
  expect(vault.rows.at(0)).toBeUndefined();
  expect(vault.places.value).toBeNull();
  expect(vault.detail.value).toBeNull();
});
