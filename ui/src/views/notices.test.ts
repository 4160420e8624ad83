import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { opened } from '../host/fake/host-notices';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, gone, submit, type } from './at-app';

beforeEach(() => {
  opened.link = null;
  Element.prototype.scrollIntoView = () => undefined;
});

const current = () => document.querySelector('[aria-current="page"]')?.getAttribute('data-testid');

async function open(scene: 'signedIn' | 'empty' | 'locked' = 'signedIn'): Promise<FakeHost> {
  const host = fakeHost({ scene });
  render(App, { host });
  return host;
}

async function openNotices(): Promise<FakeHost> {
  const host = await open();
  await screen.findByTestId(testids.navNotices);
  await fireEvent.keyDown(window, { key: '7', ctrlKey: true });
  await screen.findAllByTestId(testids.noticeRow);
  return host;
}

describe('notices', () => {
  it('are counted beside their place and said in words', async () => {
    await openNotices();
    expect(screen.getByTestId(testids.navNotices).textContent).toMatch(/5\s*new/);
    const rows = screen.getAllByTestId(testids.noticeRow).map((row) => row.textContent);
    expect(rows[0]).toMatch(/New: .* asks for Reader at payments\/production\./);
    expect(rows[1]).toMatch(/Editor at payments\/production ends soon.*left/);
    expect(rows[3]).toMatch(/4 secrets in payments\/production need a new value from you.*left/);
    expect(rows[4]).toMatch(/Nobody has reviewed the emergency access of .* to payments\/production in time/);
    expect(rows[6]).toMatch(/took Reader at search\/production away/);
    expect(rows[6]).not.toContain('New:');
    await audit();
  });

  it('are read when they are opened, and lead to what they are about', async () => {
    const host = await openNotices();
    await fireEvent.click(screen.getAllByTestId(testids.noticeRow)[0] as HTMLElement);
    await waitFor(() => expect(current()).toBe(testids.navRequests));
    expect(calls(host, 'readNotices')[0]?.args).toEqual([['n-1']]);
    await waitFor(() => expect(screen.getByTestId(testids.navNotices).textContent).toMatch(/4\s*new/));
    expect(calls(host, 'approveRequest')).toEqual([]);
  });

  it('of emergency access lead to the list where it is reviewed, with the row pointed at', async () => {
    await openNotices();
    const row = screen.getAllByTestId(testids.noticeRow).find((one) => one.dataset.kind === 'emergency.review-overdue');
    await fireEvent.click(row as HTMLElement);
    await waitFor(() => expect(current()).toBe(testids.navAccess));
    const [pointed] = await screen.findAllByTestId(testids.emergencyReviewRow);
    expect(pointed?.className).toContain('pointed');
    expect(screen.queryByTestId(testids.dialog)).toBeNull();
    await audit();
  });

  it('are all read at once', async () => {
    const host = await openNotices();
    await fireEvent.click(screen.getByTestId(testids.readAll));
    await waitFor(() => expect(screen.getByRole('status', { name: '' }).textContent).toContain('All read.'));
    expect(calls(host, 'readNoticesUntil')).toHaveLength(1);
    expect((screen.getByTestId(testids.readAll) as HTMLButtonElement).disabled).toBe(true);
  });

  it('come when the server hints at them', async () => {
    const host = await openNotices();
    const before = calls(host, 'notices').length;
    host.emit('changed', { areas: ['notices'], secrets: [] });
    await waitFor(() => expect(calls(host, 'notices').length).toBeGreaterThan(before));
  });

  it('say so when there are none', async () => {
    await open('empty');
    await screen.findByTestId(testids.navNotices);
    await fireEvent.click(screen.getByTestId(testids.navNotices));
    await screen.findByText('Nothing to tell');
    await audit();
  });
});

describe('wishes', () => {
  it('are set for each kind and way, except where nobody can', async () => {
    const host = await open();
    await fireEvent.click(await screen.findByTestId(testids.navSettings));
    const mail = await screen.findAllByTestId(testids.noticeMail);
    const desktop = screen.getAllByTestId(testids.noticeDesktop);
    await fireEvent.click(mail[0] as HTMLElement);
    await waitFor(() => expect(calls(host, 'setNoticePreference')[0]?.args).toEqual(['request.waits', 'mail', false]));
    const always = (one: HTMLElement) => one.getAttribute('aria-label')?.startsWith('Emergency access was used:');
    expect((mail.find(always) as HTMLButtonElement).disabled).toBe(true);
    expect((desktop.find(always) as HTMLButtonElement).disabled).toBe(true);
    await audit();
  });
});

