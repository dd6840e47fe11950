import type { CoverageRow } from '../../../src/finops/allocation/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { compareSpend } from '../frame/compared-spend.ts';
import { type DateRange, daysIn, isByDay } from '../frame/date-range.ts';
import { type ComparedRanges, type Comparison, comparedRanges } from '../frame/date-range-compare.ts';

/** The cost of some days by whether it is allocated, in one currency. */
export interface CoverageSums {
  readonly total: string;
  /** Allocated and idle. */
  readonly allocated: string;
  /** No rule matched, or the pool could not be split. */
  readonly unallocated: string;
}

export function sumCoverage(rows: readonly CoverageRow[], currency: string): CoverageSums {
  const own = rows.filter((row) => row.currency === currency);
  const sum = (pick: (row: CoverageRow) => readonly string[]) =>
    decimalString(own.flatMap(pick).reduce((all, amount) => all.plus(amount), decimal(0)));
  return {
    total: sum(({ total }) => [total]),
    allocated: sum(({ allocated, idle }) => [allocated, idle]),
    unallocated: sum(({ unallocated, sharedUnallocated }) => [unallocated, sharedUnallocated]),
  };
}

/** Last day with a charge; null when no row has one. */
export function findLastDay(rows: readonly CoverageRow[]): string | null {
  return rows.reduce<string | null>(
    (last, { day }) => (day !== null && (last === null || day > last) ? day : last),
    null,
  );
}

/**
 * The ranges that are compared: months with months once they are over, so that the figures are those of the page, else
 * the days with charges with as many days before.
 *
 * @example compareAllocation({ range: { from: '2026-11', to: '2026-11' }, compare: 'before', custom: undefined, through: '2026-11-18' })
 * // before 1 to 18 Oct, after 1 to 18 Nov
 */
export function compareAllocation({ range, compare, custom, through }: Asked): ComparedRanges | undefined {
  if (through < daysIn(range).to) return compareSpend({ range, compare, custom, through, sameDays: undefined });
  return comparedRanges(compare === 'sameDays' && !isByDay(range) ? 'before' : compare, range, through, custom);
}

interface Asked {
  readonly range: DateRange;
  readonly compare: Comparison;
  readonly custom: DateRange | undefined;
  /** Last day with a charge. */
  readonly through: string;
}

/** Smaller changes of a share are none. */
const LEAST_POINTS = '0.05';

/**
 * Change of the unallocated share in percentage points, in words: "down 1.9 points from 7.1 %". Null where one of the
 * shares is unknown, because its whole is not above zero.
 */
export function describeShareChange(before: CoverageSums, after: CoverageSums): string | null {
  const [then, now] = [readShare(before), readShare(after)];
  if (then === null || now === null) return null;
  const points = now.minus(then).times(100);
  const from = formatShare(before.unallocated, before.total);
  if (points.abs().lessThan(LEAST_POINTS)) return `unchanged from ${from}`;
  return `${points.isNegative() ? 'down' : 'up'} ${points.abs().toFixed(1)} points from ${from}`;
}

function readShare({ total, unallocated }: CoverageSums) {
  return decimal(total).greaterThan(0) ? decimal(unallocated).dividedBy(total) : null;
}
