/** The picture of a blast radius: what can be reached, and what of it is held, place by place. */
import type { RadiusView } from '../../host/offboarding';

export interface PictureRow {
  name: string;
  /** Secrets whose values can be reached now. */
  reached: number;
  /** Current values that are held; some perhaps where nothing is reached any more. */
  held: number;
  /** Whether one of the held values is good for production, or for what nobody classified. */
  production: boolean;
}

const most = 10;

/** By project, or by what lies in it where there is one project only; what is held most comes first. */
export function pictureOf(view: RadiusView): PictureRow[] {
  const paths = [...view.reach.map(({ path }) => path), ...view.known.map(({ secret }) => secret.path)];
  const tops = new Set(paths.map((path) => path.split('/')[0]));
  const depth = tops.size > 1 ? 1 : 2;
  const classes = new Map(view.reach.map((place) => [place.path, place.class]));
  const rows = new Map<string, PictureRow>();
  const row = (path: string): PictureRow => {
    const name = path.split('/').slice(0, depth).join('/') || 'whole organization';
    const known = rows.get(name) ?? { name, reached: 0, held: 0, production: false };
    rows.set(name, known);
    return known;
  };
  for (const place of view.reach) row(place.path).reached += place.secrets;
  for (const { secret } of view.known) {
    const at = row(secret.path);
    const kind = classes.get(secret.path) ?? 'unclassified';
    at.held += 1;
    at.production ||= kind === 'production' || kind === 'unclassified';
  }
  const sorted = [...rows.values()].sort(
    (a, b) => b.held - a.held || b.reached - a.reached || a.name.localeCompare(b.name),
  );
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  const others = rest.reduce(
    (sum, one) => ({
      ...sum,
      reached: sum.reached + one.reached,
      held: sum.held + one.held,
      production: sum.production || one.production,
    }),
    { name: `${rest.length} others`, reached: 0, held: 0, production: false },
  );
  return [...sorted.slice(0, most - 1), others];
}
