import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import { desktopHost } from './host/desktop';
import type { Host } from './host/host';
import App from './views/App.svelte';
import NoHost from './views/NoHost.svelte';

const target = document.getElementById('page');
const host = await chooseHost();
if (target) {
  if (host) mount(App, { target, props: { host } });
  else mount(NoHost, { target });
}

/** The desktop when there is one; while developing and for pictures, an invented world. */
async function chooseHost(): Promise<Host | null> {
  if ('__TAURI_INTERNALS__' in window) return desktopHost();
  if (!import.meta.env.DEV && import.meta.env.MODE !== 'pictures') return null;
  const { fromAddress } = await import('./host/fake/from-address');
  return fromAddress(new URLSearchParams(location.search));
}
