import type { Subject } from '../../../org/schema.ts';
import type { Store } from '../../../platform/store/index.ts';
import { findHoldersById, findTimesWithin, isNobody, type TimeOfGpu } from '../../gpu-telemetry/index.ts';
import { findOwners, type OwnerDeps } from './find-owners.ts';
import { buildSegments } from './segments.ts';

/** Present holders of a GPU. */
export interface CurrentHolders {
  /** Name in its readings. */
  readonly gpu: string;
  /** Owners of all concurrent holders; null: the owner of this holder is unknown. */
  readonly subjects: readonly (Subject | null)[];
}

/** An older report about a GPU is not valid for the present. */
const FRESH_MS = 15 * 60_000;

/**
 * Holders of each GPU at an instant (Unix milliseconds), by the last report in the 15 minutes before. GPUs without a holder
 * are left out.
 */
export async function findHoldersAt(
  deps: OwnerDeps & { readonly store: Store },
  at: number,
): Promise<CurrentHolders[]> {
  const { store } = deps;
  const within = { start: at - FRESH_MS, end: at + 1 };
  const usage = (await deps.usage(store, within)).filter(({ end }) => end > within.start);
  const noted = await findTimesWithin(store, within);
  const kept = await findHoldersById(store, [...new Set(noted.map(({ holder }) => holder))]);
  const named = new Set(noted.map(({ gpu }) => gpu));
  const holders = new Map(kept);
  const metered = usage.flatMap(({ id, subject, resourceId, start, end }): TimeOfGpu[] => {
    const gpu = resourceId?.trim() ?? '';
    if (gpu === '' || named.has(gpu)) return [];
    const emptyHolder = { host: null, model: null, namespace: null, pod: null, container: null, pid: null };
    holders.set(`usage ${id}`, { ...emptyHolder, subject });
    return [{ gpu, start, end, holder: `usage ${id}` }];
  });
  const owners = await findOwners(deps, store, { holders, usage, within });
  const times = [...noted, ...metered].toSorted((a, b) => (a.gpu < b.gpu ? -1 : a.gpu > b.gpu ? 1 : a.start - b.start));
  const { segments, sets } = buildSegments(times, holders);
  return [...Map.groupBy(segments, ({ gpu }) => gpu)].flatMap(([gpu, own]) => {
    const last = own.reduce((latest, one) => (one.start > latest.start ? one : latest));
    const ids = sets[last.set] ?? [];
    const isFree = ids.every((id) => {
      const holder = holders.get(id);
      return holder === undefined || isNobody(holder);
    });
    return isFree ? [] : [{ gpu, subjects: ids.map((id) => owners.get(id)?.subject ?? null) }];
  });
}
