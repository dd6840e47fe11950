import { HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, findSmallest } from '../../../platform/units/index.ts';
import type { SavingPart } from './saving-part.ts';

/** Before the name of a GPU, where it is an item. */
const GPU = 'gpu:';
const ZERO = decimal(0);

/** A resource in use, with its known cost. */
export interface LedgerItem {
  readonly item: string;
  readonly currency: string;
  readonly hours: readonly { readonly at: number; readonly cost: Decimal }[];
  /** Mean cost of an hour. */
  readonly mean: Decimal;
  /** Larger items of the ledger that its cost is a part of. */
  readonly within: readonly string[];
  /** Its GPUs, each with the share of the cost of one GPU. */
  readonly gpus: readonly { readonly item: string; readonly part: number }[];
}

export interface Ledger {
  /** Parts come before the items that contain them. */
  readonly items: readonly LedgerItem[];
  /** First hour after all of them. */
  readonly end: number;
}

/** The item of a GPU, by the name that its readings have. */
export function buildGpuItemId(gpu: string): string {
  return `${GPU}${gpu}`;
}

/**
 * All that some recommendations touch, each thing once. A GPU that another item holds is that item's: what frees the GPU frees its part of
 * that item, at the lower of the two prices.
 */
export function buildLedger(parts: readonly SavingPart[]): Ledger {
  const first = new Map<string, SavingPart['items'][number]>();
  for (const held of parts.flatMap(({ items }) => items)) {
    if (held.currency !== null && !first.has(held.item)) first.set(held.item, held);
  }
  const known = [...first.values()].flatMap((held) => {
    const start = Date.parse(held.start);
    const hours = held.costs.flatMap((cost, index) =>
      cost === null ? [] : [{ at: start + index * HOUR_MS, cost: decimal(cost) }],
    );
    const total = sumAmounts(hours.map(({ cost }) => cost));
    const end = start + held.costs.length * HOUR_MS;
    return hours.length === 0 ? [] : [{ held, hours, mean: total.dividedBy(hours.length), end }];
  });
  const means = new Map(known.map(({ held, mean }) => [held.item, { mean, currency: held.currency }]));
  const taken = new Set<string>();
  const items = known.map(({ held, hours, mean }): LedgerItem => {
    const gpus = (held.gpus ?? []).flatMap((gpu, _index, all) => {
      const item = buildGpuItemId(gpu);
      const other = means.get(item);
      if (other === undefined || other.currency !== held.currency || taken.has(item)) return [];
      taken.add(item);
      const even = decimal(1).dividedBy(all.length);
      const part = mean.isZero() ? even : findSmallest(even, other.mean.dividedBy(mean));
      return [{ item, part: part.toNumber() }];
    });
    const within = (held.within ?? []).filter((larger) => means.get(larger)?.currency === held.currency);
    return { item: held.item, currency: held.currency ?? '', hours, mean, within, gpus };
  });
  const own = items.filter(({ item }) => !taken.has(item));
  return {
    items: own.toSorted((one, other) => other.within.length - one.within.length),
    end: known.reduce((latest, { end }) => Math.max(latest, end), 0),
  };
}

/** By item and hour: its remaining share, 0 to 1; 1 where no recommendation applies. */
export type RemainingShare = (item: string, at: number) => number;

/** Which end of a remaining share that is an estimate. */
export type End = 'estimate' | 'least' | 'most';

export function createRemainingShare(parts: readonly SavingPart[], end: End = 'estimate'): RemainingShare {
  const touching = new Map<string, { start: number; keep: readonly number[] }[]>();
  for (const { items, effects } of parts) {
    for (const { item, keep, range = null } of effects) {
      const start = Date.parse(items.find((one) => one.item === item)?.start ?? '');
      const kept = range === null || end === 'estimate' ? keep : [range[end]];
      touching.set(item, [...(touching.get(item) ?? []), { start, keep: kept }]);
    }
  }
  return (item, at) =>
    (touching.get(item) ?? []).reduce((left, { start, keep }) => {
      const hour = keep.length === 1 ? 0 : (at - start) / HOUR_MS;
      return left * (keep[hour] ?? 1);
    }, 1);
}

