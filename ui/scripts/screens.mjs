/** Each screen: the scene of the invented world, and what a person does to get there. */

const id = (page, name) => page.getByTestId(name).first();
const shown = (page, name) => id(page, name).waitFor();
const vault = (page) => shown(page, 'secret-title');

async function stripe(page) {
  await vault(page);
  const project = page.locator('[data-place="payments/production"]:visible');
  if ((await project.count()) === 0) await id(page, 'open-places').click();
  await page.locator('[data-place="payments/production"]:visible').click();
  await page
    .getByRole('option', { name: /STRIPE_SECRET_KEY/ })
    .first()
    .click();
  await page.getByRole('heading', { name: 'Stripe secret key' }).waitFor();
  await shown(page, 'secret-history-row');
}

async function go(page, nav, wait) {
  await vault(page);
  if (!(await id(page, nav).isVisible())) await id(page, 'open-places').click();
  await page.locator(`[data-testid=${nav}]:visible`).click();
  if (wait) await shown(page, wait);
}

async function more(page, item) {
  await stripe(page);
  await id(page, 'more-actions').click();
  await id(page, item).click();
  await shown(page, 'dialog');
}

async function search(page, text) {
  await vault(page);
  await page.keyboard.press('Control+k');
  await id(page, 'search-input').fill(text);
  await page.waitForTimeout(80);
}

