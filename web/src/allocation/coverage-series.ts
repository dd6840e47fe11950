import type { CoverageRow } from '../../../src/finops/allocation/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import type { ShareLine } from '../charts/share-line.ts';
import type { BarSeries } from '../charts/stacked-bars-option.ts';

type Part = 'allocated' | 'idle' | 'sharedUnallocated' | 'unallocated';

/** The parts of a bill in stacking order, with allocated cost at the bottom. */
export const COVERAGE_PARTS: readonly { readonly id: Part; readonly label: string; readonly variable: string }[] = [
  { id: 'allocated', label: 'allocated', variable: '--cost-fill' },
  { id: 'idle', label: 'idle', variable: '--cat-4' },
  { id: 'sharedUnallocated', label: 'shared, not split', variable: '--cat-1' },
  { id: 'unallocated', label: 'unallocated', variable: '--cat-other' },
];

export interface Coverage {
  readonly slots: readonly string[];
  readonly series: readonly BarSeries[];
  readonly share: ShareLine;
}

/** A slot of rows that have no date. */
const NO_DATE = '';

/** Bars of the parts by time slot, and the allocated share; parts without any cost are left out. */
export function coverageSeries(rows: readonly CoverageRow[], currency: string, toSlot: 'period' | 'day'): Coverage {
  const own = rows.filter((row) => row.currency === currency);
  const bySlot = new Map(own.map((row) => [toSlot === 'day' ? (row.day ?? NO_DATE) : row.period, row]));
  const slots = [...bySlot.keys()].sort();
  const at = slots.map((slot) => bySlot.get(slot));
  const series = COVERAGE_PARTS.map((part) => ({ ...part, amounts: at.map((row) => row?.[part.id] ?? null) }));
  return {
    slots,
    series: series.filter(({ amounts }) => amounts.some((amount) => amount !== null && !decimal(amount).isZero())),
    share: { label: 'allocated', ratios: at.map((row) => row?.allocatedRatio ?? null) },
  };
}
