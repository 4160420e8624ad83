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

async function guardrails(page) {
  await go(page, 'nav-organization', 'place-row');
  await id(page, 'organization-part').getByText('Guardrails').click();
  await id(page, 'guardrail-row').first().waitFor();
}

/** One line that is much wider than its field, with a problem in the middle of it. */
const longLine = `// Nobody reads payments.\nforbid (principal, action in Action::"read", resource) when { resource.class == "production" && !(${'context.source.isInRange(ip("10.20.30.0/24")) || '.repeat(4)}resource.colour == "red" || ${'principal in Team::"team-payments" || '.repeat(3)}context.multi_factor) };`;

/** The drawn letters and those of the field below the caret break their lines in the same places. */
function sameLines(field) {
  const layers = [...field.parentElement.querySelectorAll('.paper')];
  const padding = 20;
  for (const layer of layers) {
    const copy = layer.cloneNode(true);
    // A line break at the end begins a line only where something follows it.
    copy.textContent = `${field.value}\u200b`;
    layer.parentElement.append(copy);
    copy.style.inset = '0 0 auto';
    const drawn = [copy.clientWidth, copy.scrollHeight];
    copy.remove();
    const probe = field.cloneNode();
    probe.value = field.value;
    probe.style.minHeight = probe.style.height = '0';
    field.parentElement.append(probe);
    const typed = [probe.clientWidth, probe.scrollHeight];
    probe.remove();
    if (`${drawn}` !== `${typed}`) throw new Error(`drawn ${drawn}, typed ${typed}`);
  }
  const [width, height] = [field.clientWidth, field.scrollHeight];
  if (field.scrollWidth > width || height <= padding + 20) throw new Error(`no line wraps: ${width} × ${height}`);
}