export const screens = {
  'server-address': { scene: 'noServer', after: (page) => shown(page, 'server-field') },
  'server-confirm': {
    scene: 'noServer',
    after: async (page) => {
      await id(page, 'server-field').fill('vault.northwind.example');
      await id(page, 'connect-server').click();
      await shown(page, 'server-fingerprint');
    },
  },
  'server-unreachable': {
    scene: 'noServer',
    after: async (page) => {
      await id(page, 'server-field').fill('nowhere.example');
      await id(page, 'connect-server').click();
      await shown(page, 'sign-in-problem');
    },
  },
  'sign-in': { scene: 'signedOut', after: (page) => shown(page, 'sign-in') },
  'sign-in-bootstrap': { scene: 'bootstrap', after: (page) => shown(page, 'bootstrap-field') },
  'sign-in-failed': { scene: 'signInFailed', after: (page) => shown(page, 'sign-in-problem') },
  'sign-in-waiting': { scene: 'signingIn', after: (page) => shown(page, 'cancel-sign-in') },
  locked: { scene: 'locked', after: (page) => shown(page, 'unlock') },
  vault: {
    after: async (page) => {
      await stripe(page);
      await id(page, 'copy').click();
      await shown(page, 'copy-toast');
    },
  },
  'vault-revealed': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'reveal').click();
      await shown(page, 'value-text');
    },
  },
  'vault-versions': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'tab-versions').click();
      await shown(page, 'version-row');
    },
  },
  'vault-use': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'tab-use').click();
    },
  },
  'vault-menu': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'more-actions').click();
      await shown(page, 'edit-secret');
    },
  },
  'vault-use-only': {
    after: async (page) => {
      await stripe(page);
      await page
        .getByRole('option', { name: /JWT_SIGNING_KEY/ })
        .first()
        .click();
      await page.getByRole('heading', { name: 'Session signing key' }).waitFor();
    },
  },
  'vault-known-only': {
    after: async (page) => {
      await stripe(page);
      await page
        .getByRole('option', { name: /PAYOUT_APPROVAL_KEY/ })
        .first()
        .click();
      await page.getByText('Copy this message').waitFor();
    },
  },
  'vault-requested': {
    after: async (page) => {
      await stripe(page);
      await page
        .getByRole('option', { name: /ADYEN_API_KEY/ })
        .first()
        .click();
      await shown(page, 'fulfil-request');
    },
  },
  'vault-places': {
    after: async (page) => {
      await stripe(page);
      if (await id(page, 'open-places').isVisible()) await id(page, 'open-places').click();
    },
  },
  'vault-empty': { scene: 'empty', after: (page) => page.getByText('No secrets yet').waitFor() },
  'vault-failing': { scene: 'failing', after: (page) => page.getByText('could not finish').first().waitFor() },
  'vault-loading': { scene: 'slow', after: (page) => page.getByText('Loading secrets').waitFor({ state: 'attached' }) },
  'vault-offline': { scene: 'offline', after: stripe },
  'keyring-locked': { scene: 'keyringLocked', after: vault },
  'keyring-absent': { scene: 'keyringAbsent', after: vault },
  'keyring-rolled-back': { scene: 'rolledBack', after: vault },
  'log-violated': { scene: 'violated', after: (page) => go(page, 'nav-history', 'proof-banner') },
  palette: { after: (page) => search(page, 'stripe') },
  'palette-people': { after: (page) => search(page, 'mara') },
  'palette-actions': { after: (page) => search(page, 'hist') },
  'palette-nothing': { after: (page) => search(page, 'zzqq') },
  shortcuts: {
    after: async (page) => {
      await vault(page);
      await page.keyboard.press('?');
      await shown(page, 'dialog');
    },
  },
  'dialog-create': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'create-secret').click();
      await shown(page, 'draft-title');
    },
  },
  'dialog-create-errors': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'create-secret').click();
      await id(page, 'draft-title').fill('a/b');
      await id(page, 'draft-env-name').fill('9lives');
      await id(page, 'value-input').fill('x'.repeat(70_000));
    },
  },
  'dialog-edit': { after: (page) => more(page, 'edit-secret') },
  'dialog-new-version': { after: (page) => more(page, 'new-version') },
  'dialog-delete': { after: (page) => more(page, 'delete-secret') },
  'dialog-deleted': {
    after: async (page) => {
      await more(page, 'delete-secret');
      await id(page, 'submit').click();
      await shown(page, 'toast-action');
    },
  },
  'dialog-rotation': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'request-rotation').click();
      await shown(page, 'reason-field');
    },
  },
  'dialog-keep-offline': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'keep-offline').click();
      await shown(page, 'confirm-keep-offline');
    },
  },
  requests: { after: (page) => go(page, 'nav-requests', 'request-row') },
  'requests-empty': {
    scene: 'empty',
    after: async (page) => {
      await page.getByText('No secrets yet').waitFor();
      await page.keyboard.press('Control+2');
      await page.getByText('No requests').waitFor();
    },
  },
  access: { after: (page) => go(page, 'nav-access', 'access-row') },
  'access-person': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByText('By person').click();
      await page.getByTestId('access-found').nth(1).click();
      await shown(page, 'access-table');
    },
  },
  'access-matrix': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByText('Matrix').click();
      await shown(page, 'matrix');
    },
  },
  'dialog-narrow': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByTestId('grant-menu').nth(2).click();
      await id(page, 'narrow-grant').click();
      await id(page, 'grant-role').selectOption({ index: 1 });
      await page.getByText('Instead they have').waitFor();
    },
  },
  'dialog-explain': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'explain').click();
      await page.getByText('The least role').waitFor();
    },
  },
  history: { after: (page) => go(page, 'nav-history', 'history-row') },
  'history-table': {
    after: async (page) => {
      await go(page, 'nav-history', 'history-row');
      await page.getByText('As a table').click();
    },
  },
  'history-year': {
    after: async (page) => {
      await go(page, 'nav-history', 'history-row');
      await page.getByText('A year').click();
    },
  },
  bin: { after: (page) => go(page, 'nav-bin', 'bin-row') },
  settings: { after: (page) => go(page, 'nav-settings', 'device-row') },
  'settings-devices': {
    after: async (page) => {
      await go(page, 'nav-settings', 'device-row');
      await id(page, 'forget-server').scrollIntoViewIfNeeded();
    },
  },
};
