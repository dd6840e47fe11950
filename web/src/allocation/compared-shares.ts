import type { CoverageRow } from '../../../src/finops/allocation/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';

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
  if (points.abs().lessThan(LEAST_POINTS)) return `the same share as ${from}`;
  return `${points.isNegative() ? 'down' : 'up'} ${points.abs().toFixed(1)} points from ${from}`;
}

function readShare({ total, unallocated }: CoverageSums) {
  return decimal(total).greaterThan(0) ? decimal(unallocated).dividedBy(total) : null;
}