/** What somebody reaches and holds. */
async function radius(page) {
  await go(page, 'nav-offboarding', 'case-row');
  await page.getByText('Jonas Keller').click();
  await id(page, 'case-panel').waitFor();
  await page.getByText('What they hold today').click();
  await id(page, 'radius-panel').waitFor();
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
  'dialog-explain-other': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByTestId('explain').nth(1).click();
      await page.getByText('As for somebody who has just signed in').waitFor();
      await id(page, 'explain-place').selectOption({ label: 'payments/production' });
      await id(page, 'explain-action').selectOption('secret.write');
      await shown(page, 'explain-give');
    },
  },
  'dialog-explain-others': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'explain-others').click();
      await id(page, 'explain-who').waitFor();
    },
  },
  'access-afresh': {
    stale: 'shown',
    after: async (page) => {
      await go(page, 'nav-access');
      await shown(page, 'sign-in-afresh');
    },
  },
  'requests-earlier': {
    after: async (page) => {
      await go(page, 'nav-requests', 'request-row');
      await id(page, 'earlier-more').click();
      await id(page, 'earlier-more').click();
      await id(page, 'earlier-requests').scrollIntoViewIfNeeded();
    },
  },
  'dialog-give-for': {
    after: async (page) => {
      await screens['dialog-explain-other'].after(page);
      await id(page, 'explain-give').click();
      await page.getByText('The least role that has it').waitFor();
      await page.waitForTimeout(400);
    },
  },
  'dialog-ask-place': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'ask-here').click();
      await page.getByText('It newly lets you').waitFor();
    },
  },
  'dialog-rule': {
    after: async (page) => {
      await go(page, 'nav-organization', 'place-row');
      await page.getByTestId('place-menu').nth(1).click();
      await id(page, 'place-approval').click();
      await id(page, 'add-rule').click();
      await id(page, 'rule-name').fill('Night shift');
      await id(page, 'give-conditions').click();
      await id(page, 'give-hours').click();
      await id(page, 'give-zone').scrollIntoViewIfNeeded();
    },
  },
  'requests-chosen': {
    after: async (page) => {
      await go(page, 'nav-requests', 'request-row');
      await id(page, 'choose-request').check();
      await id(page, 'choose-all').click();
    },
  },
  'first-steps': { scene: 'founding', after: (page) => shown(page, 'first-place') },
  'first-steps-begun': {
    scene: 'founding',
    after: async (page) => {
      for (const name of ['payments', 'production']) {
        await id(page, 'first-place').click();
        await id(page, 'place-name').fill(name);
        await id(page, 'submit').click();
        await page.getByTestId('dialog').waitFor({ state: 'detached' });
        await page.waitForTimeout(200);
      }
    },
  },
  'access-emergency': {
    scene: 'signedIn&drawn=1',
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByText('Emergency', { exact: true }).click();
      await shown(page, 'emergency-review');
    },
  },
  'access-emergency-place': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await id(page, 'access-place').selectOption({ label: 'payments/production' });
      await id(page, 'emergency-right').scrollIntoViewIfNeeded();
    },
  },
  'dialog-emergency-review': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByText('Emergency', { exact: true }).click();
      await id(page, 'emergency-review').click();
    },
  },
  'dialog-emergency-give': {
    after: async (page) => {
      await go(page, 'nav-access', 'access-row');
      await page.getByText('Emergency', { exact: true }).click();
      await id(page, 'emergency-give').click();
      await shown(page, 'give-receiver');
    },
  },
  'dialog-emergency-draw': {
    after: async (page) => {
      await go(page, 'nav-requests', 'emergency-draw');
      // The drawer of a narrow window has to be gone.
      await page.waitForTimeout(300);
      await page.keyboard.press('Control+e');
      await shown(page, 'emergency-time');
    },
  },
  'emergency-drawn': {
    scene: 'signedIn&drawn=1',
    after: async (page) => {
      await go(page, 'nav-requests', 'emergency-draw');
      await id(page, 'emergency-draw').click();
      await id(page, 'reason-field').fill('payments are down');
      await id(page, 'submit').click();
      await shown(page, 'emergency-banner');
    },
  },
  'dialog-import': {
    after: async (page) => {
      await vault(page);
      await page.keyboard.press('Control+i');
      await id(page, 'submit').click();
      await shown(page, 'import-row');
    },
  },
  'dialog-import-done': {
    after: async (page) => {
      await vault(page);
      await page.keyboard.press('Control+i');
      await id(page, 'submit').click();
      await shown(page, 'import-row');
      await id(page, 'submit').click();
      await shown(page, 'import-done');
    },
  },
  'dialog-service-change': {
    after: async (page) => {
      await go(page, 'nav-organization', 'organization-part');
      await page.getByText('Services', { exact: true }).click();
      await id(page, 'service-row').first().click();
      await id(page, 'edit-service').click();
      await id(page, 'service-owner').selectOption({ index: 1 });
      await shown(page, 'service-ends');
    },
  },
  notices: { after: (page) => go(page, 'nav-notices', 'notice-row') },
  'notices-empty': {
    scene: 'empty',
    after: async (page) => {
      if (!(await id(page, 'nav-notices').isVisible())) await id(page, 'open-places').click();
      await page.locator('[data-testid=nav-notices]:visible').click();
      await page.getByText('Nothing to tell').waitFor();
    },
  },
  'settings-notices': {
    after: async (page) => {
      await go(page, 'nav-settings', 'notice-mail');
      await page.locator('#notices-title').scrollIntoViewIfNeeded();
    },
  },
  webhooks: {
    after: async (page) => {
      await go(page, 'nav-organization', 'organization-part');
      await page.getByText('Webhooks', { exact: true }).click();
      await shown(page, 'webhook-row');
    },
  },
  'dialog-webhook': {
    after: async (page) => {
      await go(page, 'nav-organization', 'organization-part');
      await page.getByText('Webhooks', { exact: true }).click();
      await id(page, 'new-webhook').click();
      await shown(page, 'dialog');
    },
  },
  guardrails: { after: guardrails },
  'guardrail-editor': {
    after: async (page) => {
      await guardrails(page);
      await id(page, 'new-guardrail').click();
      await id(page, 'guardrail-name').fill('No production');
      await page.locator('[data-testid=guardrail-plan]').waitFor();
    },
  },
  'guardrail-wrong': {
    after: async (page) => {
      await guardrails(page);
      await id(page, 'new-guardrail').click();
      await id(page, 'guardrail-text').fill(
        '// Nobody reads payments.\nforbid (\n    principal,\n    action in Action::"read",\n    resource in Scope::"scope-payments"\n) when {\n    resource.colour == "red" && context.\n};',
      );
      await page.getByText('Line 7').waitFor();
      const at = 'context.';
      await id(page, 'guardrail-text').evaluate((field, at) => {
        const caret = field.value.indexOf(at) + at.length;
        field.setSelectionRange(caret, caret);
      }, at);
      await id(page, 'guardrail-text').press('Control+Space');
      await id(page, 'guardrail-offers').waitFor();
    },
  },
  'guardrail-long': {
    after: async (page) => {
      await guardrails(page);
      await id(page, 'new-guardrail').click();
      const field = id(page, 'guardrail-text');
      for (const text of [longLine, `${longLine}\n`.repeat(8), `// ${'–'.repeat(700)}\n\t\tforbid`]) {
        await field.fill(text);
        await field.evaluate(sameLines);
      }
      await field.fill(longLine);
      await page.getByText('Line 2').waitFor();
      await field.evaluate((field) => {
        const caret = field.value.lastIndexOf('context.') + 'context.'.length;
        field.setSelectionRange(caret, caret);
      });
      await field.press('Control+Space');
      await id(page, 'guardrail-offers').waitFor();
      await field.evaluate(sameLines);
    },
  },
  'guardrail-past': {
    after: async (page) => {
      await guardrails(page);
      await page.locator('[data-testid=guardrail-menu]').nth(1).click();
      await id(page, 'guardrail-edit').click();
      await id(page, 'guardrail-look').getByText('Last 90 days').click();
      await id(page, 'guardrail-past').waitFor();
    },
  },
  'dialog-guardrail': {
    after: async (page) => {
      await guardrails(page);
      await page.locator('[data-testid=guardrail-switch]').nth(1).click();
      await id(page, 'guardrail-plan').waitFor();
    },
  },
  offboarding: { after: (page) => go(page, 'nav-offboarding', 'case-row') },
  'offboarding-empty': {
    scene: 'empty',
    after: async (page) => {
      await page.keyboard.press('Control+8');
      await shown(page, 'no-cases');
    },
  },
  'offboarding-case': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Jonas Keller').click();
      await id(page, 'case-panel').waitFor();
    },
  },
  'offboarding-rotations': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Jonas Keller').click();
      await id(page, 'rotation-progress').waitFor();
      await page.locator('[data-testid=case-rotation]').nth(5).scrollIntoViewIfNeeded();
    },
  },
  'offboarding-braked': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Samir Haddad').click();
      await id(page, 'case-panel').waitFor();
    },
  },
  'offboarding-planned': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Priya Raman').click();
      await id(page, 'case-panel').waitFor();
    },
  },
  'offboarding-radius': { after: (page) => radius(page) },
  'offboarding-radius-below': {
    after: async (page) => {
      await radius(page);
      await page.getByText('What stays behind').scrollIntoViewIfNeeded();
    },
  },
  'dialog-offboard': {
    after: async (page) => {
      await radius(page);
      await id(page, 'offboard-person').click();
      await page.getByText('Sign-in is disabled').waitFor();
      await page.getByLabel('At a set time').click({ force: true });
      await id(page, 'choose-heir').scrollIntoViewIfNeeded();
    },
  },
  'dialog-offboard-heir': {
    after: async (page) => {
      await radius(page);
      await id(page, 'offboard-person').click();
      await page.getByText('Sign-in is disabled').waitFor();
      await id(page, 'choose-heir').click();
      await id(page, 'give-receiver').click();
      await id(page, 'heir-team').scrollIntoViewIfNeeded();
    },
  },
  'offboarding-case-left': {
    after: async (page) => {
      await screens['offboarding-case'].after(page);
      await id(page, 'left-team').scrollIntoViewIfNeeded();
    },
  },
  'offboarding-radius-secret': {
    after: async (page) => {
      await stripe(page);
      await id(page, 'more-actions').click();
      await id(page, 'radius-of').click();
      await shown(page, 'reacher');
    },
  },
  'offboarding-leak': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Leaked value').click();
      await id(page, 'leak-value').fill('something that turned up');
      await id(page, 'leak-look-up').click();
      await id(page, 'leak-nothing').waitFor();
    },
  },
  'offboarding-brake': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Brake', { exact: true }).click();
      await id(page, 'brake-number').waitFor();
    },
  },
  'dialog-restore-grants': {
    after: async (page) => {
      await go(page, 'nav-offboarding', 'case-row');
      await page.getByText('Tomás Reyes').click();
      await id(page, 'restore-grants').click();
      await page.locator('[data-testid=ended-grant]').first().waitFor();
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
