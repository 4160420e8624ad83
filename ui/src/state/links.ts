import type { LinkView } from '../host/notices';
import type { Page } from './page.svelte';

/** Goes where a link or a notice leads; nothing is done there. */
export async function follow(page: Page, { what, id }: LinkView): Promise<void> {
  page.dialogs.close();
  page.pointed = id;
  switch (what) {
    case 'request':
      return page.go('requests');
    case 'notice':
      return page.go('notices');
    case 'place':
      page.go('vault');
      return page.vault.go(id);
    case 'secret': {
      const secret = await page.host.secret(id);
      page.go('vault');
      return page.vault.reveal(secret);
    }
    case 'proposal':
      page.go('organization');
      return page.organization.go('proposals');
    case 'case':
      // A link may be followed by somebody who does not conduct offboarding, or not any more.
      await page.offboarding.learn();
      if (!page.offboarding.open) return page.go('notices');
      page.go('offboarding');
      return page.offboarding.look(id);
    case 'emergency':
      page.go('access');
      return page.access.go('emergency');
    case 'service':
      page.go('organization');
      await page.organization.go('services');
      return page.organization.lookAt(id);
  }
}

/** Follows the link that the app was opened with, if there is one: at once, or once nothing is being written any more. */
export async function followOpened(page: Page): Promise<void> {
  await page.attempt(async () => {
    const link = await page.host.takeLink();
    if (link === null) return;
    if (!page.writing) return follow(page, link);
    page.waiting = link;
    page.toasts.note(
      'A link was opened.',
      'It is followed as soon as you have finished or closed what you are writing.',
    );
  });
}