/** Saving of an item, by the hour. */
export interface SavedItem {
  readonly item: LedgerItem;
  readonly byHour: ReadonlyMap<number, Decimal>;
  readonly total: Decimal;
  /** Cost that is no longer paid for this item: saved, or moved to another one. */
  readonly goneByHour: ReadonlyMap<number, Decimal>;
  readonly meanGone: Decimal;
}

/**
 * Saving of recommendations for each item of a currency. Savings of the parts of an item, and cost moved elsewhere, are not counted twice: they are
 * subtracted from the cost of the item's hours (their mean, in hours without data) before the item's own recommendations apply, first the remaining
 * share of an hour, then commitments.
 */
export function computeSavedItems(
  ledger: Ledger,
  currency: string,
  taken: readonly SavingPart[],
  end: End = 'estimate',
): SavedItem[] {
  const left = createRemainingShare(taken, end);
  const commitments = taken.flatMap((part) => part.commitments ?? []);
  const moved = new Set(
    taken.flatMap(({ effects }) => effects.flatMap(({ item, isElsewhere = false }) => (isElsewhere ? [item] : []))),
  );
  const saved = new Map<string, SavedItem>();
  for (const item of ledger.items) {
    if (item.currency !== currency) continue;
    const parts = [...saved.values()].filter((one) => one.item.within.includes(item.item));
    const bought = commitments
      .filter((one) => one.item === item.item)
      .map(({ quantity, onDemandPerHour, committedPerHour }) => ({
        covers: decimal(quantity).times(onDemandPerHour),
        costs: decimal(quantity).times(committedPerHour),
      }));
    const byHour = new Map(
      item.hours.map(({ at, cost }) => {
        const own = parts.reduce((rest, part) => subtract(rest, part.goneByHour.get(at) ?? part.meanGone), cost);
        const share = computeRemainingShare(item, left, at);
        return [at, computeSavedInHour(own.isNegative() ? ZERO : own, share, bought)] as const;
      }),
    );
    const total = sumAmounts(byHour.values());
    const isMoved = moved.has(item.item);
    const goneByHour = isMoved ? new Map(item.hours.map(({ at, cost }) => [at, cost])) : byHour;
    const meanGone = isMoved ? item.mean : total.dividedBy(byHour.size);
    saved.set(item.item, { item, byHour, total, goneByHour, meanGone });
  }
  return [...saved.values()];
}

/** Most amounts of a ledger are 0, and exact arithmetic is slow. */
function subtract(amount: Decimal, other: Decimal): Decimal {
  if (amount === other) return ZERO;
  return other.isZero() ? amount : amount.minus(other);
}

/** Exact sum of amounts. */
export function sumAmounts(amounts: Iterable<Decimal>): Decimal {
  let sum = ZERO;
  for (const amount of amounts) if (!amount.isZero()) sum = sum.plus(amount);
  return sum;
}

function computeRemainingShare({ item, gpus }: LedgerItem, left: RemainingShare, at: number): number {
  const freed = gpus.reduce((sum, gpu) => sum + gpu.part * (1 - left(gpu.item, at)), 0);
  return left(item, at) * Math.max(0, 1 - freed);
}

function computeSavedInHour(
  cost: Decimal,
  left: number,
  bought: readonly { readonly covers: Decimal; readonly costs: Decimal }[],
): Decimal {
  let rest = left === 1 ? cost : cost.times(left);
  let saved = subtract(cost, rest);
  for (const { covers, costs } of bought) {
    const covered = findSmallest(rest, covers);
    saved = saved.plus(covered).minus(costs);
    rest = rest.minus(covered);
  }
  return saved;
}
