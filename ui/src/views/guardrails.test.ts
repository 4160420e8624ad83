import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, gone, submit } from './at-app';

const field = () => screen.getByTestId(testids.guardrailText) as HTMLTextAreaElement;
const reason = () =>
  fireEvent.input(dialog().getByTestId(testids.reasonField), { target: { value: 'the auditors want it' } });

async function open(): Promise<FakeHost> {
  const host = fakeHost();
  render(App, { host });
  await fireEvent.click(await screen.findByTestId(testids.navOrganization));
  await screen.findAllByTestId(testids.placeRow);
  await fireEvent.click(within(screen.getByTestId(testids.organizationPart)).getByLabelText('Guardrails'));
  await screen.findAllByTestId(testids.guardrailRow);
  return host;
}

async function write(text: string) {
  await fireEvent.input(field(), { target: { value: text } });
}

describe('the list', () => {
  it('shows texts, who wrote them and what fails', async () => {
    await open();
    await audit();
    expect(screen.getByText(/changed by ines moreau/i)).toBeTruthy();
    expect(screen.getByTestId(testids.guardrailFails).textContent).toContain('3 times');
    expect(screen.getAllByTestId(testids.guardrailRow)).toHaveLength(2);
  });

  it('switches one off only after showing what that does, and a built-in one by two owners', async () => {
    const host = await open();
    const [own, builtin] = screen.getAllByTestId(testids.guardrailSwitch);
    await fireEvent.click(own as HTMLElement);
    await dialog().findByTestId(testids.guardrailPlan);
    await audit();
    // Nothing has happened yet, and the switch says so.
    await fireEvent.click(dialog().getByText('Cancel'));
    await gone();
    expect((own as HTMLElement).ariaChecked ?? own?.getAttribute('aria-checked')).toBe('true');
    await fireEvent.click(own as HTMLElement);
    await dialog().findByTestId(testids.guardrailPlan);
    expect(submit().disabled).toBe(true);
    await reason();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'changeGuardrail')[0]?.args).toEqual([
      { id: 'guardrail-freeze', replaces: 'digest-guardrail-freeze', wish: { type: 'switch', enabled: false } },
      'plan-guardrail-freeze-0',
      'the auditors want it',
      false,
    ]);
    await waitFor(() =>
      expect(screen.getAllByTestId(testids.guardrailRow).map((row) => row.dataset['enabled'])).toEqual([
        'false',
        'true',
      ]),
    );
    await fireEvent.click(builtin as HTMLElement);
    await dialog().findByTestId(testids.guardrailPlan);
    expect(submit().textContent).toContain('Propose it');
    await reason();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'changeGuardrail')[1]?.args[3]).toBe(true);
  });

  it('looks again when the plan was overtaken, and does nothing until then', async () => {
    const host = await open();
    await fireEvent.click(screen.getAllByTestId(testids.guardrailSwitch)[0] as HTMLElement);
    await dialog().findByTestId(testids.guardrailPlan);
    await reason();
    host.refuse('changeGuardrail', 'planStale');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await waitFor(() => expect(calls(host, 'planGuardrail').length).toBe(2));
    await dialog().findByTestId(testids.guardrailPlan);
    await fireEvent.click(submit());
    await gone();
  });
});

