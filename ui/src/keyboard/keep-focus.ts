/**
 * A row that was answered goes, a dialog closes over a view that is another one by then, a list is drawn anew: with the element the focus is lost,
 * and with the focus the place at which somebody without a mouse was. What is nearest to it takes the focus then.
 */

/** Over the page: they hold the focus themselves, and give it back. */
const held = '[role=dialog], [role=alertdialog], [role=menu]';
/** Beside the page, for a moment. */
const passing = '[data-passing]';
const headings = 'h1, h2, h3';

/** Those that hold an element, from the nearest on. */
function holdersOf(element: Element): Element[] {
  const holders: Element[] = [];
  for (let at = element.parentElement; at !== null; at = at.parentElement) holders.push(at);
  return holders;
}

/** What a view begins with, if it says so; else its heading, which says where one is; without one, what held the element. */
function nearest(document: Document, holders: readonly Element[]): HTMLElement | null {
  const left = holders.find((one) => one.isConnected && one !== document.body && one !== document.documentElement);
  const main = document.querySelector('main');
  // What holds a whole view has other headings than its own, those of the sidebar.
  const place = left === undefined || (main !== null && left.contains(main)) ? main : left;
  const found = place?.querySelector('[autofocus]') ?? place?.querySelector(headings) ?? place;
  return found instanceof HTMLElement ? found : null;
}

function take(element: HTMLElement): void {
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) {
    element.tabIndex = -1;
    element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true });
  }
  element.focus({ preventScroll: true });
}

/** Watches until the returned function is called. */
export function keepFocus(document: Document): () => void {
  /** What has the focus, or had it when it went. */
  let current: Element | null = null;
  /** The same in the page itself, and what it lay in. */
  let last: Element | null = null;
  let holders: Element[] = [];
  let waits: ReturnType<typeof setTimeout> | undefined;

  const note = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return;
    current = target;
    if (target.closest(`${held}, ${passing}`) !== null) return;
    last = target;
    holders = holdersOf(target);
  };
  const isLost = () => {
    const at = document.activeElement;
    const nowhere = at === null || at === document.body;
    return nowhere && current !== null && !current.isConnected && document.querySelector(held) === null;
  };
  const look = () => {
    waits = undefined;
    if (!isLost()) return;
    const found = last instanceof HTMLElement && last.isConnected ? last : nearest(document, holders);
    if (found !== null) take(found);
  };
  const watcher = new MutationObserver(() => {
    // Whatever closes or comes may place the focus itself, a moment later.
    if (waits === undefined && isLost()) waits = setTimeout(look, 50);
  });
  document.addEventListener('focusin', note);
  watcher.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', note);
    watcher.disconnect();
    clearTimeout(waits);
  };
}
