import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, expect, it } from 'vitest';
import { desktopHost, problemOf } from './desktop';
import { fakeHost } from './fake';

afterEach(clearMocks);

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

it('calls for every question of the interface the command of the same name', async () => {
  const called: string[] = [];
  mockIPC((command) => {
    called.push(command);
    return null;
  });
  const host = desktopHost();
  const { on: _on, ...questions } = host;
  for (const ask of Object.values(questions)) await (ask as () => Promise<unknown>)();
  expect(called).toEqual(Object.keys(questions).map(snake));
  const known = Object.keys(fakeHost()).filter(
    (name) => !['emit', 'setState', 'refuse', 'calls', 'clipboard', 'on'].includes(name),
  );
  expect(Object.keys(questions).sort()).toEqual(known.sort());
});

it('hands arguments over by name', async () => {
  const seen: unknown[] = [];
  mockIPC((_command, args) => void seen.push(args));
  const host = desktopHost();
  await host.newVersion('s1', { type: 'text', text: 'x' }, null);
  await host.signIn(null);
  await host.keepOffline('p1', true);
  expect(seen).toEqual([
    { id: 's1', value: { type: 'text', text: 'x' }, fulfils: null },
    { bootstrapCode: null },
    { place: 'p1', on: true },
  ]);
});

it('rejects with a problem, whatever the bridge throws', async () => {
  mockIPC(() => {
    throw { code: 'offline', message: 'no route' };
  });
  await expect(desktopHost().places()).rejects.toEqual({
    code: 'offline',
    message: 'no route',
    detail: null,
    remedy: null,
  });
  expect(problemOf('command not found')).toEqual({
    code: 'internal',
    message: '',
    detail: 'command not found',
    remedy: null,
  });
});
