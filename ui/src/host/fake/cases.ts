/** The cases of the invented company, which go on by themselves. */
import type { CaseRotation, CaseView, OwnerProgress } from '../offboarding';
import type { Id } from '../primitives';
import { connectedOf } from './seeded-connected';
import { devices, effects, numbers, rotationsOf, seededCases, steps } from './seeded-cases';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

function ownersOf(rotations: readonly CaseRotation[]): OwnerProgress[] {
  const by = new Map<string, OwnerProgress>();
  for (const one of rotations) {
    const key = one.owner?.id ?? '';
    const known = by.get(key) ?? { owner: one.owner, all: 0, open: 0, accepted: 0, dueAt: null };
    known.all += 1;
    if (one.stands === 'open') {
      known.open += 1;
      known.dueAt = Math.min(known.dueAt ?? one.dueAt, one.dueAt);
    }
    if (one.stands === 'accepted') known.accepted += 1;
    by.set(key, known);
  }
  return [...by.values()];
}

export class Cases {
  /** Newest first. */
  all: CaseView[];
  readonly rotations: Map<Id, CaseRotation[]>;
  readonly #fake: FakeWorld;

  constructor(fake: FakeWorld) {
    this.#fake = fake;
    this.all = fake.scene === 'empty' ? [] : seededCases(fake);
    this.rotations = new Map([
      ['case-waiting', rotationsOf(fake, 1, fake.start - 5 * hour)],
      ['case-done', rotationsOf(fake, 17, fake.start - 20 * day)],
    ]);
  }

  find(id: Id): CaseView {
    const found = this.all.find((one) => one.id === id);
    if (!found) throw refusal('notFound');
    return found;
  }

  change(id: Id, parts: Partial<CaseView>): CaseView {
    this.all = this.all.map((one) => (one.id === id ? { ...one, ...parts } : one));
    return this.shown(this.find(id));
  }

  shown(one: CaseView): CaseView {
    return {
      ...one,
      left: one.left.filter(({ team }) => !this.#fake.filled.has(team.id)),
      owners: ownersOf(this.rotations.get(one.id) ?? []),
    };
  }

  begin(id: Id, parts: Partial<CaseView> = {}): CaseView {
    const at = this.#fake.now();
    const online = devices(at, true).map((device) => ({ ...device, acknowledgedAt: null, afterMs: null }));
    return this.change(id, {
      stands: 'running',
      person: { ...this.find(id).person, active: false },
      begun: { clickedAt: at, at: at + 38, refusedAfterMs: 38, numbers },
      returnedAt: null,
      undoUntil: at + 30 * day,
      steps: steps(at, 1),
      effects,
      devices: online,
      connected: [],
      acknowledged: { count: 0, p50Ms: null, p99Ms: null },
      mayApprove: false,
      mayCancel: false,
      ...parts,
    });
  }

  /** Each look finds two more steps done. */
  goOn(one: CaseView): void {
    if (one.stands !== 'running' || !one.begun) return;
    const { clickedAt } = one.begun;
    const done = Math.min(7, one.steps.filter((step) => step.state === 'done').length + 2);
    if (done === 7) this.rotations.set(one.id, rotationsOf(this.#fake, 0, clickedAt));
    this.change(one.id, {
      steps: steps(clickedAt, done),
      devices: devices(clickedAt, true),
      acknowledged: { count: 2, p50Ms: 310, p99Ms: 420 },
      stands: done === 7 ? 'waiting' : 'running',
      connected: done === 7 ? connectedOf(clickedAt, false) : [],
    });
  }
}