describe('the editor', () => {
  it('checks as one types, simulates what is a guardrail, and makes exactly that', async () => {
    const host = await open();
    await fireEvent.click(screen.getByTestId(testids.newGuardrail));
    await screen.findByTestId(testids.guardrailEditor);
    await waitFor(() => expect(screen.getByTestId(testids.guardrailProblems).dataset['usable']).toBe('true'));
    expect((screen.getByTestId(testids.guardrailSave) as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.input(screen.getByTestId(testids.guardrailName), { target: { value: 'No production' } });
    const text = 'forbid (principal, action, resource) when { resource.colour == "red" };';
    await write(text);
    await waitFor(() => expect(screen.getByTestId(testids.guardrailProblems).textContent).toContain('column 45'));
    expect(document.querySelector('.paper .error')?.textContent).toBe('resource');
    expect(field().getAttribute('aria-invalid')).toBe('true');
    expect((screen.getByTestId(testids.guardrailSave) as HTMLButtonElement).disabled).toBe(true);
    await audit();
    await write('forbid (principal, action, resource);');
    await screen.findByTestId(testids.guardrailPlan);
    expect(screen.getByTestId(testids.guardrailPlan).dataset['people']).toBe('3');
    await fireEvent.click(within(screen.getByTestId(testids.guardrailLook)).getByLabelText('Last 90 days'));
    const past = await screen.findByTestId(testids.guardrailPast);
    expect(past.textContent).toContain('12 of 431 uses would have been refused, 4 more perhaps');
    await audit();
    await fireEvent.click(screen.getByTestId(testids.guardrailSave));
    await dialog().findByTestId(testids.guardrailPlan);
    await reason();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'changeGuardrail')[0]?.args[0]).toEqual({
      id: 'guardrail-new',
      replaces: null,
      wish: { type: 'put', name: 'No production', text: 'forbid (principal, action, resource);', enabled: true },
    });
    expect(await screen.findAllByTestId(testids.guardrailRow)).toHaveLength(3);
  });

  it('offers what can be written, by keys alone', async () => {
    await open();
    await fireEvent.click(screen.getByTestId(testids.newGuardrail));
    await screen.findByTestId(testids.guardrailEditor);
    const text = 'forbid (principal, action, resource) when { context.';
    await write(text);
    field().setSelectionRange(text.length, text.length);
    await waitFor(async () => {
      await fireEvent.keyDown(field(), { code: 'Space', key: ' ', ctrlKey: true });
      expect(screen.queryByTestId(testids.guardrailOffers)).toBeTruthy();
    });
    const offers = within(screen.getByTestId(testids.guardrailOffers)).getAllByRole('option');
    expect(offers.map((offer) => offer.textContent)).toEqual([
      'multi_factorBool, of the call',
      'nowdatetime, of the call',
      'sourceipaddr, of the call, may be absent',
    ]);
    await audit();
    await fireEvent.keyDown(field(), { key: 'ArrowDown' });
    await fireEvent.keyDown(field(), { key: 'Enter' });
    expect(field().value).toBe(`${text}now`);
    expect(screen.queryByTestId(testids.guardrailOffers)).toBeNull();
    await fireEvent.keyDown(field(), { code: 'Space', key: ' ', ctrlKey: true });
    await fireEvent.keyDown(field(), { key: 'Escape' });
    expect(screen.queryByTestId(testids.guardrailOffers)).toBeNull();
    expect(screen.getByTestId(testids.guardrailEditor)).toBeTruthy();
  });

  it('wraps long lines in all its layers alike, and lists offers where the letters are', async () => {
    await open();
    await fireEvent.click(screen.getByTestId(testids.newGuardrail));
    await screen.findByTestId(testids.guardrailEditor);
    const before = `forbid (principal, action, resource) when { ${'context.multi_factor && '.repeat(12)}`;
    await write(`${before}context.no };`);
    const caret = before.length + 'context.no'.length;
    field().setSelectionRange(caret, caret);
    await waitFor(async () => {
      await fireEvent.keyDown(field(), { code: 'Space', key: ' ', ctrlKey: true });
      expect(screen.queryByTestId(testids.guardrailOffers)).toBeTruthy();
    });
    const layers = [...(field().parentElement?.querySelectorAll('.sheet') ?? [])];
    expect(layers).toHaveLength(3);
    expect(layers[2]).toBe(field());
    // Lines break by one rule for all of them; `wrap="off"` would overrule it.
    expect(field().getAttribute('wrap')).toBe('soft');
    const [letters, ghost] = layers as [HTMLElement, HTMLElement, HTMLElement];
    expect(letters.textContent).toBe(`${field().value}\n `);
    expect(ghost.textContent).toBe(field().value);
    expect(ghost.querySelector('span')?.previousSibling?.textContent).toBe(`${before}context.`);
    expect(ghost.querySelector('span')?.textContent).toBe('n');
  });

  it('shows a built-in one, which cannot be changed', async () => {
    const host = await open();
    const button = screen.getAllByTestId(testids.guardrailMenu)[1] as HTMLElement;
    button.focus();
    await fireEvent.keyDown(button, { key: 'Enter' });
    await fireEvent.click(await screen.findByTestId(testids.guardrailEdit));
    await screen.findByTestId(testids.guardrailEditor);
    expect(field().readOnly).toBe(true);
    expect(screen.queryByTestId(testids.guardrailSave)).toBeNull();
    await screen.findByTestId(testids.guardrailPlan);
    expect(calls(host, 'planGuardrail')[0]?.args[0]).toMatchObject({ wish: { type: 'switch', enabled: false } });
    await fireEvent.click(screen.getByTestId(testids.guardrailBack));
    await screen.findAllByTestId(testids.guardrailRow);
  });
});
