import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Item } from './items.ts';
import { formatAmount, toGpuHours } from './money.ts';
import { type Bucket, bucketNames } from './schema.ts';
import type { OwnedTimes } from './service.ts';

/** The time of one GPU and one owner on a day, as far as it was read. */
export interface GpuDay {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly gpu: string;
  /** Team of its owner; null if unknown. */
  readonly team: string | null;
  readonly model: string | null;
  readonly endpoint: string | null;
  readonly paidHours: number;
  /** Utilization times time, outside of idle time. */
  readonly usedHours: number;
  /** Periods of at least half an hour without load, and time without a holder. */
  readonly idleHours: number;
  /** Null if its hours have no price; then all amounts are null. */
  readonly currency: string | null;
  /** Exact amounts. */
  readonly paidCost: string | null;
  readonly usedCost: string | null;
  readonly idleCost: string | null;
}

/** Default definition of idle time, as in `gpu idle` and `gpu owners`. */
const AS_USUAL = { window: 30 * 60_000, threshold: 0, maxGap: 5 * 60_000 };
const IDLE: readonly Bucket[] = ['idleHeld', 'idleFree', 'idleUnknown', 'unallocated'];

/** Time and cost of each GPU by owner and day, within UTC days, the second exclusive; days without readings are left out. */
export async function readGpuDays(
  times: OwnedTimes,
  within: { readonly from: string; readonly to: string },
): Promise<GpuDay[]> {
  const { items } = await times({ ...AS_USUAL, ...within }, 'day');
  const groups = Map.groupBy(items, ({ step, gpu, owner: { subject }, currency, units }) =>
    JSON.stringify([step, gpu, subject?.team, subject?.model, subject?.endpoint, units === null ? null : currency]),
  );
  return [...groups.values()].flatMap(buildGpuDay).toSorted((a, b) => (a.day === b.day ? 0 : a.day < b.day ? -1 : 1));
}

function buildGpuDay(items: readonly Item[]): GpuDay[] {
  const [first] = items;
  if (first === undefined || first.gpu === null) return [];
  const hours = (names: readonly Bucket[]) =>
    items.reduce(
      (sum, { us, scale }) =>
        sum +
        toGpuHours(
          names.reduce((total, name) => total + us[name], 0n),
          scale,
        ),
      0,
    );
  const money = (names: readonly Bucket[]) =>
    first.units === null
      ? null
      : formatAmount(
          items.reduce((sum, { units }) => names.reduce((total, name) => total + (units?.[name] ?? 0n), sum), 0n),
        );
  const { team = null, model = null, endpoint = null } = first.owner.subject ?? {};
  return [
    {
      ...{ day: new Date(first.step * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length), gpu: first.gpu },
      ...{ team, model, endpoint },
      ...{ paidHours: hours(bucketNames), usedHours: hours(['used']), idleHours: hours(IDLE) },
      currency: first.units === null ? null : first.currency,
      ...{ paidCost: money(bucketNames), usedCost: money(['used']), idleCost: money(IDLE) },
    },
  ];
}
