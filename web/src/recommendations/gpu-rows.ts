import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';

export interface GpuRow {
  readonly gpu: string;
  /** `P95 20 %, 8.0 GiB peak`; null: not listed. */
  readonly load: string | null;
  readonly perHour: Money | null;
  /** Price of 730 hours. */
  readonly perMonth: Money | null;
  readonly after: 'Returned' | 'Takes another workload' | 'Kept';
}

const GPU = 'gpu:';
const MONTH_HOURS = 730;

/** The GPUs among the items of a saving; empty where it has none. */
export function listGpus({ items, effects, pins, figures }: Recommendation['evidence']): GpuRow[] {
  const loads = new Map(figures.map(({ name, value }) => [name, value]));
  const returned = new Set(effects.filter(({ keep }) => keep.every((share) => share === 0)).map(({ item }) => item));
  const kept = new Set(pins);
  return items.flatMap(({ item, costs, currency }) => {
    if (!item.startsWith(GPU)) return [];
    const gpu = item.slice(GPU.length);
    const cost = costs.findLast((amount) => amount !== null) ?? null;
    const perHour = cost === null || currency === null ? null : { amount: cost, currency };
    const perMonth =
      perHour === null ? null : { ...perHour, amount: decimalString(decimal(perHour.amount).times(MONTH_HOURS)) };
    const after = returned.has(item) ? 'Returned' : kept.has(item) ? 'Takes another workload' : 'Kept';
    return [{ gpu, load: loads.get(gpu) ?? null, perHour, perMonth, after }];
  });
}
