import type { Id } from '../host/primitives';
import type { SecretDetail, SecretRef } from '../host/secrets';
import { lackWords } from '../words/lack';
import { nameOf } from '../words/names';
import type { Page } from './page.svelte';

/** What a person does with the selected secret, from a button, a key or the palette alike. */
export class SecretActions {
  #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get detail(): SecretDetail | null {
    const view = this.#page.vault.detail.value;
    return view?.type === 'full' ? view : null;
  }

  async copy(secret: SecretRef & { knownOnly?: boolean }, version: number | null = null): Promise<void> {
    const { values, toasts } = this.#page;
    if (secret.knownOnly) {
      toasts.note(`You may know of ${nameOf(secret)}, not read it.`, 'The right side says who can give you access.');
      return;
    }
    const detail = this.detail;
    const lack = detail?.id === secret.id ? lackWords(detail.rights) : null;
    if (lack) {
      toasts.note(lack.copy, lack.remedy);
      return;
    }
    await this.#page.attempt(() => values.copy(secret.id, nameOf(secret), version));
  }

  async copySelected(): Promise<void> {
    const { vault } = this.#page;
    const at = vault.rows.findLoaded((row) => row.id === vault.selected);
    const secret = vault.rows.at(at) ?? this.detail;
    if (secret) await this.copy(secret);
  }

  async toggleReveal(): Promise<void> {
    const { values } = this.#page;
    const detail = this.detail;
    if (!detail) return;
    const lack = lackWords(detail.rights);
    if (values.shown?.secret === detail.id) values.hide();
    else if (lack) this.#page.toasts.note(lack.reveal, lack.remedy);
    else await this.#page.attempt(() => values.reveal(detail.id));
  }

  async toggleFavourite(): Promise<void> {
    const detail = this.detail;
    if (detail) await this.#page.attempt(() => this.#page.host.setFavourite(detail.id, !detail.favourite));
    await this.#page.vault.refresh();
  }

  edit(): void {
    const secret = this.detail;
    if (secret?.rights.editMetadata) this.#page.dialogs.open({ type: 'edit', secret });
  }

  newVersion(): void {
    const secret = this.detail;
    if (secret?.rights.write) this.#page.dialogs.open({ type: 'newVersion', secret, fulfils: null });
  }

  requestRotation(): void {
    const secret = this.detail;
    if (!secret?.rights.requestRotation) return;
    if (secret.openRequests.some((request) => request.mine))
      this.#page.toasts.note('You have requested a rotation already.');
    else this.#page.dialogs.open({ type: 'requestRotation', secret });
  }

  delete(): void {
    const secret = this.detail;
    if (secret?.rights.delete) this.#page.dialogs.open({ type: 'delete', secret });
  }

  /** After a deletion: says what it did, and offers the way back. */
  deleted(secret: SecretRef): void {
    this.#page.toasts.done(`${nameOf(secret)} is in the bin. It can be restored for 30 days.`, {
      label: 'Undo',
      run: () => void this.restore(secret),
    });
  }

  async restore(secret: SecretRef & { id: Id }): Promise<void> {
    const { host, toasts, vault } = this.#page;
    const worked = await this.#page.attempt(() => host.restoreSecret(secret.id));
    if (!worked) return;
    toasts.done(`${nameOf(secret)} is back in ${secret.path}.`);
    await vault.refresh();
    if (this.#page.view === 'vault') await vault.reveal(secret);
  }
}
