import type { Place } from '../host/places';
import type { Id } from '../host/primitives';

export interface TreeLine {
  place: Place;
  hasChildren: boolean;
  open: boolean;
}

/** The tree shows projects and environments; what lies deeper is reached through its environment. */
const deepestInTree = 2;

/** The lines of the tree that are in sight, in order. */
export function treeLines(places: readonly Place[], open: ReadonlySet<Id>): TreeLine[] {
  const parents = new Set(places.filter((place) => place.depth <= deepestInTree).map((place) => place.parent));
  return places
    .filter((place) => place.depth <= deepestInTree && (place.parent === null || open.has(place.parent)))
    .map((place) => ({ place, hasChildren: parents.has(place.id), open: open.has(place.id) }));
}

/** The line of the tree under which a path is found: its environment, else its project. */
export function lineFor(places: readonly Place[], path: string): Place | null {
  const holders = places.filter(
    (place) => place.depth <= deepestInTree && (path === place.path || path.startsWith(`${place.path}/`)),
  );
  return holders.reduce<Place | null>(
    (deepest, place) => (place.depth > (deepest?.depth ?? 0) ? place : deepest),
    null,
  );
}
