import type { Focus } from './shortcuts';

const controls =
  'button, a[href], summary, select, [role=tab], [role=menuitem], [role=treeitem], [role=switch], [role=row][tabindex]';

/** Reads from the document where the focus is, as far as shortcuts care. */
export function focusOf(document: Document, vault: boolean): Focus {
  const active = document.activeElement;
  return {
    typing: active instanceof HTMLElement && isTyping(active),
    control: active?.closest(controls) !== null && active?.closest(controls) !== undefined,
    dialog: document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null,
    vault,
  };
}

function isTyping(element: HTMLElement): boolean {
  if (element instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'file'].includes(element.type);
  return element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT';
}
