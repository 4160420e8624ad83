import type { Theme } from '../device';
import type { Host } from '../host';
import { fakeHost, type Scene } from './index';

/** The world that an address asks for: `?scene=offline&theme=dark&many=100000`. */
export function fromAddress(asked: URLSearchParams): Host {
  const host = fakeHost({
    scene: (asked.get('scene') ?? 'signedIn') as Scene,
    delay: Number(asked.get('delay') ?? 40),
    many: Number(asked.get('many') ?? 0),
    drawn: asked.has('drawn'),
    stale: asked.get('stale') === 'shown' ? 'shown' : null,
  });
  const theme = asked.get('theme');
  if (theme !== null) void host.settings().then((settings) => host.setSettings({ ...settings, theme: theme as Theme }));
  return host;
}
