import type { AllocationRule, CoverageRow, RuleHit } from '../../../src/finops/allocation/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';

/** A bill divided by allocation result. The parts are exact and sum to `total`. */
export interface BillParts {
  readonly currency: string;
  readonly total: string;
  /** Allocated cost: `direct + shared + idle`. */
  readonly answered: string;
  /** Rows that a rule assigns to one subject. */
  readonly direct: string;
  /** Split from shared pools and nodes. */
  readonly shared: string;
  readonly idle: string;
  /** Unallocated: no rule matched, or the pool could not be split. */
  readonly unallocated: string;
}

function takesPool(rule: AllocationRule): boolean {
  return rule.subject === undefined;
}

/**
 * Divides a bill in one currency, from its coverage and the hits of the rules. `shared` is cost that a pool matched and
 * split. `direct` is the rest of the allocated cost without idle cost.
 */
export function billParts(
  currency: string,
  rows: readonly CoverageRow[],
  hits: readonly RuleHit[],
  rules: readonly AllocationRule[],
): BillParts {
  const own = rows.filter((row) => row.currency === currency);
  const sum = (pick: (row: CoverageRow) => string) => own.reduce((all, row) => all.plus(pick(row)), decimal(0));
  const pools = new Set(rules.filter(takesPool).map(({ name }) => name));
  const taken = hits
    .filter((hit) => hit.currency === currency && hit.rule !== null && pools.has(hit.rule))
    .reduce((all, hit) => all.plus(hit.amount), decimal(0));
  const unsplit = sum((row) => row.sharedUnallocated);
  const idle = sum((row) => row.idle);
  const allocated = sum((row) => row.allocated);
  const shared = taken.minus(unsplit).minus(idle);
  return {
    currency,
    total: decimalString(sum((row) => row.total)),
    answered: decimalString(allocated.plus(idle)),
    direct: decimalString(allocated.minus(shared)),
    shared: decimalString(shared),
    idle: decimalString(idle),
    unallocated: decimalString(sum((row) => row.unallocated).plus(unsplit)),
  };
}

/** Currencies of the bill, the one with the largest total first. */
export function listBillCurrencies(rows: readonly CoverageRow[]): string[] {
  const totals = new Map<string, number>();
  for (const { currency, total } of rows) totals.set(currency, (totals.get(currency) ?? 0) + Number(total));
  return [...totals].sort(([, a], [, b]) => b - a).map(([currency]) => currency);
}
