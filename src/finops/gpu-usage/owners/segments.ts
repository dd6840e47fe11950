import type { Holder, TimeOfGpu } from '../../gpu-telemetry/index.ts';
import { isNobody } from '../../gpu-telemetry/index.ts';

/** A stretch of time of one GPU with all its concurrent holders. Unix milliseconds, end exclusive. */
export interface Segment {
  readonly gpu: string;
  readonly start: number;
  readonly end: number;
  /** Place in `sets`. */
  readonly set: number;
}

export interface Segments {
  readonly segments: readonly Segment[];
  /** Digests of holders that had a GPU at the same time. */
  readonly sets: readonly (readonly string[])[];
}

/**
 * Times of holders as stretches that do not overlap: concurrent holders of a GPU (time-slicing) are one set. A report of a
 * holder overrides a report of a free GPU at the same time. `times`: by GPU, then start.
 */
export function buildSegments(times: readonly TimeOfGpu[], holders: ReadonlyMap<string, Holder>): Segments {
  const places = new Map<string, number>();
  const sets: string[][] = [];
  const placeOf = (ids: readonly string[]) => {
    const key = ids.join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, sets.push([...ids]) - 1);
    return sets.length - 1;
  };
  const isFree = (id: string) => {
    const holder = holders.get(id);
    return holder !== undefined && isNobody(holder);
  };
  const segments = [...Map.groupBy(times, ({ gpu }) => gpu)].flatMap(([gpu, own]) =>
    mergeStretches(own).map(({ start, end, ids }) => {
      const somebody = ids.filter((id) => !isFree(id));
      return { gpu, start, end, set: placeOf(somebody.length === 0 ? ids.slice(0, 1) : somebody) };
    }),
  );
  return { segments, sets };
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly ids: readonly string[];
}

function mergeStretches(times: readonly TimeOfGpu[]): Stretch[] {
  const changes = times.flatMap(({ start, end, holder }) => [
    { at: start, holder, by: 1 },
    { at: end, holder, by: -1 },
  ]);
  changes.sort((a, b) => a.at - b.at);
  const open = new Map<string, number>();
  const stretches: Stretch[] = [];
  let since = 0;
  for (const { at, holder, by } of changes) {
    if (open.size > 0 && at > since) stretches.push({ start: since, end: at, ids: [...open.keys()].toSorted() });
    since = at;
    const count = (open.get(holder) ?? 0) + by;
    if (count === 0) open.delete(holder);
    else open.set(holder, count);
  }
  return stretches;
}
