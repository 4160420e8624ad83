import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';

// Two busy processors draw slowly.
configure({ asyncUtilTimeout: 10_000 });

/** jsdom lays nothing out: scrolling elements are given a height, and what is in them a row's. */
class Sizes {
  constructor(private readonly report: ResizeObserverCallback) {}
  observe(target: Element) {
    const height = target.classList.contains('scroll') ? 600 : 54;
    const entry = { target, contentRect: { width: 400, height } } as unknown as ResizeObserverEntry;
    queueMicrotask(() => this.report([entry], this as unknown as ResizeObserver));
  }
  unobserve() {}
  disconnect() {}
}

vi.stubGlobal('ResizeObserver', Sizes);
Object.defineProperty(HTMLElement.prototype, 'offsetParent', { get: () => document.body });
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
Element.prototype.animate = () => ({ cancel: () => undefined, finished: Promise.resolve() }) as unknown as Animation;
Blob.prototype.arrayBuffer ??= function (this: Blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.readAsArrayBuffer(this);
  });
};
HTMLCanvasElement.prototype.getContext = () => null;
window.matchMedia = (query: string) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;

afterEach(() => {
  cleanup();
  document.body.innerHTML = '';
});