describe('links', () => {
  it('open their place after signing in and do nothing there', async () => {
    opened.link = { what: 'request', id: 'some-request' };
    const host = await open();
    await waitFor(() => expect(current()).toBe(testids.navRequests));
    const asked = new Set(host.calls.map((call) => call.command));
    for (const deed of ['approveRequest', 'refuseRequest', 'copyValue', 'revealValue', 'readNotices']) {
      expect(asked.has(deed), deed).toBe(false);
    }
    // Once.
    host.emit('linkWaits', null);
    await waitFor(() => expect(calls(host, 'takeLink').length).toBeGreaterThan(1));
    expect(current()).toBe(testids.navRequests);
  });

  it('to a case open it for those who conduct offboarding, and nothing for anybody else', async () => {
    opened.link = { what: 'case', id: 'case-waiting' };
    const host = await open();
    await screen.findByTestId(testids.casePanel);
    for (const deed of ['approveCase', 'cancelCase', 'restoreGrants']) expect(calls(host, deed), deed).toEqual([]);
    cleanup();
    opened.link = { what: 'case', id: 'case-waiting' };
    render(App, { host: fakeHost({ scene: 'signedIn', offboarding: { conduct: false } }) });
    await waitFor(() => expect(current()).toBe(testids.navNotices));
    expect(screen.queryByTestId(testids.casePanel)).toBeNull();
  });

  it('wait while the app is locked', async () => {
    opened.link = { what: 'notice', id: 'n-2' };
    const host = await open('locked');
    await fireEvent.click(await screen.findByTestId(testids.unlock));
    await waitFor(() => expect(current()).toBe(testids.navNotices));
    expect(calls(host, 'takeLink').length).toBeGreaterThan(0);
  });

  it('never take away what is being typed: they are followed once it is done', async () => {
    const host = await open();
    await screen.findByTestId(testids.secretTitle);
    await fireEvent.keyDown(window, { key: 'n', ctrlKey: true });
    await screen.findByTestId(testids.dialog);
    const [field] = dialog().getAllByRole('textbox') as HTMLInputElement[];
    if (field) await fireEvent.input(field, { target: { value: 'Half a name' } });
    opened.link = { what: 'request', id: 'some-request' };
    host.emit('linkWaits', null);
    await screen.findByText('A link was opened.');
    expect(field?.isConnected).toBe(true);
    expect(field?.value).toBe('Half a name');
    expect(current()).toBe(testids.navVault);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await gone();
    await waitFor(() => expect(current()).toBe(testids.navRequests));
    // What finds everything holds nothing that could be lost.
    await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    await screen.findByTestId(testids.searchInput);
    opened.link = { what: 'notice', id: 'n-2' };
    host.emit('linkWaits', null);
    await waitFor(() => expect(current()).toBe(testids.navNotices));
    expect(screen.queryByTestId(testids.searchInput)).toBeNull();
  });

  it('into another organization are refused in words', async () => {
    opened.link = 'linkForeign';
    await open();
    await screen.findByText(/another organization/);
    expect(current()).toBe(testids.navVault);
  });
});

describe('webhooks', () => {
  async function openWebhooks(): Promise<FakeHost> {
    const host = await open();
    await fireEvent.click(await screen.findByTestId(testids.navOrganization));
    await fireEvent.click(within(await screen.findByTestId(testids.organizationPart)).getByLabelText('Webhooks'));
    await screen.findAllByTestId(testids.webhookRow);
    return host;
  }

  it('say how they were last taken and what was given up', async () => {
    await openWebhooks();
    const rows = screen.getAllByTestId(testids.webhookRow).map((row) => row.textContent);
    expect(rows[0]).toContain('answered with 204');
    expect(rows[1]).toMatch(/did not answer in time.*2 wait.*1 given up/s);
    expect(document.body.textContent).toContain('whpk_');
    await audit();
  });

  it('are signed with a new key beside the old one, or instead of it', async () => {
    const host = await openWebhooks();
    expect(screen.getAllByTestId(testids.webhookKey)).toHaveLength(1);
    await fireEvent.click(screen.getByTestId(testids.rotateWebhookKey));
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'rotateWebhookKey')[0]?.args).toEqual([1, false]);
    await waitFor(() => expect(screen.getAllByTestId(testids.webhookKey)).toHaveLength(2));
    expect(screen.getAllByTestId(testids.webhookKey)[1]?.textContent).toMatch(/ends in 1[34] d/);
    await audit();
    await fireEvent.click(screen.getByTestId(testids.rotateWebhookKey));
    await fireEvent.click(within(dialog().getByTestId(testids.webhookKeyEnds)).getByLabelText('ends at once'));
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'rotateWebhookKey')[1]?.args).toEqual([2, true]);
    await waitFor(() => expect(screen.getAllByTestId(testids.webhookKey)).toHaveLength(1));
  });

  it('are tried with a test', async () => {
    await openWebhooks();
    await fireEvent.click(screen.getAllByTestId(testids.testWebhook)[1] as HTMLElement);
    await screen.findByText(/Pager did not take the test: did not answer in time/);
  });

  it('are made on listed hosts only, and ended', async () => {
    const host = await openWebhooks();
    await fireEvent.click(screen.getByTestId(testids.newWebhook));
    await type(testids.webhookName, 'Tickets');
    await type(testids.webhookUrl, 'https://evil.example/');
    expect(submit().disabled).toBe(true);
    await audit();
    await type(testids.webhookUrl, 'https://chat.example.com/x');
    await fireEvent.click(dialog().getAllByTestId(testids.webhookKind)[0] as HTMLElement);
    await fireEvent.click(submit());
    await gone();
    const draft = calls(host, 'createWebhook')[0]?.args[0] as { kinds: string[] };
    expect(draft).toMatchObject({ name: 'Tickets', url: 'https://chat.example.com/x' });
    expect(draft.kinds).not.toContain('request.waits');
    await waitFor(() => expect(screen.getAllByTestId(testids.webhookRow)).toHaveLength(3));
    await fireEvent.click(screen.getAllByTestId(testids.endWebhook)[2] as HTMLElement);
    await fireEvent.click(submit());
    await gone();
    await waitFor(() => expect(screen.getAllByTestId(testids.webhookRow)).toHaveLength(2));
  });
});
